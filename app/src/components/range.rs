//! Bars drawn on one scale for a column of a table. The numbers stand beside them in words.

use leptos::prelude::*;

/// Width of the drawing, in its own units.
const WIDTH: u64 = 144;

/// What the whole width stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    from: u64,
    to: u64,
}

impl Scale {
    /// From `from` to `to`; never empty.
    pub(crate) fn new(from: u64, to: u64) -> Self {
        Self { from, to: to.max(from + 1) }
    }

    /// Where a value lies, in units of the drawing.
    fn place(self, value: u64) -> u64 {
        let inside = value.clamp(self.from, self.to) - self.from;
        inside * WIDTH / (self.to - self.from)
    }
}

/// An estimate from `low` to `high`, with a line at `limit`.
pub(crate) fn range(scale: Scale, low: u64, high: u64, limit: u64) -> AnyView {
    let (from, to, line) = (scale.place(low), scale.place(high), scale.place(limit));
    let width = (to - from).max(2);
    let over = if high > limit { "extent bad" } else { "extent warn" };
    view! {
        <svg class="range" viewBox="0 0 146 12" aria-hidden="true">
            <path class="axis" d="M0 6H146" />
            <rect class=over x=from y="3" width=width height="6" rx="1" />
            <path class="limit" d=format!("M{line} 0V12") />
        </svg>
    }
    .into_any()
}

/// A span of time, from first to last.
pub(crate) fn span(scale: Scale, first: u64, last: u64) -> AnyView {
    let (from, to) = (scale.place(first), scale.place(last));
    let width = (to - from).max(3);
    view! {
        <svg class="range" viewBox="0 0 148 12" aria-hidden="true">
            <path class="axis" d="M0 6H148" />
            <rect class="extent bad" x=from y="3" width=width height="6" rx="1" />
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_keeps_everything_inside() {
        let scale = Scale::new(0, 200);
        assert_eq!((scale.place(0), scale.place(100), scale.place(900)), (0, 72, 144));
        assert_eq!(Scale::new(5, 5).place(5), 0);
    }
}
