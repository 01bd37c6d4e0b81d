//! The service accounts under which a Cortex installation pulls from Docker Hub.

use super::Version;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountUse {
    /// Namespace.
    pub namespace: &'static str,
    /// Name.
    pub name: &'static str,
    /// What runs under it.
    pub runs: &'static str,
}

const fn used(namespace: &'static str, name: &'static str, runs: &'static str) -> AccountUse {
    AccountUse { namespace, name, runs }
}

/// First and last minor version, and the account. From `manager/manifests` of each tag and from the charts of
/// Istio 1.4.2 (to 0.20) and 1.7.3 that Cortex installs. From 0.23 on Cortex's own images come from quay.io,
/// and what is left is `busybox` in fluentd (to 0.26) and the images that APIs name themselves.
///
/// Cortex's own guide lacks `istio-system`, and names `neuron-device-plugin` for versions that run the plugin
/// under `default`.
const TABLE: [(u16, u16, AccountUse); 16] = [
    (
        15,
        42,
        used("default", "default", "APIs and their jobs; up to 0.22 also statsd and the image downloader"),
    ),
    (15, 26, used("default", "fluentd", "fluentd, with its init container busybox")),
    (15, 22, used("default", "operator", "the operator")),
    (15, 22, used("kube-system", "cluster-autoscaler", "the cluster autoscaler")),
    (15, 22, used("kube-system", "default", "the NVIDIA device plugin; in 0.18 and 0.19 the Neuron one too")),
    (15, 22, used("kube-system", "metrics-server", "the metrics server")),
    (20, 22, used("kube-system", "neuron-device-plugin", "the Neuron device plugin")),
    (15, 20, used("kube-system", "istio-cni", "Istio's CNI plugin on every node")),
    (15, 22, used("istio-system", "ingressgateway-apis-service-account", "the gateway of the APIs")),
    (15, 22, used("istio-system", "ingressgateway-operator-service-account", "the gateway of the operator")),
    (15, 20, used("istio-system", "istio-citadel-service-account", "Istio's citadel")),
    (15, 20, used("istio-system", "istio-galley-service-account", "Istio's galley")),
    (15, 20, used("istio-system", "istio-init-service-account", "Istio's install jobs")),
    (15, 20, used("istio-system", "istio-pilot-service-account", "Istio's pilot")),
    (15, 20, used("istio-system", "istio-security-post-install-account", "Istio's install jobs")),
    (21, 22, used("istio-system", "istiod-service-account", "istiod")),
];

/// The accounts that matter to a version, sorted by namespace and name.
pub fn service_accounts(version: Version) -> Vec<AccountUse> {
    let applies = |&(since, until, _): &(u16, u16, AccountUse)| (since..=until).contains(&version.minor);
    let mut accounts: Vec<AccountUse> =
        TABLE.into_iter().filter(applies).map(|(_, _, account)| account).collect();
    accounts.sort_by_key(|account| (account.namespace, account.name));
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(minor: u16) -> Vec<String> {
        let version = Version { major: 0, minor, patch: 0 };
        service_accounts(version).iter().map(|a| format!("{}/{}", a.namespace, a.name)).collect()
    }

    #[test]
    fn each_version_has_the_accounts_that_its_manifests_use() {
        assert_eq!(
            of(22),
            [
                "default/default",
                "default/fluentd",
                "default/operator",
                "istio-system/ingressgateway-apis-service-account",
                "istio-system/ingressgateway-operator-service-account",
                "istio-system/istiod-service-account",
                "kube-system/cluster-autoscaler",
                "kube-system/default",
                "kube-system/metrics-server",
                "kube-system/neuron-device-plugin",
            ]
        );
        let (v18, v20) = (of(18), of(20));
        assert!(!v18.contains(&"kube-system/neuron-device-plugin".to_owned()), "it runs under default there");
        assert!(v20.contains(&"kube-system/neuron-device-plugin".to_owned()));
        assert!(v20.contains(&"kube-system/istio-cni".to_owned()));
        assert_eq!((v18.len(), v20.len()), (14, 15));
        assert_eq!(of(24), ["default/default", "default/fluentd"]);
        assert_eq!(of(42), ["default/default"]);
    }
}
