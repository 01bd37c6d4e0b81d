//! Files from a browser: bounded, nameless paths refused, secrets not kept.

use std::fs;

use http::StatusCode;

use crate::browser::{Browser, CLUSTER_YAML};

/// Stands where a secret would stand, and must never be found anywhere.
const CANARY: &str = "canary-8d1f27b4-never-keep-this";

#[tokio::test(flavor = "multi_thread")]
async fn names_that_leave_the_folder_are_refused_on_the_page() {
    let browser = Browser::inside().await;
    for name in ["../../etc/passwd", "/etc/passwd", "a/../../b.yaml"] {
        let run = browser.new_run().await;
        let answer = browser.upload(&format!("{run}/connect/files"), &[(name, CLUSTER_YAML)]).await;
        assert_eq!(answer.location(), format!("{run}/connect"), "{name}");
        let page = browser.get(&format!("{run}/connect")).await.text();
        assert!(page.contains("A given file was refused."), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_and_broken_uploads_are_told_on_the_page() {
    let browser = Browser::inside().await;
    let run = browser.new_run().await;
    let answer = browser.upload(&format!("{run}/connect/files"), &[("empty.yaml", b"")]).await;
    assert_eq!(answer.location(), format!("{run}/connect"));
    assert!(browser.get(&format!("{run}/connect")).await.text().contains("There was nothing to read."));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_is_taken_is_refused() {
    let browser = Browser::inside().await;
    let run = browser.new_run().await;
    let large = vec![b'#'; 65 * 1024 * 1024];
    let answer = browser.upload(&format!("{run}/connect/files"), &[("large.yaml", &large)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let form = "x".repeat(17 * 1024 * 1024);
    assert_eq!(browser.post(&format!("{run}/connect"), &form).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_kept_nowhere() {
    let browser = Browser::inside().await;
    let secret =
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {CANARY}}}\n");
    let kubeconfig = format!(
        "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers:\n- name: u\n  user: {{token: {CANARY}}}\n"
    );
    let files: [(&str, &[u8]); 3] = [
        ("cluster.yaml", CLUSTER_YAML),
        ("secret.yaml", secret.as_bytes()),
        ("kubeconfig", kubeconfig.as_bytes()),
    ];
    let run = browser.run_of(&files).await;
    browser.post(&format!("{run}/remedy"), "remedy=quay").await;
    browser.post(&format!("{run}/configure"), "set.cortex-version=0.22.1").await;
    for page in
        ["connect", "detect", "remedy", "configure", "review", "apply", "verify", "report.html", "events"]
    {
        let text = browser.get(&format!("{run}/{page}")).await.text();
        assert!(!text.contains(CANARY), "{page}");
    }
    let tar_gz = browser.get(&format!("{run}/bundle.tar.gz")).await.bytes;
    let files = manifests::input::Files::new(
        "bundle",
        vec![Box::new(manifests::input::InMemory(domain::ports::InputFile {
            name: "bundle.tar.gz".to_owned(),
            bytes: tar_gz.into(),
        }))],
        manifests::archive::Limits::UPLOAD,
    );
    let kept = files.keep().unwrap();
    assert!(kept.files.iter().any(|file| file.name == "plan.json"));
    for file in kept.files {
        assert!(!String::from_utf8_lossy(&file.bytes).contains(CANARY), "{}", file.name);
    }
    for entry in fs::read_dir(browser.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", path.display());
    }
}
