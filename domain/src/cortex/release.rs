//! Which releases there were, and where each kept its images.

use super::Version;

/// Minor version and last patch of every release line; patches count from 0 (Cortex's git tags).
const LINES: [(u16, u16); 28] = [
    (15, 1),
    (16, 1),
    (17, 1),
    (18, 1),
    (19, 0),
    (20, 0),
    (21, 0),
    (22, 1),
    (23, 0),
    (24, 1),
    (25, 0),
    (26, 0),
    (27, 0),
    (28, 0),
    (29, 0),
    (30, 0),
    (31, 1),
    (32, 0),
    (33, 0),
    (34, 0),
    (35, 0),
    (36, 0),
    (37, 0),
    (38, 0),
    (39, 1),
    (40, 0),
    (41, 0),
    (42, 1),
];

/// From here on images have copies on quay.io (Cortex's own rate-limit guide: none before 0.16.0).
const FIRST_COPIED: u16 = 16;
/// From here on quay.io is the default registry (Cortex pull request 1578).
const FIRST_ON_QUAY: u16 = 23;

/// Every release from 0.15.0 to 0.42.1, oldest first.
pub fn releases() -> impl Iterator<Item = Version> {
    LINES
        .into_iter()
        .flat_map(|(minor, last)| (0..=last).map(move |patch| Version { major: 0, minor, patch }))
}

impl Version {
    /// Whether there was such a release.
    pub fn is_release(self) -> bool {
        releases().any(|release| release == self)
    }

    /// The nearest releases before and after this number: what somebody meant who mistyped it.
    pub fn neighbours(self) -> (Option<Self>, Option<Self>) {
        (releases().filter(|&r| r < self).last(), releases().find(|&r| r > self))
    }

    /// Whether quay.io was given copies of this release's images. That they are still there has to be asked
    /// of quay.io.
    pub fn has_copies_on_quay(self) -> bool {
        self.minor >= FIRST_COPIED
    }

    /// Whether images come from quay.io unless something else is configured.
    pub fn defaults_to_quay(self) -> bool {
        self.minor >= FIRST_ON_QUAY
    }

    /// What stands before `/NAME:TAG` in a default image (`pkg/types/clusterconfig`, `pkg/consts`).
    pub fn default_registry(self) -> &'static str {
        if self.defaults_to_quay() { "quay.io/cortexlabs" } else { "cortexlabs" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_a_mistyped_version() {
        let neighbours = |text: &str| {
            let (before, after) = text.parse::<Version>().unwrap().neighbours();
            (before.map(|v| v.to_string()), after.map(|v| v.to_string()))
        };
        assert_eq!(neighbours("0.22.5"), (Some("0.22.1".into()), Some("0.23.0".into())));
        assert_eq!(neighbours("1.0.0"), (Some("0.42.1".into()), None));
        assert_eq!(neighbours("0.3.0"), (None, Some("0.15.0".into())));
    }
}
