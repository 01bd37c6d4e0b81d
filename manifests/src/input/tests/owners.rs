//! Who writes objects, told by given files: Argo CD, Flux, values of charts, custom kinds.

use domain::owners::{Deployer, Keeper, Renderer, Role, set_path};

use super::*;

fn deployers(text: &str) -> Vec<Deployer> {
    let sink = read(&[("owners.yaml", text.as_bytes())]);
    assert_eq!(sink.not_seen(), []);
    let all = sink.facts.into_iter().filter_map(|fact| match fact {
        Fact::Deployer(deployer) => Some(deployer),
        _ => None,
    });
    all.collect()
}

#[test]
fn an_application_says_where_and_how() {
    let text = include_str!("../../../../testdata/owners/argo-cd.yaml");
    let [plain, several, off] = deployers(text).try_into().unwrap();
    let Role::Application(shop) = plain.role else { panic!() };
    assert!(shop.self_heal && shop.automated && !shop.several);
    assert_eq!(shop.destination.as_deref(), Some("shop"));
    let source = &shop.sources[0];
    assert_eq!(source.repository, "https://github.com/shop/deploy.git");
    assert_eq!((source.path.as_deref(), source.revision.as_deref()), (Some("overlays/prod"), Some("main")));
    assert_eq!(source.renderer, Some(Renderer::Kustomize));
    assert_eq!(source.images, ["nginx:1.27"]);
    assert_eq!(plain.mark.unwrap().keeper, Some(Keeper::ArgoCd { application: "root".to_owned() }));

    let Role::Application(several) = several.role else { panic!() };
    assert!(several.several && several.automated && !several.self_heal);
    let chart = &several.sources[1];
    assert_eq!((chart.chart.as_deref(), chart.release.as_deref()), (Some("web"), Some("web-prod")));
    assert_eq!(chart.renderer, Some(Renderer::Helm));
    let found: Vec<_> = chart
        .values
        .iter()
        .map(|image| (set_path(&image.at), image.reference().unwrap().as_written().to_owned()))
        .collect();
    // The parameter wins over the same key of the text.
    assert_eq!(
        found,
        [
            ("image".to_owned(), "nginx:1.28".to_owned()),
            ("proxy.image".to_owned(), "docker.io/envoyproxy/envoy:v1.30".to_owned()),
            ("cache".to_owned(), "redis:7".to_owned()),
        ]
    );
    let Role::Application(off) = off.role else { panic!() };
    assert!(!off.automated && !off.self_heal);
}

#[test]
fn flux_says_where_and_how() {
    let text = include_str!("../../../../testdata/owners/flux.yaml");
    let found = deployers(text);
    let labels: Vec<String> = found.iter().map(|deployer| deployer.object.label()).collect();
    assert_eq!(
        labels,
        [
            "GitRepository flux-system/fleet",
            "OCIRepository flux-system/charts",
            "HelmRepository shop/charts",
            "Kustomization flux-system/apps",
            "HelmRelease shop/web"
        ]
    );
    let source = |index: usize| match &found[index].role {
        Role::Source(source) => (source.url.clone().unwrap(), source.revision.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(source(0), ("ssh://git@github.com/shop/fleet".to_owned(), Some("branch main".to_owned())));
    assert_eq!(source(1), ("oci://ghcr.io/shop/charts".to_owned(), Some("semver 1.x".to_owned())));
    assert_eq!(source(2), ("https://charts.example.com/".to_owned(), None));
    let Role::Kustomization(kustomization) = &found[3].role else { panic!() };
    assert_eq!(kustomization.path.as_deref(), Some("./apps/prod"));
    assert_eq!(kustomization.source.as_ref().unwrap().kind, "GitRepository");
    assert_eq!(kustomization.images[0].new_tag.as_deref(), Some("1.28"));
    let Role::HelmRelease(release) = &found[4].role else { panic!() };
    assert_eq!((release.chart.as_deref(), release.version.as_deref()), (Some("web"), Some("1.2.x")));
    assert_eq!(release.values.len(), 1);
    assert_eq!(release.post_renderers, 1);
}

#[test]
fn nothing_that_logs_in_and_no_other_value_is_taken() {
    let argo = include_str!("../../../../testdata/owners/argo-cd.yaml");
    let flux = include_str!("../../../../testdata/owners/flux.yaml");
    let facts = format!("{:?}", [deployers(argo), deployers(flux)]);
    assert!(argo.contains("CANARY") && flux.contains("CANARY") && !facts.contains("CANARY"));
}

#[test]
fn a_field_of_another_type_is_told_and_the_others_go_on() {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: text}\n---\n\
                apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: b}\nspec: {path: {a: 1}, images: null}\n";
    let sink = read(&[("owners.yaml", text.as_bytes())]);
    assert_eq!(sink.not_seen().len(), 1);
    let named = sink.facts.iter().filter(|fact| matches!(fact, Fact::Deployer(d) if d.object.name == "b"));
    assert_eq!(named.count(), 1);
}

#[test]
fn values_of_charts_are_told_by_their_images() {
    let parts = "image:\n  repository: nginx\n  tag: 1.27\nreplicas: 2\n";
    let whole = "image: nginx:1.27\n";
    for (name, text, told) in [
        ("values.yaml", parts, true),
        ("prod.yaml", parts, true),
        ("values-prod.yaml", whole, true),
        ("a/Values.yml", whole, true),
        ("compose.yaml", "services:\n  web:\n    image: nginx:1.27\n", false),
        ("values.yaml", "replicas: 2\n", false),
        (
            "Chart.yaml",
            "apiVersion: v2\nname: web\ndependencies:\n- name: a\n  repository: https://x.example\n",
            false,
        ),
    ] {
        let sink = read(&[(name, text.as_bytes())]);
        let values: Vec<_> = sink.facts.iter().filter(|fact| matches!(fact, Fact::Values(_))).collect();
        assert_eq!(values.len(), usize::from(told), "{name}: {text}");
        assert!(!told || sink.not_seen().is_empty(), "{name}");
    }
}

#[test]
fn custom_kinds_of_manifests_are_workloads_and_of_dumps_are_not() {
    let text = include_str!("../../../../testdata/owners/custom-kinds.yaml");
    let sink = read(&[("custom.yaml", text.as_bytes())]);
    let found: Vec<(String, String, String)> = sink
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Workload(workload) => Some(workload),
            _ => None,
        })
        .flat_map(|workload| {
            let label = workload.object.label();
            workload
                .spec
                .containers
                .iter()
                .map(move |c| (label.clone(), c.pointer.clone(), c.name_pointer.clone()))
        })
        .collect();
    let found: Vec<_> = found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(
        found,
        [
            (
                "Rollout shop/web",
                "/spec/template/spec/containers/0/image",
                "/spec/template/spec/containers/0/name"
            ),
            (
                "Service shop/fn",
                "/spec/template/spec/containers/0/image",
                "/spec/template/spec/containers/0/name"
            ),
            ("Prometheus monitoring/k8s", "/spec/containers/0/image", "/spec/containers/0/name"),
            ("Prometheus monitoring/k8s", "/spec/image", "/metadata/name"),
            ("Prometheus monitoring/k8s", "/spec/thanos/image", "/metadata/name"),
            ("Task shop/build", "/spec/steps/0/image", "/spec/steps/0/name"),
            ("Task shop/build", "/spec/steps/1/image", "/metadata/name"),
            ("Task shop/build", "/spec/stepTemplate/image", "/metadata/name"),
        ]
    );
    let live = text.replace("  namespace: monitoring\n", "  namespace: monitoring\n  uid: u\n");
    let sink = read(&[("custom.yaml", live.as_bytes())]);
    let labels: Vec<String> = sink.objects().into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Rollout shop/web", "Service shop/fn", "Task shop/build"]);
}
