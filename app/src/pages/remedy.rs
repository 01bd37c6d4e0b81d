//! Remedy: the ways out, each judged for this cluster on the same six lines.

use domain::remedy::{Fit, FitLevel};
use domain::run::Step;
use leptos::prelude::*;

use super::Page;
use crate::components::{Heading, frame, judgement, problems, six_lines};
use crate::view::RemedyView;
use crate::words;

/// Form: remedy (see the table in [`super`]).
pub fn remedy(view: &RemedyView) -> Page {
    let found = view.base.problems(Step::Remedy);
    let heading = Heading {
        step: Step::Remedy,
        state: view.base.run.remedy.map(|chosen| words::remedy_short(chosen).to_owned()),
        failed: !found.is_empty(),
    };
    let main = view! {
        {problems(found)}
        <section>
            <h1>{headline(&view.fits)}</h1>
            <p class="lead">{reason(&view.fits)}</p>
        </section>
        {choices(view)}
    };
    frame(&view.base, &heading, main.into_any())
}

/// A remedy that can be gone on with.
fn can_be_chosen(fit: &Fit) -> bool {
    fit.level != FitLevel::CannotHelp
}

fn headline(fits: &[Fit]) -> String {
    let possible = fits.iter().filter(|fit| can_be_chosen(fit)).count();
    match (possible, fits.first()) {
        (0, _) | (_, None) => "No remedy of this program helps here.".to_owned(),
        (1, Some(first)) => match first.level {
            FitLevel::Fits => format!("{} fits this cluster.", words::remedy_doing(first.remedy)),
            FitLevel::Partly => format!("{} helps in part.", words::remedy_doing(first.remedy)),
            FitLevel::NothingToChange | FitLevel::CannotHelp => "Nothing has to change.".to_owned(),
        },
        (many, Some(_)) => format!("{} ways out. One fits this cluster best.", number_word(many)),
    }
}

fn number_word(number: usize) -> String {
    match number {
        2 => "Two".to_owned(),
        3 => "Three".to_owned(),
        4 => "Four".to_owned(),
        more => more.to_string(),
    }
}

fn reason(fits: &[Fit]) -> String {
    match fits.first() {
        Some(first) if can_be_chosen(first) => {
            let several = fits.iter().filter(|fit| can_be_chosen(fit)).count() > 1;
            let subject = several.then(|| format!("{}: ", words::remedy_doing(first.remedy)));
            format!(
                "{}{}. You can change your mind as long as you have not carried it out.",
                subject.unwrap_or_default(),
                first.headline
            )
        }
        Some(first) => format!("{}.", first.headline),
        None => "Nothing was found that could be judged. Scan again, or read more of the cluster.".to_owned(),
    }
}

fn choices(view: &RemedyView) -> AnyView {
    let possible = view.fits.iter().filter(|fit| can_be_chosen(fit)).count();
    let chosen = view
        .base
        .run
        .remedy
        .or_else(|| view.fits.iter().find(|fit| can_be_chosen(fit)).map(|fit| fit.remedy));
    let cards: Vec<_> = view
        .fits
        .iter()
        .enumerate()
        .map(|(at, fit)| card(fit, possible > 1, at == 0, chosen == Some(fit.remedy)))
        .collect();
    let class = if view.fits.len() > 1 { "choices" } else { "choices one" };
    let go = (possible > 0).then(|| view! { <button class="button">"Configure"</button> });
    view! {
        <form method="post" action=view.base.path(Step::Remedy) class="stack wide">
            <fieldset>
                <legend class="vh">"Remedy"</legend>
                <div class=class>{cards}</div>
            </fieldset>
            <div class="go">
                {go} <a class="button quiet" href=view.base.path(Step::Detect)>
                    "Back to the verdict"
                </a>
            </div>
        </form>
    }
    .into_any()
}

/// With one possible remedy there is nothing to tick: the button below carries it.
fn card(fit: &Fit, several: bool, first: bool, chosen: bool) -> AnyView {
    let word = fit.remedy.word();
    let id = format!("remedy-{word}");
    let possible = can_be_chosen(fit);
    let title = words::remedy(fit.remedy);
    let title = if several && possible {
        view! {
            <div class="choice-title">
                <input type="radio" name="remedy" id=id.clone() value=word checked=chosen required />
                <label for=id>{title}</label>
            </div>
        }
        .into_any()
    } else {
        let carried = possible.then(|| view! { <input type="hidden" name="remedy" value=word /> });
        view! { <h2 class="choice-title">{title}</h2> {carried} }.into_any()
    };
    view! {
        <div class="choice">{title} <p>{judgement(fit, first && possible)}</p> {six_lines(fit)}</div>
    }
    .into_any()
}
