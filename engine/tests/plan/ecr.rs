//! Amazon ECR: what is named anew, what has to be there first, and the folder that makes it.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use domain::diagnosis::Scan;
use domain::equivalents::Survey;
use domain::plan::{EcrWay, Plan};
use domain::ports::InputFile;
use domain::problem::Problem;
use domain::remedy::{FitLevel, RemedyKind, fit, fits, questions};
use engine::plan::make;
use manifests::archive::BundleFile;
use manifests::bundle::build;
use serde_json::Value;

use crate::objects::dump;
use crate::support::{answers, as_live, file, give, scan};

pub const HOST: &str = "111122223333.dkr.ecr.us-east-1.amazonaws.com";
const CONTEXT: &str = "arn:aws:eks:us-east-1:111122223333:cluster/prod";
pub const TARGET: [(&str, &str); 2] = [("account", "111122223333"), ("region", "us-east-1")];

fn of_cluster(remedy: RemedyKind, set: &[(&str, &str)]) -> (Plan, Vec<BundleFile>) {
    let scan = as_live(scan(&[dump()]), CONTEXT);
    let made = make(&scan, remedy, &answers(set, &[]), &Survey::default(), &[]).unwrap();
    let bundle =
        build(&made.plan, &scan, &[], &made.patched, &made.diffs, b"<!doctype html>".to_vec()).unwrap();
    (made.plan, bundle)
}

fn refused(scan: &Scan, remedy: RemedyKind, set: &[(&str, &str)]) -> Problem {
    make(scan, remedy, &answers(set, &[]), &Survey::default(), &[]).unwrap_err()
}

pub fn text<'a>(files: &'a [BundleFile], path: &str) -> &'a str {
    let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is missing"));
    std::str::from_utf8(&file.bytes).unwrap()
}

#[test]
fn every_image_of_docker_hub_gets_its_name_in_ecr() {
    let (plan, _) = of_cluster(RemedyKind::EcrCopy, &[]);
    let moves: BTreeSet<(&str, &str)> = plan
        .steps
        .iter()
        .flat_map(|step| &step.images)
        .map(|image| (image.from.as_str(), image.to.as_str()))
        .collect();
    let to = |path: &str| format!("{HOST}/docker-hub/{path}");
    for (from, path) in [
        ("busybox", "library/busybox"),
        ("nginx:1.27", "library/nginx:1.27"),
        ("cortexlabs/operator:0.20.0", "cortexlabs/operator:0.20.0"),
        ("docker.io/cortexlabs/python-predictor-cpu:0.20.0", "cortexlabs/python-predictor-cpu:0.20.0"),
    ] {
        assert!(moves.contains(&(from, to(path).as_str())), "{from}: {moves:?}");
    }
    assert_eq!(plan.not_covered, []);
    let copied: BTreeSet<(&str, &str)> =
        plan.copies.iter().map(|copy| (copy.source.as_str(), copy.target.as_str())).collect();
    assert!(copied.contains(&("docker.io/library/busybox:latest", to("library/busybox:latest").as_str())));
    assert!(copied.contains(&("docker.io/me/manager:1", to("me/manager:1").as_str())), "{copied:?}");
    let ecr = plan.ecr.unwrap();
    assert_eq!((ecr.way, ecr.host.as_str(), ecr.prefix.as_str()), (EcrWay::Copy, HOST, "docker-hub"));
    assert!(ecr.repositories.contains(&"docker-hub/library/nginx".to_owned()));
    assert_eq!(ecr.repositories.len(), copied.len());
}

#[test]
fn pins_survive() {
    let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let pod = |image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a, namespace: b}}\nspec:\n  template:\n    spec:\n      containers:\n      - {{name: c, image: \"{image}\"}}\n"
        )
    };
    for (image, to, copied_to) in [
        (format!("nginx:1.27@{digest}"), format!("nginx:1.27@{digest}"), "nginx:1.27"),
        (format!("nginx@{digest}"), format!("nginx@{digest}"), "nginx:pinned-e3b0c44298fc"),
    ] {
        let given = [file("d.yaml", pod(&image))];
        let scan = scan(&given);
        let made =
            make(&scan, RemedyKind::EcrCopy, &answers(&TARGET, &[]), &Survey::default(), &given).unwrap();
        assert_eq!(made.plan.edits[0].to, format!("{HOST}/docker-hub/library/{to}"));
        assert_eq!(made.plan.copies[0].digest.as_deref(), Some(digest));
        let files = build(&made.plan, &scan, &given, &made.patched, &made.diffs, Vec::new()).unwrap();
        let line = format!("  one docker.io/library/nginx@{digest} {HOST}/docker-hub/library/{copied_to}\n");
        assert!(text(&files, "aws/commands.sh").contains(&line), "{}", text(&files, "aws/commands.sh"));
    }
}

#[test]
fn what_the_kubeconfig_says_is_not_asked() {
    let live = as_live(scan(&[dump()]), CONTEXT);
    let found: Vec<_> = questions(RemedyKind::EcrCopy, &live, &Survey::default())
        .into_iter()
        .map(|question| (question.key, question.found.map(|(value, _)| value).unwrap_or_default()))
        .collect();
    let wanted = [
        ("account", "111122223333"),
        ("region", "us-east-1"),
        ("prefix", "docker-hub"),
        ("cortex-version", "0.20.0"),
    ];
    assert_eq!(found, wanted.map(|(key, value)| (key.to_owned(), value.to_owned())));

    let unnamed = as_live(scan(&[dump()]), "prod");
    for (set, code, place) in [
        (&[][..], "ecr_answer_missing", "account"),
        (&[("account", "12")], "ecr_answer_wrong", "account"),
        (&[("account", "111122223333"), ("region", "Ireland")], "ecr_answer_wrong", "region"),
        (&[("account", "111122223333"), ("prefix", "A b")], "ecr_answer_wrong", "prefix"),
        (&[("account", "111122223333"), ("region", "eu-west-1")], "ecr_other_region", "region"),
    ] {
        let problem = refused(&unnamed, RemedyKind::EcrCopy, set);
        assert_eq!((problem.code.as_str(), problem.place.as_str()), (code, place), "{set:?}");
    }
    let china = [("account", "111122223333"), ("region", "cn-north-1")];
    assert_eq!(refused(&unnamed, RemedyKind::EcrCache, &china).code, "ecr_cache_not_offered");
    let secret = [("account", "111122223333"), ("secret-name", "docker-hub")];
    assert_eq!(refused(&unnamed, RemedyKind::EcrCache, &secret).place, "secret-name");
}

#[test]
fn cortex_files_name_ecr_too() {
    let given = [
        file(
            "cluster.yaml",
            "cluster_name: c\nregion: us-east-1\nimage_manager: quay.io/cortexlabs/manager:0.18.1\n",
        ),
        file("cortex.yaml", "- name: a\n  predictor:\n    type: python\n    image: me/own:3\n"),
    ];
    let made =
        make(&scan(&given), RemedyKind::EcrCopy, &answers(&TARGET, &[]), &Survey::default(), &given).unwrap();
    let to = |path: &str| format!("{HOST}/docker-hub/{path}");
    let edit = |path: &str| made.plan.edits.iter().find(|edit| edit.path == path).unwrap();
    assert_eq!(edit("/image_operator").to, to("cortexlabs/operator:0.18.1"));
    assert_eq!(edit("/0/predictor/image").to, to("me/own:3"));
    assert!(made.plan.edits.iter().all(|edit| edit.path != "/image_manager"), "quay.io does not count");
    // What no key reaches is named with its new name.
    let busybox = made.plan.not_covered.iter().find(|left| left.image == "busybox").unwrap();
    assert!(busybox.instead.contains(&to("library/busybox")), "{busybox:?}");
}

#[test]
fn the_comparison_begins_with_what_helps_and_costs_least() {
    let kinds = |scan: &Scan| fits(scan).into_iter().map(|fit| (fit.remedy, fit.level)).collect::<Vec<_>>();
    let cortex = as_live(scan(&[dump()]), CONTEXT);
    assert_eq!(
        kinds(&cortex),
        [
            (RemedyKind::Quay, FitLevel::Partly),
            (RemedyKind::HubAccount, FitLevel::Partly),
            (RemedyKind::EcrCopy, FitLevel::Fits),
            (RemedyKind::EcrCache, FitLevel::Fits)
        ]
    );
    let plain = scan(&[file(
        "p.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: mine/app}]}\n",
    )]);
    assert_eq!(kinds(&plain).last(), Some(&(RemedyKind::Quay, FitLevel::CannotHelp)));
    let mut elsewhere = cortex;
    elsewhere.inventory.nodes = vec![domain::facts::NodeFact {
        provider_id: Some("gce://project/zone/name".to_owned()),
        ..Default::default()
    }];
    let fit = fit(RemedyKind::EcrCopy, &elsewhere);
    assert_eq!(fit.level, FitLevel::Partly);
    assert!(fit.headline.contains("not on AWS"), "{fit:?}");
}

/// An unpacked bundle with an `aws` and a `skopeo` that write down how they were called and what they were given.
pub struct Unpacked(tempfile::TempDir);

impl Unpacked {
    pub fn new(files: &[BundleFile]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &file.bytes).unwrap();
        }
        std::fs::create_dir(root.path().join("bin")).unwrap();
        // Nothing is there yet, every description fails; what asks for the account, the secret's name and the
        // validation gets its answer.
        let aws = "#!/bin/sh\nprintf 'aws %s\\n' \"$*\" >> \"$LOG\"\ncase \"$*\" in\n\
            *get-caller-identity*) echo \"${ACCOUNT-111122223333}\" ;;\n*--query\\ ARN*) grep create-secret \"$LOG\" >/dev/null && echo arn:secret ;;\n\
            *isValid*) echo True ;;\n*describe-pull-through-cache-rules*) [ -n \"${UPSTREAM-}\" ] && echo \"$UPSTREAM\" ;;\n*describe-*) exit 254 ;;\n*get-login-password*) echo pa55 ;;\n\
            *create-secret*) cat >> \"$GIVEN\" ;;\nesac\n";
        let skopeo = "#!/bin/sh\nprintf 'skopeo %s\\n' \"$*\" >> \"$LOG\"\ncase \"$1\" in login) cat >> \"$GIVEN\" ;; esac\n";
        let unthrottle = "#!/bin/sh\nprintf 'unthrottle %s\\n' \"$*\" >> \"$LOG\"\ncat >> \"$GIVEN\"\n";
        for (name, script) in [("aws", aws), ("skopeo", skopeo), ("unthrottle", unthrottle)] {
            let path = root.path().join("bin").join(name);
            std::fs::write(&path, script).unwrap();
            assert!(Command::new("chmod").arg("+x").arg(&path).status().unwrap().success());
        }
        Self(root)
    }

    /// Status, calls, and what came by standard input.
    pub fn run(&self, line: &str, stdin: &str, account: &str) -> (Option<i32>, Vec<String>, String) {
        let (log, given) = (self.0.path().join("log"), self.0.path().join("given"));
        for path in [&log, &given] {
            std::fs::write(path, "").unwrap();
        }
        let path = format!("{}:/usr/bin:/bin", self.0.path().join("bin").display());
        let mut child = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.0.path())
            .envs([("PATH", path.as_str()), ("ACCOUNT", account)])
            .env("LOG", &log)
            .env("GIVEN", &given)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        give(&mut child, stdin);
        let status = child.wait().unwrap();
        let calls = std::fs::read_to_string(&log).unwrap().lines().map(str::to_owned).collect();
        (status.code(), calls, std::fs::read_to_string(&given).unwrap())
    }
}

/// The lines of the readme's first block.
fn lines_before_applying(files: &[BundleFile]) -> Vec<String> {
    let readme = text(files, "README.md");
    let block = readme.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    block.lines().map(str::to_owned).collect()
}

#[test]
fn the_readmes_lines_make_and_copy_exactly_what_is_planned() {
    let (plan, files) = of_cluster(RemedyKind::EcrCopy, &[]);
    let unpacked = Unpacked::new(&files);
    let lines = lines_before_applying(&files);
    assert_eq!(lines, ["unthrottle copy --plan ."]);
    let (status, calls, _) = unpacked.run(&lines[0], "", "111122223333");
    assert_eq!((status, calls), (Some(0), vec![lines[0].clone()]));

    // And without this program.
    let lines = ["sh aws/commands.sh prepare", "sh aws/commands.sh copy"];
    assert!(lines.iter().all(|line| text(&files, "README.md").contains(&format!("`{line}`"))));
    let (status, calls, _) = unpacked.run(lines[0], "", "111122223333");
    assert_eq!(status, Some(0));
    let made: BTreeSet<&str> = calls
        .iter()
        .filter(|call| call.contains("create-repository"))
        .filter_map(|call| call.split("--repository-name ").nth(1)?.split(' ').next())
        .collect();
    assert_eq!(made, plan.ecr.as_ref().unwrap().repositories.iter().map(String::as_str).collect());

    let (status, calls, given) = unpacked.run(lines[1], "", "111122223333");
    assert_eq!((status, given.as_str()), (Some(0), "pa55\n"));
    let copied: BTreeSet<String> = calls.iter().filter(|call| call.contains(" copy ")).cloned().collect();
    let wanted: BTreeSet<String> = plan
        .copies
        .iter()
        .map(|copy| {
            format!("skopeo copy --all --preserve-digests docker://{} docker://{}", copy.source, copy.target)
        })
        .collect();
    assert_eq!(copied, wanted);
    assert!(calls.iter().all(|call| !call.contains("pa55")), "{calls:?}");

    let (status, calls, _) = unpacked.run(lines[0], "", "999999999999");
    assert_eq!((status, calls.len()), (Some(3), 1), "another account is left alone");

    let (status, calls, _) = unpacked.run("sh aws/commands.sh rights", "", "111122223333");
    assert_eq!((status, calls.len()), (Some(2), 0));
    let (status, calls, _) = unpacked.run("sh aws/commands.sh rights 'my role'", "", "111122223333");
    let wanted = "aws iam put-role-policy --role-name my role --policy-name pull-docker-hub-copies --policy-document file://aws/policy-nodes.json";
    assert_eq!((status, calls.last().map(String::as_str)), (Some(0), Some(wanted)));
}

#[test]
fn the_caches_secret_goes_by_standard_input_only() {
    let (plan, files) = of_cluster(RemedyKind::EcrCache, &[]);
    assert_eq!(plan.copies, []);
    let unpacked = Unpacked::new(&files);
    let lines = lines_before_applying(&files);
    assert_eq!(lines, ["sh aws/commands.sh prepare"]);
    let (status, calls, given) = unpacked.run(&lines[0], "acme\ndckr_pat_SeCrEt-1_2\n", "111122223333");
    assert_eq!(status, Some(0), "{calls:?}");
    assert_eq!(
        serde_json::from_str::<Value>(&given).unwrap(),
        serde_json::json!({"username": "acme", "accessToken": "dckr_pat_SeCrEt-1_2"})
    );
    assert!(calls.iter().all(|call| !call.contains("SeCrEt")), "{calls:?}");
    for part in [
        "create-pull-through-cache-rule",
        "create-repository-creation-template",
        "validate-pull-through-cache-rule",
    ] {
        assert!(calls.iter().any(|call| call.contains(part)), "{part}: {calls:?}");
    }
    let (status, calls, _) = unpacked.run(&lines[0], "acme\n\"; rm -rf /\n", "111122223333");
    assert_ne!(status, Some(0));
    assert!(calls.iter().all(|call| !call.contains("create-")), "{calls:?}");
    let taken = "UPSTREAM=quay.io sh aws/commands.sh prepare";
    let (status, calls, _) = unpacked.run(taken, "acme\ntoken\n", "111122223333");
    assert_eq!(status, Some(1), "the prefix is another registry's");
    assert!(calls.iter().all(|call| !call.contains("create-pull-through")), "{calls:?}");
    let (status, calls, _) = unpacked.run("sh aws/commands.sh remove", "", "111122223333");
    assert_eq!((status, calls.iter().filter(|call| call.contains(" delete-")).count()), (Some(0), 3));
}

#[test]
fn terraform_and_policies_can_be_read() {
    for remedy in [RemedyKind::EcrCopy, RemedyKind::EcrCache] {
        let (plan, files) = of_cluster(remedy, &[]);
        let body: hcl_edit::structure::Body = text(&files, "aws/main.tf").parse().unwrap();
        let kinds: Vec<String> = body
            .blocks()
            .filter(|block| block.ident.as_str() == "resource")
            .map(|block| block.labels[0].as_str().to_owned())
            .collect();
        let wanted: &[&str] = match remedy {
            RemedyKind::EcrCopy => &["aws_ecr_repository", "aws_iam_policy"],
            _ => &[
                "aws_secretsmanager_secret",
                "aws_ecr_repository_creation_template",
                "aws_ecr_pull_through_cache_rule",
                "aws_iam_policy",
            ],
        };
        assert_eq!(kinds, wanted);
        let nodes: Value = serde_json::from_str(text(&files, "aws/policy-nodes.json")).unwrap();
        let actions = nodes["Statement"].to_string();
        assert_eq!(actions.contains("ecr:BatchImportUpstreamImage"), remedy == RemedyKind::EcrCache);
        assert!(actions.contains("arn:aws:ecr:us-east-1:111122223333:repository/docker-hub/*"), "{actions}");
        let readme = text(&files, "README.md");
        assert!(
            readme.starts_with("# From Docker Hub to Amazon ECR\n") && !readme.contains("quay.io"),
            "{readme}"
        );
        assert!(readme.contains(plan.ecr.as_ref().unwrap().host.as_str()));
        assert!(files.iter().all(|file| !String::from_utf8_lossy(&file.bytes).contains("\"auths\"")));
    }
}

#[test]
fn the_same_answers_give_the_same_bytes() {
    let bytes = |remedy| {
        of_cluster(remedy, &[]).1.into_iter().map(|file| (file.path, file.bytes)).collect::<Vec<_>>()
    };
    for remedy in [RemedyKind::EcrCopy, RemedyKind::EcrCache] {
        assert_eq!(bytes(remedy), bytes(remedy));
    }
}

#[test]
fn hostile_names_stay_words() {
    let given: [InputFile; 1] = [file(
        "d.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec: {containers: [{name: c, image: nginx}]}\n",
    )];
    let scan = scan(&given);
    for prefix in ["a'b", "a$(id)", "a\nb", "a b", "../x"] {
        let set = [TARGET[0], TARGET[1], ("prefix", prefix)];
        assert_eq!(refused(&scan, RemedyKind::EcrCopy, &set).place, "prefix", "{prefix}");
    }
}
