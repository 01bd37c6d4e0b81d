//! Runs from their start to their end, with everything that can come between.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{MemoryStore, Script, SetClock, cluster};
use domain::facts::Fact;
use domain::ports::{InputFile, RunStore as _};
use domain::problem::Problem;
use domain::remedy::RemedyKind;
use domain::run::{JobState, Run, Source, Step};
use engine::runs::{Refusal, Runs};

struct House {
    store: Arc<MemoryStore>,
    clock: Arc<SetClock>,
}

impl House {
    fn new() -> Self {
        Self { store: Arc::default(), clock: SetClock::new() }
    }

    fn runs(&self, owner: &str, script: Script) -> Arc<Runs> {
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        Arc::new(Runs::new(store, Arc::new(script), None, clock, owner))
    }
}

fn connected(runs: &Runs) -> String {
    let id = runs.create().unwrap().id;
    runs.connect(&id, Source::Demo, &[]).unwrap();
    id
}

async fn ended(runs: &Runs, id: &str) -> Run {
    if let Some(mut events) = runs.events(id) {
        let over = tokio::time::timeout(Duration::from_secs(5), events.wait_for(|event| event.over)).await;
        over.unwrap().unwrap();
    }
    runs.get(id).unwrap()
}

fn words(runs: &Runs, id: &str) -> Vec<String> {
    runs.journal(id).unwrap().into_iter().map(|(_, entry)| entry.what).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_ends_with_a_verdict_in_the_run() {
    let runs = House::new().runs("wizard", Script::Gives(vec![cluster(None)]));
    let id = connected(&runs);
    runs.start_scan(&id, None).unwrap();
    let run = ended(&runs, &id).await;
    assert_eq!(run.scan_state, JobState::Done);
    assert!(run.scan.is_some());
    assert_eq!(run.requests[0].what, "pods");
    assert_eq!(words(&runs, &id), ["created", "connected", "scan_started", "scan_done"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_scan_leaves_its_problem_and_the_verdict_before() {
    let house = House::new();
    let good = house.runs("wizard", Script::Gives(vec![cluster(None)]));
    let id = connected(&good);
    good.start_scan(&id, None).unwrap();
    ended(&good, &id).await;
    let bad = house.runs("wizard", Script::Fails(Problem::outside("cluster_unreachable", "a", "b", "c")));
    bad.start_scan(&id, None).unwrap();
    let run = ended(&bad, &id).await;
    assert_eq!(run.scan_state, JobState::Failed);
    assert_eq!(run.problems[&Step::Detect][0].code, "cluster_unreachable");
    assert!(run.scan.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_scan_keeps_what_was_found() {
    let runs = House::new().runs("wizard", Script::WaitsAfter(vec![Fact::Namespace("shop".to_owned())]));
    let id = connected(&runs);
    runs.start_scan(&id, None).unwrap();
    assert!(matches!(runs.get(&id).unwrap().scan_state, JobState::Running { .. }));
    runs.cancel(&id);
    let run = ended(&runs, &id).await;
    assert_eq!(run.scan_state, JobState::Cancelled);
    assert_eq!(run.scan.unwrap().diagnosis.counts.namespaces, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_of_the_source_before_does_not_count() {
    let runs = House::new().runs("wizard", Script::WaitsAfter(vec![cluster(None)]));
    let id = connected(&runs);
    runs.start_scan(&id, None).unwrap();
    let mut events = runs.events(&id).unwrap();
    runs.connect(&id, Source::Files { name: "dump".to_owned() }, &[]).unwrap();
    events.wait_for(|event| event.over).await.unwrap();
    let run = runs.get(&id).unwrap();
    assert_eq!((run.scan, run.scan_state), (None, JobState::Idle));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_falls_over_is_shown_as_interrupted() {
    let runs = House::new().runs("wizard", Script::Panics);
    let id = connected(&runs);
    runs.start_scan(&id, None).unwrap();
    let run = ended(&runs, &id).await;
    assert_eq!(run.scan_state, JobState::Failed);
    assert_eq!(run.problems[&Step::Detect][0].code, "interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_left_by_a_killed_process_is_free_when_its_lease_ends() {
    let house = House::new();
    let killed = house.runs("killed", Script::WaitsAfter(Vec::new()));
    let id = connected(&killed);
    killed.start_scan(&id, None).unwrap();

    let next = house.runs("next", Script::Gives(vec![cluster(None)]));
    assert!(matches!(next.get(&id).unwrap().scan_state, JobState::Running { .. }), "it may be alive");
    let Err(Refusal::Lost(problem)) = next.start_scan(&id, None) else { panic!("two at one run") };
    assert_eq!(problem.code, "run_in_use");

    house.clock.advance(31);
    let before = house.store.load(&id).unwrap();
    let run = next.get(&id).unwrap();
    assert_eq!(run.scan_state, JobState::Failed);
    assert_eq!(run.problems[&Step::Detect][0].next, "Scan again.");
    assert_eq!(house.store.load(&id).unwrap(), before, "looking writes nothing");
    next.start_scan(&id, None).unwrap();
    assert_eq!(ended(&next, &id).await.scan_state, JobState::Done);
    killed.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_not_kept_are_missed_at_the_next_scan() {
    let house = House::new();
    let file = |name: &str| Fact::File { name: name.to_owned(), relevant: true };
    let given = Script::Gives(vec![file("big.json"), file("small.yaml")]);
    let runs = house.runs("wizard", Script::Gives(vec![file("small.yaml")]));
    let id = runs.create().unwrap().id;
    let kept = InputFile { name: "small.yaml".to_owned(), bytes: Arc::from(*b"a: 1") };
    runs.connect(&id, Source::Files { name: "dump".to_owned() }, &[kept]).unwrap();
    runs.start_scan(&id, Some(Box::new(given))).unwrap();
    let not_seen = |run: Run| {
        run.scan
            .unwrap()
            .diagnosis
            .not_seen
            .into_iter()
            .map(|n| n.what)
            .filter(|w| w.starts_with("file "))
            .collect::<Vec<_>>()
    };
    assert_eq!(not_seen(ended(&runs, &id).await), [""; 0]);
    runs.start_scan(&id, None).unwrap();
    assert_eq!(not_seen(ended(&runs, &id).await), ["file big.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_out_of_order_are_kept_as_problems_of_their_step() {
    let runs = House::new().runs("wizard", Script::Gives(Vec::new()));
    let id = runs.create().unwrap().id;
    let refused = |result: Result<(), Refusal>| match result {
        Err(Refusal::Kept(problem)) => problem.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(runs.start_scan(&id, None)), "too_early");
    assert_eq!(refused(runs.choose(&id, RemedyKind::Quay)), "too_early");
    assert_eq!(refused(runs.start_verify(&id, None)), "too_early");
    let run = runs.get(&id).unwrap();
    assert_eq!(run.problems.keys().copied().collect::<Vec<_>>(), [Step::Detect, Step::Remedy, Step::Verify]);
    assert!(matches!(runs.choose("gone", RemedyKind::Quay), Err(Refusal::Lost(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn shutting_down_ends_every_job() {
    let runs = House::new().runs("wizard", Script::WaitsAfter(Vec::new()));
    let ids = [connected(&runs), connected(&runs)];
    for id in &ids {
        runs.start_scan(id, None).unwrap();
    }
    tokio::time::timeout(Duration::from_secs(5), runs.shut_down()).await.unwrap();
    for id in &ids {
        assert_eq!(runs.get(id).unwrap().scan_state, JobState::Cancelled);
    }
}
