//! Reading a list takes the memory of its longest item, not of the list. Alone in its file, since the peak
//! that is measured is the whole process's.

use std::io::{self, Read};

use domain::diagnosis::{Fold, SourceKind};
use domain::facts::Fact;
use domain::ports::{Cancel, FactSink};
use domain::run::Progress;
use domain::time::Timestamp;
use manifests::archive::Limits;
use manifests::input::{Files, Given};

/// Pods in the list. The full size of a large cluster is `UNTHROTTLE_SOAK=1`: 1.2 GB of text.
fn pods() -> usize {
    if std::env::var_os("UNTHROTTLE_SOAK").is_some() { 50_000 } else { 1_500 }
}

const MOST_MIB: u64 = 100;

/// `kubectl get pods -A -o json` of a cluster that is never held in memory.
struct Endless;

struct Stream {
    next: usize,
    pending: Vec<u8>,
    at: usize,
}

impl Given for Endless {
    fn name(&self) -> &str {
        "pods.json"
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let pending = b"{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n".to_vec();
        Ok(Box::new(Stream { next: 0, pending, at: 0 }))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.pending.len() {
            self.pending = match self.next {
                n if n < pods() => pod(n).into_bytes(),
                n if n == pods() => {
                    b"],\"kind\": \"List\", \"metadata\": {\"resourceVersion\": \"\"}}\n".to_vec()
                }
                _ => return Ok(0),
            };
            self.next += 1;
            self.at = 0;
        }
        let count = (&self.pending[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

/// About 24 kB, as real pods with managed fields are; every tenth waits for its image.
fn pod(n: usize) -> String {
    let comma = if n == 0 { "" } else { "," };
    let waiting =
        r#""state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}"#;
    let running = r#""state": {"running": {"startedAt": "2026-11-23T06:00:00Z"}}, "imageID": "docker.io/library/nginx@sha256:0"}"#;
    let state = if n.is_multiple_of(10) { format!("{waiting}}}") } else { running.to_owned() };
    let padding = (0..260).map(|field| format!("                        \"f:field-{field}\": {{\n                            \".\": {{}}\n                        }}"));
    format!(
        r#"{comma}
        {{
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {{"name": "web-{n}", "namespace": "ns-{ns}", "uid": "00000000-0000-0000-0000-{n:012}", "managedFields": [{{"fieldsV1": {{
{fields}
            }}}}]}},
            "spec": {{"nodeName": "node-{node}", "containers": [{{"name": "web", "image": "nginx:1.{image}"}}]}},
            "status": {{"phase": "Running", "containerStatuses": [{{"name": "web", "image": "nginx:1.{image}", {state}]}}
        }}"#,
        ns = n % 204,
        node = n % 5_000,
        image = n % 40,
        fields = padding.collect::<Vec<_>>().join(",\n"),
    )
}

struct Sink(Fold);

impl FactSink for Sink {
    fn fact(&mut self, fact: Fact) {
        self.0.take(fact);
    }
    fn progress(&mut self, _: Progress) {}
    fn request(&mut self, _: &str, _: &str) {}
}

/// Highest resident memory of this process so far, in MiB (`proc(5)`).
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib / 1024)
}

#[test]
fn a_list_of_pods_of_any_length_is_read_in_little_memory() {
    let started = std::time::Instant::now();
    let mut sink = Sink(Fold::new(SourceKind::Files));
    let files = Files::new("dump", vec![Box::new(Endless)], Limits::LOCAL);
    files.read_now(&Cancel::default(), &mut sink).unwrap();
    let scan = sink.0.finish(Timestamp::from_unix(0));
    let megabytes = (0..pods()).step_by(100).map(|n| pod(n).len() * 100).sum::<usize>() / 1_000_000;
    println!("{} pods, {megabytes} MB, {:.1?}, peak {:?} MiB", pods(), started.elapsed(), peak_mib());

    assert_eq!(scan.diagnosis.counts.pods as usize, pods());
    assert_eq!(scan.diagnosis.counts.failing_containers as usize, pods() / 10);
    // Only Linux tells the peak; the counts above hold everywhere.
    if let Some(peak) = peak_mib() {
        assert!(peak <= MOST_MIB, "{peak} MiB");
    }
}
