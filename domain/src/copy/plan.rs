//! What copying will do and cost, as far as that can be known without spending anything: from the headers of source
//! and target, which no registry counts.

use serde::Serialize;

use super::order::Order;
use crate::registry::Head;

/// The least bytes that an index spends on one entry: digest, size, media type and platform, without blanks.
const SMALLEST_ENTRY: u64 = 190;

/// Pulls at the source, by how they are counted at Docker Hub: one for each manifest that is fetched, be it the index,
/// a platform's, or an attestation's (Docker's page on usage and limits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pulls {
    /// At least.
    pub low: u32,
    /// At most.
    pub high: u32,
}

/// How an image stands before anything is spent on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The target has the very same.
    Unchanged,
    /// There is something to do.
    Wanted {
        /// The source's digest, where it states one.
        digest: Option<String>,
        /// Whether a tag of the target is to be moved from another image.
        overwrites: Option<String>,
        /// What it costs.
        pulls: Pulls,
    },
}

/// One image of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What was ordered.
    pub order: Order,
    /// How it stands.
    pub state: State,
}

/// What the target holds under the name that is to be copied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtTarget {
    /// Nothing, or nothing that we may see.
    Nothing,
    /// An image with this digest.
    Image(String),
    /// What we made ourselves of the very image that is wanted, with the platforms that are wanted.
    OurOwn,
}

/// Weighs one order. `platforms` says for how many platforms the image is wanted, 0 for all.
#[must_use]
pub fn weigh(order: Order, source: &Head, target: &AtTarget, platforms: usize) -> Planned {
    let (same, overwrites) = match target {
        AtTarget::Nothing => (false, None),
        AtTarget::OurOwn => (true, None),
        AtTarget::Image(digest) => {
            let same = source.digest.as_ref() == Some(digest) && (platforms == 0 || !is_index(source));
            (same, Some(digest.clone()))
        }
    };
    let state = if same {
        State::Unchanged
    } else {
        State::Wanted { digest: source.digest.clone(), overwrites, pulls: pulls(source, platforms) }
    };
    Planned { order, state }
}

/// What an image costs, by its headers: an image one pull; an index one, and one for each entry that is wanted, of which
/// its length says how many there can be. Each platform may bring an attestation.
fn pulls(source: &Head, platforms: usize) -> Pulls {
    if !is_index(source) {
        return Pulls { low: 1, high: 1 };
    }
    let entries = source.size.map_or(u64::from(u32::MAX), |size| (size / SMALLEST_ENTRY).max(1));
    let wanted = match u64::try_from(platforms).unwrap_or(u64::MAX) {
        0 => entries,
        // A platform without variants may come in several of them.
        platforms => entries.min(platforms.saturating_mul(8)),
    };
    Pulls { low: 2, high: u32::try_from(wanted).unwrap_or(u32::MAX).saturating_add(1) }
}

/// Whether headers are those of an index. Some registries state no type; then it is taken for one, which costs more.
#[must_use]
pub fn is_index(head: &Head) -> bool {
    head.media_type.as_deref().is_none_or(|kind| kind.contains(".index.") || kind.contains(".list."))
}

/// The pulls of all that is wanted.
#[must_use]
pub fn total<'a>(planned: impl IntoIterator<Item = &'a Planned>) -> Pulls {
    planned.into_iter().fold(Pulls::default(), |sum, planned| match &planned.state {
        State::Unchanged => sum,
        State::Wanted { pulls, .. } => {
            Pulls { low: sum.low.saturating_add(pulls.low), high: sum.high.saturating_add(pulls.high) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::order::order;

    const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    const IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";

    fn head(digest: &str, kind: Option<&str>, size: u64) -> Head {
        Head { digest: Some(digest.to_owned()), media_type: kind.map(str::to_owned), size: Some(size) }
    }

    fn state(source: &Head, target: &AtTarget, platforms: usize) -> State {
        weigh(order("nginx", "quay.io/me/nginx").unwrap(), source, target, platforms).state
    }

    #[test]
    fn the_same_digest_is_the_same_image_and_costs_nothing() {
        let index = head("sha256:a", Some(INDEX), 2_000);
        let image = head("sha256:a", Some(IMAGE), 500);
        let same = AtTarget::Image("sha256:a".to_owned());
        assert_eq!(state(&index, &same, 0), State::Unchanged);
        assert_eq!(state(&image, &same, 1), State::Unchanged, "an image has one platform whatever is wanted");
        assert_eq!(state(&index, &AtTarget::OurOwn, 2), State::Unchanged);
        // All platforms are there, and one was wanted: the target is to hold that one.
        assert!(matches!(state(&index, &same, 1), State::Wanted { .. }));
        let other = AtTarget::Image("sha256:b".to_owned());
        let State::Wanted { overwrites, .. } = state(&index, &other, 0) else { panic!() };
        assert_eq!(overwrites.as_deref(), Some("sha256:b"));
    }

    #[test]
    fn the_cost_is_told_from_headers_alone() {
        let cost = |head: &Head, platforms| match state(head, &AtTarget::Nothing, platforms) {
            State::Wanted { pulls: Pulls { low, high }, .. } => (low, high),
            State::Unchanged => panic!(),
        };
        assert_eq!(cost(&head("sha256:a", Some(IMAGE), 500), 0), (1, 1));
        assert_eq!(cost(&head("sha256:a", Some(INDEX), 1_900), 0), (2, 11));
        assert_eq!(cost(&head("sha256:a", Some(INDEX), 1_900), 1), (2, 9));
        assert_eq!(cost(&head("sha256:a", None, 100), 0), (2, 2));
    }

    #[test]
    fn a_plan_is_the_sum_of_what_is_wanted() {
        let orders = || order("nginx", "quay.io/me/nginx").unwrap();
        let index = head("sha256:a", Some(INDEX), 1_900);
        let planned = [
            weigh(orders(), &index, &AtTarget::Nothing, 0),
            weigh(orders(), &index, &AtTarget::OurOwn, 0),
            weigh(orders(), &head("sha256:a", Some(IMAGE), 1), &AtTarget::Nothing, 0),
        ];
        assert_eq!(total(&planned), Pulls { low: 3, high: 12 });
    }
}
