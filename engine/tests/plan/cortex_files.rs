//! `cluster.yaml` and `cortex.yaml` of every version.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::cortex::{Version, cluster_keys, published_images, releases};
use domain::equivalents::Survey;
use domain::ports::InputFile;
use domain::remedy::RemedyKind;
use engine::plan::make;
use manifests::yaml;
use serde_json::Value;

use crate::support::{answers, file, files_under, plan, reference, scan, testdata};

/// Every fixture gives the patch and the remarks that stand beside it. `UNTHROTTLE_BLESS=1` writes them anew,
/// to be read before they are kept.
#[test]
fn fixtures_give_what_is_wanted() {
    let mut cases: Vec<_> =
        std::fs::read_dir(testdata().join("cortex")).unwrap().map(|e| e.unwrap().path()).collect();
    cases.retain(|case| case.is_dir());
    cases.sort();
    assert!(cases.len() >= 14, "fixtures are missing");
    for case in cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let version = name.split('-').next().unwrap();
        let given = files_under(&case.join("given"));
        let got = outcome(&given, version);
        let wanted = case.join("wanted.txt");
        if std::env::var_os("UNTHROTTLE_BLESS").is_some() {
            std::fs::write(&wanted, &got).unwrap();
        }
        assert_eq!(got, std::fs::read_to_string(&wanted).unwrap_or_default(), "{name}");
    }
}

fn outcome(given: &[InputFile], version: &str) -> String {
    let made = plan(given, &answers(&[("cortex-version", version)], &[])).unwrap();
    let text = |file: &InputFile| String::from_utf8(file.bytes.to_vec()).unwrap();
    let pairs: Vec<(String, String, String)> = made
        .patched
        .iter()
        .map(|after| {
            let before = given.iter().find(|before| before.name == after.name).unwrap();
            (after.name.clone(), text(before), text(after))
        })
        .collect();
    let mut out =
        manifests::diff::unified(pairs.iter().map(|(n, b, a)| (n.as_str(), b.as_str(), a.as_str())));
    let plan = made.plan;
    let _ = writeln!(out, "summary: {}", plan.summary);
    for left in plan.not_covered {
        let _ = writeln!(out, "not covered: {} ({}): {}", left.image, left.place, left.why);
    }
    for refused in plan.refused {
        let _ = writeln!(out, "refused: {}: {}", refused.place, refused.why);
    }
    for name in plan.unchanged {
        let _ = writeln!(out, "unchanged: {name}");
    }
    for risk in plan.risks {
        let _ = writeln!(out, "risk: {}", risk.what);
    }
    out
}

fn read(file: &InputFile) -> Vec<Value> {
    yaml::parse(&file.bytes).unwrap().iter().map(|document| document.to_json().unwrap()).collect()
}

/// For each release: an empty configuration gets exactly the keys of its version, and one that names images
/// keeps those that are not Cortex's own on Docker Hub.
#[test]
fn every_release_gets_exactly_its_own_keys() {
    let reference: Option<Value> = reference("facts/cortex-images.json")
        .map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap());
    for version in releases() {
        let expected: BTreeMap<String, String> = match &reference {
            Some(table) => table[format!("0.{}", version.minor)]["cluster_keys"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(key, image)| {
                    (key.clone(), image.as_str().unwrap().replace("<VERSION>", &version.to_string()))
                })
                .collect(),
            None => cluster_keys(version)
                .map(|key| (key.key, format!("{}/{}:{version}", version.default_registry(), key.name)))
                .collect(),
        };
        let on_docker_hub = (16..=22).contains(&version.minor);
        let plain = images_after("cluster_name: cortex\nregion: us-east-1\n", version);
        let wanted = if on_docker_hub { quay(&expected) } else { BTreeMap::new() };
        assert_eq!(plain, wanted, "{version}, nothing named");

        let mut named: BTreeMap<String, String> = expected
            .iter()
            .map(|(key, image)| (key.clone(), image.replacen("quay.io/", "docker.io/", 1)))
            .collect();
        named.insert("image_operator".into(), "me/operator:1".into());
        named.insert("image_manager".into(), "123456789012.dkr.ecr.us-east-1.amazonaws.com/manager:1".into());
        let lines: String = named.iter().map(|(key, image)| format!("{key}: {image}\n")).collect();
        let after = images_after(&format!("cluster_name: cortex\n{lines}region: us-east-1\n"), version);
        let mut wanted = if version.minor >= 16 { quay(&expected) } else { named.clone() };
        wanted.extend(["image_operator", "image_manager"].map(|key| (key.to_owned(), named[key].clone())));
        assert_eq!(after, wanted, "{version}, all named");
    }
}

fn quay(expected: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let quay = |image: &String| format!("quay.io/{}", image.trim_start_matches("quay.io/"));
    expected.iter().map(|(key, image)| (key.clone(), quay(image))).collect()
}

fn images_after(text: &str, version: Version) -> BTreeMap<String, String> {
    let given = [file("cluster.yaml", text)];
    let made = plan(&given, &answers(&[("cortex-version", &version.to_string())], &[])).unwrap();
    let after = made.patched.first().unwrap_or(&given[0]);
    let config = read(after).remove(0);
    let images = config.as_object().unwrap().iter().filter(|(key, _)| key.starts_with("image_"));
    images.map(|(key, image)| (key.clone(), image.as_str().unwrap().to_owned())).collect()
}

/// Real files: whatever parses is planned, and nothing but images changes, to tags the release published.
#[test]
fn real_files_get_no_wrong_key_and_no_wrong_tag() {
    let Some(root) = reference("data/cortex-yaml") else { return };
    let mut planned = 0;
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        let version: Version = folder.file_name().unwrap().to_str().unwrap().parse().unwrap();
        for given in files_under(&folder) {
            let outcome = plan(
                std::slice::from_ref(&given),
                &answers(&[("cortex-version", &version.to_string())], &[]),
            );
            if given.name.contains("unparsable/") {
                // Templates of documentation: refused with a place, or read in part and then left alone.
                if let Err(problem) = outcome {
                    assert!(problem.place.starts_with(&format!("{}:", given.name)), "{version} {problem:?}");
                }
                continue;
            }
            let made = outcome.unwrap_or_else(|problem| panic!("{version} {}: {problem:?}", given.name));
            planned += 1;
            for edit in &made.plan.edits {
                let key = edit.path.rsplit('/').next().unwrap();
                let known = cluster_keys(version).any(|known| known.key == key)
                    || ["image", "tensorflow_serving_image"].contains(&key);
                let image = edit.to.strip_prefix("quay.io/cortexlabs/").unwrap_or("elsewhere");
                assert!(known, "{version} {}: {}", given.name, edit.path);
                assert!(
                    published_images(version).iter().any(|i| i == image),
                    "{version} {}: {image}",
                    given.name
                );
            }
            if let Some(patched) = made.patched.first() {
                let (before, after) = (read(&given), read(patched));
                assert_eq!(without_images(before), without_images(after), "{version} {}", given.name);
            }
        }
    }
    assert!(planned >= 30, "only {planned} files were planned");
}

fn without_images(mut documents: Vec<Value>) -> Vec<Value> {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|key, _| {
                    !key.starts_with("image_") && key != "image" && key != "tensorflow_serving_image"
                });
                map.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    documents.iter_mut().for_each(strip);
    documents
}

#[test]
fn a_version_that_nothing_tells_is_asked_for() {
    let given = [file("cluster.yaml", "cluster_name: cortex\nregion: us-east-1\n")];
    let problem = plan(&given, &answers(&[], &[])).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.place.as_str()), ("cortex_version_unknown", "cluster.yaml"));
    assert!(problem.next.contains("--set cortex-version=") && problem.next.contains("0.22.1"));

    let problem = plan(&given, &answers(&[("cortex-version", "0.22.5")], &[])).unwrap_err();
    assert_eq!(problem.code, "cortex_version_wrong");
    assert!(problem.why.contains("0.22.1") && problem.why.contains("0.23.0"), "{}", problem.why);
    assert_eq!(
        plan(&given, &answers(&[("cortex-version", "master")], &[])).unwrap_err().code,
        "cortex_version_wrong"
    );
}

#[test]
fn tags_in_the_file_tell_the_version() {
    let text = "cluster_name: c\nregion: r\nimage_operator: cortexlabs/operator:0.17.0\n";
    let made = plan(&[file("c.yaml", text)], &answers(&[], &[])).unwrap();
    assert_eq!(made.plan.cortex_version.map(|v| v.to_string()).as_deref(), Some("0.17.0"));
    assert_eq!(made.plan.edits.len(), 13);
}

#[test]
fn files_of_two_versions_are_not_mixed() {
    let of = |name: &str, version: &str| {
        file(name, format!("cluster_name: c\nregion: r\nimage_operator: cortexlabs/operator:{version}\n"))
    };
    let given = [of("a/cluster.yaml", "0.20.0"), of("b/cluster.yaml", "0.22.1")];
    let problem = plan(&given, &answers(&[], &[])).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.place.as_str()), ("cortex_version_mixed", "b/cluster.yaml"));
    assert!(problem.why.contains("0.20.0") && problem.why.contains("0.22.1"), "{}", problem.why);

    let made = plan(&given, &answers(&[("cortex-version", "0.22.1")], &[])).unwrap();
    assert!(made.plan.edits.iter().all(|edit| edit.file.as_deref() == Some("b/cluster.yaml")));
    let [refused] = made.plan.refused.as_slice() else { panic!("{:?}", made.plan.refused) };
    assert_eq!(refused.place, "a/cluster.yaml:3:17");
    assert!(refused.why.contains("0.20.0") && refused.why.contains("0.22.1"), "{}", refused.why);

    let mixed = "cluster_name: c\nregion: r\nimage_operator: cortexlabs/operator:0.20.0\n\
        image_manager: quay.io/cortexlabs/manager:0.18.1\n";
    let given = [file("cluster.yaml", mixed)];
    assert_eq!(plan(&given, &answers(&[], &[])).unwrap_err().code, "cortex_version_mixed");
    let made = plan(&given, &answers(&[("cortex-version", "0.20.0")], &[])).unwrap();
    let warned =
        |risk: &domain::plan::Risk| risk.what.contains("image_manager") && risk.what.contains("0.18.1");
    assert!(made.plan.risks.iter().any(warned), "{:?}", made.plan.risks);
}

#[test]
fn a_refused_file_is_no_file_without_change() {
    let twice = file("cluster.yaml", "cluster_name: c\nregion: r\nregion: s\n");
    let other = file("values.yaml", "replicas: 2\n");
    let set = answers(&[("cortex-version", "0.22.1")], &[]);
    let problem = plan(&[twice.clone(), other], &set).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.place.as_str()), ("nothing_planned", "cluster.yaml:3:1"));

    let splitter = file("cortex.yaml", "- name: a\n  kind: TrafficSplitter\n  apis: []\n");
    let made = plan(&[twice, splitter], &set).unwrap();
    assert!(!made.plan.change_needed);
    assert!(made.plan.summary.starts_with("1 file was left alone"), "{}", made.plan.summary);
}

#[test]
fn defaults_without_a_copy_are_named() {
    let given = [file("cluster.yaml", "cluster_name: c\nregion: r\ninstance_type: m5.large\n")];
    let made = plan(&given, &answers(&[("cortex-version", "0.15.1")], &[])).unwrap();
    let operator =
        made.plan.not_covered.iter().find(|left| left.image == "cortexlabs/operator:0.15.1").unwrap();
    assert!(operator.place.contains("image_operator") && operator.why.contains("0.16.0"), "{operator:?}");
    assert_eq!(made.plan.not_covered.iter().filter(|left| left.image.starts_with("cortexlabs/")).count(), 20);
}

#[test]
fn what_cortex_would_refuse_is_said() {
    let config = "cluster_name: c\nregion: r\nimage_operator: cortexlabs/Operator:0.18.1\n";
    let apis = "- name: a\n  kind: RealtimeAPI\n  predictor:\n    type: python\n";
    let given = [file("cluster.yaml", config), file("cortex.yaml", apis)];
    let made = plan(&given, &answers(&[("cortex-version", "0.18.1")], &[])).unwrap();
    for part in [
        "names no valid image: cortexlabs/Operator:0.18.1",
        "kind that Cortex 0.18.1 does not know: RealtimeAPI",
    ] {
        assert!(made.plan.risks.iter().any(|risk| risk.what.contains(part)), "{part}: {:?}", made.plan.risks);
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let broken = file("broken.yaml", "cluster_name: cortex\nregion: us-east-1\nbucket: ***\n");
    let set = answers(&[("cortex-version", "0.18.1")], &[]);
    let nothing = file("values.yaml", "replicas: 2\n");
    let problem = plan(&[broken.clone(), nothing], &set).unwrap_err();
    assert_eq!(problem.code, "nothing_planned");
    assert!(problem.place.starts_with("broken.yaml:3:"), "{}", problem.place);

    let bare = file("cortex.yaml", "name: a\npredictor:\n  type: python\n");
    let good = file("cluster.yaml", "cluster_name: cortex\nregion: us-east-1\n");
    let made = plan(&[broken, good, bare], &set).unwrap();
    let refused: Vec<&str> = made.plan.refused.iter().map(|refused| refused.file.as_str()).collect();
    assert_eq!(refused, ["broken.yaml", "cortex.yaml"]);
    assert_eq!(made.plan.edits.len(), 15);
}

#[test]
fn an_api_that_is_not_understood_leaves_its_file_alone() {
    let text = "- name: a\n  predictor:\n    type: python\n- name: b\n  predictor:\n    type: fortran\n";
    let set = answers(&[("cortex-version", "0.18.1")], &[]);
    let problem = plan(&[file("cortex.yaml", text)], &set).unwrap_err();
    assert_eq!(problem.place, "cortex.yaml:6:5");
    assert!(problem.why.contains("predictor.type"), "{}", problem.why);
}

/// Such a file is read, and its bytes are not among those that were kept.
#[test]
fn a_file_with_aws_keys_is_refused_with_the_keys_place_and_the_way_out() {
    let keys = "aws_access_key_id: CANARY\naws_secret_access_key: CANARY\n";
    let given = [
        file("cluster.yaml", format!("cluster_name: c\nregion: r\n{keys}")),
        file("cortex.yaml", "- name: a\n  predictor: {type: python, path: p}\n"),
    ];
    let set = answers(&[("cortex-version", "0.18.1")], &[]);
    let made = make(&scan(&given), RemedyKind::Quay, &set, &Survey::default(), &given[1..]).unwrap();
    let [refused] = &made.plan.refused[..] else { panic!("{:?}", made.plan.refused) };
    assert_eq!((refused.file.as_str(), refused.place.as_str()), ("cluster.yaml", "cluster.yaml:3:1"));
    for part in
        ["aws_access_key_id", "aws_secret_access_key at cluster.yaml:4:1", "environment", "plan again"]
    {
        assert!(refused.why.contains(part), "{part}: {}", refused.why);
    }
    assert_eq!(made.patched.len(), 1);

    let problem = make(&scan(&given[..1]), RemedyKind::Quay, &set, &Survey::default(), &[]).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.place.as_str()), ("nothing_planned", "cluster.yaml:3:1"));
    assert!(problem.why.contains("aws_access_key_id"), "{}", problem.why);
    assert!(!format!("{made:?}{problem:?}").contains("CANARY"));
}

#[test]
fn a_file_too_large_to_be_kept_is_refused_as_such() {
    let given = [file("cluster.yaml", "cluster_name: c\nregion: r\n")];
    let set = answers(&[("cortex-version", "0.18.1")], &[]);
    let problem = make(&scan(&given), RemedyKind::Quay, &set, &Survey::default(), &[]).unwrap_err();
    assert_eq!(problem.place, "cluster.yaml:1:1");
    assert!(problem.why.contains("larger than 16 MiB"), "{}", problem.why);
}
