//! A network that cuts connections and damages bytes, between us and a registry.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::copy::report::Outcome;
use lab::docker_registry::DockerRegistry;
use registry::{Client, Endpoints};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::world::{TARGET, World, options, ordered};

/// Of a hundred pieces of an answer, so many are hit.
const HIT: u64 = 8;

/// A way to a registry. What goes wrong on it follows from its seed alone, but for the order of connections.
struct BadWay {
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl BadWay {
    async fn to(registry: &DockerRegistry, seed: u64, damages: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (address, port) = (listener.local_addr().unwrap(), registry.port);
        let dice = Arc::new(AtomicU64::new(seed));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
                connections.spawn(carry(near, far, Arc::clone(&dice), damages));
            }
        });
        Self { address, _serving: serving }
    }
}

fn roll(dice: &AtomicU64) -> u64 {
    let next =
        |seed: u64| seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    next(dice.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seed| Some(next(seed))).unwrap()) >> 33
}

async fn carry(near: TcpStream, far: TcpStream, dice: Arc<AtomicU64>, damages: bool) {
    let (mut from_near, mut to_near) = near.into_split();
    let (mut from_far, mut to_far) = far.into_split();
    let there = async {
        // Whoever breaks off is not waited for.
        let _ = tokio::io::copy(&mut from_near, &mut to_far).await;
    };
    let back = async {
        let mut piece = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from_far.read(&mut piece).await {
            match roll(&dice) % 100 {
                hit if hit < HIT => break,
                // Past the headers, so that it is the body that is hit.
                hit if hit < 2 * HIT && damages && length > 8 * 1024 => piece[length - 100] ^= 1,
                _ => {}
            }
            if to_near.write_all(&piece[..length]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! { () = there => {}, () = back => {} }
}

async fn until_right(world: &World, ways: (&BadWay, &BadWay)) {
    let names =
        [format!("docker.io=http://{}", ways.0.address), format!("{TARGET}=http://{}", ways.1.address)];
    let client = || Client::new(Endpoints::parse(names.iter().map(String::as_str)).unwrap()).unwrap();
    let orders = ["team/a", "team/b", "team/c"].map(ordered);
    for _ in 0..20 {
        let report = world.copy_by(client(), &orders, &options()).await;
        for ended in &report.results {
            let fine = matches!(ended.outcome, Outcome::Copied { .. } | Outcome::Unchanged);
            assert!(fine || matches!(ended.outcome, Outcome::Failed { .. }), "{ended:?}");
        }
        if report.summary.unchanged == 3 {
            return;
        }
    }
    panic!("it never came to an end");
}

#[tokio::test]
async fn cut_and_damaged_answers_end_in_the_right_images_or_in_failure() {
    for seed in [1, 2, 3] {
        let Some(world) = World::new().await else { return };
        let mut digests = Vec::new();
        for repository in ["team/a", "team/b", "team/c"] {
            digests.push(world.two_platforms(repository).await);
        }
        let source = BadWay::to(&world.source, seed, true).await;
        let target = BadWay::to(&world.target, seed + 100, false).await;
        until_right(&world, (&source, &target)).await;
        // By the straight way the target holds what the source does, tag by tag.
        let straight = format!("docker.io=http://{}", world.hub.front);
        let mine = format!("{TARGET}=http://{}", world.mine.front);
        let client = Client::new(Endpoints::parse([straight.as_str(), mine.as_str()]).unwrap()).unwrap();
        let report = world.copy_by(client, &["team/a", "team/b", "team/c"].map(ordered), &options()).await;
        assert_eq!(report.summary.unchanged, 3, "{report:?}");
    }
}
