use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use domain::ports::{Cancel, FactSource as _};

use super::*;
use crate::ClusterReader;
use crate::fake::Seen;

/// A kubeconfig with one context, `here`, that logs in by `user`.
fn kubeconfig(folder: &tempfile::TempDir, server: &str, user: &str) -> PathBuf {
    let path = folder.path().join("config");
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
         clusters: [{{name: c, cluster: {{server: '{server}'}}}}]\n\
         contexts: [{{name: here, context: {{cluster: c, user: u}}}}]\n\
         users: [{{name: u, user: {user}}}]\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

async fn problem_of(server: &str, user: &str) -> Problem {
    let folder = tempfile::tempdir().unwrap();
    let path = kubeconfig(&folder, server, user);
    let reader = match ClusterReader::connect(Some(&path), None, &[]).await {
        Ok(reader) => reader,
        Err(problem) => return problem,
    };
    let mut seen = Seen { facts: Vec::new(), progress: Vec::new(), requests: Vec::new(), result: Ok(()) };
    reader.read(&Cancel::default(), &mut seen).await.unwrap_err()
}

fn exec(command: &str, args: &[&str]) -> String {
    let args: Vec<String> = args.iter().map(|arg| format!("{arg:?}")).collect();
    format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: {command}, args: [{}]}}}}",
        args.join(", ")
    )
}

#[tokio::test]
async fn a_context_that_does_not_exist_is_answered_with_those_that_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = kubeconfig(&folder, "https://127.0.0.1:1", "{}");
    let problem = ClusterReader::connect(Some(&path), Some("ther"), &[]).await.err().unwrap();
    assert_eq!(problem.code, "context_missing");
    assert!(problem.next.contains("here"), "{}", problem.next);
    let problem = ClusterReader::connect(Some(&path), None, &["Shop".to_owned()]).await.err().unwrap();
    assert_eq!(problem.code, "namespace_name");
}

#[tokio::test]
async fn a_missing_login_plugin_is_named() {
    let problem =
        problem_of("https://127.0.0.1:1", &exec("aws-that-is-not-here", &["eks", "get-token"])).await;
    assert_eq!(problem.code, "login_plugin_missing");
    assert!(
        problem.next.contains("aws-that-is-not-here") && problem.next.contains("PATH"),
        "{}",
        problem.next
    );
    assert_eq!(problem.kind.exit_status(), 3);
}

#[tokio::test]
async fn what_a_failing_login_plugin_says_is_shown_masked() {
    let said = "echo 'The SSO session has expired for dckr_pat_CANARYCANARYCANARYCANARY123' >&2; exit 3";
    let problem = problem_of("https://127.0.0.1:1", &exec("sh", &["-c", said])).await;
    assert_eq!(problem.code, "login_plugin_failed");
    assert!(problem.why.contains("The SSO session has expired"), "{}", problem.why);
    assert!(!problem.why.contains("CANARY"), "{}", problem.why);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let problem = problem_of(&format!("https://{free}"), "{}").await;
    assert_eq!((problem.code.as_str(), problem.place), ("cluster_unreachable", free.to_string()));
    assert!(problem.why.contains("refused"), "{}", problem.why);
    let problem = problem_of("https://no-such-host.invalid:6443", "{}").await;
    assert_eq!(problem.code, "cluster_unreachable");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_told() {
    let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificates = vec![key.cert.der().clone()];
    let private = rustls::pki_types::PrivatePkcs8KeyDer::from(key.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, private.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let config = Arc::new(config);
        for socket in listener.incoming().flatten() {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, socket);
            // The client hangs up in the handshake; nothing has to be answered.
            let _ = stream.read(&mut [0; 16]);
            let _ = stream.flush();
        }
    });
    let problem = problem_of(&format!("https://{server}"), "{}").await;
    assert_eq!(problem.code, "cluster_tls", "{problem:?}");
    assert!(problem.why.contains("authority"), "{}", problem.why);
}
