use super::*;
use crate::yaml;

fn told(name: &str, text: &str) -> Option<CortexFileKind> {
    let documents = yaml::parse(text.as_bytes()).unwrap();
    match recognise(name, &documents.first()?.to_json().unwrap()) {
        Some(Recognised::File(kind)) => Some(kind),
        _ => None,
    }
}

#[test]
fn a_short_cluster_file_is_told_by_its_name_and_by_holding_nothing_else() {
    for text in [
        "cluster_name: c\n",
        "region: us-east-1\n",
        "tags:\n  team: ml\nprovider: aws\n",
        "instance_volume_type: gp2\ninstance_volume_iops: 3000\n",
        "image_something_new: x\nbucket:\n",
    ] {
        for name in ["cluster.yaml", "cluster.yml", "a/cluster.yaml", "Cluster.yaml", "cluster-gpu.yaml"] {
            assert_eq!(told(name, text), Some(CortexFileKind::ClusterConfig), "{name}: {text}");
        }
        for name in ["values.yaml", "clusters.yaml", "my.yaml", "cluster", "cluster/x.yaml"] {
            assert_eq!(told(name, text), None, "{name}: {text}");
        }
    }
}

#[test]
fn a_cluster_file_of_any_name_is_told_by_cortex_s_own_words() {
    for text in [
        "subnet_visibility: private\n",
        "spot: true\nspot_config:\n  on_demand_base_capacity: 0\n",
        "image_operator: cortexlabs/operator:0.18.1\n",
        "cluster_name: c\nregion: r\n",
        "region: r\nmin_instances: 1\ninstance_type: m5.large\n",
        "region: r\nnode_groups: []\niam_policy_arns: []\n",
        "image_operator: a\nimage_manager: b\nmy_own_key: 1\n",
    ] {
        assert_eq!(told("prod.yaml", text), Some(CortexFileKind::ClusterConfig), "{text}");
    }
}

#[test]
fn the_cluster_files_of_others_are_left_to_them() {
    for text in [
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c, region: r}\n",
        "kind: Cluster\nname: c\nregion: r\n",
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: []\n",
        "cluster_name: c\nregion: r\nkubernetes_version: '1.30'\n",
        "cluster_name: c\nprovider: {type: aws}\nmax_workers: 2\n",
        "image_grafana: grafana/grafana\nansible_user: root\n",
        "openapi: 3.0.0\ncluster_name: c\n",
        "{}\n",
        "[]\n",
        "",
        "just text\n",
    ] {
        assert_eq!(told("other.yaml", text), None, "{text}");
        if !text.starts_with("image_") {
            assert_eq!(told("cluster.yaml", text), None, "{text}");
        }
    }
    assert_eq!(told("config.yaml", "project: p\nregion: r\nzone: z\n"), None);
}

#[test]
fn apis_without_a_place_for_images_are_told_by_their_other_keys() {
    for text in [
        "- name: a\n  predictor:\n",
        "- name: a\n  handler:\n  kind: RealtimeAPI\n",
        "- name: a\n  kind: RealtimeAPI\n",
        "- name: a\n  compute: {cpu: 1}\n",
        "- name: a\n  endpoint: /a\n  autoscaling: {min_replicas: 1}\n- name: b\n  compute: {gpu: 1}\n",
        "- name: a\n  apis: [{name: b, weight: 100}]\n",
        "- name: a\n  pod: {containers: [{name: c, image: d}]}\n  something_new: 1\n",
    ] {
        for name in ["apis.yaml", "cortex.yaml"] {
            assert_eq!(told(name, text), Some(CortexFileKind::ApiSpecs), "{name}: {text}");
        }
    }
    for text in ["- name: a\n", "- name: a\n- name: b\n  kind: Realtime\n"] {
        for name in ["cortex.yaml", "x/cortex_gpu.yml", "cortex-prod.yaml"] {
            assert_eq!(told(name, text), Some(CortexFileKind::ApiSpecs), "{name}: {text}");
        }
        assert_eq!(told("apis.yaml", text), None, "{text}");
    }
}

#[test]
fn the_lists_of_others_are_left_to_them() {
    for text in [
        "- name: install\n  hosts: all\n  tasks: []\n",
        "- name: a\n  image: b\n",
        "- name: a\n  endpoint: /a\n  interval: 30s\n",
        "- name: a\n  kind: Widget\n  url: x\n",
        "- compute: {cpu: 1}\n",
        "- a\n- b\n",
        "- name: 1\n  compute: {cpu: 1}\n",
    ] {
        for name in ["list.yaml", "cortex.yaml"] {
            assert_eq!(told(name, text), None, "{name}: {text}");
        }
    }
}
