//! The cluster's configuration as Cortex keeps it in the cluster, with every default filled in.

use std::fmt::Write as _;

use super::version::Version;

/// `cluster.yaml` of a private cluster behind one NAT gateway, in the order in which Cortex writes it.
#[must_use]
pub fn cluster_yaml(version: Version) -> String {
    let mut text = String::from(
        "availability_zones: [us-east-1a, us-east-1b]\n\
         bucket: cortex-4c9a1f0e2d\n\
         cluster_name: cortex\n",
    );
    for image in version.cluster_images() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "image_{}: {}", image.replace('-', "_"), version.image(image));
    }
    text.push_str(
        "instance_type: m5.large\n\
         instance_volume_iops: null\n\
         instance_volume_size: 50\n\
         instance_volume_type: gp2\n",
    );
    if version.old_istio {
        text.push_str("log_group: cortex\n");
    }
    text.push_str(
        "max_instances: 5\n\
         min_instances: 1\n\
         nat_gateway: single\n\
         operator_load_balancer_scheme: internet-facing\n\
         api_load_balancer_scheme: internet-facing\n",
    );
    if version.batch {
        text.push_str("api_gateway: public\n");
    }
    text.push_str(
        "region: us-east-1\n\
         spot: false\n\
         spot_config: null\n\
         ssl_certificate_arn: null\n\
         subnet_visibility: private\n\
         tags: {}\n\
         telemetry: true\n",
    );
    if version.batch {
        text.push_str("vpc_cidr: 192.168.0.0/16\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::version::VERSIONS;
    use super::*;

    #[test]
    fn inferentia_has_keys_only_where_the_release_knows_it() {
        let [newest, _, oldest] = VERSIONS.map(cluster_yaml);
        assert!(newest.contains("image_neuron_rtd: cortexlabs/neuron-rtd:0.22.1\n"));
        assert!(!newest.contains("galley"));
        assert!(!oldest.contains("neuron"));
        assert!(oldest.contains("image_istio_galley: cortexlabs/istio-galley:0.17.1\n"));
    }
}
