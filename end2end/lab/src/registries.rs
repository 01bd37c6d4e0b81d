//! Starting the registries: storage for each, and one process that serves all fronts.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::Method;

use crate::config::{Config, Paths};
use crate::error::{Result, file, json};
use crate::front::{self, FrontConfig};
use crate::http_client::HttpClient;
use crate::process::start;
use crate::record::Record;
use crate::wait::until;

/// Starts storages and fronts and waits until they answer. `lab` is the command that serves the fronts.
///
/// # Errors
/// When one cannot be started or does not answer.
pub async fn start_registries(
    record: &mut Record,
    paths: &Paths,
    config: &Config,
    lab: &[OsString],
) -> Result<()> {
    for registry in &config.registries {
        let name = format!("storage-{}", registry.short_name());
        let file = paths.root.join(&name).join("config.json");
        paths.write(&file, storage_configuration(&paths.root.join(&name), registry.storage_port))?;
        start(record, paths, &name, &["docker-registry".into(), "serve".into(), file.into()])?;
    }

    let fronts: Vec<FrontConfig> = config
        .registries
        .iter()
        .map(|registry| FrontConfig {
            style: registry.style,
            listen: config.listen(registry.port),
            admin_port: registry.admin_port,
            storage_port: registry.storage_port,
        })
        .collect();
    let file = paths.root.join("fronts.json");
    paths.write(&file, serde_json::to_vec_pretty(&fronts).map_err(json("the fronts"))?)?;
    let mut arguments = lab.to_vec();
    arguments.extend(["front".into(), file.into()]);
    start(record, paths, "fronts", &arguments)?;

    let client = HttpClient::default();
    for registry in &config.registries {
        for url in [
            format!("http://127.0.0.1:{}/v2/", registry.storage_port),
            format!("http://127.0.0.1:{}/limits", registry.admin_port),
        ] {
            until(&format!("an answer of {}", registry.host), Duration::from_secs(20), async || {
                let answer = client.succeed(Method::GET, &url, "text/plain", Bytes::new()).await;
                answer.map_err(|error| error.to_string())
            })
            .await?;
        }
    }
    Ok(())
}

/// Serves the fronts that `file` describes, until the process ends.
///
/// # Errors
/// When the file cannot be understood or an address not listened on.
pub async fn serve_fronts(file_path: &Path) -> Result<()> {
    let text = std::fs::read(file_path).map_err(file("cannot read", file_path))?;
    let fronts: Vec<FrontConfig> =
        serde_json::from_slice(&text).map_err(json(file_path.display().to_string()))?;
    front::serve(&fronts).await.map_err(file("cannot serve the fronts of", file_path))
}

/// docker-registry's configuration; JSON is YAML. Its uploads are answered with relative addresses, so
/// that they work through the front as well.
fn storage_configuration(root: &Path, port: u16) -> String {
    serde_json::json!({
        "version": 0.1,
        "log": { "level": "warn", "accesslog": { "disabled": true } },
        "storage": {
            "filesystem": { "rootdirectory": root.join("data") },
            "delete": { "enabled": true },
        },
        "http": { "addr": format!("127.0.0.1:{port}"), "relativeurls": true },
    })
    .to_string()
}
