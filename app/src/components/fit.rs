//! A remedy judged for this cluster, on the same six lines as every other.

use domain::remedy::Fit;
use leptos::prelude::*;

use super::{prose, tag};
use crate::words::{self, Tone};

/// The tag line of a card.
pub(crate) fn judgement(fit: &Fit, recommended: bool) -> AnyView {
    if recommended {
        return tag(Tone::Good, format!("Recommended: {}", fit.headline));
    }
    tag(words::fit_tone(fit.level), format!("{}: {}", words::fit(fit.level), fit.headline))
}

/// What it fixes and not, interrupts, costs, risks, and how it is undone.
pub(crate) fn six_lines(fit: &Fit) -> AnyView {
    let lines = [
        ("Fixes", &fit.fixes),
        ("Does not", &fit.does_not),
        ("Interrupts", &fit.interrupts),
        ("Costs", &fit.costs),
        ("Risk", &fit.risk),
        ("Undo", &fit.undo),
    ];
    let lines: Vec<_> = lines
        .into_iter()
        .map(|(name, text)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{prose(text)}</dd>
                </div>
            }
        })
        .collect();
    view! { <dl class="facts">{lines}</dl> }.into_any()
}
