//! Pages for when something is wrong with a request or with the program: what happened, and what to do now.

use domain::problem::Problem;
use leptos::prelude::*;

use super::Page;
use super::connect::allowed;
use crate::components::{plain_frame, problems, prose};
use crate::view::{ProblemPage, ProblemView};

/// No form. The status is the handler's to set.
pub fn problem(view: &ProblemView) -> Page {
    let (title, lead, next) = match &view.kind {
        ProblemPage::NotFound => (
            "This page does not exist.",
            "The address is wrong, or the run was removed.".to_owned(),
            "All runs that are kept are on the start page.".to_owned(),
        ),
        ProblemPage::NoSession => (
            "This browser is not signed in.",
            "Unthrottle shows its pages only to the browser that opened the address it printed, so that nobody else on this machine or network can read them. Restarting the program ends all sessions.".to_owned(),
            "Open the address that the program printed in its terminal; it begins with http:// and has /start?token= in it. It stays good until the program ends.".to_owned(),
        ),
        ProblemPage::ForeignForm => (
            "This form came from somewhere else.",
            "The browser says that another site sent it, or that the page was not opened here. Nothing was done.".to_owned(),
            "Go to the start page and send the form from there.".to_owned(),
        ),
        ProblemPage::TooLarge(limits) => (
            "That is more than is taken at once.",
            format!("{} Pasted text may be {} MiB.", allowed(*limits), limits.pasted_bytes / (1024 * 1024)),
            "Nothing was kept of it. Give pasted text as a file, or fewer files: pods, events, nodes and workloads are enough. The command line takes a dump of any size with `unthrottle scan --from`.".to_owned(),
        ),
        ProblemPage::Internal { incident } => (
            "Something went wrong here, and it is not your mistake.",
            format!("The cause is in the program's log, beside the number {incident}. Your run is kept, and nothing has been changed."),
            "Go back and try again. If it happens again, report it with that number and the lines of the log around it.".to_owned(),
        ),
        ProblemPage::Other { problem, back } => return other(view, problem, back),
    };
    let main = view! {
        <section>
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            <p>{prose(&next)}</p>
        </section>
        {onward(&view.kind)}
    };
    plain_frame(&format!("Error: {}", title.trim_end_matches('.')), &view.version, main.into_any())
}

/// Without a session the start page would be refused as well.
fn onward(kind: &ProblemPage) -> Option<AnyView> {
    (*kind != ProblemPage::NoSession).then(|| {
        view! {
            <div class="go">
                <a class="button" href="/">
                    "Start page"
                </a>
            </div>
        }
        .into_any()
    })
}

fn other(view: &ProblemView, problem: &Problem, back: &str) -> Page {
    let main = view! {
        <h1>"That did not work."</h1>
        {problems(std::slice::from_ref(problem))}
        <div class="go">
            <a class="button" href=back.to_owned()>
                "Go back"
            </a>
        </div>
    };
    plain_frame(&format!("Error: {}", problem.what.trim_end_matches('.')), &view.version, main.into_any())
}
