//! The state of Review and Apply before there is a plan.

use domain::run::Step;
use leptos::prelude::*;

use crate::view::RunView;

/// Says so, and where one is made.
pub(crate) fn no_plan(view: &RunView) -> AnyView {
    view! {
        <section>
            <h1>"There is no plan yet."</h1>
            <p class="lead">"It is made from the answers of Configure."</p>
        </section>
        <div class="go">
            <a class="button" href=view.path(Step::Configure)>
                "Configure"
            </a>
        </div>
    }
    .into_any()
}
