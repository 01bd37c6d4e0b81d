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
fn files_sent_from_a_folder_one_by_one_are_a_folder_s() {
    let sink = read(&[
        ("shop/a/logs.txt", b"{\"kind\": \"Pod\", \"apiVersion\": \"v1\"}\n"),
        ("shop/README", b"Pods of the shop"),
    ]);
    assert_eq!((sink.objects().len(), sink.not_seen()), (0, vec![]));
}
