//! What failed, why, what to do next, and where: the one shape of every error a person can see.

use domain::problem::Problem;
use leptos::prelude::*;

use super::{Icon, breakable, icon, prose};

/// All problems of a step, first on its page and first to be heard. Nothing when there are none.
pub(crate) fn problems(all: &[Problem]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let parts: Vec<_> = all.iter().map(four_parts).collect();
    Some(
        view! {
            <div class="problems" id="problems" role="alert" tabindex="-1" autofocus>
                {parts}
            </div>
        }
        .into_any(),
    )
}

/// One problem in place, where it does not interrupt.
pub(crate) fn four_parts(problem: &Problem) -> AnyView {
    let place = (!problem.place.is_empty()).then(|| {
        view! {
            <div>
                <dt>"Where"</dt>
                <dd class="mono">{breakable(&problem.place)}</dd>
            </div>
        }
    });
    view! {
        <section class="problem" data-code=problem.code.clone()>
            <h2>{icon(Icon::Alert)} <span>{problem.what.clone()}</span></h2>
            <dl>
                <div>
                    <dt>"Why"</dt>
                    <dd>{prose(&problem.why)}</dd>
                </div>
                <div>
                    <dt>"Next"</dt>
                    <dd>{prose(&problem.next)}</dd>
                </div>
                {place}
            </dl>
        </section>
    }
    .into_any()
}
