//! A remedy judged for this cluster, on the same six lines as every other.

use domain::remedy::Fit;
use leptos::prelude::*;

use super::{prose, tag};
use crate::words;

/// The tag line of a card.
pub(crate) fn judgement(fit: &Fit, recommended: bool) -> AnyView {
    let level = words::fit(fit.level);
    let said = if recommended {
        format!("Recommended: {}", fit.headline)
    } else {
        format!("{level}: {}", fit.headline)
    };
    tag(words::fit_tone(fit.level), said)
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
