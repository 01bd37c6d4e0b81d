//! Logins that this machine has already: Docker's configuration file and the helpers that it names.
//!
//! (Docker's command line, `docker login`, "Credential stores" and "Credential helpers".) A helper is a program of the
//! user's own; it is run only for a registry that is about to be asked, and told nothing but its name.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use domain::image::ImageReference;
use domain::keyring::{Form, Keyring, PullSecret};
use domain::problem::Problem;
use domain::registry::{Credentials, RegistryName};
use secrecy::zeroize::Zeroizing;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Docker's name for its own registry, in files and to helpers.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";
/// What a helper answers for a login with a token that only Docker's own programs can use.
const IDENTITY_TOKEN: &str = "<token>";
const TO_ANSWER: Duration = Duration::from_secs(30);

/// Docker's configuration, as far as logins go.
pub(super) struct DockerConfig {
    place: String,
    keyring: Keyring,
    tree: Value,
}

impl DockerConfig {
    /// The file in `DOCKER_CONFIG`, else in `~/.docker`; `None` where there is none.
    pub(super) fn read() -> Result<Option<Self>, Problem> {
        let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = named("DOCKER_CONFIG").or_else(|| named("HOME").map(|home| home.join(".docker")));
        let Some(path) = folder.map(|folder| folder.join("config.json")) else { return Ok(None) };
        let place = path.display().to_string();
        let bytes = match fs::read(&path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(not_read(&error.to_string(), &place)),
        };
        let secret = PullSecret::new("config.json", Form::DockerConfigJson, bytes.to_vec().into());
        let keyring =
            Keyring::read(&[secret]).map_err(|error| not_read(&error.defect.to_string(), &place))?;
        let mut tree: Value =
            serde_json::from_slice(&bytes).map_err(|error| not_read(&error.to_string(), &place))?;
        // What else is in there is no business of ours.
        if let Some(fields) = tree.as_object_mut() {
            fields.retain(|name, _| name == "credHelpers" || name == "credsStore");
        }
        Ok(Some(Self { place, keyring, tree }))
    }

    /// The login for an image's registry, if there is one.
    pub(super) async fn login(&self, image: &ImageReference) -> Result<Option<Credentials>, Problem> {
        let registry = RegistryName::of(image);
        match self.helper(&registry) {
            Some(helper) => ask(helper, &registry).await,
            None => self.written(image),
        }
    }

    /// A helper for this registry, else the one for all.
    fn helper(&self, registry: &RegistryName) -> Option<&str> {
        let own = &self.tree["credHelpers"];
        let own = [registry.as_str(), server(registry)].into_iter().find_map(|name| own[name].as_str());
        own.or(self.tree["credsStore"].as_str()).filter(|helper| !helper.is_empty())
    }

    fn written(&self, image: &ImageReference) -> Result<Option<Credentials>, Problem> {
        let lookup = self.keyring.lookup(image);
        let candidate = lookup.candidates.iter().find(|candidate| !candidate.empty);
        let Some(login) = candidate.and_then(|candidate| self.keyring.login(candidate)) else {
            return Ok(None);
        };
        let text = |bytes: &[u8]| Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let login = Credentials::new(&text(login.username()), &text(login.password()));
        login.map(Some).map_err(|problem| problem.at(&self.place))
    }
}

/// A registry as helpers know it.
fn server(registry: &RegistryName) -> &str {
    if registry.is_docker_hub() { DOCKER_HUB } else { registry.as_str() }
}

/// Asks a helper; one that has nothing says so in words, and then nobody is logged in.
async fn ask(helper: &str, registry: &RegistryName) -> Result<Option<Credentials>, Problem> {
    let program = format!("docker-credential-{helper}");
    let failed = |why: String| {
        let next = "Check the helper, or log in with --username.";
        let why = format!("The helper {program} failed: {why}.");
        Problem::bad_input("credential_helper", "A login could not be had from its helper.", why, next)
            .at(registry.as_str())
    };
    if !helper.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        return Err(failed("its name is none".to_owned()));
    }
    let mut command = Command::new(&program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut running = command.spawn().map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = running.stdin.take() {
        // A helper that does not read what it is asked answers all the same, or fails below.
        let _ = stdin.write_all(server(registry).as_bytes()).await;
    }
    let ended = tokio::time::timeout(TO_ANSWER, running.wait_with_output()).await;
    let ended = ended.map_err(|_| failed("it does not answer".to_owned()))?;
    let ended = ended.map_err(|error| failed(error.to_string()))?;
    let said = Zeroizing::new(ended.stdout);
    if !ended.status.success() {
        let text = String::from_utf8_lossy(&said);
        let has_none = text.contains("credentials not found") || text.trim().is_empty();
        return if has_none { Ok(None) } else { Err(failed(domain::evidence::mask(text.trim()))) };
    }
    let answer: Value =
        serde_json::from_slice(&said).map_err(|_| failed("its answer is no login".to_owned()))?;
    match (answer["Username"].as_str(), answer["Secret"].as_str()) {
        (Some(""), _) | (_, Some("")) => Ok(None),
        (Some(IDENTITY_TOKEN), _) => {
            Err(failed("it has a token that only Docker's own programs can use".to_owned()))
        }
        (Some(name), Some(secret)) => Credentials::new(name, secret).map(Some),
        _ => Err(failed("its answer is no login".to_owned())),
    }
}

fn not_read(why: &str, place: &str) -> Problem {
    let next = "Correct the file, or name another folder in DOCKER_CONFIG.";
    let what = "Docker's configuration could not be read.";
    Problem::bad_input("docker_config", what, format!("{why}."), next).at(place)
}
