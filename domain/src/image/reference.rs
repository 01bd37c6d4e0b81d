//! The reference itself: what was written, and the four parts it stands for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{PullPolicy, ReferenceError, grammar};

/// Docker Hub's name in a normalised reference.
const DOCKER_HUB: &str = "docker.io";
/// Its former name, still in use and folded into the present one.
const FORMER_DOCKER_HUB: &str = "index.docker.io";
/// The namespace of Docker's Official Images, left out by people and added by normalisation.
const OFFICIAL: &str = "library/";
const DEFAULT_TAG: &str = "latest";
/// Hosts that are Docker Hub's own although the grammar does not fold them into `docker.io`. A credential for
/// `docker.io` does not serve them, their pulls count all the same.
const DOCKER_HUB_HOSTS: [&str; 2] = ["registry-1.docker.io", "registry.hub.docker.com"];

/// A valid image reference: a registry, a repository in it, and a tag, a digest, both or neither.
///
/// Two references are equal only if they were also written alike: `nginx` and `docker.io/library/nginx` name the
/// same image but are different text in a manifest. Compare [`normalized`](Self::normalized) to compare images.
/// The order is by registry, repository, tag and digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageReference {
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<String>,
    written: String,
}

impl ImageReference {
    /// The text this was parsed from.
    #[must_use]
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// The registry's name with its port, if any: `docker.io`, `localhost:5000`. Letter case is kept.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The repository within the registry: `library/nginx`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag as written; none is added.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest as written, with its algorithm: `sha256:…`.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// What a registry is asked for by (`<reference>` of the distribution specification): of a tag and a digest the
    /// digest decides.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.digest().or(self.tag()).unwrap_or(DEFAULT_TAG)
    }

    /// The address of its manifest (distribution specification, "Pulling manifests"); for Docker Hub it takes another
    /// host.
    #[must_use]
    pub fn manifest_url(&self) -> String {
        format!("https://{}/v2/{}/manifests/{}", self.domain, self.path, self.reference())
    }

    /// Registry and repository: `docker.io/library/nginx`.
    #[must_use]
    pub fn repository(&self) -> String {
        format!("{}/{}", self.domain, self.path)
    }

    /// The full form the container runtime is asked for. Kubernetes adds `:latest` only if there is neither tag
    /// nor digest; of a tag and a digest the digest decides, and the tag stays as a note to the reader.
    #[must_use]
    pub fn normalized(&self) -> String {
        let tag = self.tag().or(if self.digest.is_none() { Some(DEFAULT_TAG) } else { None });
        assemble(&self.repository(), tag, self.digest())
    }

    /// The short form people use: `nginx:1.27` for `docker.io/library/nginx:1.27`. Nothing is added.
    #[must_use]
    pub fn familiar(&self) -> String {
        let name = if self.domain == DOCKER_HUB {
            match self.path.strip_prefix(OFFICIAL) {
                Some(name) if !name.contains('/') => name.to_owned(),
                _ => self.path.clone(),
            }
        } else {
            self.repository()
        };
        assemble(&name, self.tag(), self.digest())
    }

    /// Whether a pull goes to Docker Hub, be it by name or under one of Docker's registry hosts.
    ///
    /// A runtime may be configured to try other registries for short names, and other hosts may be Docker Hub
    /// underneath; the reference cannot tell.
    #[must_use]
    pub fn is_docker_hub(&self) -> bool {
        self.domain == DOCKER_HUB || DOCKER_HUB_HOSTS.contains(&self.domain.as_str())
    }

    /// The `imagePullPolicy` that the API server fills in when an object without one is created. It is not
    /// computed again when the image changes later. A `latest` beside a digest still means [`PullPolicy::Always`]
    /// (Kubernetes, `SetDefaults_Container`).
    #[must_use]
    pub fn default_pull_policy(&self) -> PullPolicy {
        match (self.tag(), self.digest()) {
            (Some(DEFAULT_TAG), _) | (None, None) => PullPolicy::Always,
            _ => PullPolicy::IfNotPresent,
        }
    }

    /// The same tag and digest in another repository.
    ///
    /// # Errors
    /// If `domain` would not be read as a registry's name (`mirror` alone would become a Docker Hub namespace),
    /// or the path does not fit the grammar.
    pub fn with_repository(&self, domain: &str, path: &str) -> Result<Self, ReferenceError> {
        grammar::check_path(path)?;
        let written = assemble(&format!("{domain}/{path}"), self.tag(), self.digest());
        let moved: Self = written.parse()?;
        if moved.domain == domain || domain == FORMER_DOCKER_HUB {
            Ok(moved)
        } else {
            Err(ReferenceError::NotARegistry { host: domain.to_owned() })
        }
    }

    /// The same repository, tag and digest at another registry.
    ///
    /// # Errors
    /// As [`with_repository`](Self::with_repository).
    pub fn with_registry(&self, domain: &str) -> Result<Self, ReferenceError> {
        self.with_repository(domain, &self.path)
    }
}

fn assemble(name: &str, tag: Option<&str>, digest: Option<&str>) -> String {
    let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
    let digest = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
    format!("{name}{tag}{digest}")
}

/// Splits off the registry. The first component is one only if it holds a `.` or `:`, is `localhost`, or has an
/// upper-case letter; without any `/` there is none.
fn split_domain(text: &str) -> (&str, String) {
    let (domain, rest) = match text.split_once('/') {
        Some((FORMER_DOCKER_HUB, rest)) => (DOCKER_HUB, rest),
        Some((first, rest)) if names_a_registry(first) => (first, rest),
        _ => (DOCKER_HUB, text),
    };
    if domain == DOCKER_HUB && !rest.contains('/') {
        (domain, format!("{OFFICIAL}{rest}"))
    } else {
        (domain, rest.to_owned())
    }
}

fn names_a_registry(component: &str) -> bool {
    component == "localhost" || component.contains(['.', ':']) || component.chars().any(char::is_uppercase)
}

impl FromStr for ImageReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        grammar::refuse_what_is_no_reference(text)?;
        let (domain, rest) = split_domain(text);
        grammar::check_domain(domain)?;
        let (name, digest) = match rest.split_once('@') {
            Some((name, digest)) => (name, Some(grammar::digest(digest)?)),
            None => (rest.as_str(), None),
        };
        let (path, tag) = match name.split_once(':') {
            Some((path, tag)) => (path, Some(grammar::tag(tag)?)),
            None => (name, None),
        };
        grammar::check_path(path)?;
        Ok(Self { domain: domain.to_owned(), path: path.to_owned(), tag, digest, written: text.to_owned() })
    }
}

impl TryFrom<String> for ImageReference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ImageReference> for String {
    fn from(reference: ImageReference) -> Self {
        reference.written
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
