//! The words of Cortex's files.

/// Settings of `cluster.yaml` that other tools' files have as well (Cortex: `pkg/types/clusterconfig`, all
/// versions, GCP's and the Helm installation's included).
pub(super) const SETTINGS: [&str; 40] = [
    "accelerator_type",
    "accelerators_per_instance",
    "api_gateway",
    "availability_zones",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "bucket",
    "cluster_name",
    "iam_policy_arns",
    "instance_type",
    "instance_volume_iops",
    "instance_volume_size",
    "instance_volume_throughput",
    "instance_volume_type",
    "is_managed",
    "istio_namespace",
    "log_group",
    "max_instances",
    "min_instances",
    "namespace",
    "nat_gateway",
    "network",
    "node_groups",
    "node_pools",
    "on_demand_backup",
    "preemptible",
    "project",
    "provider",
    "region",
    "spot",
    "ssl_certificate",
    "ssl_certificate_arn",
    "ssl_certificate_key",
    "subnet",
    "subnets",
    "tags",
    "telemetry",
    "vpc_cidr",
    "zone",
];

/// Settings of `cluster.yaml` that nobody else calls so: one of them tells the file.
pub(super) const OWN_SETTINGS: [&str; 11] = [
    "api_load_balancer_cidr_white_list",
    "api_load_balancer_scheme",
    "api_load_balancer_type",
    "cortex_aws_access_key_id",
    "cortex_aws_secret_access_key",
    "cortex_policy_arn",
    "operator_load_balancer_cidr_white_list",
    "operator_load_balancer_scheme",
    "prometheus_instance_type",
    "spot_config",
    "subnet_visibility",
];

/// Everything an API specification may hold at its top, in any version (`pkg/types/userconfig/api.go`).
pub(super) const API_KEYS: [&str; 16] = [
    "apis",
    "autoscaling",
    "compute",
    "definition",
    "endpoint",
    "handler",
    "kind",
    "local_port",
    "monitoring",
    "name",
    "networking",
    "node_groups",
    "pod",
    "predictor",
    "tracker",
    "update_strategy",
];

/// Where an API's images stand, by version.
pub(super) const SECTIONS: [&str; 4] = ["predictor", "handler", "definition", "pod"];

/// Kinds of API, from 0.19 on (`pkg/types/userconfig/kind.go`).
pub(super) const KINDS: [&str; 5] = ["RealtimeAPI", "BatchAPI", "TrafficSplitter", "TaskAPI", "AsyncAPI"];

/// Keys of `cluster.yaml` that hold AWS credentials in clear text, up to 0.19.
pub(super) const AWS_KEYS: [&str; 5] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "cortex_aws_access_key_id",
    "cortex_aws_secret_access_key",
];
