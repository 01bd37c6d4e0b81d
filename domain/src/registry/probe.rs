//! What a diagnosis learns when Docker Hub is asked for the pull limit beside the reading of a cluster. Must not know
//! who asks, nor how.

use std::net::IpAddr;

use super::Quota;
use crate::diagnosis::{Budget, Diagnosis, MeasuredFrom};
use crate::facts::NotSeen;
use crate::problem::Problem;
use crate::time::Timestamp;

/// What is not seen when the question got no answer that tells.
const LIMIT: &str = "Docker Hub's pull limit";
const EFFECT: &str = "How many pulls are left is not known. The verdict does not rest on it.";

impl Diagnosis {
    /// Takes up what Docker Hub said to this machine at `at`. A question without an answer is something not seen: the
    /// cluster was read all the same.
    pub fn probed(&mut self, asked: Result<Quota, Problem>, at: Timestamp) {
        let why = match &asked {
            Ok(quota) => quota.unknown().map(|unknown| unknown.sentence().to_owned()),
            Err(problem) => Some(format!("{} {}", problem.what, problem.why)),
        };
        self.not_seen.retain(|gap| gap.what != LIMIT);
        if let Ok(quota) = asked {
            self.budget.measured_here(&quota, at);
        }
        if let Some(why) = why {
            self.not_seen.push(NotSeen { what: LIMIT.to_owned(), why, effect: EFFECT.to_owned() });
            self.not_seen.sort();
        }
    }
}

impl Budget {
    /// Takes up what Docker Hub said to this machine at `at`. Nodes keep what is known of them: the answer is theirs
    /// only where Docker Hub counts the very address that they leave by.
    fn measured_here(&mut self, quota: &Quota, at: Timestamp) {
        let measured = quota.budget();
        let counted = address(measured.source.as_deref());
        let mut egress_groups = std::mem::take(&mut self.egress_groups);
        for group in &mut egress_groups {
            let is_here = counted.is_some() && counted == address(group.address.as_deref());
            group.remaining = if is_here { measured.remaining } else { None };
        }
        *self = Self { egress_groups, measured_at: Some(at), ..measured };
    }
}

impl Budget {
    /// The fewest pulls that nodes are known to have left. What was measured from elsewhere says nothing about them.
    #[must_use]
    pub fn remaining_at_nodes(&self) -> Option<u32> {
        let whole = (self.measured_from == MeasuredFrom::Nodes).then_some(self.remaining).flatten();
        self.egress_groups.iter().filter_map(|group| group.remaining).chain(whole).min()
    }

    /// The limit that nodes are known to have, likewise.
    #[must_use]
    pub fn limit_at_nodes(&self) -> Option<u32> {
        let is_theirs = self.measured_from == MeasuredFrom::Nodes
            || self.egress_groups.iter().any(|group| group.remaining.is_some());
        self.limit.filter(|_| is_theirs)
    }
}

fn address(text: Option<&str>) -> Option<IpAddr> {
    text?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{EgressGroup, Fold, Knowledge, SourceKind};
    use crate::evidence::RateLimit;
    use crate::registry::{Counted, Endpoint, RegistryName, Standing, Unknown};

    fn diagnosis() -> Diagnosis {
        let group = |address: Option<&str>| EgressGroup {
            nodes: vec!["n".to_owned()],
            address: address.map(str::to_owned),
            how: Knowledge::Declared,
            remaining: None,
        };
        let mut found = Fold::new(SourceKind::Cluster).finish(now()).diagnosis;
        found.budget.egress_groups =
            vec![group(None), group(Some("198.51.100.7")), group(Some("198.51.100.8"))];
        found
    }

    fn now() -> Timestamp {
        Timestamp::from_unix(1_795_000_000)
    }

    fn said(standing: Standing, counted: &str) -> Quota {
        Quota {
            registry: RegistryName::default(),
            endpoint: Endpoint { url: "https://registry-1.docker.io".to_owned(), named_by_user: false },
            account: None,
            standing,
            counted: Counted::read(counted),
            token_limit: None,
        }
    }

    fn left(found: &Diagnosis) -> Vec<Option<u32>> {
        found.budget.egress_groups.iter().map(|group| group.remaining).collect()
    }

    #[test]
    fn nodes_have_the_measured_number_only_where_they_have_the_measured_address() {
        let limit = RateLimit { limit: 100, remaining: Some(7), window_seconds: 21_600 };
        for (counted, wanted) in [
            ("203.0.113.9", [None, None, None]),
            ("198.51.100.8", [None, None, Some(7)]),
            ("2001:db8::1", [None, None, None]),
            ("some-account", [None, None, None]),
        ] {
            let mut found = diagnosis();
            found.probed(Ok(said(Standing::Limited(limit), counted)), now());
            let budget = &found.budget;
            assert_eq!((budget.limit, budget.remaining, budget.unlimited), (Some(100), Some(7), false));
            assert_eq!((budget.measured_from, &budget.measured_at), (MeasuredFrom::Here, &Some(now())));
            assert_eq!(left(&found), wanted, "{counted}");
            assert_eq!(
                (budget.remaining_at_nodes(), budget.limit_at_nodes()),
                (wanted[2], wanted[2].and(Some(100)))
            );
            assert_eq!(found.not_seen, diagnosis().not_seen);
        }
    }

    #[test]
    fn no_limit_is_no_number() {
        let mut found = diagnosis();
        found.probed(Ok(said(Standing::Unlimited, "198.51.100.7")), now());
        assert_eq!(
            (found.budget.unlimited, found.budget.limit, left(&found)),
            (true, None, vec![None, None, None])
        );
    }

    #[test]
    fn an_answer_that_tells_nothing_and_no_answer_are_not_seen_and_leave_the_verdict() {
        let nobody =
            Problem::outside("registry_unreachable", "It could not be reached.", "No route.", "Wait.");
        for (asked, from, why) in [
            (
                Ok(said(Standing::Unknown(Unknown::Mirror), "")),
                MeasuredFrom::Here,
                "Something else than Docker Hub",
            ),
            (Err(nobody), MeasuredFrom::NotMeasured, "It could not be reached. No route."),
        ] {
            let mut found = diagnosis();
            found.probed(asked, now());
            let gap = found.not_seen.iter().find(|gap| gap.what == LIMIT).unwrap();
            assert!(gap.why.starts_with(why), "{}", gap.why);
            assert_eq!((found.budget.measured_from, found.budget.limit), (from, None));
            assert_eq!(found.verdict, diagnosis().verdict);

            let limit = RateLimit { limit: 100, remaining: Some(7), window_seconds: 21_600 };
            found.probed(Ok(said(Standing::Limited(limit), "")), now());
            assert_eq!((&found.not_seen, found.budget.remaining), (&diagnosis().not_seen, Some(7)));
        }
    }
}
