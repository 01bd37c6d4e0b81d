mod bounds;
mod owners;
mod shapes;
mod unread;

use std::io;
use std::sync::Arc;

use domain::facts::{CortexFileKind, Origin};
use domain::ports::InputFile;

use super::*;
use crate::archive::{BundleFile, tar_gz, zip};

/// Keeps everything it is handed.
#[derive(Default)]
struct Sink {
    facts: Vec<Fact>,
    progress: Vec<Progress>,
}

impl FactSink for Sink {
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
    fn progress(&mut self, progress: Progress) {
        self.progress.push(progress);
    }
    fn request(&mut self, verb: &str, what: &str) {
        panic!("files need no request: {verb} {what}");
    }
}

impl Sink {
    fn cluster(&self) -> &ClusterFact {
        let mut clusters = self.facts.iter().filter_map(|fact| match fact {
            Fact::Cluster(cluster) => Some(cluster),
            _ => None,
        });
        clusters.next().unwrap()
    }

    fn not_seen(&self) -> Vec<(&str, &str)> {
        let all = self.facts.iter().filter_map(|fact| match fact {
            Fact::NotSeen(not_seen) => Some((not_seen.what.as_str(), not_seen.why.as_str())),
            _ => None,
        });
        all.collect()
    }

    fn files(&self) -> Vec<(&str, bool)> {
        let all = self.facts.iter().filter_map(|fact| match fact {
            Fact::File { name, relevant } => Some((name.as_str(), *relevant)),
            _ => None,
        });
        all.collect()
    }

    /// Label and place of every workload and pod.
    fn objects(&self) -> Vec<(String, &Origin)> {
        let all = self.facts.iter().filter_map(|fact| match fact {
            Fact::Workload(workload) => Some((workload.object.label(), workload.origin.as_ref()?)),
            Fact::Pod(pod) => Some((format!("Pod {}/{}", pod.namespace, pod.name), pod.origin.as_ref()?)),
            _ => None,
        });
        all.collect()
    }

    fn cortex(&self) -> Vec<(&str, CortexFileKind)> {
        let all = self.facts.iter().filter_map(|fact| match fact {
            Fact::CortexFile(file) => Some((file.file.as_str(), file.kind)),
            _ => None,
        });
        all.collect()
    }
}

fn files(given: &[(&str, &[u8])]) -> Files {
    let in_memory = |(name, bytes): &(&str, &[u8])| -> Box<dyn Given> {
        Box::new(InMemory(InputFile { name: (*name).to_owned(), bytes: Arc::from(*bytes) }))
    };
    Files::new("given", given.iter().map(in_memory).collect(), Limits::UPLOAD)
}

/// A file that a folder brought along.
struct InFolder(InMemory);

impl Given for InFolder {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.0.open()
    }
    fn is_named(&self) -> bool {
        false
    }
}

fn folder(given: &[(&str, &[u8])]) -> Files {
    let in_folder = |(name, bytes): &(&str, &[u8])| -> Box<dyn Given> {
        Box::new(InFolder(InMemory(InputFile { name: (*name).to_owned(), bytes: Arc::from(*bytes) })))
    };
    Files::new("folder", given.iter().map(in_folder).collect(), Limits::UPLOAD)
}

fn read(given: &[(&str, &[u8])]) -> Sink {
    read_from(&files(given))
}

fn read_from(files: &Files) -> Sink {
    let mut sink = Sink::default();
    files.read_now(&Cancel::default(), &mut sink).unwrap();
    sink
}

fn packed(path: &str, bytes: &[u8]) -> BundleFile {
    BundleFile { path: path.to_owned(), bytes: bytes.to_vec(), executable: false }
}

fn place(file: &str, document: usize, pointer: &str, live: bool) -> Origin {
    Origin { file: file.to_owned(), document, pointer: pointer.to_owned(), live }
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n\
    spec:\n  template:\n    spec:\n      containers:\n      - {name: web, image: nginx}\n";

#[test]
fn manifests_of_many_documents_tell_where_each_object_stands() {
    let two =
        format!("# first\n{DEPLOYMENT}---\n---\n{}", DEPLOYMENT.replace("name: web, n", "name: api, n"));
    let sink = read(&[("apps/all.yaml", two.as_bytes()), ("apps/README.md", b"# kind of a readme")]);
    assert_eq!(
        sink.objects(),
        [
            ("Deployment shop/web".to_owned(), &place("apps/all.yaml", 0, "", false)),
            ("Deployment shop/api".to_owned(), &place("apps/all.yaml", 2, "", false)),
        ]
    );
    assert_eq!(sink.files(), [("apps/README.md", false), ("apps/all.yaml", true)]);
    assert_eq!(sink.not_seen(), []);
    assert_eq!(sink.cluster().name, "given");
}

#[test]
fn lists_are_read_alike_as_json_and_as_yaml() {
    let json = br#"{"apiVersion":"v1","items":[
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop","uid":"1"},"spec":{"containers":[{"name":"c","image":"nginx"}]}},
        {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kube-system","uid":"cluster-1"}}],
        "kind":"List","metadata":{"resourceVersion":""}}"#;
    let yaml = b"apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a, namespace: shop, uid: '1'}\n  \
        spec: {containers: [{name: c, image: nginx}]}\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: kube-system, uid: cluster-1}\nkind: List\n";
    for (name, bytes) in [("list.json", &json[..]), ("stdin", &json[..]), ("list.yaml", &yaml[..])] {
        let sink = read(&[(name, bytes)]);
        assert_eq!(sink.objects(), [("Pod shop/a".to_owned(), &place(name, 0, "/items/0", true))], "{name}");
        assert_eq!(sink.cluster().uid.as_deref(), Some("cluster-1"));
    }
}

#[test]
fn a_dump_folder_is_read_and_its_logs_are_not() {
    let pods = br#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"a","namespace":"shop","uid":"1"},"spec":{"containers":[{"name":"c","image":"nginx"}]}}]}"#;
    let events = br#"{"kind":"EventList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"e","namespace":"shop"},"involvedObject":{"kind":"Pod","name":"a","uid":"1"},"reason":"Failed","message":"toomanyrequests"}]}"#;
    let sink = read(&[
        ("shop/pods.json", pods),
        ("shop/events.json", events),
        ("shop/a/logs.txt", b"{\"kind\":\"Pod\"}\napiVersion is old\n"),
        ("version.json", br#"{"clientVersion":{"gitVersion":"v1.30.0"},"serverVersion":{"gitVersion":"v1.17.12","goVersion":"go1.13"}}"#),
    ]);
    assert_eq!(sink.objects(), [("Pod shop/a".to_owned(), &place("shop/pods.json", 0, "/items/0", true))]);
    assert!(sink.facts.iter().any(|fact| matches!(fact, Fact::Event(event) if event.pod_uid == "1")));
    assert_eq!(
        sink.files(),
        [
            ("shop/a/logs.txt", false),
            ("shop/events.json", false),
            ("shop/pods.json", true),
            ("version.json", false)
        ]
    );
    assert_eq!(sink.cluster().kubernetes_version.as_deref(), Some("v1.17.12"));
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_its_place_and_the_others_go_on() {
    let sink = read(&[
        ("broken.json", b"{\"kind\": \"Pod\",\n \"metadata\": {]}"),
        ("cut.json", b"{\"apiVersion\":\"v1\",\"items\":[{\"a\":1},\n"),
        ("good.yaml", DEPLOYMENT.as_bytes()),
        ("helm.yaml", b"kind: Deployment\nmetadata:\n  {{- include \"x\" . | nindent 4 }}\n"),
        ("twice.yaml", b"a: 1\nkind: Pod\nkind: Job\n"),
        ("wrong.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: 3}\n"),
    ]);
    let not_seen = sink.not_seen();
    let why = |file: &str| not_seen.iter().find(|(what, _)| *what == format!("file {file}")).unwrap().1;
    assert!(why("broken.json").starts_with("broken.json:2:"), "{}", why("broken.json"));
    assert!(why("cut.json").starts_with("cut.json:2:1: "), "{}", why("cut.json"));
    assert!(why("helm.yaml").starts_with("helm.yaml:"), "{}", why("helm.yaml"));
    assert!(why("twice.yaml").starts_with("twice.yaml:3:1: "), "{}", why("twice.yaml"));
    assert!(why("wrong.yaml").ends_with("a list is expected here, not a number."), "{}", why("wrong.yaml"));
    assert_eq!(sink.objects().len(), 1);
    assert!(sink.files().contains(&("good.yaml", true)));
}

#[test]
fn cortex_files_are_told_by_their_content() {
    let sink = read(&[
        ("a.yaml", b"cluster_name: prod\nregion: us-west-2\n"),
        ("b.yaml", b"image_operator: cortexlabs/operator:0.18.1\n"),
        ("c.yaml", b"- name: iris\n  predictor: {type: python, image: cortexlabs/python-predictor-cpu:0.18.1}\n"),
        ("d.yaml", b"- name: split\n  kind: TrafficSplitter\n  apis: [{name: iris, weight: 100}]\n"),
        ("cortex.yaml", b"openapi: 3.0.0\ninfo: {title: x, x-cortex-tag: svc}\nname: x\n"),
        ("cluster.yaml", b"apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: x, region: y}\nregion: y\n"),
        ("playbook.yaml", b"- name: install\n  hosts: all\n  tasks: []\n"),
        ("readme.yaml", b"# from the README\nname: iris\nkind: RealtimeAPI\npredictor: {type: python}\n"),
    ]);
    assert_eq!(
        sink.cortex(),
        [
            ("a.yaml", CortexFileKind::ClusterConfig),
            ("b.yaml", CortexFileKind::ClusterConfig),
            ("c.yaml", CortexFileKind::ApiSpecs),
            ("d.yaml", CortexFileKind::ApiSpecs),
        ]
    );
    let not_seen = sink.not_seen();
    let [(openapi, _), (playbook, why), (bare, refused)] = not_seen[..] else { panic!("{not_seen:?}") };
    assert_eq!([openapi, playbook, bare], ["file cortex.yaml", "file playbook.yaml", "file readme.yaml"]);
    assert!(why.starts_with("Nothing in it names a kind of Kubernetes object"), "{why}");
    assert!(refused.starts_with("readme.yaml:2:1: Cortex takes a list"), "{refused}");
}

#[test]
fn secrets_reach_no_fact_and_their_files_are_not_kept() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: CANARY}\n";
    let given = [
        ("app.yaml", format!("{DEPLOYMENT}---\n{secret}")),
        ("cluster.yaml", "cluster_name: c\nregion: r\naws_access_key_id: CANARY\naws_secret_access_key: CANARY\n".to_owned()),
        ("docker.json", r#"{"auths":{"docker.io":{"auth":"CANARY"}}}"#.to_owned()),
        ("kubeconfig", "apiVersion: v1\nkind: Config\nusers: [{name: u, user: {token: CANARY}}]\n".to_owned()),
        ("list.json", r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Secret","data":{"a":"CANARY"}}]}"#.to_owned()),
        ("empty.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n".to_owned()),
        ("template.yaml", "kind: Secret\ndata:\n  password: CANARY\n  {{- .Values.more }}\n".to_owned()),
        ("notes.txt", "just notes".to_owned()),
    ];
    let given: Vec<_> = given.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let sink = read(&given);
    let all = format!("{:?} {:?}", sink.facts, sink.progress);
    assert!(!all.contains("CANARY"), "{all}");
    assert_eq!(sink.objects().len(), 1, "the rest of such a file is read");
    let content = sink.facts.iter().find_map(|fact| match fact {
        Fact::CortexFile(file) => Some(file.content.to_string()),
        _ => None,
    });
    assert_eq!(content.unwrap(), r#"{"cluster_name":"c","region":"r"}"#);

    let kept = files(&given).keep().unwrap();
    let names: Vec<_> = kept.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["empty.yaml"]);
    assert_eq!(kept.left_out.len(), 6);
    assert_eq!(kept.ignored, ["notes.txt"]);
}

#[test]
fn what_is_not_kept_is_told_by_its_name_and_place() {
    let given = [
        (
            "cluster.yaml",
            "# c\ncluster_name: c\naws_access_key_id: CANARY\ncortex_aws_access_key_id:\naws_secret_access_key: 'CANARY'\n",
        ),
        (
            "cluster.json",
            "\n {\"cluster_name\": \"c\", \"region\": \"r\",\n  \"aws_access_key_id\": \"CANARY\"}",
        ),
        (
            "all.yaml",
            "kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Pod}\n- {apiVersion: v1, kind: Secret, data: {a: CANARY}}\n",
        ),
        ("config.json", "\n{\"auths\": {\"docker.io\": {\"auth\": \"CANARY\"}}}"),
        (
            "dump.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster-config}\ndata:\n  cluster.yaml: |\n    cluster_name: c\n    aws_access_key_id: CANARY\n",
        ),
    ];
    let given: Vec<_> = given.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let sink = read(&given);
    let told = sink.not_seen();
    let why = |file: &str| told.iter().find(|(what, _)| *what == format!("file {file}")).unwrap().1;
    assert_eq!(
        why("cluster.yaml"),
        "It holds the AWS key aws_access_key_id at cluster.yaml:3:1, the AWS key aws_secret_access_key at \
         cluster.yaml:5:1; such values are never stored. Take the AWS keys out of the file and give them in the \
         environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), as later versions of Cortex require; then plan again."
    );
    assert!(
        why("cluster.json").contains("aws_access_key_id at cluster.json:3:3;"),
        "{}",
        why("cluster.json")
    );
    assert!(why("all.yaml").contains("the data of a Secret at all.yaml:5:3;"), "{}", why("all.yaml"));
    assert!(why("config.json").contains("a login at config.json:2:1;"), "{}", why("config.json"));
    assert!(why("dump.yaml").contains("AWS keys of Cortex at dump.yaml:1:1;"), "{}", why("dump.yaml"));

    let kept = files(&given).keep().unwrap();
    assert_eq!(kept.files, []);
    assert_eq!(kept.left_out.iter().map(|left| left.why.as_str()).collect::<Vec<_>>(), {
        let mut names: Vec<_> = given.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.into_iter().map(why).collect::<Vec<_>>()
    });
    assert!(!format!("{:?}{:?}", sink.facts, kept.left_out).contains("CANARY"));
}

#[test]
fn archives_are_read_like_folders() {
    let file = |path: &str, text: &str| BundleFile {
        path: path.to_owned(),
        bytes: text.as_bytes().to_vec(),
        executable: false,
    };
    let inner = [file("./apps/web.yaml", DEPLOYMENT), file("logs.txt", "x")];
    for (name, bytes) in [("up.zip", zip(&inner).unwrap()), ("up.tgz", tar_gz(&inner).unwrap())] {
        let sink = read(&[(name, &bytes)]);
        assert_eq!(
            sink.objects(),
            [("Deployment shop/web".to_owned(), &place("apps/web.yaml", 0, "", false))],
            "{name}"
        );
        let nested =
            tar_gz(&[BundleFile { path: "inner.zip".to_owned(), bytes, executable: false }]).unwrap();
        let sink = read(&[("outer.tgz", &nested)]);
        assert_eq!(sink.files(), [("inner.zip", false)]);
        let [(what, why)] = sink.not_seen()[..] else { panic!("{:?}", sink.not_seen()) };
        assert_eq!(what, "file inner.zip");
        assert!(why.starts_with("It is an archive inside another one"), "{why}");
    }
}

#[test]
fn two_files_of_one_name_are_refused() {
    let archive =
        zip(&[BundleFile { path: "web.yaml".to_owned(), bytes: DEPLOYMENT.into(), executable: false }])
            .unwrap();
    let given = files(&[("a.zip", &archive), ("web.yaml", DEPLOYMENT.as_bytes())]);
    let problem = given.read_now(&Cancel::default(), &mut Sink::default()).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.place.as_str()), ("file_name_twice", "web.yaml"));
    let up =
        files(&[("../web.yaml", DEPLOYMENT.as_bytes())]).read_now(&Cancel::default(), &mut Sink::default());
    assert_eq!(up.unwrap_err().code, "file_name");
}

#[test]
fn json_is_taken_apart_whatever_the_sizes_of_the_pieces_read() {
    /// Gives a few bytes at a time, so that every token is cut somewhere.
    struct Drip<'a>(&'a [u8], usize);
    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len());
            (&self.0[..count.min(self.0.len())]).read(buffer).inspect(|&read| self.0 = &self.0[read..])
        }
    }
    let text = "\u{feff} {\"kind\" : \"PodList\", \"n\":[1,{\"items\":[]}], \"items\" : [ {\"a\":\"]}\\\"\"} , 12,\"x\\\\\" ] , \"z\":null}\n[1, 2]\n\"end\" 7";
    let wanted = [
        "0 items {\"kind\" : \"PodList\", \"n\":[1,{\"items\":[]}]}",
        "0 item 0 {\"a\":\"]}\\\"\"}",
        "0 item 1 12",
        "0 item 2 \"x\\\\\"",
        "0 document {\"kind\" :\"PodList\", \"n\":[1,{\"items\":[]}], \"items\" :[] , \"z\":null}",
        "1 array",
        "1 item 0 1",
        "1 item 1 2",
        "1 document []",
        "2 document \"end\"",
        "3 document 7",
    ];
    for step in [1, 2, 3, 7, 4096] {
        let mut pieces = Vec::new();
        json::split(&mut Drip(text.as_bytes(), step), &mut |document, _, piece| {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            pieces.push(match piece {
                json::Piece::Items(Some(head)) => format!("{document} items {}", text(head)),
                json::Piece::Items(None) => format!("{document} array"),
                json::Piece::Logs => format!("{document} logs"),
                json::Piece::Item(index, bytes) => format!("{document} item {index} {}", text(bytes)),
                json::Piece::Document(bytes) => format!("{document} document {}", text(bytes)),
            });
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        let pieces: Vec<_> = pieces.iter().map(|piece| piece.replace(" : ", " :")).collect();
        let wanted: Vec<_> = wanted.iter().map(|piece| piece.replace(" : ", " :")).collect();
        assert_eq!(pieces, wanted, "{step}");
    }
    for wrong in
        ["{", "{\"a\"}", "{\"a\":1,}", "{\"items\":[1,]}", "{\"items\":[1 2]}", "}", "{\"a\":}", "\"open"]
    {
        assert!(
            json::split(&mut wrong.as_bytes(), &mut |_, _, _| std::ops::ControlFlow::Continue(())).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn reading_stops_when_asked() {
    struct StopAfterFirst<'a>(&'a Cancel, usize);
    impl FactSink for StopAfterFirst<'_> {
        fn fact(&mut self, fact: Fact) {
            self.1 += usize::from(matches!(fact, Fact::Namespace(_)));
            self.0.cancel();
        }
        fn progress(&mut self, _: Progress) {}
        fn request(&mut self, _: &str, _: &str) {}
    }
    let many = r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}"#.repeat(100);
    let cancel = Cancel::default();
    let mut sink = StopAfterFirst(&cancel, 0);
    files(&[("a.json", many.as_bytes()), ("b.json", many.as_bytes())]).read_now(&cancel, &mut sink).unwrap();
    assert_eq!(sink.1, 1);
}
