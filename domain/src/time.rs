//! Points in time as the domain sees them: values that were read or handed in, never asked of a clock.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An RFC 3339 time in UTC with whole seconds, such as `2026-11-23T06:00:00Z`.
///
/// Kubernetes prints its times in this form; in it, alphabetical order is order in time, so comparing needs
/// no calendar. Adapters bring other forms into this one before they hand a time over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(String);

impl Timestamp {
    /// Takes `YYYY-MM-DDTHH:MM:SS` with an optional fraction and a final `Z`; drops the fraction. `None` for
    /// anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, rest) = text.split_at_checked(19)?;
        let shape = seconds.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            _ => byte.is_ascii_digit(),
        });
        let fraction = rest.strip_suffix('Z')?;
        let fraction_ok = fraction.is_empty()
            || fraction.strip_prefix('.').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        (shape && fraction_ok).then(|| Self(format!("{seconds}Z")))
    }

    /// A time from seconds since 1970-01-01T00:00:00Z, as a clock at the rim gives them.
    pub fn from_unix(seconds: u64) -> Self {
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        // Days to civil date by 400-year eras starting on 1 March, so that the leap day ends a year.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
        Self(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(&self) -> u64 {
        let number = |from: usize, to: usize| self.0.get(from..to).and_then(|t| t.parse::<u64>().ok());
        let parts =
            (number(0, 4), number(5, 7), number(8, 10), number(11, 13), number(14, 16), number(17, 19));
        let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) = parts else {
            return 0;
        };
        let year = if month <= 2 { year.saturating_sub(1) } else { year };
        let month_from_march = (month + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + day.saturating_sub(1);
        let (era, year_of_era) = (year / 400, year % 400);
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = (era * 146_097 + day_of_era).saturating_sub(719_468);
        days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// The text, as it is printed everywhere.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `HH:MM`, for prose beside a date that is known.
    pub fn clock(&self) -> &str {
        self.0.get(11..16).unwrap_or(&self.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_utc_times_are_taken() {
        for (text, wanted) in [
            ("2026-11-23T06:00:00Z", Some("2026-11-23T06:00:00Z")),
            ("2026-11-23T06:00:00.123456Z", Some("2026-11-23T06:00:00Z")),
            ("2026-11-23T06:00:00+01:00", None),
            ("2026-11-23", None),
            ("", None),
        ] {
            assert_eq!(Timestamp::parse(text).as_ref().map(Timestamp::as_str), wanted, "{text}");
        }
    }

    #[test]
    fn seconds_and_text_agree() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_413_600, "2026-11-23T06:00:00Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_unix(seconds).as_str(), text);
            assert_eq!(Timestamp::parse(text).map(|t| t.unix()), Some(seconds));
        }
    }
}
