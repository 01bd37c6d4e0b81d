//! Which nodes leave by which address, as far as the cluster itself tells.
//!
//! Docker Hub counts anonymous pulls by address, so nodes behind one NAT share one budget. From inside,
//! an `ExternalIP` is a cloud provider's word for an address of the node's own; its absence on an IPv4 node
//! means NAT, a proxy or no way out, and means nothing on IPv6, where public addresses are reported as
//! internal ones (facts: registries-kubernetes-aws §6).

use std::collections::BTreeMap;

use crate::facts::NodeFact;

use super::types::{Cortex, EgressGroup, Knowledge};

/// Groups nodes by outgoing address.
pub(super) fn groups<'a>(
    nodes: impl Iterator<Item = &'a NodeFact>,
    cortex: Option<&Cortex>,
) -> Vec<EgressGroup> {
    let nat = cortex
        .filter(|c| c.subnet_visibility.as_deref() == Some("private"))
        .and_then(|c| c.nat_gateway.as_deref());
    let mut own = Vec::new();
    let mut behind_nat: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
    for node in nodes {
        let public = node.external_ips.iter().find(|ip| !ip.contains(':'));
        let has_ipv4 = node.internal_ips.iter().any(|ip| !ip.contains(':'));
        match public {
            Some(address) => own.push(EgressGroup {
                nodes: vec![node.name.clone()],
                address: Some(address.clone()),
                how: Knowledge::Declared,
                remaining: None,
            }),
            None if has_ipv4 => {
                // One NAT gateway a zone is the usual layout, and Cortex's `highly_available` says so.
                let zone = if nat == Some("single") { None } else { node.zone.clone() };
                behind_nat.entry(zone).or_default().push(node.name.clone());
            }
            None => {}
        }
    }
    let how = if nat.is_some() { Knowledge::Declared } else { Knowledge::Inferred };
    let shared = behind_nat.into_values().map(|mut nodes| {
        nodes.sort();
        EgressGroup { nodes, address: None, how, remaining: None }
    });
    let mut groups: Vec<EgressGroup> = shared.collect();
    groups.sort_by(|a, b| b.nodes.len().cmp(&a.nodes.len()).then_with(|| a.nodes.cmp(&b.nodes)));
    groups.extend(own);
    groups
}
