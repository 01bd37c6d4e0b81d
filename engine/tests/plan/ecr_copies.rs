//! The list of images to copy to Amazon ECR: each once, as what runs, for the platforms that are wanted.

use domain::diagnosis::Scan;
use domain::equivalents::{Sighting, Survey};
use domain::facts::NodeFact;
use domain::image::ImageReference;
use domain::plan::{Copy, Plan};
use domain::ports::InputFile;
use domain::remedy::{RemedyKind, inquiries, questions};
use engine::plan::make;
use manifests::bundle::build;

use crate::ecr::{HOST, TARGET, Unpacked, text};
use crate::support::{answers, file, scan};

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// One Deployment for each image.
fn given(images: &[&str]) -> [InputFile; 1] {
    let deployment = |(number, image): (usize, &&str)| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{number}, namespace: shop}}\nspec:\n  template:\n    spec:\n      containers:\n      - {{name: c, image: \"{image}\"}}\n"
        )
    };
    [file("d.yaml", images.iter().enumerate().map(deployment).collect::<Vec<_>>().join("---\n"))]
}

fn with_nodes(mut scan: Scan, architectures: &[&str], runtime: &str) -> Scan {
    let node = |architecture: &&str| NodeFact {
        operating_system: Some("linux".to_owned()),
        architecture: Some((*architecture).to_owned()),
        container_runtime: Some(runtime.to_owned()),
        ..NodeFact::default()
    };
    scan.inventory.nodes = architectures.iter().map(node).collect();
    scan
}

fn runs(mut scan: Scan, image: &str, digests: &[&str]) -> Scan {
    let digests = digests.iter().map(|digest| (*digest).to_owned()).collect();
    scan.inventory.running.insert(image.to_owned(), digests);
    scan
}

/// What Docker Hub said when it was asked.
fn survey(found: &[(&str, &str)]) -> Survey {
    let mut survey = Survey::default();
    for (image, digest) in found {
        let sighting = Sighting::Found { digest: Some((*digest).to_owned()), platforms: Vec::new() };
        survey.note(&image.parse().unwrap(), sighting);
    }
    survey
}

fn plan(scan: &Scan, set: &[(&str, &str)], survey: &Survey, given: &[InputFile]) -> Plan {
    let set = [&TARGET[..], set].concat();
    make(scan, RemedyKind::EcrCopy, &answers(&set, &[]), survey, given).unwrap().plan
}

fn target(path: &str) -> String {
    format!("{HOST}/docker-hub/library/{path}")
}

fn risk<'p>(plan: &'p Plan, part: &str) -> Option<&'p str> {
    plan.risks.iter().find(|risk| risk.what.contains(part)).map(|risk| risk.why.as_str())
}

#[test]
fn names_with_one_digest_are_one_copy() {
    let given = given(&["nginx:1.27", "nginx", "redis:7", &format!("nginx:1.26@{A}"), "nginx:1.26"]);
    let scan = scan(&given);
    let found = survey(&[("nginx:1.27", A), ("nginx", A), ("redis:7", A), ("nginx:1.26", B)]);
    let plan = plan(&scan, &[], &found, &given);
    let copy = |source: &str, to: &str, digest: &str, also: &[String]| Copy {
        source: format!("docker.io/library/{source}"),
        target: target(to),
        digest: Some(digest.to_owned()),
        also: also.to_vec(),
        platforms: Vec::new(),
    };
    let pinned = format!("nginx:1.26@{A}");
    assert_eq!(
        plan.copies,
        [
            copy("nginx:1.26", "nginx:1.26", B, &[]),
            copy(&pinned, &pinned, A, &[target("nginx:1.27"), target("nginx:latest")]),
            copy("redis:7", "redis:7", A, &[]),
        ],
        "another repository is another copy"
    );
    let made = make(&scan, RemedyKind::EcrCopy, &answers(&TARGET, &[]), &found, &given).unwrap();
    let files = build(&plan, &scan, &given, &made.patched, &made.diffs, Vec::new()).unwrap();
    let (status, calls, _) = Unpacked::new(&files).run("sh aws/commands.sh copy", "", "111122223333");
    let copied: Vec<&str> =
        calls.iter().filter_map(|call| call.split(" copy --all --preserve-digests ").nth(1)).collect();
    let line = |from: &str, to: &str| format!("docker://{from} docker://{to}");
    assert_eq!(
        (status, copied),
        (
            Some(0),
            vec![
                line(&format!("docker.io/library/nginx@{B}"), &target("nginx:1.26")).as_str(),
                line(&format!("docker.io/library/nginx@{A}"), &target("nginx:1.27")).as_str(),
                line(&target("nginx:1.27"), &target("nginx:latest")).as_str(),
                line(&format!("docker.io/library/redis@{A}"), &target("redis:7")).as_str(),
            ]
        ),
        "Docker Hub is asked once for each image"
    );
}

#[test]
fn what_is_named_by_digest_alone_gets_a_tag() {
    for (images, also) in [
        (vec![format!("nginx@{A}")], target("nginx:pinned-aaaaaaaaaaaa")),
        (vec![format!("nginx:1@{A}")], target("nginx:1")),
        // Its own tag is another image here.
        (vec![format!("nginx:1@{A}"), "nginx:1".to_owned()], target("nginx:pinned-aaaaaaaaaaaa")),
    ] {
        let given = given(&images.iter().map(String::as_str).collect::<Vec<_>>());
        let plan = plan(&scan(&given), &[], &survey(&[("nginx:1", B)]), &given);
        let copy = plan.copies.iter().find(|copy| copy.digest.as_deref() == Some(A)).unwrap();
        assert_eq!(copy.also, [also]);
    }
}

#[test]
fn what_pods_run_is_copied_and_a_moved_tag_is_told() {
    let given = given(&["nginx:1.27"]);
    let name = "docker.io/library/nginx:1.27";
    let now = survey(&[("nginx:1.27", B)]);
    let offline = Survey::default();
    for (running, survey, digest, told) in [
        (vec![A], &offline, Some(A), None),
        (vec![B], &now, Some(B), None),
        (vec![], &now, Some(B), None),
        (vec![], &offline, None, None),
        (vec![A], &now, Some(A), Some("has moved since")),
        (vec![A, B], &now, Some(B), Some("different images")),
        (vec![A, B], &offline, None, Some("different images")),
    ] {
        let scan = runs(scan(&given), name, &running);
        let plan = plan(&scan, &[], survey, &given);
        assert_eq!(plan.copies[0].digest.as_deref(), digest, "{running:?}");
        for part in ["has moved since", "different images"] {
            assert_eq!(risk(&plan, part).is_some(), told == Some(part), "{running:?}: {:?}", plan.risks);
        }
    }
    // CRI-O may state the digest of one platform's manifest.
    let crio = with_nodes(runs(scan(&given), name, &[A]), &["amd64"], "cri-o://1.33.0");
    assert_eq!(plan(&crio, &[], &now, &given).copies[0].digest.as_deref(), Some(B));
}

#[test]
fn platforms_are_left_out_only_when_asked_for_and_never_of_a_pinned_image() {
    let pinned = format!("redis:7@{A}");
    let given = given(&["nginx:1.27", &pinned]);
    let scan = with_nodes(scan(&given), &["arm64", "arm64"], "containerd://2.2.9");
    let found = survey(&[("nginx:1.27", B)]);
    let whole = plan(&scan, &[], &found, &given);
    assert!(whole.copies.iter().all(|copy| copy.platforms.is_empty()));
    assert_eq!(whole.ecr.as_ref().unwrap().node_platforms, ["linux/arm64"]);

    let needed = plan(&scan, &[("platforms", "needed")], &found, &given);
    let platforms: Vec<_> =
        needed.copies.iter().map(|copy| (copy.source.as_str(), copy.platforms.concat())).collect();
    let kept = format!("docker.io/library/{pinned}");
    assert_eq!(
        platforms,
        [("docker.io/library/nginx:1.27", "linux/arm64".to_owned()), (kept.as_str(), String::new())]
    );
    assert!(risk(&needed, "Only what the nodes need").is_some());
    assert!(risk(&needed, "pinned by digest").unwrap().contains(&kept));

    let set = [TARGET[0], TARGET[1], ("platforms", "needed")];
    let made = make(&scan, RemedyKind::EcrCopy, &answers(&set, &[]), &found, &given).unwrap();
    let files = build(&needed, &scan, &given, &made.patched, &made.diffs, Vec::new()).unwrap();
    let (_, calls, _) = Unpacked::new(&files).run("sh aws/commands.sh copy", "", "111122223333");
    let part = format!(
        "skopeo --override-os linux --override-arch arm64 copy --preserve-digests docker://docker.io/library/nginx@{B} docker://{}",
        target("nginx:1.27")
    );
    assert!(calls.contains(&part), "{calls:?}");
    assert!(text(&files, "README.md").contains("only linux/arm64 is copied"));

    // Without nodes nobody knows what is needed, and nobody is asked.
    let blind = crate::support::scan(&given);
    let problem = make(&blind, RemedyKind::EcrCopy, &answers(&set, &[]), &found, &given).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.place.as_str()), ("ecr_platforms_unknown", "platforms"));
    let asks = |scan: &Scan| {
        questions(RemedyKind::EcrCopy, scan, &Survey::default())
            .iter()
            .any(|question| question.key == "platforms")
    };
    assert_eq!((asks(&scan), asks(&blind)), (true, false));
    let wrong = [TARGET[0], TARGET[1], ("platforms", "linux/amd64")];
    let problem = make(&scan, RemedyKind::EcrCopy, &answers(&wrong, &[]), &found, &given).unwrap_err();
    assert_eq!(problem.code, "ecr_answer_wrong");
}

#[test]
fn docker_hub_is_asked_for_tags_that_are_not_pinned() {
    let given = given(&[
        "nginx:1.27",
        &format!("redis:7@{A}"),
        "registry-1.docker.io/library/busybox:1",
        "quay.io/x/y:1",
    ]);
    let asked = inquiries(RemedyKind::EcrCopy, &scan(&given), &answers(&[], &[])).unwrap();
    let names: Vec<String> = asked.iter().map(|inquiry| inquiry.image.normalized()).collect();
    assert_eq!(names, ["docker.io/library/nginx:1.27", "docker.io/library/busybox:1"]);
    assert!(asked.iter().all(|inquiry| inquiry.elsewhere.is_empty()));
    let known = survey(&[("nginx:1.27", A), ("busybox:1", A)]);
    assert!(asked.iter().all(|inquiry| inquiry.is_open(&Survey::default()) && !inquiry.is_open(&known)));
    let image: ImageReference = "busybox:1".parse().unwrap();
    assert_eq!(known.digest(&image), Some(A));
}
