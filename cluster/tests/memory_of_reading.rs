//! Reading a cluster takes the memory of a page, not of the cluster. Alone in its file, since the peak that is
//! measured is the whole process's, the server's part in it included.

use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::net::{TcpListener, TcpStream};

use cluster::ClusterReader;
use domain::diagnosis::{Fold, SourceKind};
use domain::facts::Fact;
use domain::ports::{Cancel, FactSink, FactSource as _};
use domain::run::Progress;
use domain::time::Timestamp;

/// Pods in the cluster; `UNTHROTTLE_SOAK=1` takes the full size of a large one.
fn pods() -> usize {
    if std::env::var_os("UNTHROTTLE_SOAK").is_some() { 50_000 } else { 1_500 }
}

const MOST_MIB: u64 = 100;
const PAGE: usize = 500;

struct Sink(Fold);

impl FactSink for Sink {
    fn fact(&mut self, fact: Fact) {
        self.0.take(fact);
    }
    fn progress(&mut self, _: Progress) {}
    fn request(&mut self, _: &str, _: &str) {}
}

/// Answers one request a connection, writing a page pod by pod so that the server needs no memory of its own.
fn answer(socket: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(socket.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = request.split(' ').nth(1).unwrap_or_default();
    let mut out = BufWriter::new(socket);
    write!(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")?;
    if path.starts_with("/api/v1/pods") && !path.contains("fieldSelector") {
        let start: usize = path.split_once("continue=").map_or(0, |(_, token)| token.parse().unwrap_or(0));
        let end = (start + PAGE).min(pods());
        let next = if end < pods() { end.to_string() } else { String::new() };
        write!(
            out,
            "{{\"metadata\":{{\"continue\":\"{next}\",\"remainingItemCount\":{}}},\"items\":[",
            pods() - end
        )?;
        for n in start..end {
            if n > start {
                write!(out, ",")?;
            }
            pod(n, &mut out)?;
        }
        write!(out, "]}}")?;
    } else if path.starts_with("/version") {
        write!(out, "{{\"gitVersion\":\"v1.34.4\"}}")?;
    } else {
        write!(out, "{{\"metadata\":{{}},\"items\":[],\"status\":{{\"allowed\":true}}}}")?;
    }
    out.flush()
}

/// About 20 kB, as real pods with managed fields are; every tenth waits for its image.
fn pod(n: usize, out: &mut impl Write) -> std::io::Result<()> {
    let (ns, node, image) = (n % 204, n % 5_000, n % 40);
    write!(
        out,
        r#"{{"metadata":{{"name":"web-{n}","namespace":"ns-{ns}","uid":"00000000-0000-0000-0000-{n:012}","managedFields":[{{"fieldsV1":{{"#
    )?;
    for field in 0..800 {
        write!(out, r#""f:field-{field:03}":{{".":{{}}}},"#)?;
    }
    let state = if n.is_multiple_of(10) {
        r#""state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image"}}"#
    } else {
        r#""state":{"running":{}}"#
    };
    write!(
        out,
        r#""f:last":{{}}}}}}]}},"spec":{{"nodeName":"node-{node}","containers":[{{"name":"web","image":"nginx:1.{image}"}}]}},"status":{{"phase":"Running","containerStatuses":[{{"name":"web",{state}}}]}}}}"#
    )
}

/// Highest resident memory of this process so far, in MiB (`proc(5)`).
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib / 1024)
}

#[tokio::test]
async fn a_cluster_of_any_size_is_read_in_little_memory() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            // A client that hangs up early is its own business.
            let _ = answer(socket);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("config");
    let text = format!(
        "current-context: c\nclusters: [{{name: c, cluster: {{server: 'http://{server}'}}}}]\n\
         contexts: [{{name: c, context: {{cluster: c}}}}]\n"
    );
    std::fs::write(&kubeconfig, text).unwrap();

    let started = std::time::Instant::now();
    let reader = ClusterReader::connect(Some(&kubeconfig), None, &[]).await.unwrap();
    let mut sink = Sink(Fold::new(SourceKind::Cluster));
    reader.read(&Cancel::default(), &mut sink).await.unwrap();
    let scan = sink.0.finish(Timestamp::from_unix(0));
    println!("{} pods, {:.1?}, peak {:?} MiB", pods(), started.elapsed(), peak_mib());

    assert_eq!(scan.diagnosis.counts.pods as usize, pods());
    assert_eq!(scan.diagnosis.counts.failing_containers as usize, pods() / 10);
    // Only Linux tells the peak; the counts above hold everywhere.
    if let Some(peak) = peak_mib() {
        assert!(peak <= MOST_MIB, "{peak} MiB");
    }
}
