//! Plans of every remedy against servers and nodes of every kind.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::diagnosis::{Fold, SourceKind};
use crate::facts::{ClusterFact, Fact, NodeFact};
use crate::time::Timestamp;

const HOST: &str = "111122223333.dkr.ecr.us-east-1.amazonaws.com";
const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn scan(version: Option<&str>, nodes: &[NodeFact]) -> Scan {
    let mut fold = Fold::new(SourceKind::Cluster);
    fold.take(Fact::Cluster(ClusterFact {
        name: "lab".to_owned(),
        kubernetes_version: version.map(str::to_owned),
        ..ClusterFact::default()
    }));
    nodes.iter().cloned().for_each(|node| fold.take(Fact::Node(node)));
    fold.finish(Timestamp::parse("2026-11-23T06:00:00Z").unwrap())
}

/// A plan that moves images in namespace `shop`; `more` replaces whole fields of it.
fn plan(moves: &[(&str, &str)], more: Value) -> Plan {
    let images: Vec<Value> = moves
        .iter()
        .map(|(from, to)| json!({"container": "c", "kind": "main", "from": from, "to": to}))
        .collect();
    let mut plan = json!({
        "schema": "unthrottle.plan/v1", "digest": "sha256:0", "cluster_uid": null, "context": null,
        "cluster_name": "lab", "scanned_at": "2026-11-23T06:00:00Z", "remedy": "quay",
        "cortex_version": null, "change_needed": true, "summary": "",
        "edits": [], "refused": [], "not_covered": [], "unchanged": [], "copies": [],
        "steps": [{
            "id": "01", "op": "patch", "precondition": {"uid": null}, "patch": [], "inverse": [], "secret_ref": null,
            "after": [], "images": images,
            "target": {"group": "apps", "version": "v1", "kind": "Deployment", "namespace": "shop", "name": "a", "uid": null},
        }],
        "risks": [], "not_seen": [],
    });
    plan.as_object_mut().unwrap().extend(serde_json::from_value::<serde_json::Map<_, _>>(more).unwrap());
    serde_json::from_value(plan).unwrap()
}

fn ecr(way: &str) -> Value {
    json!({"remedy": format!("ecr-{way}"), "ecr": {"way": way, "account": "111122223333", "region": "us-east-1",
        "host": HOST, "prefix": "docker-hub", "repositories": []}})
}

fn of(plan: &Plan) -> ClusterWide {
    ClusterWide::of(plan, &scan(Some("v1.36.0"), &[])).unwrap()
}

#[test]
fn every_spelling_is_one_name() {
    for (image, wanted) in [
        ("nginx", Some("library/nginx:latest")),
        ("nginx:1.27", Some("library/nginx:1.27")),
        ("library/nginx:1.27", Some("library/nginx:1.27")),
        ("docker.io/nginx:1.27", Some("library/nginx:1.27")),
        ("index.docker.io/library/nginx:1.27", Some("library/nginx:1.27")),
        ("registry-1.docker.io/library/nginx:1.27", Some("library/nginx:1.27")),
        ("registry.hub.docker.com/nginx", Some("library/nginx:latest")),
        ("cortexlabs/operator:0.22.1", Some("cortexlabs/operator:0.22.1")),
        ("a/b/c", Some("a/b/c:latest")),
        ("localhost/nginx", None),
        ("localhost:5000/nginx", None),
        ("quay.io/nginx", None),
        ("MIRROR/nginx", None),
        ("{{ image }}", None),
        ("", None),
    ] {
        assert_eq!(hub_name(image).as_deref(), wanted, "{image}");
    }
    for image in [format!("nginx@{DIGEST}"), format!("docker.io/library/nginx@{DIGEST}")] {
        assert_eq!(hub_name(&image).unwrap(), format!("library/nginx@{DIGEST}"));
    }
    assert_eq!(hub_name(&format!("nginx:1@{DIGEST}")).unwrap(), format!("library/nginx:1@{DIGEST}"));
}

#[test]
fn spellings_lead_back_to_their_name() {
    let pinned = format!("library/nginx@{DIGEST}");
    for (name, count) in [
        ("library/nginx:1.27", 6),
        ("library/nginx:latest", 12),
        ("cortexlabs/operator:0.22.1", 3),
        (pinned.as_str(), 6),
    ] {
        let spellings = spellings(name);
        assert_eq!(spellings.len(), count, "{spellings:?}");
        for spelling in spellings {
            assert_eq!(hub_name(&spelling).as_deref(), Some(name), "{spelling}");
        }
    }
}

#[test]
fn copies_are_named_one_by_one() {
    let pinned = format!("nginx:1.27@{DIGEST}");
    let to = format!("quay.io/cortexlabs/nginx:1.27@{DIGEST}");
    let wide =
        of(&plan(&[("docker.io/busybox", "quay.io/x/busybox:1"), (pinned.as_str(), to.as_str())], json!({})));
    for (image, wanted) in [
        ("busybox", Some("quay.io/x/busybox:1")),
        ("index.docker.io/library/busybox:latest", Some("quay.io/x/busybox:1")),
        ("busybox:1.36", None),
        (pinned.as_str(), Some(to.as_str())),
        // The copy may have another content than the tag alone.
        ("nginx:1.27", None),
        ("quay.io/x/busybox", None),
    ] {
        assert_eq!(wide.new_name(image).as_deref(), wanted, "{image}");
    }
}

#[test]
fn a_cache_serves_any_image() {
    let to = format!("{HOST}/docker-hub/library/redis:7");
    let wide = of(&plan(&[("redis:7", to.as_str())], ecr("cache")));
    for (image, path) in [
        ("nginx", "library/nginx:latest".to_owned()),
        ("library/nginx:1.27", "library/nginx:1.27".to_owned()),
        ("docker.io/grafana/grafana:11", "grafana/grafana:11".to_owned()),
        (&format!("nginx@{DIGEST}"), format!("library/nginx@{DIGEST}")),
        (&format!("nginx:1@{DIGEST}"), format!("library/nginx:1@{DIGEST}")),
    ] {
        assert_eq!(wide.new_name(image), Some(format!("{HOST}/docker-hub/{path}")));
    }
    assert_eq!(wide.new_name("quay.io/a/b"), None);
}

#[test]
fn edits_and_copies_count_too() {
    let edit = |from: Option<&str>, to: &str| {
        json!({"file": "cluster.yaml", "document": 0, "path": "/image", "line": 1, "from": from, "to": to, "why": "",
            "object": "Deployment web/a"})
    };
    let edits = json!({"steps": [], "edits": [
        edit(Some("nginx:1"), "quay.io/x/nginx:1"),
        edit(None, "quay.io/cortexlabs/operator:0.22.1"),
        edit(Some(""), "quay.io/cortexlabs/manager:0.22.1"),
        // No image of Cortex: whose default it replaces is not known.
        edit(None, "quay.io/x/y:1"),
        // A whole configuration, and a value that stays on Docker Hub.
        edit(Some("image: nginx"), "image: quay.io/x/nginx"),
        edit(Some("redis:7"), "docker.io/bitnami/redis:7"),
    ]});
    let wide = of(&plan(&[], edits));
    let names: Vec<&str> = wide.moved.keys().map(String::as_str).collect();
    assert_eq!(names, ["cortexlabs/manager:0.22.1", "cortexlabs/operator:0.22.1", "library/nginx:1"]);
    assert_eq!(wide.covered, BTreeSet::from(["web".to_owned()]));

    let mut filled = ecr("cache");
    filled["edits"] = json!([edit(None, &format!("{HOST}/docker-hub/cortexlabs/operator:0.22.1"))]);
    assert_eq!(of(&plan(&[], filled)).moved.keys().next().unwrap(), "cortexlabs/operator:0.22.1");

    let mut copies = ecr("copy");
    copies["copies"] =
        json!([{"source": "docker.io/a/b:1", "target": format!("{HOST}/docker-hub/a/b:1"), "digest": null}]);
    assert_eq!(of(&plan(&[], copies)).new_name("a/b:1"), Some(format!("{HOST}/docker-hub/a/b:1")));
}

#[test]
fn plans_without_new_names_have_nothing_beside_them() {
    let any = scan(Some("v1.36.0"), &[]);
    for plan in [
        plan(&[], json!({})),
        plan(&[], json!({"remedy": "hub-account"})),
        plan(&[("nginx", "quay.io/x/nginx")], json!({"change_needed": false})),
        plan(&[("quay.io/a/b", "quay.io/c/d")], json!({})),
        plan(&[], ecr("cache")),
    ] {
        assert_eq!(ClusterWide::of(&plan, &any), None);
    }
}

#[test]
fn the_clusters_own_namespaces_are_left_alone_unless_touched() {
    let to = |namespace: &str| {
        let mut plan = plan(&[("nginx", "quay.io/x/nginx")], json!({}));
        plan.steps[0].target.namespace = Some(namespace.to_owned());
        of(&plan)
    };
    assert_eq!(to("shop").left_alone, ["kube-node-lease", "kube-public", "kube-system"]);
    assert_eq!(to("kube-system").left_alone, ["kube-node-lease", "kube-public"]);
    assert_eq!(to("shop").covered, BTreeSet::from(["shop".to_owned()]));
    for hostile in ["a'b", "A", "", "a b", "a\nb", "-a"] {
        assert!(to(hostile).covered.is_empty(), "{hostile:?}");
    }
}

#[test]
fn what_a_server_has() {
    use Offer::{Assumed, Missing, Served, SwitchedOn};
    for (version, rewriting, guarding) in [
        (Some("v1.36.3"), Served("v1"), Served("v1")),
        (Some("v1.37.0-eks-0a1b2c3"), Served("v1"), Served("v1")),
        (Some("v1.35.4"), SwitchedOn("v1beta1"), Served("v1")),
        (Some("v1.34.4"), SwitchedOn("v1beta1"), Served("v1")),
        (Some("v1.34.4-eks-113cf36"), Missing, Served("v1")),
        (Some("v1.33.13"), SwitchedOn("v1alpha1"), Served("v1")),
        (Some("1.32+"), SwitchedOn("v1alpha1"), Served("v1")),
        (Some("v1.31.1-gke.5"), Missing, Served("v1")),
        (Some("v1.29.0"), Missing, SwitchedOn("v1beta1")),
        (Some("v1.29.0-eks-1"), Missing, Missing),
        (Some("v1.17.17"), Missing, Missing),
        (Some("unknown"), Assumed("v1"), Assumed("v1")),
        (None, Assumed("v1"), Assumed("v1")),
    ] {
        let wide =
            ClusterWide::of(&plan(&[("nginx", "quay.io/x/nginx")], json!({})), &scan(version, &[])).unwrap();
        assert_eq!((wide.rewriting, wide.guarding), (rewriting, guarding), "{version:?}");
    }
}

#[test]
fn nodes_can_ask_the_cache_only() {
    let node = |runtime: &str, kubelet: &str, id: &str| NodeFact {
        name: "n".to_owned(),
        container_runtime: Some(runtime.to_owned()),
        kubelet_version: Some(kubelet.to_owned()),
        provider_id: Some(id.to_owned()),
        ..NodeFact::default()
    };
    let id = "aws:///us-east-1a/i-0abc";
    let good = node("containerd://2.1.4", "v1.34.1-eks-1", id);
    for (way, node, wanted) in [
        ("cache", good.clone(), None),
        ("cache", NodeFact { name: "n".to_owned(), ..NodeFact::default() }, None),
        ("cache", node("docker://19.3.13", "v1.18.9", id), Some("docker://19.3.13")),
        ("cache", node("containerd://1.6.20", "v1.28.5", id), Some("before 1.29")),
        ("cache", node("containerd://2.1.4", "v1.34.1", "gce://p/z/n"), Some("not on AWS")),
        ("copy", good.clone(), Some("only the copies")),
    ] {
        let mut plan = plan(&[("nginx", "quay.io/x/nginx")], ecr(way));
        plan.steps[0].images[0].to = format!("{HOST}/docker-hub/library/nginx");
        match (ClusterWide::of(&plan, &scan(None, &[node])).unwrap().nodes, wanted) {
            (Nodes::Mirror(mirror), None) => {
                assert_eq!(mirror.url(), format!("https://{HOST}/v2/docker-hub"));
            }
            (Nodes::Cannot(why), Some(wanted)) => assert!(why.contains(wanted), "{why}"),
            (nodes, wanted) => panic!("{nodes:?}, wanted {wanted:?}"),
        }
    }
    let quay = of(&plan(&[("nginx", "quay.io/x/nginx")], json!({})));
    assert!(matches!(quay.nodes, Nodes::Cannot(why) if why.contains("a stranger")));
}
