//! Preparing Amazon ECR: looked at first, made once, taken back without loss.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use domain::copy::order;
use domain::ecr::Registry;
use domain::ecr::preparation::Deed;
use domain::plan::{EcrSide, EcrWay};
use domain::ports::copying::Repositories;
use domain::ports::ecr::{Caller, EcrCaches, EcrLogin, EcrRegistries, EcrRepository, Making, SecretSeen};
use domain::problem::Problem;
use domain::registry::Credentials;
use engine::ecr::{Ports, Renewed, carry_out, look, make_missing, take_back, targets};
use registry::{Client, Endpoints};

const ACCOUNT: &str = "111122223333";

/// An account with what was made in it. Notes what was changed, in order.
#[derive(Default)]
struct Account {
    repositories: Mutex<BTreeSet<String>>,
    /// Repositories that hold an image.
    full: BTreeSet<String>,
    rules: Mutex<BTreeMap<String, String>>,
    templates: Mutex<BTreeSet<String>>,
    secrets: Mutex<BTreeMap<String, bool>>,
    changed: Mutex<Vec<String>>,
    logins: AtomicU32,
    good_for: Duration,
    refuses_template: bool,
    broken: bool,
}

impl Account {
    fn note(&self, what: &str, name: &str) {
        self.changed.lock().unwrap().push(format!("{what} {name}"));
    }

    fn changes(&self) -> Vec<String> {
        std::mem::take(&mut *self.changed.lock().unwrap())
    }

    fn ports(&self) -> Ports<'_> {
        Ports { registries: self, caches: self }
    }
}

#[async_trait]
impl EcrRegistries for Account {
    async fn caller(&self) -> Result<Caller, Problem> {
        Ok(Caller { account: ACCOUNT.to_owned(), arn: format!("arn:aws:iam::{ACCOUNT}:user/ops") })
    }

    async fn login(&self) -> Result<EcrLogin, Problem> {
        let count = self.logins.fetch_add(1, Ordering::Relaxed);
        let credentials = Credentials::new("AWS", &format!("token{count}"))?;
        Ok(EcrLogin { credentials, good_for: self.good_for })
    }

    async fn repository(&self, _at: &Registry, name: &str) -> Result<Option<EcrRepository>, Problem> {
        let there = self.repositories.lock().unwrap().contains(name);
        Ok(there.then(|| EcrRepository { name: name.to_owned(), tags_are_fixed: false, lifecycle: None }))
    }

    async fn make_repository(&self, _at: &Registry, name: &str) -> Result<Making, Problem> {
        self.note("make", name);
        let new = self.repositories.lock().unwrap().insert(name.to_owned());
        Ok(if new { Making::Made } else { Making::WasThere })
    }

    async fn remove_empty_repository(&self, _at: &Registry, name: &str) -> Result<bool, Problem> {
        self.note("remove", name);
        Ok(!self.full.contains(name) && self.repositories.lock().unwrap().remove(name))
    }

    async fn mounts_blobs(&self) -> Result<bool, Problem> {
        Ok(false)
    }

    async fn let_blobs_be_mounted(&self) -> Result<(), Problem> {
        Ok(())
    }
}

#[async_trait]
impl EcrCaches for Account {
    async fn upstream(&self, prefix: &str) -> Result<Option<String>, Problem> {
        Ok(self.rules.lock().unwrap().get(prefix).map(|_| "registry-1.docker.io".to_owned()))
    }

    async fn make_cache(&self, prefix: &str, secret_arn: &str) -> Result<Making, Problem> {
        self.note("rule", secret_arn);
        self.rules.lock().unwrap().insert(prefix.to_owned(), secret_arn.to_owned());
        Ok(Making::Made)
    }

    async fn try_cache(&self, _prefix: &str) -> Result<Result<(), String>, Problem> {
        Ok(if self.broken { Err("wrong credentials".to_owned()) } else { Ok(()) })
    }

    async fn remove_cache(&self, prefix: &str) -> Result<(), Problem> {
        self.note("remove rule", prefix);
        self.rules.lock().unwrap().remove(prefix);
        Ok(())
    }

    async fn has_template(&self, prefix: &str) -> Result<bool, Problem> {
        Ok(self.templates.lock().unwrap().contains(prefix))
    }

    async fn make_template(&self, prefix: &str) -> Result<Making, Problem> {
        if self.refuses_template {
            return Err(Problem::outside("aws_not_allowed", "No.", "No right.", "Ask."));
        }
        self.note("template", prefix);
        self.templates.lock().unwrap().insert(prefix.to_owned());
        Ok(Making::Made)
    }

    async fn remove_template(&self, prefix: &str) -> Result<(), Problem> {
        self.note("remove template", prefix);
        self.templates.lock().unwrap().remove(prefix);
        Ok(())
    }

    async fn secret(&self, name: &str) -> Result<Option<SecretSeen>, Problem> {
        let secrets = self.secrets.lock().unwrap();
        Ok(secrets.get(name).map(|going| SecretSeen { arn: format!("arn:{name}"), is_going: *going }))
    }

    async fn make_secret(&self, name: &str, account: &Credentials) -> Result<Making, Problem> {
        self.note("secret of", account.username());
        self.secrets.lock().unwrap().insert(name.to_owned(), false);
        Ok(Making::Made)
    }

    async fn keep_secret(&self, name: &str) -> Result<(), Problem> {
        self.secrets.lock().unwrap().insert(name.to_owned(), false);
        Ok(())
    }

    async fn remove_secret(&self, name: &str) -> Result<(), Problem> {
        self.note("remove secret", name);
        self.secrets.lock().unwrap().insert(name.to_owned(), true);
        Ok(())
    }
}

fn side(way: EcrWay, account: &str) -> EcrSide {
    let registry = Registry::new(account, "eu-west-1").unwrap();
    EcrSide {
        way,
        host: registry.host(),
        registry,
        prefix: "docker-hub".to_owned(),
        repositories: ["a", "b"].map(|name| format!("docker-hub/{name}")).into(),
        node_platforms: Vec::new(),
        secret_name: (way == EcrWay::Cache).then(|| "ecr-pullthroughcache/x".to_owned()),
    }
}

/// Looks, then makes; gives what was made.
async fn prepared(account: &Account, side: &EcrSide) -> Result<Vec<Deed>, Problem> {
    let preparation = look(side, account.ports()).await?;
    assert_eq!(account.changes(), [""; 0], "looking changes nothing");
    let login = Credentials::new("acme", "token").unwrap();
    let mut made = Vec::new();
    carry_out(&preparation, side, Some(&login), account.ports(), &mut |deed| made.push(deed.clone())).await?;
    Ok(made)
}

#[tokio::test]
async fn repositories_are_made_once_and_those_in_use_stay() {
    let mut account = Account::default();
    account.repositories.lock().unwrap().insert("docker-hub/a".to_owned());
    let side = side(EcrWay::Copy, ACCOUNT);
    let made = prepared(&account, &side).await.unwrap();
    assert_eq!(made, [Deed::Repository { name: "docker-hub/b".to_owned() }]);
    assert_eq!(account.changes(), ["make docker-hub/b"]);
    assert_eq!(prepared(&account, &side).await.unwrap(), []);
    assert_eq!(account.changes(), [""; 0], "nothing is made twice");

    let in_use = BTreeSet::from(["docker-hub/b".to_owned()]);
    assert_eq!(take_back(&made, &side, &in_use, account.ports()).await.unwrap(), made);
    assert_eq!(account.changes(), [""; 0], "a workload names it");
    account.full = in_use;
    assert_eq!(
        take_back(&made, &side, &BTreeSet::new(), account.ports()).await.unwrap(),
        made,
        "it holds an image"
    );
    account.full.clear();
    assert_eq!(take_back(&made, &side, &BTreeSet::new(), account.ports()).await.unwrap(), []);
    let left = account.repositories.lock().unwrap().clone();
    assert_eq!(left, BTreeSet::from(["docker-hub/a".to_owned()]), "what was there before stays");
}

#[tokio::test]
async fn a_cache_goes_on_where_it_stopped_and_is_taken_back_in_reverse() {
    let mut account = Account { refuses_template: true, ..Account::default() };
    let side = side(EcrWay::Cache, ACCOUNT);
    assert_eq!(prepared(&account, &side).await.unwrap_err().code, "aws_not_allowed");
    assert_eq!(account.changes(), ["secret of acme"]);
    account.refuses_template = false;
    let made = prepared(&account, &side).await.unwrap();
    assert_eq!(account.changes(), ["template docker-hub", "rule arn:ecr-pullthroughcache/x"]);
    assert_eq!(made.len(), 2, "the secret was made before");
    assert_eq!(take_back(&made, &side, &BTreeSet::new(), account.ports()).await.unwrap(), []);
    assert_eq!(account.changes(), ["remove rule docker-hub", "remove template docker-hub"]);

    account.broken = true;
    assert_eq!(prepared(&account, &side).await.unwrap_err().code, "ecr_cache_broken");
}

#[tokio::test]
async fn another_account_and_no_account_are_refused_before_anything_is_made() {
    let account = Account::default();
    let problem = prepared(&account, &side(EcrWay::Copy, "999999999999")).await.unwrap_err();
    assert_eq!((problem.code.as_str(), problem.kind.exit_status()), ("ecr_other_account", 2));
    let side = side(EcrWay::Cache, ACCOUNT);
    let preparation = look(&side, account.ports()).await.unwrap();
    let nobody = carry_out(&preparation, &side, None, account.ports(), &mut |_| ()).await;
    assert_eq!(nobody.unwrap_err().code, "ecr_cache_account");
    assert_eq!(account.changes(), [""; 0]);
}

#[tokio::test]
async fn targets_in_ecr_get_their_repositories() {
    let host = |spelling: &str| format!("{ACCOUNT}.dkr.{spelling}.eu-west-1.amazonaws.com");
    let orders = [
        order("nginx:1", &format!("{}/x/nginx:1", host("ecr"))).unwrap(),
        order("nginx:2", &format!("{}/x/nginx:2", host("ecr"))).unwrap(),
        order("redis:7", &format!("{}/x/redis:7", host("ecr-fips"))).unwrap(),
        order("redis:7", "quay.io/x/redis:7").unwrap(),
    ];
    let found = targets(&orders);
    let names: Vec<(&str, usize)> =
        found.iter().map(|target| (target.name.as_str(), target.repositories.len())).collect();
    assert_eq!(names, [(host("ecr-fips").as_str(), 1), (host("ecr").as_str(), 1)]);
    let account = Account::default();
    assert_eq!(make_missing(&account, &found[1]).await.unwrap(), ["x/nginx"]);
    assert_eq!(make_missing(&account, &found[1]).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_login_is_asked_for_again_before_it_ends() {
    let account = Arc::new(Account { good_for: Duration::from_secs(2), ..Account::default() });
    let given = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&given);
    let sources = vec![("mine.example".parse().unwrap(), Arc::clone(&account) as Arc<dyn EcrRegistries>)];
    let registries = Renewed::new(sources, move |logins| {
        let tokens = logins.iter().map(|(_, login)| login.expose_password().to_owned());
        noted.lock().unwrap().extend(tokens);
        Arc::new(Client::new(Endpoints::default()).unwrap()) as Arc<dyn Repositories>
    });
    assert_eq!(account.logins.load(Ordering::Relaxed), 0, "nobody is asked before there is something to do");
    registries.now().await.unwrap();
    registries.now().await.unwrap();
    assert_eq!(*given.lock().unwrap(), ["token0"]);
    // Half of so short a login.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    registries.now().await.unwrap();
    assert_eq!(*given.lock().unwrap(), ["token0", "token1"]);
}
