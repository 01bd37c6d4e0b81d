//! Reading `kubectl get pods -A -o json` of a large cluster, beside `jq`, which has to be installed.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use super::cost::{self, Cost, median};
use crate::Outcome;

/// 50,000 pods of a real cluster are 1.2 GB; a tenth keeps `jq` within a small machine.
const PODS: usize = 5_000;
const PAIRS: usize = 5;
const MEMORY_BUDGET_KIB: u64 = 100 * 1024;

/// What a person would ask: which containers wait, for which image.
const FILTER: &str = "[.items[] | .metadata.namespace as $ns | .status.containerStatuses[]? | \
    select(.state.waiting.reason == \"ImagePullBackOff\") | [$ns, .image]] | length";

pub fn run(program: &Path, folder: &Path) -> Outcome {
    let dump = folder.join("pods.json");
    write(&dump)?;
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    // One after the other, so that whatever else the machine does falls on both.
    for _ in 0..PAIRS {
        let mut scan = Command::new(program);
        scan.args(["scan", "--no-store", "-o", "json", "--data-dir"]).arg(folder).arg("--from").arg(&dump);
        ours.push(cost::of(&mut scan)?);
        theirs.push(cost::of(Command::new("jq").args(["-c", FILTER]).arg(&dump))?);
    }
    let seconds = |costs: &[Cost]| median(costs.iter().map(|cost| cost.seconds).collect());
    let peak = |costs: &[Cost]| costs.iter().filter_map(|cost| cost.peak_kib).max();
    println!("{PODS} pods, {} MB, medians of {PAIRS} pairs", std::fs::metadata(&dump)?.len() / 1_000_000);
    for (name, costs) in [("unthrottle scan", &ours), ("jq", &theirs)] {
        let mib = peak(costs).map_or_else(|| "?".to_owned(), |kib| (kib / 1024).to_string());
        println!("{name:<16} {:>7.2} s {mib:>6} MiB", seconds(costs));
    }
    println!("jq takes {:.1} times as long (aim: 5)", seconds(&theirs) / seconds(&ours));
    match peak(&ours) {
        Some(kib) if kib > MEMORY_BUDGET_KIB => Err("the scan is over its budget of memory".into()),
        _ => Ok(()),
    }
}

/// As kubectl prints it, managed fields and all: about 24 kB a pod, every tenth waiting for its image.
fn write(path: &Path) -> Outcome {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(b"{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n")?;
    let fields: Vec<String> = (0..260)
        .map(|field| format!("                        \"f:field-{field}\": {{\n                            \".\": {{}}\n                        }}"))
        .collect();
    let fields = fields.join(",\n");
    for n in 0..PODS {
        let state = if n % 10 == 0 {
            r#""waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}"#
        } else {
            r#""running": {"startedAt": "2026-11-23T06:00:00Z"}"#
        };
        let comma = if n == 0 { "" } else { "," };
        let (namespace, node, image) = (n % 204, n % 5_000, n % 40);
        write!(
            file,
            r#"{comma}
        {{
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {{"name": "web-{n}", "namespace": "ns-{namespace}", "uid": "00000000-0000-0000-0000-{n:012}", "managedFields": [{{"fieldsV1": {{
{fields}
            }}}}]}},
            "spec": {{"nodeName": "node-{node}", "containers": [{{"name": "web", "image": "nginx:1.{image}"}}]}},
            "status": {{"phase": "Running", "containerStatuses": [{{"name": "web", "image": "nginx:1.{image}", "state": {{{state}}}}}]}}
        }}"#
        )?;
    }
    file.write_all(b"],\"kind\": \"List\", \"metadata\": {\"resourceVersion\": \"\"}}\n")?;
    Ok(file.flush()?)
}
