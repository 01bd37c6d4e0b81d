//! Blobs, uploads and lists from servers that break, lie or mean harm.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use domain::copy::{Descriptor, Repository};
use domain::ports::copying::{Carried, Meter, Mounted, Repositories as _};
use domain::problem::Problem;
use domain::registry::Answer;
use futures::stream;
use registry::{Client, Endpoints};

use crate::server::{Seen, Server, answer};

const LENGTH: usize = 1_000_000;
const TIME: Duration = Duration::from_secs(20);

fn whole() -> Bytes {
    (0..LENGTH).map(|at| u8::try_from(at % 253).unwrap()).collect::<Vec<_>>().into()
}

fn blob() -> Descriptor {
    Descriptor { digest: lab::images::digest(&whole()), size: LENGTH as u64 }
}

fn repository(host: &str) -> Repository {
    Repository { registry: host.parse().unwrap(), path: "a/b".to_owned() }
}

/// A target that takes whatever it is given and commits every upload that comes whole.
async fn trusting() -> Server {
    Server::start(|seen| match seen.method.as_str() {
        "POST" => answer(202, &[("location", "/v2/a/b/blobs/uploads/1?state=x")], ""),
        _ => answer(201, &[], ""),
    })
    .await
}

/// What the target was sent whole, with the digest it was sent under.
fn committed(target: &Server) -> Vec<(String, Bytes)> {
    let seen = target.seen().into_iter().filter(|seen| seen.method == "PUT");
    seen.filter_map(|seen| Some((seen.query, seen.body?))).collect()
}

fn between(source: &Server, target: &Server) -> Client {
    let names =
        [format!("docker.io=http://{}", source.address), format!("mine.example=http://{}", target.address)];
    Client::new(Endpoints::parse(names.iter().map(String::as_str)).unwrap()).unwrap()
}

async fn carry(source: &Server, target: &Server) -> (Result<Carried, Problem>, Meter) {
    let meter = Meter::default();
    let client = between(source, target);
    let (from, into) = (repository("docker.io"), repository("mine.example"));
    let blob = blob();
    let carrying = client.carry(&blob, &from, &into, None, &meter);
    (tokio::time::timeout(TIME, carrying).await.unwrap(), meter)
}

/// These bytes, and then the connection breaks although more was promised.
fn cut(status: u16, bytes: Bytes, promised: usize, range: &str) -> Response {
    let pieces = [Ok(bytes), Err(std::io::Error::other("cut"))];
    // The break must not overtake the bytes.
    let body = stream::unfold(pieces.into_iter(), async |mut pieces| {
        let piece = pieces.next()?;
        if piece.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some((piece, pieces))
    });
    let promised = promised.to_string();
    let headers = [("content-length", promised.as_str()), ("content-range", range)];
    answer(status, &headers, Body::from_stream(body))
}

fn begins(seen: &Seen) -> usize {
    let range = seen.range.as_deref().unwrap_or("bytes=0-");
    range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap()
}

#[tokio::test]
async fn a_cut_blob_goes_on_where_it_was() {
    let source = Server::start(|seen| {
        let from = begins(seen);
        let rest = whole().slice(from..);
        let range = format!("bytes {from}-{}/{LENGTH}", LENGTH - 1);
        let status = if from == 0 { 200 } else { 206 };
        cut(status, rest.slice(..rest.len().min(300_000)), rest.len(), &range)
    })
    .await;
    let target = trusting().await;
    let (carried, meter) = carry(&source, &target).await;
    assert!(matches!(carried, Ok(Carried::Done)), "{carried:?}");
    let commits = committed(&target);
    assert_eq!(commits.len(), 1);
    assert_eq!(commits[0].1, whole());
    assert!(commits[0].0.starts_with("state=x&digest=sha256"), "{}", commits[0].0);
    let (asked, read, sent) = meter.counts();
    assert_eq!((asked, sent), (4, LENGTH as u64), "300,000 bytes at a time");
    assert_eq!(read, LENGTH as u64, "nothing comes twice");
}

#[tokio::test]
async fn a_registry_that_knows_no_ranges_sends_again_what_is_known() {
    let times = Arc::new(AtomicUsize::new(0));
    let source = Server::start(move |_| match times.fetch_add(1, Ordering::Relaxed) {
        0 => cut(200, whole().slice(..300_000), LENGTH, ""),
        _ => answer(200, &[], whole()),
    })
    .await;
    let target = trusting().await;
    let (carried, meter) = carry(&source, &target).await;
    assert!(matches!(carried, Ok(Carried::Done)), "{carried:?}");
    assert_eq!(committed(&target)[0].1, whole());
    assert_eq!(meter.counts().1, LENGTH as u64 + 300_000);
}

#[tokio::test]
async fn whoever_makes_no_progress_is_not_asked_for_ever() {
    let source = Server::start(|seen| {
        let from = begins(seen);
        let range = format!("bytes {from}-{}/{LENGTH}", LENGTH - 1);
        cut(if from == 0 { 200 } else { 206 }, whole().slice(from..from + 100), LENGTH - from, &range)
    })
    .await;
    let target = trusting().await;
    let (carried, meter) = carry(&source, &target).await;
    assert_eq!(carried.unwrap_err().code, "registry_unreachable");
    assert_eq!((meter.counts().0, committed(&target).len()), (1, 0));
}

#[tokio::test]
async fn no_wrong_byte_is_ever_committed_even_where_everything_is_taken() {
    let damaged = |at: usize| {
        let mut bytes = whole().to_vec();
        bytes[at] ^= 1;
        Bytes::from(bytes)
    };
    let longer = Bytes::from([whole(), Bytes::from_static(b"x")].concat());
    for (bytes, stated) in [
        (damaged(0), true),
        (damaged(LENGTH - 1), true),
        (whole().slice(..LENGTH - 1), true),
        (whole().slice(..LENGTH - 1), false),
        (longer.clone(), true),
        (longer, false),
        (Bytes::new(), true),
    ] {
        let sent = bytes.clone();
        let source = Server::start(move |_| {
            let body = sent.clone();
            if stated {
                return answer(200, &[], body);
            }
            answer(200, &[], Body::from_stream(stream::iter([Ok::<_, std::io::Error>(body)])))
        })
        .await;
        let target = trusting().await;
        let (carried, _) = carry(&source, &target).await;
        let problem = carried.unwrap_err();
        let codes = ["registry_digest", "registry_unreachable"];
        assert!(codes.contains(&problem.code.as_str()), "{problem:?}");
        assert!(committed(&target).is_empty(), "{} bytes, stated: {stated}", bytes.len());
    }
}

#[tokio::test]
async fn a_target_that_answers_early_is_believed() {
    let source = Server::start(|_| answer(200, &[], whole())).await;
    for (status, refused) in [(403, true), (429, true), (413, false), (500, false)] {
        let target = Server::start(move |seen| match seen.method.as_str() {
            "POST" => answer(202, &[("location", "/up")], ""),
            _ => answer(status, &[], ""),
        })
        .await;
        let (carried, _) = carry(&source, &target).await;
        match carried {
            Ok(Carried::TargetRefused(Some(_))) => assert!(refused, "{status}"),
            Err(problem) => assert!(!refused && problem.code == "registry_answer", "{status} {problem:?}"),
            other => panic!("{status} {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_upload_is_not_sent_where_it_does_not_belong() {
    let source = Server::start(|_| answer(200, &[], whole())).await;
    let stranger = trusting().await;
    let port = stranger.address.port();
    for place in [format!("http://localhost:{port}/up"), "file:///tmp/x".to_owned(), String::new()] {
        let target = Server::start(move |_| match place.as_str() {
            "" => answer(202, &[], ""),
            place => answer(202, &[("location", place)], ""),
        })
        .await;
        let (carried, _) = carry(&source, &target).await;
        let problem = carried.unwrap_err();
        assert!(["registry_redirect", "registry_answer"].contains(&problem.code.as_str()), "{problem:?}");
    }
    assert!(stranger.seen().is_empty());
}

#[tokio::test]
async fn a_target_that_states_another_digest_has_not_taken_it() {
    let source = Server::start(|_| answer(200, &[], whole())).await;
    let target = Server::start(|seen| match seen.method.as_str() {
        "POST" => answer(202, &[("location", "/up")], ""),
        _ => answer(201, &[("docker-content-digest", &format!("sha256:{}", "0".repeat(64)))], ""),
    })
    .await;
    assert_eq!(carry(&source, &target).await.0.unwrap_err().code, "registry_digest");
}

#[tokio::test]
async fn a_mount_says_where_from() {
    let target = Server::start(|_| answer(201, &[], "")).await;
    let client = between(&target, &target);
    let from = Repository { path: "x/y".to_owned(), ..repository("mine.example") };
    let mounted = client.mount(&blob().digest, &from, &repository("mine.example")).await.unwrap();
    assert!(matches!(mounted.answer, Answer::Found(Mounted::Done)));
    assert_eq!(target.seen()[0].query, format!("mount={}&from=x/y", blob().digest));
}

#[tokio::test]
async fn lists_of_tags_are_read_to_their_end_and_no_further() {
    let page = |tags: &str, next: &'static str| {
        let link = format!("<{next}>; rel=\"next\"");
        let body = format!("{{\"tags\":{tags}}}");
        if next.is_empty() { answer(200, &[], body) } else { answer(200, &[("link", &link)], body) }
    };
    let server = Server::start(move |seen| match seen.query.as_str() {
        "n=1000" => page("[\"b\",\"a\"]", "/v2/a/b/tags/list?last=b"),
        "last=b" => page("[\"c\",5]", ""),
        _ => answer(500, &[], ""),
    })
    .await;
    let tags = server.client().tags(&repository("docker.io")).await.unwrap().answer.found().unwrap();
    assert_eq!(tags, ["a", "b", "c"]);

    let circle = Server::start(move |_| page("[\"a\"]", "/v2/a/b/tags/list?n=1000")).await;
    let tags = circle.client().tags(&repository("docker.io")).await.unwrap().answer.found().unwrap();
    assert_eq!((tags.as_slice(), circle.seen().len()), (["a".to_owned()].as_slice(), 2));

    let astray = Server::start(move |_| page("[\"a\"]", "http://169.254.169.254/latest")).await;
    let problem = astray.client().tags(&repository("docker.io")).await.unwrap_err();
    assert_eq!((problem.code.as_str(), astray.seen().len()), ("registry_redirect", 1));
}
