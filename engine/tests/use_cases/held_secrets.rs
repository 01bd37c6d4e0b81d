//! Looking into the pull secrets that a cluster holds: its end, its stop, and what becomes of the plan.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::facts::{Fact, ServiceAccountFact, WorkloadFact};
use domain::held::{Found, PullSecrets, SecretName};
use domain::ports::{Cancel, FactSink, FactSource, InputFile, Sources};
use domain::problem::Problem;
use domain::remedy::{Answers, RemedyKind};
use domain::run::{JobState, Progress, Run, Source, Step};
use domain::time::Timestamp;
use domain::workload::{ContainerImage, ContainerKind, ObjectRef, PodSpec};
use engine::runs::Runs;

use crate::support::{MemoryStore, SetClock, cluster};

/// A cluster whose pods pull with the secrets `a` and `b`.
#[derive(Clone)]
struct Shop {
    /// What each look gives; `None` never ends before the test tells it to.
    look: Option<Result<Found, Problem>>,
    began: Cancel,
    may_end: Cancel,
}

#[async_trait]
impl FactSource for Shop {
    async fn read(&self, _: &Cancel, sink: &mut dyn FactSink) -> Result<(), Problem> {
        sink.request("list", "pods");
        [cluster(Some("uid")), account(), workload()].into_iter().for_each(|fact| sink.fact(fact));
        Ok(())
    }
}

#[async_trait]
impl PullSecrets for Shop {
    async fn look_into(
        &self,
        secret: &SecretName,
        _: &Timestamp,
        sink: &mut dyn FactSink,
    ) -> Result<Found, Problem> {
        sink.request("get", &format!("secrets {secret}"));
        sink.progress(Progress::default());
        self.began.cancel();
        while self.look.is_none() && !self.may_end.is_cancelled() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.look.clone().unwrap_or(Ok(Found::Missing))
    }
}

#[async_trait]
impl Sources for Shop {
    async fn open(&self, _: &Source, _: Vec<InputFile>) -> Result<Box<dyn FactSource>, Problem> {
        Ok(Box::new(self.clone()))
    }
    async fn pull_secrets(&self, _: &Source) -> Result<Option<Box<dyn PullSecrets>>, Problem> {
        Ok(Some(Box::new(self.clone())))
    }
}

fn object(group: &str, kind: &str, name: &str) -> ObjectRef {
    ObjectRef {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
        uid: Some(format!("uid-{name}")),
    }
}

fn account() -> Fact {
    Fact::ServiceAccount(ServiceAccountFact {
        object: object("", "ServiceAccount", "default"),
        labels: Default::default(),
        annotations: Default::default(),
        image_pull_secrets: vec!["a".to_owned(), "b".to_owned()],
        origin: None,
    })
}

fn workload() -> Fact {
    let containers = vec![ContainerImage {
        kind: ContainerKind::Main,
        name: "c".to_owned(),
        image: "nginx:1".to_owned(),
        pull_policy: None,
        pointer: "/spec/template/spec/containers/0/image".to_owned(),
        name_pointer: "/spec/template/spec/containers/0/name".to_owned(),
    }];
    Fact::Workload(WorkloadFact {
        object: object("apps", "Deployment", "web"),
        labels: Default::default(),
        annotations: Default::default(),
        controller: None,
        spec: PodSpec { service_account: None, image_pull_secrets: vec![], containers },
        replicas: None,
        present: None,
        update_strategy: None,
        origin: None,
    })
}

/// A run of this shop, read and with the remedy chosen.
async fn read(look: Option<Result<Found, Problem>>) -> (Arc<Runs>, Shop, String) {
    let shop = Shop { look, began: Cancel::default(), may_end: Cancel::default() };
    let store = Arc::new(MemoryStore::default());
    let runs = Arc::new(Runs::new(store, Arc::new(shop.clone()), None, SetClock::new(), "the wizard"));
    let id = runs.create().unwrap().id;
    let source = Source::Cluster { kubeconfig: None, context: "prod".to_owned(), namespaces: vec![] };
    runs.connect(&id, source, &[]).unwrap();
    runs.start_scan(&id, None).unwrap();
    ended(&runs, &id).await;
    runs.choose(&id, RemedyKind::HubAccount).unwrap();
    (runs, shop, id)
}

async fn ended(runs: &Runs, id: &str) -> Run {
    if let Some(mut events) = runs.events(id) {
        let over = tokio::time::timeout(Duration::from_secs(5), events.wait_for(|event| event.over)).await;
        over.unwrap().unwrap();
    }
    runs.get(id).unwrap()
}

fn answers(read_secrets: &str) -> Answers {
    Answers { set: [("read-secrets".to_owned(), read_secrets.to_owned())].into(), ..Answers::default() }
}

fn found(run: &Run) -> Vec<(&str, bool)> {
    let secrets = run.survey.pull_secrets.as_deref().unwrap_or_default();
    secrets.iter().map(|held| (held.secret.name.as_str(), held.found == Found::NotAsked)).collect()
}

fn told(run: &Run) -> Vec<&str> {
    run.requests
        .iter()
        .map(|request| request.what.as_str())
        .filter(|what| what.starts_with("secrets"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_looked_into_and_told_among_the_requests() {
    let (runs, _, id) = read(Some(Ok(Found::Missing))).await;
    runs.configure(&id, answers("no"), None).unwrap();
    let run = ended(&runs, &id).await;
    assert_eq!((run.survey.pull_secrets.is_none(), told(&run).len()), (true, 0));
    assert!(run.plan.is_some());

    runs.configure(&id, answers("yes"), None).unwrap();
    let run = ended(&runs, &id).await;
    assert_eq!((run.plan_state.clone(), found(&run)), (JobState::Done, vec![("a", false), ("b", false)]));
    assert_eq!(told(&run), ["secrets shop/a", "secrets shop/b"]);
    assert_eq!(run.plan.as_ref().unwrap().found_secrets.len(), 2);
    let what: Vec<String> = runs.journal(&id).unwrap().into_iter().map(|(_, entry)| entry.what).collect();
    assert!(
        what.contains(&"secrets_looked_into".to_owned()) && !what.contains(&"registries_asked".to_owned())
    );

    // Taking the permission back forgets what was found; that it was asked stays true.
    runs.configure(&id, answers("no"), None).unwrap();
    let run = ended(&runs, &id).await;
    assert!(run.survey.pull_secrets.is_none() && run.plan.unwrap().found_secrets.is_empty());
    assert_eq!(run.requests.iter().filter(|request| request.what.starts_with("secrets")).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_leaves_the_rest_unasked_and_the_plan_says_so() {
    let (runs, shop, id) = read(None).await;
    runs.configure(&id, answers("yes"), None).unwrap();
    while !shop.began.is_cancelled() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(matches!(runs.get(&id).unwrap().plan_state, JobState::Running { .. }));
    runs.cancel(&id);
    shop.may_end.cancel();
    let run = ended(&runs, &id).await;
    assert_eq!((run.plan_state.clone(), found(&run)), (JobState::Cancelled, vec![("a", false), ("b", true)]));
    assert_eq!(told(&run), ["secrets shop/a"]);
    assert!(run.plan.unwrap().found_secrets.iter().any(|found| found.says.contains("stopped")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_there_is_no_plan_and_the_question_shows_why() {
    let (runs, _, id) = read(Some(Err(Problem::outside("cluster_unreachable", "a", "b", "c")))).await;
    runs.configure(&id, answers("yes"), None).unwrap();
    let run = ended(&runs, &id).await;
    assert_eq!((run.plan_state.clone(), run.plan.is_none()), (JobState::Failed, true));
    assert_eq!(run.problems[&Step::Configure][0].code, "cluster_unreachable");
    runs.configure(&id, answers("no"), None).unwrap();
    assert!(ended(&runs, &id).await.plan.is_some());
}
