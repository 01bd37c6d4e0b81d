//! Verify: do the pods pull from the new place?

use domain::remedy::RemedyKind;
use domain::run::{JobState, Step};
use domain::verification::{
    CheckState, Checked, CheckedSecret, Outcome, SecretState, StillThrottled, Verification,
};
use leptos::prelude::*;

use super::Page;
use crate::components::{
    Column, Heading, back_warning, breakable, command, context_choices, frame, in_a_word, is_stale,
    live_progress, moment, not_seen, problems, table, tag,
};
use crate::view::VerifyView;
use crate::words::{self, Tone, count};

/// Form: check or stop (see the table in [`super`]).
pub fn verify(view: &VerifyView) -> Page {
    let run = &view.base.run;
    let found = view.base.problems(Step::Verify);
    let running = matches!(run.verify_state, JobState::Running { .. });
    let state = match (&run.verification, running) {
        (_, true) => Some("checking".to_owned()),
        (Some(checked), false) => Some(words::outcome(checked.outcome).to_owned()),
        (None, false) => None,
    };
    let heading = Heading { step: Step::Verify, state, failed: !found.is_empty() };
    let content = match (&run.verify_state, &run.verification) {
        (JobState::Running { progress }, _) => view! {
            <section>
                <h1>"Looking at what runs now."</h1>
                {live_progress(run, Step::Verify, progress)}
            </section>
        }
        .into_any(),
        (state, Some(checked)) => checked_view(view, state, checked),
        (state, None) => not_checked(view, state),
    };
    let main = view! {
        {problems(found)}
        {content}
    };
    frame(&view.base, &heading, main.into_any())
}

fn not_checked(view: &VerifyView, state: &JobState) -> AnyView {
    let plan = view.base.run.plan.as_ref();
    let by_account = plan.is_some_and(|plan| plan.remedy == RemedyKind::HubAccount);
    let (title, lead) = match (state, plan.is_some()) {
        (_, false) => {
            ("There is nothing to check yet.", "A check compares the cluster with a plan, and there is none.")
        }
        (JobState::Cancelled, _) => {
            ("The check was stopped.", "Nothing was found out. It can be started again.")
        }
        (JobState::Failed, _) => {
            ("The cluster could not be checked.", "What stands above says why. It can be tried again.")
        }
        _ => (
            "Did it work?",
            if by_account {
                "Once you have run the commands, this looks at every planned list and pod: whether it names the pull secret, and whether pods run with it."
            } else {
                "Once you have run the commands, this looks at every planned container: which image it names, and from where the node really pulled it."
            },
        ),
    };
    let form = plan.is_some().then(|| check_form(view, "Check now"));
    view! {
        <section>
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            {form}
        </section>
        {if plan.is_some() { take_back(view) } else { Some(to_configure(view)) }}
    }
    .into_any()
}

fn to_configure(view: &VerifyView) -> AnyView {
    view! {
        <div class="go">
            <a class="button" href=view.base.path(Step::Configure)>
                "Configure"
            </a>
        </div>
    }
    .into_any()
}

fn check_form(view: &VerifyView, label: &'static str) -> AnyView {
    let contexts = (!view.contexts.is_empty()).then(|| {
        view! {
            <fieldset class="field">
                <legend>"Where was it applied?"</legend>
                <p class="hint">"This run read files. Choose the cluster to look at; it is only read."</p>
                {context_choices(&view.contexts, None)}
            </fieldset>
        }
    });
    view! {
        <form method="post" action=view.base.path(Step::Verify) class="stack">
            {contexts}
            <div class="go bare">
                <button class="button" name="action" value="check">
                    {label}
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn take_back(view: &VerifyView) -> Option<AnyView> {
    (!view.rollback.is_empty()).then(|| {
        view! {
            <details>
                <summary>"How to take it back"</summary>
                <p>"Run in the folder of the unpacked bundle. It restores exactly what was there."</p>
                {back_warning(view.base.run.plan.as_ref())}
                {command("rollback", "the lines that take it back", &view.rollback)}
            </details>
        }
        .into_any()
    })
}

/// The result as the sentence that heads the page.
pub(crate) fn outcome_sentence(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "It worked: everything planned is in place and runs.",
        Outcome::InProgress => "It is on its way.",
        Outcome::NotApplied => "Nothing of the plan is in the cluster yet.",
        Outcome::Failed => "Something planned is not in place or does not run.",
        Outcome::Unknown => "Too little could be seen to tell.",
    }
}

/// "8 of 10 planned containers run from the new place; 2 are on their way."
pub(crate) fn outcome_counts(checked: &Verification) -> String {
    if !checked.pull_secrets.is_empty() {
        return secret_counts(&checked.pull_secrets);
    }
    if checked.containers.is_empty() {
        return "No planned container was seen.".to_owned();
    }
    let in_state = |state| checked.containers.iter().filter(|one| one.state == state).count() as u64;
    let parts: Vec<_> = [
        (CheckState::OnItsWay, "on the way"),
        (CheckState::Failing, "failing"),
        (CheckState::OldImage, "with the old image"),
        (CheckState::Gone, "gone"),
    ]
    .into_iter()
    .filter(|(state, _)| in_state(*state) > 0)
    .map(|(state, said)| format!("{} {said}", in_state(state)))
    .collect();
    let rest = if parts.is_empty() { String::new() } else { format!(": {}", words::list(&parts)) };
    format!(
        "{} of {} from the new place{rest}.",
        in_state(CheckState::FromNewPlace),
        count(checked.containers.len() as u64, "planned container")
    )
}

/// "4 of 5 planned lists and pods have the pull secret: 1 lacks it."
fn secret_counts(checked: &[CheckedSecret]) -> String {
    let in_state = |state| checked.iter().filter(|one| one.state == state).count() as u64;
    let good = in_state(SecretState::Named) + in_state(SecretState::Runs);
    let rest: Vec<_> = [
        SecretState::OnItsWay,
        SecretState::Failing,
        SecretState::Lacking,
        SecretState::RunsWithout,
        SecretState::Gone,
        SecretState::NotSeen,
    ]
    .into_iter()
    .filter(|state| in_state(*state) > 0)
    .map(|state| format!("{} {}", in_state(state), words::secret_state(state)))
    .collect();
    let rest = if rest.is_empty() { String::new() } else { format!(": {}", words::list(&rest)) };
    let all = match checked.len() {
        1 => "1 planned list or pod has".to_owned(),
        many => format!("{many} planned lists and pods have"),
    };
    format!("{good} of {all} the pull secret{rest}.")
}

fn checked_view(view: &VerifyView, state: &JobState, checked: &Verification) -> AnyView {
    let tone = words::outcome_tone(checked.outcome);
    let now = &view.base.now;
    let hint = match checked.outcome {
        Outcome::InProgress => Some("New pods need a minute or two to pull and start. Check again then."),
        Outcome::NotApplied => Some("Run the commands of Apply, then check again."),
        Outcome::Failed => Some(
            "The rows below say what and why. A change that was written back has another owner: change it there.",
        ),
        Outcome::Unknown => Some("What is missing is listed below, with the rule that would let it be seen."),
        Outcome::Done => None,
    };
    let note = match state {
        JobState::Failed => Some("The last check failed; this is the one before."),
        JobState::Cancelled => Some("The last check was stopped; this is what had been found."),
        _ if is_stale(&checked.checked_at, now) => {
            Some("This was some time ago. Check again to see how it is now.")
        }
        _ => None,
    };
    view! {
        <section class=format!("verdict {}", tone.class())>
            {in_a_word(tone, words::outcome(checked.outcome))}
            <h1>{outcome_sentence(checked.outcome)}</h1>
            <p>{outcome_counts(checked)} " " {hint}</p>
        </section>
        {note.map(|note| view! { <p class="note">{note}</p> })}
        {containers(&checked.containers)}
        {pull_secrets(&checked.pull_secrets)}
        {still_throttled(&checked.still_throttled)}
        {not_seen(&checked.not_seen)}
        {take_back(view)}
        <div class="go-with-form">
            {check_form(view, "Check again")}
            <p class="small soft">"Checked " {moment(&checked.checked_at, now)}</p>
        </div>
    }
    .into_any()
}

pub(crate) fn containers(all: &[Checked]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let rows = all.iter().map(container_row).collect();
    Some(
        view! {
            <section>
                <h2>"Planned containers"</h2>
                {table(
                    "Every planned container, and from where its image came",
                    &[("Container", Column::Text), ("State", Column::Text), ("Image", Column::Text)],
                    rows,
                )}
            </section>
        }
        .into_any(),
    )
}

fn container_row(checked: &Checked) -> AnyView {
    let pod = checked.pod.as_ref().map_or_else(|| "no pod now".to_owned(), |pod| format!("pod {pod}"));
    let present = checked.present.as_ref().filter(|present| **present != checked.wanted).map(|present| {
        view! { <span class="why">"names " <span class="mono">{breakable(present)}</span></span> }
    });
    let image_id = checked.image_id.as_ref().filter(|id| !id.is_empty()).map(|id| {
        view! { <span class="why">"its node says " <span class="mono">{breakable(id)}</span></span> }
    });
    let proof = checked.proof.as_ref().map(|proof| view! { <span class="why mono">{proof.clone()}</span> });
    view! {
        <tr>
            <td>
                <span class="mono">{breakable(&checked.object)}</span>
                <span class="why">{format!("{pod}, {} {}", checked.kind.label(), checked.container)}</span>
            </td>
            <td>{tag(words::check_tone(checked.state), words::check_state(checked.state))}</td>
            <td>
                <span class="mono">{breakable(&checked.wanted)}</span>
                {present} {image_id} {proof}
            </td>
        </tr>
    }
    .into_any()
}

pub(crate) fn pull_secrets(all: &[CheckedSecret]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let where_and_state = [("Where", Column::Text), ("State", Column::Text), ("What it says", Column::Text)];
    let says = all.iter().any(|checked| checked.proof.is_some());
    let columns = if says { &where_and_state[..] } else { &where_and_state[..2] };
    let rows = all
        .iter()
        .map(|checked| {
            let pod =
                checked.pod.as_ref().map(|pod| view! { <span class="why">{format!("pod {pod} now")}</span> });
            view! {
                <tr>
                    <td>
                        <span class="mono">{breakable(&checked.object)}</span>
                        {pod}
                    </td>
                    <td>{tag(words::secret_tone(checked.state), words::secret_state(checked.state))}</td>
                    {says.then(|| view! { <td class="mono">{checked.proof.clone()}</td> })}
                </tr>
            }
            .into_any()
        })
        .collect();
    Some(
        view! {
            <section>
                <h2>"The pull secret"</h2>
                {table(
                    "Every list and pod that has to name the pull secret",
                    columns,
                    rows,
                )}
            </section>
        }
        .into_any(),
    )
}

pub(crate) fn still_throttled(all: &[StillThrottled]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let rows = all
        .iter()
        .map(|left| {
            let foreseen = if left.foreseen {
                tag(Tone::Plain, "foreseen, not part of the plan")
            } else {
                tag(Tone::Warn, "not foreseen")
            };
            view! {
                <tr>
                    <td>
                        <span class="mono">{breakable(&left.object)}</span>
                        <span class="why">{format!("pod {}, {}", left.pod, left.container)}</span>
                    </td>
                    <td>{foreseen}</td>
                    <td class="mono">{breakable(&left.image)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    Some(
        view! {
            <section>
                <h2>"Still waiting for Docker Hub"</h2>
                {table(
                    "Containers outside of the plan that Docker Hub refuses",
                    &[("Container", Column::Text), ("Foreseen", Column::Text), ("Image", Column::Text)],
                    rows,
                )}
            </section>
        }
        .into_any(),
    )
}
