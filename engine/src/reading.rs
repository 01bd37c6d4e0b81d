//! Between a source of facts and what collects them: counts requests, and keeps progress from becoming a
//! flood.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::facts::Fact;
use domain::ports::FactSink;
use domain::run::{Progress, Request};

/// Shortest time between two progress reports of one phase: four a second are more than an eye follows.
const PACE: Duration = Duration::from_millis(250);

/// Is told how far a long piece of work is: a snapshot each time, never more than about four a second, but
/// always when a new phase begins.
pub trait Observer: Send {
    /// How far it is now.
    fn progress(&mut self, progress: Progress);
}

impl<F: FnMut(Progress) + Send> Observer for F {
    fn progress(&mut self, progress: Progress) {
        self(progress);
    }
}

/// What facts are read for: a verdict, or a check.
pub(crate) trait Collect: Send {
    /// Takes one fact.
    fn take(&mut self, fact: Fact);
    /// What can be said before the end.
    fn early(&self) -> Option<String>;
}

/// The sink that is handed to a source.
pub(crate) struct Reading<'a, C> {
    pub(crate) collected: C,
    observer: &'a mut dyn Observer,
    requests: BTreeMap<(String, String), u32>,
    last: Option<(Instant, String)>,
}

impl<'a, C: Collect> Reading<'a, C> {
    pub(crate) fn new(collected: C, observer: &'a mut dyn Observer) -> Self {
        Self { collected, observer, requests: BTreeMap::new(), last: None }
    }

    /// What was collected, and the requests that were made for it, sorted.
    pub(crate) fn end(self) -> (C, Vec<Request>) {
        let requests =
            self.requests.into_iter().map(|((verb, what), count)| Request { verb, what, count }).collect();
        (self.collected, requests)
    }

    /// Tells how far it is, at the pace of all reports.
    pub(crate) fn tell(&mut self, progress: Progress) {
        self.progress_at(Instant::now(), progress);
    }

    fn progress_at(&mut self, now: Instant, progress: Progress) {
        let is_due = match &self.last {
            Some((then, phase)) => *phase != progress.phase || now.duration_since(*then) >= PACE,
            None => true,
        };
        if is_due {
            self.last = Some((now, progress.phase.clone()));
            let early = self.collected.early().or(progress.early);
            self.observer.progress(Progress { early, ..progress });
        }
    }
}

impl<C: Collect> FactSink for Reading<'_, C> {
    fn fact(&mut self, fact: Fact) {
        self.collected.take(fact);
    }

    fn progress(&mut self, progress: Progress) {
        self.tell(progress);
    }

    fn request(&mut self, verb: &str, what: &str) {
        *self.requests.entry((verb.to_owned(), what.to_owned())).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Collect for Nothing {
        fn take(&mut self, _: Fact) {}
        fn early(&self) -> Option<String> {
            Some("7 so far".to_owned())
        }
    }

    fn reading(phase: &str, done: u64) -> Progress {
        Progress { phase: phase.to_owned(), done, total: None, early: None }
    }

    #[test]
    fn progress_is_told_four_times_a_second_and_at_each_phase() {
        let mut told = Vec::new();
        let mut observer = |progress: Progress| told.push((progress.phase, progress.done, progress.early));
        let mut sink = Reading::new(Nothing, &mut observer);
        let start = Instant::now();
        for (millis, phase, done) in
            [(0, "pods", 1), (100, "pods", 2), (249, "pods", 3), (250, "pods", 4), (260, "events", 5)]
        {
            sink.progress_at(start + Duration::from_millis(millis), reading(phase, done));
        }
        let early = Some("7 so far".to_owned());
        let wanted = [("pods", 1), ("pods", 4), ("events", 5)]
            .map(|(phase, done)| (phase.to_owned(), done, early.clone()));
        assert_eq!(told, wanted);
    }

    #[test]
    fn requests_are_counted_by_verb_and_resource() {
        let mut observer = |_: Progress| {};
        let mut sink = Reading::new(Nothing, &mut observer);
        for (verb, what) in [("list", "pods"), ("get", "version"), ("list", "pods")] {
            sink.request(verb, what);
        }
        let requests = sink.end().1;
        let flat: Vec<_> = requests.iter().map(|r| (r.verb.as_str(), r.what.as_str(), r.count)).collect();
        assert_eq!(flat, [("get", "version", 1), ("list", "pods", 2)]);
    }
}
