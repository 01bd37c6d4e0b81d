//! What is not read is named, with what was expected.

use super::*;

fn why(sink: &Sink, file: &str) -> Option<String> {
    let about = format!("file {file}");
    sink.not_seen().into_iter().find(|(what, _)| *what == about).map(|(_, why)| why.to_owned())
}

#[test]
fn what_the_user_named_is_named_when_it_says_nothing() {
    for (name, content) in [
        ("stdin", "Dear colleague, the pods do not start.\nKind regards\n"),
        ("stdin", "<!DOCTYPE html>\n<html><head><title>a: b</title></head><body>[x</body></html>\n"),
        ("stdin", "NAME   READY   STATUS\nweb    0/1     ImagePullBackOff\n"),
        ("notes.txt", "key: value\nnot a map\n"),
        ("x.zip", "this is no archive"),
        ("picture.png", "\u{89}PNG\0\0"),
    ] {
        let sink = read(&[(name, content.as_bytes())]);
        let why = why(&sink, name).unwrap_or_else(|| panic!("{name} is not named"));
        assert!(why.starts_with("By its content it is neither YAML nor JSON"), "{name}: {why}");
        assert!(why.contains("Expected are manifests"), "{why}");
        assert_eq!(sink.files(), [(name, false)]);
    }
    for (name, content) in [
        ("stdin", "replicas: 2\n"),
        ("values.yaml", "replicas: 2\n"),
        ("data.json", "[1, 2]"),
        ("data.json", "{\"items\": [{\"metadata\": {}}]}"),
        ("cluster.yaml", "cluster_name: c\nregion: r\nkubernetes_version: 1\n"),
    ] {
        let why =
            why(&read(&[(name, content.as_bytes())]), name).unwrap_or_else(|| panic!("{name} is not named"));
        assert!(why.starts_with("Nothing in it names a kind of Kubernetes object"), "{name}: {why}");
    }
    for (name, content) in
        [("stdin", ""), ("a.yaml", "# nothing\n"), ("cluster.yaml", "---\n"), ("a.json", " \n")]
    {
        let why =
            why(&read(&[(name, content.as_bytes())]), name).unwrap_or_else(|| panic!("{name} is not named"));
        assert!(why.starts_with("It is empty"), "{name}: {why}");
    }
}

#[test]
fn in_a_folder_only_what_promised_something_is_named() {
    let deep = format!("{}web.yaml", "d/".repeat(40));
    let archive = tar_gz(&[packed(&deep, DEPLOYMENT.as_bytes())]).unwrap();
    let sink = read_from(&folder(&[
        ("LICENSE", b"Permission is granted"),
        ("README.md", b"# Pods\n\nkey: value\n"),
        ("app.log", b"{\"kind\": \"Pod\", \"apiVersion\": \"v1\"}\n"),
        ("bad.tgz", &archive),
        ("cluster.yml", b""),
        ("empty.yaml", b"# nothing\n"),
        ("junk.zip", b"PK, but no more"),
        ("logo.png", b"\x89PNG\0"),
        ("package.json", b"{\"name\": \"x\"}"),
        ("service.yaml", b"apiVersion: v1\nkind: Service\n"),
        ("values.yaml", b"replicas: 2\n"),
        ("web.yaml", DEPLOYMENT.as_bytes()),
    ]));
    let named: Vec<_> = sink.not_seen().into_iter().map(|(what, _)| what).collect();
    assert_eq!(
        named,
        ["file bad.tgz", "file cluster.yml", "file junk.zip", "file package.json", "file values.yaml"]
    );
    assert!(why(&sink, "bad.tgz").unwrap().contains("more than 32 folders deep"), "{:?}", sink.not_seen());
    assert_eq!(sink.objects().len(), 1, "the others go on");
    assert!(sink.files().contains(&("README.md", false)));
}

#[test]
fn of_a_multitude_the_first_are_named_and_the_rest_counted() {
    let names: Vec<String> = (0..70).map(|n| format!("data/{n:02}.json")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"{}".as_slice())).collect();
    let sink = read_from(&folder(&many));
    let not_seen = sink.not_seen();
    assert_eq!((not_seen.len(), not_seen[49].0, not_seen[50].0), (51, "file data/49.json", "20 more files"));
    assert_eq!(sink.files().len(), 70);
}

#[test]
fn files_sent_from_a_folder_one_by_one_are_a_folder_s() {
    let sink = read(&[
        ("shop/a/logs.txt", b"{\"kind\": \"Pod\", \"apiVersion\": \"v1\"}\n"),
        ("shop/README", b"Pods of the shop"),
    ]);
    assert_eq!((sink.objects().len(), sink.not_seen()), (0, vec![]));
}

/// Whatever stands in a file may be a secret, and what is said of it is shown, logged and stored.
#[test]
fn what_is_said_never_quotes_a_file() {
    let pod =
        r#"{"apiVersion": "v1", "kind": "Pod", "metadata": "CANARY", "spec": {"containers": "CANARY"}}"#;
    let given: [(&str, Vec<u8>); 16] = [
        ("a.json", pod.into()),
        ("b.json", format!("[{pod}]").into()),
        ("c.json", format!(r#"{{"apiVersion": "v1", "kind": "List", "items": [{pod}]}}"#).into()),
        ("d.yaml", pod.into()),
        ("e.json", b"{\"CANARY\": CANARY}".to_vec()),
        ("f.json", b"CANARY".to_vec()),
        ("g.yaml", b"CANARY: [CANARY\n".to_vec()),
        ("h.yaml", b"a: *CANARY\nb: {{ CANARY }}\n".to_vec()),
        ("i.zip", b"PK\x03\x04CANARY".to_vec()),
        ("j.tgz", packed_by_gzip(b"CANARY")),
        ("k.json", utf16("{\"CANARY\": 1}")),
        ("l.yaml", b"\xffCANARY".to_vec()),
        ("m.yaml", b"a: *CANARY\n".to_vec()),
        ("n.yaml", b"a: !CANARY!x y\n".to_vec()),
        ("o.yaml", b"%CANARY\na: b\n".to_vec()),
        ("p.yaml", b"a: \"CANARY\\qCANARY\"\n".to_vec()),
    ];
    for (name, bytes) in &given {
        let sink = read_from(&folder(&[(*name, bytes.as_slice()), ("web.yaml", DEPLOYMENT.as_bytes())]));
        let told = format!("{:?}", sink.not_seen());
        assert!(!told.contains("CANARY") && told.contains(name), "{told}");
    }
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn utf_16_is_named_as_such() {
    for name in ["list.json", "list.yaml", "stdin", "list.txt"] {
        let sink = read(&[(name, &utf16("{\"kind\": \"List\"}")), ("web.yaml", DEPLOYMENT.as_bytes())]);
        let why = why(&sink, name).unwrap_or_else(|| panic!("{name} is not named"));
        assert_eq!(why, format!("{name}:1:1: the file is UTF-16; save it as UTF-8 first."));
    }
}

#[test]
fn a_file_packed_by_gzip_is_read() {
    let sink = read(&[("web.yaml.gz", &packed_by_gzip(DEPLOYMENT.as_bytes()))]);
    assert_eq!(sink.objects(), [("Deployment shop/web".to_owned(), &place("web.yaml", 0, "", false))]);
    let sink = read(&[("stdin", &packed_by_gzip(b"Dear colleague"))]);
    assert!(why(&sink, "stdin").unwrap().starts_with("By its content"), "{:?}", sink.not_seen());
    let cut = packed_by_gzip(DEPLOYMENT.repeat(50).as_bytes());
    let sink = read(&[("cut.yaml.gz", &cut[..cut.len() - 9]), ("other.yaml", DEPLOYMENT.as_bytes())]);
    assert_eq!(why(&sink, "cut.yaml").unwrap(), "cut.yaml:1:1: reading it failed: it ends too early.");
}

fn packed_by_gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}
