//! Changes in the language of whoever would write an object again, from dumps and manifests to the bundle's
//! files, and those files run by kustomize itself.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use domain::equivalents::Survey;
use domain::owners::{Owner, Target};
use domain::plan::Plan;
use domain::ports::InputFile;
use domain::remedy::RemedyKind;
use engine::plan::make;
use manifests::archive::BundleFile;
use manifests::bundle::build;
use serde_json::{Value, json};

use crate::bundle::{Unpacked, paths, text};
use crate::support::{answers, file, scan, testdata};

/// A Deployment of a dump, with one container for each image.
fn live(namespace: &str, name: &str, images: &[&str], labels: &Value, annotations: &Value) -> Value {
    let containers: Vec<Value> = images
        .iter()
        .enumerate()
        .map(|(n, image)| json!({"name": format!("c{n}"), "image": image}))
        .collect();
    json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "uid": format!("uid-{name}"), "labels": labels, "annotations": annotations},
        "spec": {"selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}}}})
}

fn dump(items: &[Value]) -> InputFile {
    file("dump.json", json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())
}

fn helm(release: &str) -> Value {
    json!({"meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": "shop"})
}

fn tracked(application: &str, name: &str) -> Value {
    json!({"argocd.argoproj.io/tracking-id": format!("{application}:apps/Deployment:shop/{name}")})
}

fn flux(tool: &str, namespace: &str, name: &str) -> Value {
    json!({format!("{tool}.toolkit.fluxcd.io/name"): name, format!("{tool}.toolkit.fluxcd.io/namespace"): namespace})
}

fn made(files: &[InputFile], only: &[&str]) -> (Plan, Vec<BundleFile>) {
    let scan = scan(files);
    let answers = answers(&[("cortex-version", "0.22.1")], only);
    let made = make(&scan, RemedyKind::Quay, &answers, &Survey::default(), files).unwrap();
    let bundle = build(&made.plan, &scan, files, &made.patched, &made.diffs, Vec::new()).unwrap();
    (made.plan, bundle)
}

fn owner<'a>(plan: &'a Plan, who: &str) -> &'a Owner {
    let found = plan.owners.iter().find(|owner| owner.who == who);
    found.unwrap_or_else(|| panic!("{who} is not among {:?}", plan.owners))
}

/// Argo CD, Flux, Helm and nobody, each with an image that moves.
fn everyone() -> Vec<InputFile> {
    let none = json!({});
    let of = |name: &str| std::fs::read_to_string(testdata().join("owners").join(name)).unwrap();
    vec![
        dump(&[
            live("shop", "cart", &["cortexlabs/manager:0.22.1"], &none, &tracked("shop", "cart")),
            live(
                "shop",
                "web",
                &["cortexlabs/operator:0.22.1", "cortexlabs/manager:0.22.1"],
                &none,
                &tracked("web", "web"),
            ),
            live(
                "shop",
                "jobs",
                &["docker.io/cortexlabs/manager:0.22.1"],
                &flux("kustomize", "flux-system", "apps"),
                &none,
            ),
            live(
                "shop",
                "api",
                &["cortexlabs/operator:0.22.1", "cortexlabs/statsd:0.22.1"],
                &flux("helm", "shop", "web"),
                &none,
            ),
            live(
                "shop",
                "store",
                &["cortexlabs/manager:0.22.1", "cortexlabs/statsd:0.22.1"],
                &json!({"helm.sh/chart": "store-1.2.0"}),
                &helm("store"),
            ),
            live("shop", "alone", &["cortexlabs/manager:0.22.1"], &none, &none),
        ]),
        file(
            "argo-cd.yaml",
            of("argo-cd.yaml")
                .replace(
                    "repository: nginx\n          tag: \"1.27\"",
                    "repository: cortexlabs/operator\n          tag: 0.22.1",
                )
                .replace(
                    "name: image.repository\n        value: nginx",
                    "name: other.repository\n        value: x",
                )
                .replace("name: image.tag\n        value: \"1.28\"", "name: other.tag\n        value: x"),
        ),
        file(
            "flux.yaml",
            of("flux.yaml").replace(
                "repository: nginx\n      tag: \"1.27\"",
                "repository: cortexlabs/operator\n      tag: 0.22.1",
            ),
        ),
        file(
            "store/values.yaml",
            "# kept\nmanager:\n  image:\n    registry: docker.io\n    repository: cortexlabs/manager\n    tag: 0.22.1\n",
        ),
    ]
}

#[test]
fn everyone_is_told_in_their_own_language() {
    let (plan, bundle) = made(&everyone(), &[]);
    let who: Vec<&str> = plan.owners.iter().map(|owner| owner.who.as_str()).collect();
    assert_eq!(
        who,
        [
            "Argo CD application argocd/shop",
            "Argo CD application argocd/web",
            "Flux HelmRelease shop/web",
            "Flux Kustomization flux-system/apps",
            "Helm release shop/store",
        ]
    );
    let into = |who: &str| owner(&plan, who).changes.iter().map(|change| change.into).collect::<Vec<_>>();
    assert_eq!(into("Argo CD application argocd/shop"), [Target::ApplicationKustomize]);
    assert_eq!(
        into("Argo CD application argocd/web"),
        [Target::ApplicationParameters, Target::ChartKustomization]
    );
    assert_eq!(into("Flux HelmRelease shop/web"), [Target::FluxValues, Target::FluxPostRenderer]);
    assert_eq!(into("Flux Kustomization flux-system/apps"), [Target::FluxKustomization]);
    assert_eq!(into("Helm release shop/store"), [Target::HelmValues, Target::HelmPostRenderer]);

    let fragment = |path: &str| text(&bundle, path).to_owned();
    assert_eq!(
        fragment("owners/argo-cd-application-argocd-shop/application.yaml"),
        "# Application argocd/shop, below spec.source:\nkustomize:\n  images:\n  - nginx:1.27\n  - cortexlabs/manager=quay.io/cortexlabs/manager\n"
    );
    assert_eq!(
        fragment("owners/argo-cd-application-argocd-web/application.yaml"),
        "# Application argocd/web, below spec.sources[1]:\nhelm:\n  parameters:\n  - name: image.repository\n    value: \
         quay.io/cortexlabs/operator\n    forceString: true\n"
    );
    assert_eq!(
        fragment("owners/argo-cd-application-argocd-web/kustomization.yaml"),
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nhelmCharts:\n- name: web\n  repo: \
         https://charts.example.com\n  version: \"1.2.0\"\n  releaseName: web-prod\n  namespace: shop\nimages:\n- name: \
         cortexlabs/manager\n  newName: quay.io/cortexlabs/manager\n- name: cortexlabs/operator\n  newName: quay.io/cortexlabs/operator\n"
    );
    assert_eq!(
        fragment("owners/flux-kustomization-flux-system-apps/flux-kustomization.yaml"),
        "# Kustomization flux-system/apps, below spec:\nimages:\n- name: nginx\n  newTag: \"1.28\"\n- name: \
         docker.io/cortexlabs/manager\n  newName: quay.io/cortexlabs/manager\n"
    );
    assert_eq!(
        fragment("owners/flux-helmrelease-shop-web/helm-release.yaml"),
        "# HelmRelease shop/web, below spec:\nvalues:\n  image:\n    repository: \
         quay.io/cortexlabs/operator\npostRenderers:\n- kustomize:\n    images:\n    - name: cortexlabs/statsd\n      newName: \
         quay.io/cortexlabs/statsd\n"
    );
    assert_eq!(
        fragment("owners/helm-release-shop-store/values.yaml"),
        "manager:\n  image:\n    registry: quay.io\n"
    );
}

#[test]
fn the_readme_names_each_place_and_each_line() {
    let (_, bundle) = made(&everyone(), &[]);
    let readme = text(&bundle, "README.md");
    let section = readme.split("\n## ").find(|part| part.starts_with("Who would write it again")).unwrap();
    for told in [
        "### Argo CD application argocd/shop\n",
        "It writes `Deployment shop/cart`. It puts the old images back within seconds",
        "- Repository: `https://github.com/shop/deploy.git`\n- Path: `overlays/prod`\n- Revision: `main`\n- Object: `Application argocd/shop`",
        "- `cortexlabs/manager` becomes `quay.io/cortexlabs/manager`, whatever its tag or digest",
        "- The object is itself written by Flux Kustomization flux-system/apps, from repository `ssh://git@github.com/shop/fleet`, path `./apps/prod`, revision `branch main`",
        "They stand in `store/values.yaml`.",
        "helm upgrade store \"${CHART:?set it to the chart of this release}\" -n shop --version 1.2.0 --reuse-values -f \
         owners/helm-release-shop-store/values.yaml --post-renderer owners/helm-release-shop-store/post-render.sh",
        "--set-string 'manager.image.registry=quay\\.io'",
        "helm plugin install owners/helm-release-shop-store",
    ] {
        assert!(section.contains(told), "{told} is not in:\n{section}");
    }
    assert!(!section.contains("Deployment shop/alone") && !readme.contains("CANARY"));
    assert!(readme.contains("the bundle holds it in owners/"), "the risk points here");
    let own = text(&bundle, "owners/helm-release-shop-store/README.md");
    assert!(own.starts_with("# Helm release shop/store\n") && own.contains("helm upgrade store"));
    let scripts: Vec<&str> = bundle.iter().filter(|f| f.executable).map(|f| f.path.as_str()).collect();
    assert_eq!(scripts, ["commands.sh", "owners/helm-release-shop-store/post-render.sh"]);
}

#[test]
fn the_same_inputs_give_the_same_owners() {
    assert_eq!(made(&everyone(), &[]), made(&everyone(), &[]));
}

#[test]
fn without_owners_the_bundle_says_nothing_of_them() {
    let (plan, bundle) = made(&everyone(), &["Deployment/shop/alone"]);
    assert!(plan.owners.is_empty());
    assert!(!text(&bundle, "plan.json").contains("\"owners\""));
    assert!(!text(&bundle, "README.md").contains("Who would write it again"));
    assert!(!paths(&bundle).iter().any(|path| path.starts_with("owners/")));
}

/// Runs a program; `None` where it is not installed, which CI does not forgive.
fn run(folder: &Path, program: &str, arguments: &[&str], input: &str) -> Option<String> {
    let child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{program} is missing");
        return None;
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn has_kubectl() -> bool {
    run(Path::new("."), "kubectl", &["version", "--client"], "").is_some()
}

/// Every value of every object, by object and JSON pointer.
fn leaves(yaml: &str) -> BTreeMap<String, Value> {
    fn walk(value: &Value, at: &str, into: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(map) => {
                map.iter().for_each(|(key, value)| walk(value, &format!("{at}/{key}"), into));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, value)| walk(value, &format!("{at}/{n}"), into));
            }
            leaf => {
                into.insert(at.to_owned(), leaf.clone());
            }
        }
    }
    let mut all = BTreeMap::new();
    for document in manifests::yaml::parse(yaml.as_bytes()).unwrap() {
        let object = document.to_json().unwrap();
        let name =
            format!("{} {}", object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
        walk(&object, &name, &mut all);
    }
    all
}

/// What differs, as `place: after`.
fn changes(before: &str, after: &str) -> Vec<(String, String)> {
    let (before, after) = (leaves(before), leaves(after));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let changed = after.into_iter().filter(|(place, value)| before[place] != *value);
    changed.map(|(place, value)| (place, value.as_str().unwrap().to_owned())).collect()
}

/// What a chart might render: the store's own Deployment as it is live, and others beside it.
fn rendered() -> String {
    let deployment = |name: &str, images: &[&str]| {
        let mut object = live("shop", name, images, &json!({"tier": "yes"}), &json!({}));
        object["metadata"].as_object_mut().unwrap().remove("uid");
        object
    };
    [
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "text", "namespace": "shop"},
            "data": {"image": "cortexlabs/statsd:0.22.1"}}),
        deployment("store", &["cortexlabs/manager:0.22.1", "cortexlabs/statsd:0.22.1"]),
        deployment("other", &["cortexlabs/statsd-exporter:0.22.1", "nginx:1.27"]),
    ]
    .map(|object| format!("---\n{object}\n"))
    .concat()
}

#[test]
fn the_post_renderer_changes_its_images_and_nothing_else() {
    if !has_kubectl() {
        return;
    }
    let (_, bundle) = made(&everyone(), &[]);
    let unpacked = Unpacked::new(&bundle);
    let script = "owners/helm-release-shop-store/post-render.sh";
    let after = run(&unpacked.folder(), "sh", &[script], &rendered()).unwrap();
    let changed = changes(&rendered(), &after);
    let wanted =
        [("Deployment store/spec/template/spec/containers/1/image", "quay.io/cortexlabs/statsd:0.22.1")];
    assert_eq!(changed, wanted.map(|(place, to)| (place.to_owned(), to.to_owned())));
}

#[test]
fn one_of_two_alike_is_patched_alone() {
    if !has_kubectl() {
        return;
    }
    let none = json!({});
    let images = ["cortexlabs/statsd:0.22.1", "cortexlabs/statsd:0.22.1"];
    let files = [dump(&[
        live("shop", "store", &images, &none, &helm("store")),
        live("shop", "other", &images, &none, &helm("store")),
    ])];
    let (plan, bundle) = made(&files, &["Deployment/shop/store"]);
    assert_eq!(owner(&plan, "Helm release shop/store").changes[0].patches.len(), 2);
    let both = rendered().replace("statsd-exporter", "statsd");
    let mut before = live("shop", "store", &images, &none, &none).to_string();
    before.push_str("\n---\n");
    before.push_str(both.split("---\n").last().unwrap());
    let unpacked = Unpacked::new(&bundle);
    let after =
        run(&unpacked.folder(), "sh", &["owners/helm-release-shop-store/post-render.sh"], &before).unwrap();
    let changed: Vec<String> = changes(&before, &after).into_iter().map(|(place, _)| place).collect();
    assert_eq!(
        changed,
        [
            "Deployment store/spec/template/spec/containers/0/image",
            "Deployment store/spec/template/spec/containers/1/image"
        ]
    );
}

/// The kustomization of a custom resource, over manifests of that kind.
#[test]
fn a_custom_resource_is_reached_through_configurations() {
    let mut set = live(
        "monitoring",
        "prometheus-k8s",
        &["cortexlabs/statsd:0.22.1", "cortexlabs/fluentd:0.22.1"],
        &json!({}),
        &json!({}),
    );
    set["kind"] = json!("StatefulSet");
    set["metadata"]["ownerReferences"] = json!([{"apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus", "name": "k8s", "uid": "u", "controller": true}]);
    let (plan, bundle) = made(&[dump(&[set])], &[]);
    let owner = owner(&plan, "Operator of Prometheus monitoring/k8s");
    assert_eq!(owner.place.object.as_deref(), Some("Prometheus monitoring/k8s"));
    let folder = format!("owners/{}", owner.id);
    assert!(text(&bundle, &format!("{folder}/kustomizeconfig.yaml")).contains("path: spec/image"));
    if !has_kubectl() {
        return;
    }
    let unpacked = Unpacked::new(&bundle);
    let root = unpacked.folder().join(&folder);
    let manifests = std::fs::read_to_string(testdata().join("owners/custom-kinds.yaml")).unwrap();
    std::fs::write(root.join("manifests.yaml"), &manifests).unwrap();
    let kustomization = root.join("kustomization.yaml");
    let whole = format!("{}resources: [manifests.yaml]\n", std::fs::read_to_string(&kustomization).unwrap());
    std::fs::write(&kustomization, whole).unwrap();
    let after = run(&root, "kubectl", &["kustomize", "."], "").unwrap();
    let wanted = [
        ("Prometheus k8s/spec/containers/0/image", "quay.io/cortexlabs/fluentd:0.22.1"),
        ("Prometheus k8s/spec/image", "quay.io/cortexlabs/statsd:0.22.1"),
    ];
    assert_eq!(changes(&manifests, &after), wanted.map(|(place, to)| (place.to_owned(), to.to_owned())));
}

/// Given manifests of custom kinds: the edited files and the overlay agree, and change exactly what is planned.
#[test]
fn the_overlay_reaches_custom_kinds() {
    let given = std::fs::read(testdata().join("owners/custom-kinds.yaml")).unwrap();
    let before = String::from_utf8(given.clone()).unwrap();
    let (plan, bundle) = made(&[file("custom-kinds.yaml", given)], &[]);
    let planned: BTreeMap<String, String> = plan
        .edits
        .iter()
        .map(|edit| {
            let object = edit.object.as_deref().unwrap().replace("shop/", "").replace("monitoring/", "");
            (format!("{object}{}", edit.object_path.as_deref().unwrap()), edit.to.clone())
        })
        .collect();
    assert_eq!(planned.len(), 6, "{planned:?}");
    let patched = text(&bundle, "patched/custom-kinds.yaml");
    assert_eq!(changes(&before, patched).into_iter().collect::<BTreeMap<_, _>>(), planned);
    assert!(patched.contains("# The operator's own field"));
    if !has_kubectl() {
        return;
    }
    let unpacked = Unpacked::new(&bundle);
    let after = run(&unpacked.folder(), "kubectl", &["kustomize", "kubernetes/overlay"], "").unwrap();
    assert_eq!(changes(&before, &after).into_iter().collect::<BTreeMap<_, _>>(), planned);
}

/// The lines that are no code.
fn outside_of_code(markdown: &str) -> Vec<&str> {
    let mut fence: Option<String> = None;
    let mut outside = Vec::new();
    for line in markdown.lines() {
        match &fence {
            Some(end) if line == end => fence = None,
            Some(_) => {}
            None if line.starts_with("```") => fence = Some(line.trim_end_matches("sh").to_owned()),
            None => outside.push(line),
        }
    }
    outside
}

#[test]
fn text_of_a_cluster_runs_nowhere_and_is_no_markup() {
    let evil = "x`\n## Apply\n$(touch hacked);'\"<script>\u{2028}: {a";
    let none = json!({});
    let mut annotations = helm(evil);
    annotations["meta.helm.sh/release-namespace"] = json!(evil);
    let files = [
        dump(&[
            live(
                evil,
                "a",
                &["cortexlabs/manager:0.22.1"],
                &json!({"helm.sh/chart": format!("{evil}-1.2.3")}),
                &annotations,
            ),
            live(evil, "b", &["cortexlabs/manager:0.22.1"], &flux("helm", evil, evil), &none),
            live(
                evil,
                "c",
                &["cortexlabs/operator:0.22.1"],
                &none,
                &json!({"argocd.argoproj.io/tracking-id": format!("{evil}:x")}),
            ),
        ]),
        file(
            "values.yaml",
            json!({evil: {"image": {"repository": "cortexlabs/manager", "tag": "0.22.1"}}}).to_string(),
        ),
    ];
    let (plan, bundle) = made(&files, &[]);
    assert_eq!(plan.owners.len(), 3);
    let readme = text(&bundle, "README.md");
    assert_eq!(
        outside_of_code(readme).iter().filter(|line| line.starts_with("## Apply")).count(),
        1,
        "{readme}"
    );
    for path in paths(&bundle).into_iter().filter(|path| path.starts_with("owners/")) {
        assert!(
            path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.-_".contains(&b))
                || path.ends_with("README.md"),
            "{path}"
        );
        if path.ends_with(".yaml") {
            let yaml = text(&bundle, path);
            assert!(yaml.is_ascii(), "{yaml}");
            manifests::yaml::parse(yaml.as_bytes()).unwrap();
        }
    }
    let unpacked = Unpacked::new(&bundle);
    let stub = "helm() { for word in \"$@\"; do printf '%s\\037' \"$word\"; done; }\nCHART=chart\n";
    let block = text(
        &bundle,
        &format!("owners/{}/README.md", plan.owners.iter().find(|o| o.who.starts_with("Helm")).unwrap().id),
    );
    let line = block.split("\nhelm upgrade").nth(1).unwrap().split("\n```").next().unwrap();
    let said = run(&unpacked.folder(), "sh", &["-euc", &format!("{stub}helm upgrade{line}")], "").unwrap();
    let words: Vec<&str> = said.split('\u{1f}').collect();
    assert_eq!(words[..5], ["upgrade", evil, "chart", "-n", evil]);
    assert!(!unpacked.folder().join("hacked").exists());
}
