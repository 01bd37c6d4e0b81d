//! Objects in every shape in which people save them.

use super::*;

const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop","uid":"1"},"spec":{"containers":[{"name":"c","image":"nginx"}]}}"#;
const SECRET: &str = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"CANARY"}}"#;

fn list_of(items: &str) -> String {
    format!(r#"{{"apiVersion":"v1","kind":"List","items":[{items}]}}"#)
}

#[test]
fn lists_saved_under_an_archive_s_name_are_read() {
    for name in ["x.zip", "x.tar.gz", "x.tgz", "pods.txt", "pods"] {
        let sink = read(&[(name, list_of(POD).as_bytes())]);
        assert_eq!(sink.objects(), [("Pod shop/a".to_owned(), &place(name, 0, "/items/0", true))], "{name}");
        assert_eq!(sink.not_seen(), [], "{name}");
    }
}

#[test]
fn a_bare_array_of_objects_is_read() {
    let two = format!("[{POD},\n {POD}, {SECRET}]").replacen("\"a\"", "\"b\"", 1);
    for name in ["pods.json", "stdin", "pods.yaml"] {
        let sink = read(&[(name, two.as_bytes())]);
        assert_eq!(
            sink.objects(),
            [
                ("Pod shop/b".to_owned(), &place(name, 0, "/0", true)),
                ("Pod shop/a".to_owned(), &place(name, 0, "/1", true))
            ],
            "{name}"
        );
        let [(_, why)] = sink.not_seen()[..] else { panic!("{:?}", sink.not_seen()) };
        assert!(why.contains(&format!("the data of a Secret at {name}:2:")), "{why}");
        assert!(files(&[(name, two.as_bytes())]).keep().unwrap().files.is_empty(), "{name}");
    }
}

#[test]
fn a_cortex_file_may_be_an_array_in_json() {
    let apis =
        r#"[{"name": "a", "predictor": {"type": "python", "path": "p"}}, {"name": "b", "predictor": null}]"#;
    for name in ["cortex.json", "stdin"] {
        assert_eq!(read(&[(name, apis.as_bytes())]).cortex(), [(name, CortexFileKind::ApiSpecs)]);
    }
}

#[test]
fn an_array_of_objects_and_others_is_no_cortex_file() {
    let mixed = format!(r#"[{{"name": "a", "predictor": {{"type": "python"}}}}, {POD}, 7]"#);
    for name in ["cortex.json", "cortex.yaml"] {
        let sink = read(&[(name, mixed.as_bytes())]);
        assert_eq!(sink.objects(), [("Pod shop/a".to_owned(), &place(name, 0, "/1", true))], "{name}");
        assert_eq!((sink.cortex(), sink.not_seen()), (vec![], vec![]), "{name}");
    }
}

#[test]
fn a_list_in_a_list_is_read() {
    let typed = format!(
        r#"{{"apiVersion":"v1","kind":"PodList","items":[{}]}}"#,
        POD.replace(r#""apiVersion":"v1","kind":"Pod","#, "")
    );
    let nested = list_of(&format!("{},{typed}", list_of(&list_of(&format!("{POD},{SECRET}")))));
    for name in ["list.json", "list.yaml"] {
        let sink = read(&[(name, nested.as_bytes())]);
        assert_eq!(
            sink.objects(),
            [
                ("Pod shop/a".to_owned(), &place(name, 0, "/items/0/items/0/items/0", true)),
                ("Pod shop/a".to_owned(), &place(name, 0, "/items/1/items/0", true))
            ],
            "{name}"
        );
        assert!(sink.not_seen()[0].1.contains("the data of a Secret"), "{:?}", sink.not_seen());
    }
}

/// `kubectl cluster-info dump` without `--output-directory`: lists one after the other, and logs between them.
#[test]
fn a_dump_on_standard_output_is_read_and_its_logs_are_not() {
    let pods = list_of(POD).replace("\"List\"", "\"PodList\"");
    let fake = POD.replace("shop", "from-the-log");
    let named = |word: &str| format!("==== {word} logs for container c of pod shop/a ====\n");
    let dump = format!(
        "{{\n  \"kind\": \"NodeList\", \"apiVersion\": \"v1\", \"items\": []\n}}\n{pods}\n{start}{fake}\n{long}\n{other}\
         last line without a break{end}{start}{end}{namespaces}\n",
        start = named("START"),
        end = named("END"),
        other = named("END").replace("shop/a", "shop/b"),
        long = "x".repeat(300_000),
        namespaces = r#"{"kind":"NamespaceList","apiVersion":"v1","items":[{"metadata":{"name":"shop"}}]}"#,
    );
    for name in ["dump.txt", "stdin", "dump.json"] {
        let sink = read(&[(name, dump.as_bytes())]);
        assert_eq!(sink.objects(), [("Pod shop/a".to_owned(), &place(name, 1, "/items/0", true))], "{name}");
        assert!(sink.facts.contains(&Fact::Namespace("shop".to_owned())), "{name}");
        assert_eq!(sink.not_seen(), [], "{name}");
        let kept = files(&[(name, dump.as_bytes())]).keep().unwrap();
        assert!(kept.left_out[0].why.contains("logs of containers"), "{kept:?}");
    }
    let cut = dump.split("last line").next().unwrap();
    let sink = read(&[("dump.json", cut.as_bytes()), ("other.json", b"{}")]);
    assert_eq!(sink.objects().len(), 1);
    assert!(sink.not_seen()[0].1.contains("in the middle of a container's logs"), "{:?}", sink.not_seen());
    let sink = read(&[("x.json", b"{} ==== START of something\n"), ("other.json", b"{}")]);
    assert!(
        sink.not_seen()[1].1.starts_with("x.json:1:4: a value is expected here"),
        "{:?}",
        sink.not_seen()
    );
}

#[test]
fn archives_in_a_folder_are_read_under_their_own_name() {
    let inner = zip(&[packed("web.yaml", DEPLOYMENT.as_bytes()), packed("notes.txt", b"x")]).unwrap();
    let sink = read_from(&folder(&[("old/backup.bin", &inner), ("web.yaml", DEPLOYMENT.as_bytes())]));
    assert_eq!(
        sink.objects(),
        [
            ("Deployment shop/web".to_owned(), &place("old/backup.bin/web.yaml", 0, "", false)),
            ("Deployment shop/web".to_owned(), &place("web.yaml", 0, "", false))
        ]
    );
    assert_eq!(sink.not_seen(), []);
    let kept = folder(&[("backup.zip", &inner), ("web.yaml", DEPLOYMENT.as_bytes())]).keep().unwrap();
    let names: Vec<_> = kept.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["backup.zip/web.yaml", "web.yaml"]);
}
