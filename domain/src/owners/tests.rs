use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::diagnosis::Inventory;
use crate::facts::WorkloadFact;
use crate::workload::{ContainerImage, Controller, ObjectRef, PodSpec};

fn object(kind: &str, namespace: &str, name: &str) -> ObjectRef {
    let group = match kind {
        "Application" => "argoproj.io",
        "Kustomization" => "kustomize.toolkit.fluxcd.io",
        "HelmRelease" => "helm.toolkit.fluxcd.io",
        "GitRepository" | "HelmRepository" => "source.toolkit.fluxcd.io",
        _ => "apps",
    };
    ObjectRef {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
        uid: Some(format!("uid-{name}")),
    }
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// A Deployment with one container for each image.
fn web(name: &str, images: &[&str], marked: Option<Mark>) -> (Workload, Option<Mark>) {
    let containers = images.iter().enumerate().map(|(index, image)| ContainerImage {
        kind: ContainerKind::Main,
        name: format!("c{index}"),
        image: (*image).to_owned(),
        pull_policy: None,
        pointer: format!("/spec/template/spec/containers/{index}/image"),
        name_pointer: format!("/spec/template/spec/containers/{index}/name"),
    });
    let workload = Workload {
        object: object("Deployment", "shop", name),
        spec: PodSpec { containers: containers.collect(), ..PodSpec::default() },
        replicas: None,
        update_strategy: None,
        managed_by: None,
        cortex: false,
        pods: None,
        waiting_pods: 0,
        throttled_pods: 0,
        origin: None,
    };
    (workload, marked)
}

fn inventory(workloads: Vec<(Workload, Option<Mark>)>, deployers: Vec<Deployer>) -> Inventory {
    let mut inventory = Inventory::default();
    for (workload, mark) in workloads {
        inventory.owners.marks.extend(mark.map(|mark| (workload.object.label(), mark)));
        inventory.workloads.push(workload);
    }
    inventory.owners.deployers = deployers;
    inventory
}

/// Every image of these workloads moves to quay.io.
fn moves(inventory: &Inventory, names: &[&str]) -> Vec<Edit> {
    let chosen = inventory.workloads.iter().filter(|w| names.contains(&w.object.name.as_str()));
    chosen
        .flat_map(|workload| {
            workload.spec.containers.iter().map(|container| Edit {
                file: None,
                document: None,
                path: container.pointer.clone(),
                line: None,
                from: Some(container.image.clone()),
                to: format!("quay.io/mirror/{}", container.image.trim_start_matches("docker.io/")),
                why: String::new(),
                object: Some(workload.object.label()),
                object_path: Some(container.pointer.clone()),
            })
        })
        .collect()
}

fn marked(labels: &[(&str, &str)], annotations: &[(&str, &str)]) -> Option<Mark> {
    mark(&object("Deployment", "shop", "web"), &texts(labels), &texts(annotations), None)
}

fn tracked() -> Option<Mark> {
    marked(&[], &[("argocd.argoproj.io/tracking-id", "shop:apps/Deployment:shop/web")])
}

fn application(source: ApplicationSource) -> Deployer {
    let application = Application {
        sources: vec![source],
        destination: Some("shop".to_owned()),
        self_heal: true,
        automated: true,
        ..Application::default()
    };
    Deployer {
        object: object("Application", "argocd", "shop"),
        mark: None,
        role: Role::Application(application),
    }
}

fn git(renderer: Option<Renderer>) -> ApplicationSource {
    ApplicationSource {
        repository: "https://github.com/shop/deploy".to_owned(),
        path: Some("apps/shop".to_owned()),
        revision: Some("main".to_owned()),
        renderer,
        ..ApplicationSource::default()
    }
}

fn names(change: &Change) -> Vec<(&str, &str)> {
    change.images.iter().map(|e| (e.name.as_str(), e.new_name.as_deref().unwrap_or(""))).collect()
}

#[test]
fn marks_tell_the_tool() {
    let release = [("meta.helm.sh/release-name", "web"), ("meta.helm.sh/release-namespace", "shop")];
    let flux = [
        ("kustomize.toolkit.fluxcd.io/name", "apps"),
        ("kustomize.toolkit.fluxcd.io/namespace", "flux-system"),
    ];
    let both = [("helm.toolkit.fluxcd.io/name", "web"), ("helm.toolkit.fluxcd.io/namespace", "shop")];
    let helm = |chart: Option<&str>| Keeper::Helm {
        namespace: "shop".to_owned(),
        release: Some("web".to_owned()),
        chart: chart.map(str::to_owned),
    };
    let named = |namespace: &str, name: &str| (namespace.to_owned(), name.to_owned());
    let (namespace, name) = named("flux-system", "apps");
    let kustomization = Keeper::FluxKustomization { namespace, name };
    let (namespace, name) = named("shop", "web");
    let helm_release = Keeper::FluxHelmRelease { namespace, name };
    let table: [(Option<Mark>, Option<Keeper>); 7] = [
        (tracked(), Some(Keeper::ArgoCd { application: "shop".to_owned() })),
        (marked(&flux, &[]), Some(kustomization)),
        (marked(&both, &release), Some(helm_release)),
        (marked(&[("helm.sh/chart", "nginx-15.1.0")], &release), Some(helm(Some("nginx-15.1.0")))),
        (
            marked(&[("app.kubernetes.io/managed-by", "Helm"), ("app.kubernetes.io/instance", "web")], &[]),
            Some(helm(None)),
        ),
        (marked(&[("app.kubernetes.io/instance", "web")], &[]), None),
        (marked(&[("kapp.k14s.io/app", "1")], &[]), Some(Keeper::Other { name: "kapp".to_owned() })),
    ];
    for (mark, keeper) in table {
        assert_eq!(mark.unwrap().keeper, keeper);
    }
    assert_eq!(marked(&[("app", "web")], &[]), None);
}

#[test]
fn argo_cd_is_told_in_the_language_of_its_source() {
    for (renderer, into, below) in [
        (Some(Renderer::Kustomize), Target::ApplicationKustomize, "spec.source.kustomize"),
        (Some(Renderer::Directory), Target::Manifests, ""),
        (Some(Renderer::Helm), Target::ChartKustomization, ""),
        (None, Target::Kustomization, ""),
    ] {
        let inventory =
            inventory(vec![web("web", &["nginx:1.27"], tracked())], vec![application(git(renderer))]);
        let owners = of_plan(&inventory, &moves(&inventory, &["web"]), &[]);
        let [owner] = owners.as_slice() else { panic!("{owners:?}") };
        assert_eq!(owner.who, "Argo CD application argocd/shop");
        assert_eq!(owner.id, "argo-cd-application-argocd-shop");
        assert!(owner.reverts.contains("within seconds"), "{}", owner.reverts);
        let place = &owner.place;
        assert_eq!(place.repository.as_deref(), Some("https://github.com/shop/deploy"));
        assert_eq!((place.path.as_deref(), place.revision.as_deref()), (Some("apps/shop"), Some("main")));
        assert_eq!(place.object.as_deref(), Some("Application argocd/shop"));
        let [change] = owner.changes.as_slice() else { panic!("{owner:?}") };
        assert_eq!((change.into, change.below.as_str()), (into, below));
        assert_eq!(names(change), [("nginx", "quay.io/mirror/nginx")]);
    }
}

#[test]
fn values_of_an_application_become_parameters() {
    let source = ApplicationSource {
        chart: Some("web".to_owned()),
        path: None,
        values: images_in(&json!({"web": {"image": {"repository": "nginx", "tag": "1.27"}}})),
        ..git(None)
    };
    let (first, second) = (ApplicationSource { path: None, ..git(None) }, source);
    let mut deployer = application(second);
    if let Role::Application(application) = &mut deployer.role {
        application.sources.insert(0, first);
        application.several = true;
    }
    let inventory = inventory(vec![web("web", &["nginx:1.27", "redis:7"], tracked())], vec![deployer]);
    let owners = of_plan(&inventory, &moves(&inventory, &["web"]), &[]);
    let [parameters, rest] = owners[0].changes.as_slice() else { panic!("{owners:?}") };
    assert_eq!(
        (parameters.into, parameters.below.as_str()),
        (Target::ApplicationParameters, "spec.sources[1].helm.parameters")
    );
    assert_eq!(set_argument(&parameters.values[0]), "web.image.repository=quay\\.io/mirror/nginx");
    assert_eq!(
        (rest.into, names(rest)),
        (
            Target::ChartKustomization,
            vec![("nginx", "quay.io/mirror/nginx"), ("redis", "quay.io/mirror/redis")]
        )
    );
    let release = owners[0].place.release.as_ref().unwrap();
    assert_eq!((release.namespace.as_deref(), release.name.as_str()), (Some("shop"), "shop"));
}

#[test]
fn an_application_that_tracks_by_label_is_found_by_its_namespace() {
    let instance =
        marked(&[("app.kubernetes.io/instance", "shop"), ("app.kubernetes.io/managed-by", "Helm")], &[]);
    let mut inventory = inventory(vec![web("web", &["nginx:1"], instance)], vec![application(git(None))]);
    let who = |inventory: &Inventory| of_plan(inventory, &moves(inventory, &["web"]), &[])[0].who.clone();
    assert_eq!(who(&inventory), "Argo CD application argocd/shop");
    let Role::Application(application) = &mut inventory.owners.deployers[0].role else { panic!() };
    application.destination = Some("elsewhere".to_owned());
    assert_eq!(who(&inventory), "Helm release shop/shop");
}

#[test]
fn an_application_of_another_namespace_is_found_by_its_long_name() {
    let mark = marked(&[], &[("argocd.argoproj.io/tracking-id", "argocd_shop:apps/Deployment:shop/web")]);
    let inventory = inventory(vec![web("web", &["nginx:1"], mark)], vec![application(git(None))]);
    assert_eq!(
        of_plan(&inventory, &moves(&inventory, &["web"]), &[])[0].who,
        "Argo CD application argocd/shop"
    );
}

#[test]
fn an_unseen_application_still_gets_its_change() {
    let inventory = inventory(vec![web("web", &["nginx:1"], tracked())], Vec::new());
    let owner = of_plan(&inventory, &moves(&inventory, &["web"]), &[]).remove(0);
    assert_eq!(
        (owner.who.as_str(), owner.changes[0].into),
        ("Argo CD application shop", Target::Kustomization)
    );
    assert!(owner.notes[0].contains("was not seen"));
}

fn flux() -> Vec<Deployer> {
    let source = |kind: &str, name: &str| {
        Some(SourceRef { kind: kind.to_owned(), namespace: None, name: name.to_owned() })
    };
    let by = |name: &str| {
        let labels = [
            ("kustomize.toolkit.fluxcd.io/name", name),
            ("kustomize.toolkit.fluxcd.io/namespace", "flux-system"),
        ];
        marked(&labels, &[])
    };
    vec![
        Deployer {
            object: object("GitRepository", "flux-system", "fleet"),
            mark: None,
            role: Role::Source(Source {
                url: Some("https://github.com/shop/fleet".to_owned()),
                revision: Some("branch main".to_owned()),
            }),
        },
        Deployer {
            object: object("HelmRepository", "shop", "charts"),
            mark: None,
            role: Role::Source(Source { url: Some("https://charts.example.com".to_owned()), revision: None }),
        },
        Deployer {
            object: object("Kustomization", "flux-system", "apps"),
            mark: by("flux-system"),
            role: Role::Kustomization(Kustomization {
                source: source("GitRepository", "fleet"),
                path: Some("./apps".to_owned()),
                interval: Some("10m".to_owned()),
                images: vec![
                    ImageEntry {
                        name: "nginx".to_owned(),
                        new_tag: Some("1.27".to_owned()),
                        ..ImageEntry::default()
                    },
                    ImageEntry {
                        name: "other".to_owned(),
                        new_tag: Some("2".to_owned()),
                        ..ImageEntry::default()
                    },
                ],
            }),
        },
        Deployer {
            object: object("HelmRelease", "shop", "web"),
            mark: by("apps"),
            role: Role::HelmRelease(HelmRelease {
                chart: Some("web".to_owned()),
                version: Some("1.x".to_owned()),
                source: source("HelmRepository", "charts"),
                values: images_in(
                    &json!({"image": {"repository": "nginx", "tag": "1.27"}, "extra": [{"image": "redis:7"}]}),
                ),
                ..HelmRelease::default()
            }),
        },
    ]
}

#[test]
fn flux_is_told_in_its_own_objects() {
    let by = |tool: &str, namespace: &str, name: &str| {
        let (key, at) =
            (format!("{tool}.toolkit.fluxcd.io/name"), format!("{tool}.toolkit.fluxcd.io/namespace"));
        marked(&[(key.as_str(), name), (at.as_str(), namespace)], &[])
    };
    let workloads = vec![
        web("plain", &["nginx:1.27"], by("kustomize", "flux-system", "apps")),
        web("web", &["nginx:1.27", "redis:7"], by("helm", "shop", "web")),
    ];
    let inventory = inventory(workloads, flux());
    let owners = of_plan(&inventory, &moves(&inventory, &["plain", "web"]), &[]);
    let [release, kustomization] = owners.as_slice() else { panic!("{owners:?}") };

    assert_eq!(kustomization.who, "Flux Kustomization flux-system/apps");
    assert!(kustomization.reverts.contains("every 10m"));
    let place = &kustomization.place;
    assert_eq!(place.repository.as_deref(), Some("https://github.com/shop/fleet"));
    assert_eq!((place.path.as_deref(), place.revision.as_deref()), (Some("./apps"), Some("branch main")));
    let [change] = kustomization.changes.as_slice() else { panic!("{kustomization:?}") };
    assert_eq!((change.into, change.below.as_str()), (Target::FluxKustomization, "spec"));
    assert_eq!(names(change), [("nginx", "quay.io/mirror/nginx"), ("other", "")]);
    assert_eq!(change.images[0].new_tag.as_deref(), Some("1.27"));

    let kept = release.place.object_kept.as_ref().unwrap();
    assert_eq!(
        (kept.by.as_str(), kept.place.path.as_deref()),
        ("Flux Kustomization flux-system/apps", Some("./apps"))
    );
    assert_eq!(release.place.repository.as_deref(), Some("https://charts.example.com"));
    assert_eq!(release.place.revision.as_deref(), Some("1.x"));
    let [values, rest] = release.changes.as_slice() else { panic!("{release:?}") };
    assert_eq!(
        (values.into, set_path(&values.values[0].keys)),
        (Target::FluxValues, "image.repository".to_owned())
    );
    assert_eq!(values.values.len(), 1);
    // A list in values would replace the chart's own, so what stands in one is left to the post-renderer.
    assert_eq!((rest.into, names(rest)), (Target::FluxPostRenderer, vec![("redis", "quay.io/mirror/redis")]));
}

fn helm() -> Option<Mark> {
    marked(
        &[("helm.sh/chart", "web-app-1.2.0")],
        &[("meta.helm.sh/release-name", "shop-web"), ("meta.helm.sh/release-namespace", "shop")],
    )
}

fn values_file(name: &str, values: &Value) -> ValuesFile {
    ValuesFile { file: name.to_owned(), images: images_in(values) }
}

#[test]
fn a_release_takes_its_values_from_the_file_that_is_its_own() {
    let same = json!({"image": {"repository": "nginx", "tag": "1.27"}});
    let other = json!({"proxy": {"image": {"repository": "nginx", "tag": "1.27"}}});
    type Row<'a> = (&'a [(&'a str, &'a Value)], Option<&'a str>, &'a [&'a str]);
    let table: &[Row<'_>] = &[
        (&[("values.yaml", &same)], Some("image.repository"), &["values.yaml"]),
        (&[("a/values.yaml", &same), ("b/values.yaml", &other)], None, &[]),
        (
            &[("a/values.yaml", &same), ("shop-web/values.yaml", &other)],
            Some("proxy.image.repository"),
            &["shop-web/values.yaml"],
        ),
        (
            &[("a/values.yaml", &same), ("charts/web-app/values.yaml", &other)],
            Some("proxy.image.repository"),
            &["charts/web-app/values.yaml"],
        ),
        (&[("a/values.yaml", &same), ("my-shop-web/values.yaml", &other)], None, &[]),
        (
            &[("a/values.yaml", &same), ("b/values.yaml", &same)],
            Some("image.repository"),
            &["a/values.yaml", "b/values.yaml"],
        ),
        (&[], None, &[]),
    ];
    for (files, path, held) in table {
        let mut inventory = inventory(vec![web("web", &["nginx:1.27"], helm())], Vec::new());
        inventory.owners.values = files.iter().map(|(name, values)| values_file(name, values)).collect();
        let owner = of_plan(&inventory, &moves(&inventory, &["web"]), &[]).remove(0);
        let [change] = owner.changes.as_slice() else { panic!("{owner:?}") };
        let wanted = if path.is_some() { Target::HelmValues } else { Target::HelmPostRenderer };
        assert_eq!(change.into, wanted, "{files:?}");
        assert_eq!(change.values.first().map(|value| set_path(&value.keys)).as_deref(), *path);
        assert_eq!(change.files, *held);
        let release = owner.place.release.unwrap();
        assert_eq!((release.namespace.as_deref(), release.name.as_str()), (Some("shop"), "shop-web"));
    }
}

#[test]
fn what_was_not_chosen_is_not_moved_along() {
    let workloads =
        vec![web("web", &["nginx:1.27"], helm()), web("worker", &["nginx:1.27", "redis:7"], helm())];
    let mut inventory = inventory(workloads, Vec::new());
    inventory.owners.values =
        vec![values_file("values.yaml", &json!({"image": {"repository": "nginx", "tag": "1.27"}}))];
    let owners = of_plan(&inventory, &moves(&inventory, &["web"]), &[]);
    let [owner] = owners.as_slice() else { panic!("{owners:?}") };
    assert_eq!(owner.objects, ["Deployment shop/web"]);
    let [change] = owner.changes.as_slice() else { panic!("{owner:?}") };
    assert_eq!((change.into, change.images.len(), change.patches.len()), (Target::HelmPostRenderer, 0, 1));
    assert_eq!((change.patches[0].name.as_str(), change.patches[0].from.as_str()), ("web", "nginx:1.27"));
    assert!(of_plan(&inventory, &[], &[]).is_empty());
}

#[test]
fn an_operator_is_told_in_its_custom_resource() {
    let prometheus = |kind: &str, api_version: &str| Controller {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        name: "k8s".to_owned(),
        uid: "u".to_owned(),
    };
    let marked = |controller: &Controller| {
        mark(&object("StatefulSet", "shop", "web"), &BTreeMap::new(), &BTreeMap::new(), Some(controller))
    };
    let known = inventory(
        vec![web(
            "web",
            &["prom/prometheus:v3"],
            marked(&prometheus("Prometheus", "monitoring.coreos.com/v1")),
        )],
        Vec::new(),
    );
    let owner = of_plan(&known, &moves(&known, &["web"]), &[]).remove(0);
    assert_eq!(owner.who, "Operator of Prometheus shop/k8s");
    assert_eq!(owner.place.object.as_deref(), Some("Prometheus shop/k8s"));
    let [change] = owner.changes.as_slice() else { panic!("{owner:?}") };
    assert_eq!(change.into, Target::CustomResource);
    assert_eq!(change.fields[0].path, "spec/image");
    let unknown = inventory(
        vec![web("web", &["redis:7"], marked(&prometheus("Redis", "databases.example/v1")))],
        Vec::new(),
    );
    let owner = of_plan(&unknown, &moves(&unknown, &["web"]), &[]).remove(0);
    assert!(owner.changes[0].fields.is_empty() && owner.notes[0].contains("Redis k8s"), "{owner:?}");
}

#[test]
fn given_manifests_are_their_own_place() {
    let (mut workload, mark) = web("web", &["nginx:1"], helm());
    workload.origin = Some(crate::facts::Origin {
        file: "a.yaml".to_owned(),
        document: 0,
        pointer: String::new(),
        live: false,
    });
    let inventory = inventory(vec![(workload, mark)], Vec::new());
    assert!(of_plan(&inventory, &moves(&inventory, &["web"]), &[]).is_empty());
}

#[test]
fn folders_have_plain_names_of_their_own() {
    let mut taken = BTreeSet::new();
    let ids: Vec<String> = ["Helm release a/b", "Helm release a-b", "../../$(id)", "☃", ""]
        .map(|who| unique(who, &mut taken))
        .into();
    assert_eq!(ids, ["helm-release-a-b", "helm-release-a-b-2", "id", "owner", "owner-2"]);
}

#[test]
fn label_tracking_is_told_beside_the_workload() {
    let owners = Owners { deployers: vec![application(git(None))], ..Owners::default() };
    let fact = WorkloadFact {
        object: object("Deployment", "shop", "web"),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        controller: None,
        spec: PodSpec::default(),
        replicas: None,
        present: None,
        update_strategy: None,
        origin: None,
    };
    let by = |mark: Option<Mark>| by_label(&owners, mark.as_ref(), &fact);
    assert_eq!(
        by(marked(&[("app.kubernetes.io/instance", "shop")], &[])).as_deref(),
        Some("Argo CD application argocd/shop")
    );
    assert_eq!(by(helm()), None);
    assert_eq!(by(None), None);
}
