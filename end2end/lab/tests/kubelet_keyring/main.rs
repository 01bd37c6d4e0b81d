//! `domain::keyring` against the kubelet's own package: the same secrets and images to both, and no difference.
#![expect(clippy::unwrap_used, reason = "a test may stop where its own data is wrong")]

mod generated;
mod images;
mod kubelet;
mod layouts;

use std::collections::BTreeSet;
use std::process::Command;

use domain::image::ImageReference;
use domain::keyring::{Candidate, Form, Keyring, PullSecret};

use images::IMAGES;
use kubelet::{Answer, Found, Tried};

/// How many layouts are made up besides those picked by hand.
const GENERATED: usize = 4000;
const SEED: u64 = 1_344;

/// A Secret as the API has it: name, type, and one key of its data.
#[derive(Debug)]
struct Secret {
    name: String,
    secret_type: &'static str,
    key: &'static str,
    data: Vec<u8>,
}

/// The pull secrets of one pod.
type Layout = Vec<Secret>;

#[test]
fn the_kubelet_tries_what_we_say() {
    if !go_is_there() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "Go is missing");
        println!("left out: Go is missing, so the kubelet's package cannot be asked");
        return;
    }
    let picked = layouts::picked();
    let layouts: Vec<Layout> = picked.into_iter().chain(generated::layouts(SEED, GENERATED)).collect();
    let answers = kubelet::ask(&layouts, &IMAGES);
    assert_eq!(answers.len(), layouts.len());

    let mut seen = Seen::default();
    let mut differences = Vec::new();
    for (layout, answer) in layouts.iter().zip(&answers) {
        compare(layout, answer, &mut seen, &mut differences);
    }
    println!("{} layouts × {} images, {} differences", layouts.len(), IMAGES.len(), differences.len());
    println!("{seen:?}, seed {SEED}");
    assert!(differences.is_empty(), "{}", differences[..differences.len().min(10)].join("\n"));
    assert!(seen.is_telling(), "the layouts are too tame: {seen:?}");
}

/// How often each outcome was seen, so that agreement about nothing is no proof.
#[derive(Debug, Default)]
struct Seen {
    unusable_layouts: usize,
    refused_images: usize,
    anonymous: usize,
    one_candidate: usize,
    more_candidates: usize,
    empty_candidates: usize,
    ambiguous: usize,
    several_orders: usize,
}

impl Seen {
    fn is_telling(&self) -> bool {
        let Self {
            unusable_layouts,
            refused_images,
            anonymous,
            one_candidate,
            more_candidates,
            empty_candidates,
            ambiguous,
            several_orders,
        } = self;
        [
            unusable_layouts,
            refused_images,
            anonymous,
            one_candidate,
            more_candidates,
            empty_candidates,
            ambiguous,
            several_orders,
        ]
        .into_iter()
        .all(|count| *count >= 100)
    }
}

fn compare(layout: &Layout, answer: &Answer, seen: &mut Seen, differences: &mut Vec<String>) {
    let keyring = Keyring::read(&layout.iter().map(pull_secret).collect::<Vec<_>>());
    let mut differ = |what: String| {
        let texts: Vec<_> = layout.iter().map(|secret| String::from_utf8_lossy(&secret.data)).collect();
        differences.push(format!("{what}\n  secrets {texts:?}"));
    };
    let keyring = match (keyring, &answer.error) {
        (Ok(keyring), None) => keyring,
        (Err(_), Some(_)) => {
            seen.unusable_layouts += 1;
            return;
        }
        (ours, theirs) => return differ(format!("we read {ours:?}\n  the kubelet says {theirs:?}")),
    };
    for (image, found) in IMAGES.iter().zip(&answer.images) {
        match (image.parse::<ImageReference>(), &found.error) {
            (Ok(reference), None) => {
                let candidates = keyring.lookup(&reference).candidates;
                seen.count(&candidates, found);
                if !agree(&keyring, &candidates, found) {
                    differ(format!("{image}: we say {candidates:?}\n  the kubelet {:?}", found.orders));
                }
            }
            (Err(_), Some(_)) => seen.refused_images += 1,
            (ours, theirs) => differ(format!("{image}: we read {ours:?}\n  the kubelet says {theirs:?}")),
        }
    }
}

/// Every order that the kubelet showed must be ours; only neighbours that we call ambiguous may be swapped, and
/// without any there is one order.
fn agree(keyring: &Keyring, candidates: &[Candidate], found: &Found) -> bool {
    let ours: Vec<Tried> = candidates.iter().map(|candidate| tried(keyring, candidate)).collect();
    let is_swappable = |one: &Candidate, other: &Candidate| {
        one.ambiguous && other.ambiguous && one.place.secret == other.place.secret
    };
    let sorted = |part: &[Tried]| part.iter().cloned().collect::<BTreeSet<_>>();
    let is_ours = |theirs: &Vec<Tried>| {
        let mut at = 0;
        theirs.len() == ours.len()
            && candidates.chunk_by(is_swappable).all(|run| {
                let range = at..at + run.len();
                at = range.end;
                sorted(&theirs[range.clone()]) == sorted(&ours[range])
            })
    };
    let is_settled = !candidates.iter().any(|candidate| candidate.ambiguous);
    (found.orders.len() == 1 || !is_settled) && found.orders.iter().all(is_ours)
}

fn tried(keyring: &Keyring, candidate: &Candidate) -> Tried {
    let login = keyring.login(candidate).unwrap();
    assert_eq!(candidate.empty, login.username().is_empty() && login.password().is_empty());
    Tried::new(&candidate.place.secret, login.username(), login.password())
}

fn pull_secret(secret: &Secret) -> PullSecret {
    match Form::of_type(secret.secret_type) {
        Some(form) if form.data_key() == secret.key => {
            PullSecret::new(&secret.name, form, secret.data.clone().into())
        }
        _ => PullSecret::passed_over(&secret.name),
    }
}

impl Seen {
    fn count(&mut self, candidates: &[Candidate], found: &Found) {
        match candidates.len() {
            0 => self.anonymous += 1,
            1 => self.one_candidate += 1,
            _ => self.more_candidates += 1,
        }
        self.empty_candidates += usize::from(candidates.iter().any(|candidate| candidate.empty));
        self.ambiguous += usize::from(candidates.iter().any(|candidate| candidate.ambiguous));
        self.several_orders += usize::from(found.orders.len() > 1);
    }
}

fn go_is_there() -> bool {
    Command::new("go").arg("version").output().is_ok_and(|output| output.status.success())
}
