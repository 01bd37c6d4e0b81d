//! The bundle: its files, its commands as a real shell runs them, its overlay and its patch.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use domain::equivalents::Survey;
use domain::plan::{FoundSecret, SecretEffect};
use domain::ports::InputFile;
use domain::remedy::RemedyKind;
use engine::plan::make;
use manifests::archive::BundleFile;
use manifests::bundle::build;
use serde_json::Value;

use crate::objects::dump;
use crate::support::{answers, as_live, file, scan};

/// The bundle of a live cluster under a context's name.
fn of_cluster(context: &str) -> Vec<BundleFile> {
    let scan = as_live(scan(&[dump()]), context);
    let made = make(&scan, RemedyKind::Quay, &answers(&[], &[]), &Survey::default(), &[]).unwrap();
    build(&made.plan, &scan, &[], &made.patched, &made.diffs, b"<!doctype html>".to_vec()).unwrap()
}

/// The bundle of given files.
fn of_files(files: &[InputFile], version: &str) -> Vec<BundleFile> {
    let scan = scan(files);
    let made = make(
        &scan,
        RemedyKind::Quay,
        &answers(&[("cortex-version", version)], &[]),
        &Survey::default(),
        files,
    )
    .unwrap();
    build(&made.plan, &scan, files, &made.patched, &made.diffs, b"<!doctype html>".to_vec()).unwrap()
}

pub fn text<'a>(files: &'a [BundleFile], path: &str) -> &'a str {
    let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is missing"));
    std::str::from_utf8(&file.bytes).unwrap()
}

pub fn paths(files: &[BundleFile]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

/// An unpacked bundle with a `kubectl` that writes down its arguments and says what it was told to say.
pub struct Unpacked(tempfile::TempDir);

impl Unpacked {
    pub fn new(files: &[BundleFile]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join("bundle").join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &file.bytes).unwrap();
        }
        let bin = root.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        let stub = "#!/bin/sh\n{ for word in \"$@\"; do printf '%s\\037' \"$word\"; done; printf '\\036'; } >> \"$ARGV\"\n\
                    printf '%s' \"${SAYS-}\"\n";
        std::fs::write(bin.join("kubectl"), stub).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(bin.join("kubectl")).status().unwrap().success());
        Self(root)
    }

    pub fn folder(&self) -> std::path::PathBuf {
        self.0.path().join("bundle")
    }

    /// Runs a script from inside the bundle; gives its output and the arguments of every `kubectl`.
    fn run(&self, script: &[&str], says: &str) -> (Output, Vec<Vec<String>>) {
        let log = self.0.path().join("argv");
        let _ = std::fs::remove_file(&log);
        let path = format!("{}:{}", self.0.path().join("bin").display(), std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(script)
            .current_dir(self.folder())
            .env("PATH", path)
            .env("ARGV", &log)
            .env("SAYS", says)
            .output()
            .unwrap();
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        let calls = log
            .split_terminator('\u{1e}')
            .map(|call| call.split_terminator('\u{1f}').map(str::to_owned).collect())
            .collect();
        (output, calls)
    }
}

/// The `sh` blocks under a heading of the readme.
pub fn block(readme: &str, heading: &str) -> String {
    let section = readme.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or_default();
    let mut lines = section.lines();
    let mut block = String::new();
    while let Some(line) = lines.next() {
        let Some(fence) =
            line.strip_suffix("sh").filter(|fence| fence.len() >= 3 && fence.chars().all(|c| c == '`'))
        else {
            continue;
        };
        for line in lines.by_ref().take_while(|line| *line != fence) {
            block.push_str(line);
            block.push('\n');
        }
    }
    block
}

#[test]
fn the_bundle_of_a_cluster_holds_patches_and_their_inverse() {
    let files = of_cluster("prod");
    assert_eq!(
        paths(&files),
        [
            "README.md",
            "cluster-wide/kyverno-cluster-policy.yaml",
            "cluster-wide/mutating-admission-policy.yaml",
            "commands.sh",
            "guard/kyverno-cluster-policy.yaml",
            "guard/validating-admission-policy.yaml",
            "kubernetes/patches/01-configmap-default-cluster-config.json",
            "kubernetes/patches/02-deployment-default-operator.json",
            "kubernetes/patches/03-deployment-tools-mirror.json",
            "kubernetes/patches/04-daemonset-default-fluentd.json",
            "kubernetes/patches/05-deployment-default-api-iris.json",
            "kubernetes/patches/06-pod-default-bare.json",
            "kubernetes/patches/07-pod-default-batch-1-x.json",
            "owners/helm-in-namespace-tools/README.md",
            "owners/helm-in-namespace-tools/kustomization.yaml",
            "owners/helm-in-namespace-tools/plugin.yaml",
            "owners/helm-in-namespace-tools/post-render.sh",
            "plan.json",
            "report.html",
            "report.json",
            "rollback/patches/01-configmap-default-cluster-config.json",
            "rollback/patches/02-deployment-default-operator.json",
            "rollback/patches/03-deployment-tools-mirror.json",
            "rollback/patches/04-daemonset-default-fluentd.json",
            "rollback/patches/05-deployment-default-api-iris.json",
            "rollback/patches/06-pod-default-bare.json",
            "rollback/patches/07-pod-default-batch-1-x.json",
        ]
    );
    let patch: Value =
        serde_json::from_str(text(&files, "kubernetes/patches/02-deployment-default-operator.json")).unwrap();
    assert_eq!(patch[0], serde_json::json!({"op": "test", "path": "/metadata/uid", "value": "uid-operator"}));
    assert_eq!(patch[3]["value"], "quay.io/cortexlabs/operator:0.20.0");
    let plan: domain::plan::Plan = serde_json::from_str(text(&files, "plan.json")).unwrap();
    assert_eq!(engine::plan::digest(&plan).unwrap(), plan.digest);
    assert!(text(&files, "plan.json").starts_with("{\n  \"schema\": \"unthrottle.plan/v1\""));
    assert!(files.iter().all(|file| file.executable == file.path.ends_with(".sh")));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(of_cluster("prod"), of_cluster("prod"));
}

#[test]
fn readme_and_script_run_the_same_commands() {
    let context = "arn:aws:eks:eu-west-1:1:cluster/it's $(touch hacked) `id` \"x\"; &";
    let files = of_cluster(context);
    let unpacked = Unpacked::new(&files);
    let readme = text(&files, "README.md");
    for (word, heading) in [("apply", "Apply"), ("verify", "Verify"), ("rollback", "Take it back")] {
        let (script, by_script) = unpacked.run(&["commands.sh", word], "pod/there");
        let (read, by_readme) = unpacked.run(&["-euc", &block(readme, heading)], "pod/there");
        assert!(script.status.success() && read.status.success(), "{word}: {script:?} {read:?}");
        assert_eq!(by_script, by_readme, "{word}");
        assert!(!by_script.is_empty(), "{word}");
        for call in &by_script {
            assert_eq!(call[..2], ["--context", context], "{call:?}");
            assert_eq!(call[2], "-n", "{call:?}");
        }
    }
    assert!(!unpacked.folder().join("hacked").exists());
}

#[test]
fn patches_are_applied_in_order_and_taken_back_in_reverse() {
    let unpacked = Unpacked::new(&of_cluster("prod"));
    let patched = |word: &str, says: &str| -> Vec<(String, String)> {
        let (_, calls) = unpacked.run(&["commands.sh", word], says);
        let patches = calls.into_iter().filter(|call| call[4] == "patch");
        patches.map(|call| (format!("{}/{}", call[3], call[5]), call[8].clone())).collect()
    };
    let applied = patched("apply", "pod/there");
    assert_eq!(applied.len(), 7);
    assert_eq!(applied[0].0, "default/configmap/cluster-config");
    assert_eq!(applied[1].0, "default/deployment.v1.apps/operator");
    assert_eq!(applied[1].1, "kubernetes/patches/02-deployment-default-operator.json");
    for (_, file) in &applied {
        assert!(unpacked.folder().join(file).exists(), "{file}");
    }
    let mut back: Vec<String> =
        patched("rollback", "pod/there").into_iter().map(|(object, _)| object).collect();
    back.reverse();
    assert_eq!(back, applied.into_iter().map(|(object, _)| object).collect::<Vec<_>>());
    assert_eq!(patched("apply", "").len(), 5, "pods that are gone are passed over");
    let (output, calls) = unpacked.run(&["commands.sh"], "");
    assert_eq!((output.status.code(), calls.len()), (Some(2), 0));
}

#[test]
fn scripts_are_plain_shell() {
    for files in [of_cluster("prod"), of_files(&[dump()], "0.20.0"), of_files(&cluster_file(), "0.23.0")] {
        let unpacked = Unpacked::new(&files);
        let (output, _) = unpacked.run(&["-n", "commands.sh"], "");
        assert!(output.status.success(), "{output:?}");
    }
}

fn cluster_file() -> Vec<InputFile> {
    vec![file("dir with blank/cluster.yaml", "cluster_name: cortex\nregion: us-east-1\n")]
}

#[test]
fn the_patch_gives_the_patched_files() {
    let files = of_files(&cluster_file(), "0.22.1");
    let unpacked = Unpacked::new(&files);
    let original = unpacked.folder().join("rollback/files");
    let patch = unpacked.folder().join("diff.patch");
    for (tool, arguments) in [("git", vec!["apply", "--unsafe-paths"]), ("patch", vec!["-p1", "-i"])] {
        let target = unpacked.0.path().join(tool);
        copy(&original, &target);
        let output = Command::new(tool).args(arguments).arg(&patch).current_dir(&target).output();
        let Ok(output) = output else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{tool} is missing");
            continue;
        };
        assert!(output.status.success(), "{tool}: {output:?}");
        let got = std::fs::read(target.join("dir with blank/cluster.yaml")).unwrap();
        assert_eq!(got, text(&files, "patched/dir with blank/cluster.yaml").as_bytes(), "{tool}");
    }
}

fn copy(from: &Path, to: &Path) {
    for file in crate::support::files_under(from) {
        let path = to.join(&file.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.bytes).unwrap();
    }
}

#[test]
fn nothing_to_do_is_said() {
    let files = of_files(&cluster_file(), "0.23.0");
    assert_eq!(paths(&files), ["README.md", "commands.sh", "plan.json", "report.html", "report.json"]);
    let readme = text(&files, "README.md");
    assert!(readme.contains("Nothing has to be applied") && readme.contains("busybox"), "{readme}");
    let (output, calls) = Unpacked::new(&files).run(&["commands.sh", "apply"], "");
    assert!(output.status.success() && calls.is_empty());
}

#[test]
fn a_rollback_into_a_spent_budget_is_warned_of() {
    assert!(text(&of_cluster("prod"), "README.md").contains("Docker Hub was refusing pulls"));
}

/// Manifests whose images all move, and others of the same name that do not.
fn manifests() -> Vec<InputFile> {
    let deployment = |name: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: web.site\nspec:\n  selector:\n    \
             matchLabels: {{a: b}}\n  template:\n    metadata:\n      labels: {{a: b}}\n    spec:\n      containers:\n      - \
             name: c\n        image: {image}\n"
        )
    };
    vec![
        file("a.yaml", deployment("a", "cortexlabs/manager:0.22.1")),
        file(
            "b.yaml",
            format!(
                "{}---\n{}",
                deployment("b", "docker.io/cortexlabs/operator:0.22.1"),
                deployment("pinned", "docker.io/cortexlabs/operator:latest")
            ),
        ),
    ]
}

#[test]
fn the_overlay_gives_what_the_patched_files_hold() {
    let files = of_files(&manifests(), "0.22.1");
    let overlay: Value = serde_json::from_str(text(&files, "kubernetes/overlay/kustomization.yaml")).unwrap();
    assert_eq!(
        overlay["images"],
        serde_json::json!([{"name": "cortexlabs/manager", "newName": "quay.io/cortexlabs/manager"}])
    );
    assert_eq!(overlay["patches"].as_array().map(Vec::len), Some(1));
    let unpacked = Unpacked::new(&files);
    let output = Command::new("kubectl")
        .args(["kustomize", "kubernetes/overlay"])
        .current_dir(unpacked.folder())
        .output();
    let Ok(output) = output else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "kubectl is missing");
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let rendered = images(&output.stdout);
    let wanted: BTreeMap<_, _> = ["patched/a.yaml", "patched/b.yaml"]
        .iter()
        .flat_map(|path| images(text(&files, path).as_bytes()))
        .collect();
    assert_eq!(rendered, wanted);
    assert_eq!(wanted["pinned"], "docker.io/cortexlabs/operator:latest");
}

fn images(yaml: &[u8]) -> BTreeMap<String, String> {
    manifests::yaml::parse(yaml)
        .unwrap()
        .iter()
        .map(|document| document.to_json().unwrap())
        .map(|object| {
            let image = object.pointer("/spec/template/spec/containers/0/image").unwrap();
            (object["metadata"]["name"].as_str().unwrap().to_owned(), image.as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn text_of_a_cluster_is_no_markup() {
    let mut scan = as_live(scan(&[dump()]), "prod");
    scan.inventory.cluster.name = "x`\n## Apply\n```sh\nrm -rf /\n```".into();
    scan.inventory.workloads[0].managed_by = Some("<script>alert(1)</script> [x](http://evil)".into());
    let made = make(&scan, RemedyKind::Quay, &answers(&[], &[]), &Survey::default(), &[]).unwrap();
    let files = build(&made.plan, &scan, &[], &[], &made.diffs, Vec::new()).unwrap();
    let readme = text(&files, "README.md");
    assert_eq!(readme.matches("\n## Apply").count(), 1);
    assert!(
        !readme.contains("<script>") && !readme.contains("[x](") && !readme.contains("\nrm -rf"),
        "{readme}"
    );
}

/// Every field that a plan has is described, and every field the description requires is there.
#[test]
fn the_published_schema_describes_the_plan() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/plan.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for files in [of_cluster("prod"), of_files(&[dump()], "0.20.0"), of_files(&cluster_file(), "0.22.1")] {
        described(&serde_json::from_str(text(&files, "plan.json")).unwrap(), &schema, &schema, "plan");
    }
    let found = FoundSecret {
        secret: "shop/regcred".to_owned(),
        named_by: vec!["ServiceAccount shop/default".to_owned()],
        keys: vec!["docker.io".to_owned()],
        effect: SecretEffect::Hides,
        says: "It hides.".to_owned(),
        instead: Some("Take it out.".to_owned()),
    };
    let by = schema.pointer("/$defs/found_secret").unwrap();
    described(&serde_json::to_value(found).unwrap(), by, &schema, "plan.found_secrets");
}

fn described(value: &Value, by: &Value, schema: &Value, place: &str) {
    let by = match by["$ref"].as_str() {
        Some(reference) => schema.pointer(reference.trim_start_matches('#')).unwrap(),
        None => by,
    };
    match value {
        Value::Object(map) => {
            for key in by["required"].as_array().into_iter().flatten() {
                assert!(map.contains_key(key.as_str().unwrap()), "{place} lacks {key}");
            }
            for (key, value) in map {
                let by =
                    by["properties"].get(key).unwrap_or_else(|| panic!("{place}.{key} is not described"));
                described(value, by, schema, &format!("{place}.{key}"));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| described(item, &by["items"], schema, place)),
        Value::String(text) => {
            let one_of = by["enum"].as_array().is_none_or(|values| values.iter().any(|value| value == text));
            assert!(one_of && by.get("const").is_none_or(|value| value == text), "{place}: {text}");
        }
        _ => {}
    }
}
