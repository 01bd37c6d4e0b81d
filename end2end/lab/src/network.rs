//! The bridge that pods and node share, and the check that its network is free.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::config::Config;
use crate::error::{LabError, Result, file, json};
use crate::process::run;
use crate::record::{Made, Record};

/// Makes the bridge and gives it the node's address. Pods are forwarded by the kernel only if it is told
/// to; the CNI plugin would do so silently, so the old value is kept here.
///
/// # Errors
/// When the network is in use for something else, or the kernel refuses.
pub fn make_bridge(record: &mut Record, config: &Config) -> Result<()> {
    refuse_collisions(config)?;
    let forwarding = PathBuf::from("net/ipv4/ip_forward");
    let before = read_sysctl(&forwarding)?;
    record.announce(Made::Sysctl { path: forwarding, before })?;
    record.announce(Made::Bridge { name: config.name.clone() })?;
    run("ip", &["link", "add", &config.name, "type", "bridge"])?;
    run("ip", &["address", "add", &format!("{}/24", config.node_address), "dev", &config.name])?;
    run("ip", &["link", "set", &config.name, "up"])?;
    Ok(())
}

/// Removes a bridge and the interfaces on it; one that is not there is as good as removed.
///
/// # Errors
/// When it is there and the kernel refuses.
pub fn remove_bridge(name: &str) -> Result<()> {
    if !Path::new("/sys/class/net").join(name).exists() {
        return Ok(());
    }
    // The node's end takes the pods' interfaces with it, but not always before we come here.
    let on_it = format!("/sys/class/net/{name}/brif");
    for port in std::fs::read_dir(&on_it).into_iter().flatten().filter_map(std::result::Result::ok) {
        // Gone in the meantime is what we want.
        let _ = run("ip", &["link", "delete", &port.file_name().to_string_lossy()]);
    }
    run("ip", &["link", "delete", name]).map(drop)
}

/// Puts a kernel setting back.
///
/// # Errors
/// When it cannot be written.
pub fn restore_sysctl(path: &Path, value: &str) -> Result<()> {
    let path = Path::new("/proc/sys").join(path);
    std::fs::write(&path, value).map_err(file("cannot write", &path))
}

fn read_sysctl(path: &Path) -> Result<String> {
    let path = Path::new("/proc/sys").join(path);
    let text = std::fs::read_to_string(&path).map_err(file("cannot read", &path))?;
    Ok(text.trim().to_owned())
}

/// Refuses when the pods' network holds a route of this machine, its name server or a proxy: the lab
/// would cut them off.
fn refuse_collisions(config: &Config) -> Result<()> {
    let routes = run("ip", &["-json", "-4", "route", "show", "table", "all"])?;
    let routes: Value = serde_json::from_str(&routes).map_err(json("the output of ip route"))?;
    let routes = routes.as_array().into_iter().flatten();
    let destinations = routes.filter_map(|route| route["dst"].as_str().map(str::to_owned));

    let resolver = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let name_servers = resolver.lines().filter_map(|line| Some(line.strip_prefix("nameserver ")?.to_owned()));
    let proxies = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok());

    for used in destinations.chain(name_servers).chain(proxies) {
        if collides(config.node_address, &used) {
            return Err(LabError::Collision { network: config.pod_network(), with: used });
        }
    }
    Ok(())
}

/// Whether `used`, an address, a network or a URL with one, shares addresses with the /24 of `node`.
fn collides(node: Ipv4Addr, used: &str) -> bool {
    let host = used.rsplit_once("://").map_or(used, |(_, rest)| rest);
    let host = host.rsplit_once('@').map_or(host, |(_, rest)| rest);
    let (address, length) = match host.split_once('/') {
        Some((address, length)) => (address, length.parse().unwrap_or(32)),
        None => (host, 32_u32),
    };
    let address = address.split(':').next().unwrap_or(address);
    let Ok(IpAddr::V4(address)) = address.trim().parse() else { return false };
    let shared = length.min(24);
    let mask = u32::MAX.checked_shl(32 - shared).unwrap_or(0);
    // The default route holds every address and is in nobody's way.
    length > 0 && u32::from(address) & mask == u32::from(node) & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collisions_are_seen_in_routes_and_proxies() {
        let node = Ipv4Addr::new(198, 18, 64, 1);
        assert!(collides(node, "198.18.0.0/15"));
        assert!(collides(node, "198.18.64.7"));
        assert!(collides(node, "http://user@198.18.64.9:3128"));
        assert!(!collides(node, "198.18.65.0/24"));
        assert!(!collides(node, "default"));
        assert!(!collides(node, "0.0.0.0/0"));
        assert!(!collides(node, "http://proxy.example:3128/"));
    }
}
