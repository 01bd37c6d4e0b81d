//! Points in time for people: the clock in UTC, and how long ago that was when the page was asked for.

use domain::time::Timestamp;
use leptos::prelude::*;

/// After how many seconds a scan no longer says how things are.
const STALE_AFTER: u64 = 5 * 60;

/// Whether something seen at `then` is too old to act on at `now`.
pub(crate) fn is_stale(then: &Timestamp, now: &Timestamp) -> bool {
    now.unix().saturating_sub(then.unix()) > STALE_AFTER
}

/// "12 minutes ago", in whole units.
fn ago(then: &Timestamp, now: &Timestamp) -> String {
    let seconds = now.unix().saturating_sub(then.unix());
    let (number, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{} ago", crate::words::count(number, unit))
}

/// "23 November 2026, 12:43 UTC".
pub(crate) fn day_and_clock(at: &Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let part = |from: usize, to: usize| at.as_str().get(from..to).and_then(|text| text.parse::<usize>().ok());
    match (part(0, 4), part(5, 7).and_then(|month| MONTHS.get(month.wrapping_sub(1))), part(8, 10)) {
        (Some(year), Some(month), Some(day)) => format!("{day} {month} {year}, {} UTC", at.clock()),
        _ => at.to_string(),
    }
}

/// "12:43 UTC, 4 minutes ago"; a day further back has its date as well.
pub(crate) fn moment(at: &Timestamp, now: &Timestamp) -> AnyView {
    let same_day = at.as_str().get(..10) == now.as_str().get(..10);
    let when = if same_day { format!("{} UTC", at.clock()) } else { day_and_clock(at) };
    view! { <time datetime=at.to_string()>{format!("{when}, {}", ago(at, now))}</time> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn age_is_told_in_whole_units() {
        let now = at("2026-11-23T12:43:00Z");
        for (then, told) in [
            ("2026-11-23T12:42:30Z", "just now"),
            ("2026-11-23T12:41:59Z", "1 minute ago"),
            ("2026-11-23T09:00:00Z", "3 hours ago"),
            ("2026-11-20T12:43:00Z", "3 days ago"),
            ("2026-11-23T12:44:00Z", "just now"),
        ] {
            assert_eq!(ago(&at(then), &now), told, "{then}");
        }
    }

    #[test]
    fn a_scan_goes_stale_after_five_minutes() {
        let then = at("2026-11-23T12:00:00Z");
        assert!(!is_stale(&then, &at("2026-11-23T12:05:00Z")));
        assert!(is_stale(&then, &at("2026-11-23T12:05:01Z")));
    }

    #[test]
    fn dates_are_spelled_out() {
        assert_eq!(day_and_clock(&at("2026-03-01T06:07:08Z")), "1 March 2026, 06:07 UTC");
    }
}
