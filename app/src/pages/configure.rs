//! Configure: only what the chosen remedy still has to know, filled in from what was found.

use domain::problem::Problem;
use domain::registry::AccountTest;
use domain::remedy::Question;
use domain::run::Step;
use leptos::prelude::*;

use super::Page;
use crate::components::{Heading, breakable, first_aid, frame, problems, prose, tag};
use crate::view::{ConfigureView, WorkloadChoice};
use crate::words::{self, Tone, count};

/// Up to how many allowed values are shown side by side.
const FEW: usize = 4;

/// Form: answers (see the table in [`super`]). A problem whose place is a question's key is shown beside it.
pub fn configure(view: &ConfigureView) -> Page {
    let found = view.base.problems(Step::Configure);
    let heading = Heading { step: Step::Configure, state: None, failed: !found.is_empty() };
    let nothing = view.questions.is_empty() && view.workloads.is_empty();
    let (title, lead) = match (view.questions.len(), nothing) {
        (_, true) => ("Nothing has to be asked.", "Everything the remedy needs was found."),
        (0, false) => ("What shall be changed?", "Everything else the remedy needs was found."),
        (1, false) => (
            "One question, and what shall be changed.",
            "What was found is filled in; correct it where it is wrong.",
        ),
        _ => (
            "A few questions, and what shall be changed.",
            "What was found is filled in; correct it where it is wrong.",
        ),
    };
    let questions: Vec<_> = view.questions.iter().map(|asked| question(asked, view)).collect();
    let main = view! {
        {problems(&by_label(found, &view.questions))}
        <section>
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
        </section>
        <form method="post" action=view.base.path(Step::Configure) class="stack wide">
            {first_aid(&view.base, view.urgent.as_ref(), false).map(|aid| view! { {enter()} {aid} })} {questions} {view.tries_login.then(|| login(view.base.run.survey.account.as_ref()))} {workloads(view)}
            <div class="go">
                <button class="button">"Review the changes"</button>
                <a class="button quiet" href=view.base.path(Step::Remedy)>
                    "Back to the remedies"
                </a>
            </div>
        </form>
    };
    frame(&view.base, &heading, main.into_any())
}

/// What the Enter key presses in a field of a form: the first button there is. Without this one it would be first
/// aid's.
fn enter() -> AnyView {
    view! { <button hidden></button> }.into_any()
}

/// Problems that name a question by its label, which is what stands on the page.
fn by_label(found: &[Problem], questions: &[Question]) -> Vec<Problem> {
    let labelled = |problem: &Problem| match questions.iter().find(|asked| asked.key == problem.place) {
        Some(asked) => problem.clone().at(&asked.label),
        None => problem.clone(),
    };
    found.iter().map(labelled).collect()
}

fn question(asked: &Question, view: &ConfigureView) -> AnyView {
    let id = format!("set-{}", asked.key);
    let name = format!("set.{}", asked.key);
    let given = view.base.run.answers.set.get(&asked.key);
    let value = given.or(asked.found.as_ref().map(|(value, _)| value)).cloned().unwrap_or_default();
    let told = asked.found.as_ref().filter(|(_, place)| !place.is_empty());
    let found = told.map(|(value, place)| format!(" Found: {value}, in {place}."));
    let wrong = view.base.problems(Step::Configure).iter().find(|problem| problem.place == asked.key);
    let hint = format!("{id}-hint");
    let error = format!("{id}-error");
    let described = if wrong.is_some() { format!("{hint} {error}") } else { hint.clone() };
    let error = wrong.map(|problem| {
        view! {
            <p class="field-error" id=error>
                {problem.what.clone()}
            </p>
        }
    });
    let hint = view! {
        <p class="hint" id=hint>
            {prose(&asked.help)} {found}
        </p>
    };
    if asked.choices.is_empty() {
        return view! {
            <div class="field">
                <label for=id.clone()>{asked.label.clone()}</label>
                {hint} {error}
                <input
                    type="text"
                    id=id
                    name=name
                    value=value
                    aria-describedby=described
                    aria-invalid=wrong.map(|_| "true")
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                />
            </div>
        }
        .into_any();
    }
    if asked.is_permission() {
        return view! {
            <fieldset class="field" id=id.clone() aria-describedby=described>
                <legend>"What may be read"</legend>
                {hint} {error}
                <div class="options">
                    <div class="option">
                        <input type="checkbox" id=format!("{id}-yes") name=name value="yes" checked=value == "yes" />
                        <label for=format!("{id}-yes")>{asked.label.clone()}</label>
                    </div>
                </div>
            </fieldset>
        }
        .into_any();
    }
    if asked.choices.len() <= FEW {
        let options: Vec<_> = asked
            .choices
            .iter()
            .enumerate()
            .map(|(at, choice)| radio(&id, &name, at, choice, &value))
            .collect();
        return view! {
            <fieldset class="field" id=id aria-describedby=described>
                <legend>{asked.label.clone()}</legend>
                {hint} {error} <div class="options">{options}</div>
            </fieldset>
        }
        .into_any();
    }
    let options: Vec<_> = asked
        .choices
        .iter()
        .map(|choice| view! { <option value=choice.clone() selected=*choice == value>{choice.clone()}</option> })
        .collect();
    view! {
        <div class="field">
            <label for=id.clone()>{asked.label.clone()}</label>
            {hint} {error}
            <select id=id name=name aria-describedby=described aria-invalid=wrong.map(|_| "true")>
                <option value="">"Choose"</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// A token is typed into this field only, and lives no longer than the question takes. `last` is what came of the
/// last one.
fn login(last: Option<&AccountTest>) -> AnyView {
    let last = last.map(|test| format!(" Last time: {}", test.sentence()));
    view! {
        <div class="field">
            <label for="login-password">"Access token, to try it now" <span class="soft">" (optional)"</span></label>
            <p class="hint" id="login-password-hint">
                "Docker Hub is asked whether it takes the login and what limit it has; that counts no pull. The token is kept until the answer comes and nowhere else: the command lines ask for it again."
                {last}
            </p>
            <input
                type="password"
                id="login-password"
                name="login.password"
                aria-describedby="login-password-hint"
                autocomplete="off"
                spellcheck="false"
            />
        </div>
    }
    .into_any()
}

fn radio(id: &str, name: &str, at: usize, choice: &str, value: &str) -> AnyView {
    let id = format!("{id}-{at}");
    view! {
        <div class="option">
            <input type="radio" id=id.clone() name=name.to_owned() value=choice.to_owned() checked=choice == value />
            <label for=id>{choice.to_owned()}</label>
        </div>
    }
    .into_any()
}

fn workloads(view: &ConfigureView) -> AnyView {
    let (running, others): (Vec<&WorkloadChoice>, Vec<&WorkloadChoice>) =
        view.workloads.iter().partition(|choice| choice.runs);
    let offered = others.len();
    let only = (!others.is_empty()).then(|| {
        view! {
            <fieldset class="field" id="only">
                <legend>"What to change"</legend>
                <p class="hint">
                    {format!(
                        "{} where a pod waits, or where the change restarts nothing. Leave out what somebody else looks after; a smaller change now and the rest later is fine.",
                        count(offered as u64, "object"),
                    )}
                </p>
                <input type="hidden" name="offered" value=offered />
                <div class="options">{choices("only", &others, view)}</div>
            </fieldset>
        }
    });
    let nothing_else = if offered == 0 { "Nothing waits for an image. " } else { "" };
    let running = (!running.is_empty()).then(|| {
        view! {
            <fieldset class="field" id="running">
                <legend>"Pods of these run. Changing them makes their pods anew."</legend>
                <p class="hint">
                    {format!(
                        "{nothing_else}Each of {} is left as it is unless you choose it. Choose a few, look at how they come up, and plan the next ones then.",
                        count(running.len() as u64, "workload"),
                    )}
                </p>
                <div class="options">{choices("running", &running, view)}</div>
            </fieldset>
        }
    });
    view! { {only} {running} }.into_any()
}

fn choices(name: &'static str, of: &[&WorkloadChoice], view: &ConfigureView) -> Vec<AnyView> {
    let answers = &view.base.run.answers;
    of.iter().enumerate().map(|(at, choice)| workload(choice, name, at, choice.is_chosen(answers))).collect()
}

fn workload(choice: &WorkloadChoice, name: &'static str, at: usize, chosen: bool) -> AnyView {
    let id = format!("{name}-{at}");
    let note = format!("{id}-note");
    let waiting = (choice.throttled_pods > 0)
        .then(|| tag(Tone::Bad, format!("{} waiting", count(choice.throttled_pods, "pod"))));
    let pods = choice.pods.filter(|_| choice.runs).map(|pods| view! { <span>{count(pods, "pod")}</span> });
    let images = (!choice.images.is_empty())
        .then(|| view! { <span class="mono">{breakable(&words::list(&choice.images))}</span> });
    let owner = choice.managed_by.as_ref().map(|owner| {
        view! { <span class="option-note">{format!("Kept by {owner}, which may write it back")}</span> }
    });
    view! {
        <div class="option">
            <input type="checkbox" id=id.clone() name=name value=choice.only.clone() checked=chosen aria-describedby=note.clone() />
            <label for=id>{breakable(&choice.label)}</label>
            <div class="option-notes" id=note>
                {images} {pods} {waiting} {owner}
            </div>
        </div>
    }
    .into_any()
}
