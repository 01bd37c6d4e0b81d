//! Asking targets, and writing manifests into them.

use domain::copy::Repository;
use domain::image::ImageReference;
use domain::ports::copying::Put;
use domain::problem::Problem;
use domain::registry::{Answer, Manifest, Reason, RegistryName, Reply};

use super::desk::{Desk, Halt};
use super::retry::{TRIES, again, pause};
use super::source::is_too_many;

/// Seconds that a target may have us wait for each try.
const LONGEST_WAIT: u32 = 60;

impl Desk<'_> {
    /// The digest that a name has at the target; `None` where there is none, or none that we may see.
    pub(super) async fn tagged(&self, image: &ImageReference) -> Result<Option<String>, Halt> {
        let registry = RegistryName::of(image);
        self.open(&registry)?;
        let asked = again(|| self.ports.registries.head(image)).await;
        let Reply { answer, .. } = asked.inspect_err(|problem| {
            if problem.code == "registry_unreachable" {
                self.close(&registry, problem);
            }
        })?;
        match answer {
            Answer::Found(head) => match head.digest {
                Some(digest) => Ok(Some(digest)),
                None => Ok(self.read_back(image).await?.map(|manifest| manifest.digest)),
            },
            Answer::NotThere => Ok(None),
            // A repository that is still to be made is hidden by some.
            Answer::Refused(refusal) if refusal.reason == Reason::NotAllowed => Ok(None),
            Answer::Refused(refusal) => {
                let problem = self.refused(&registry, &refusal);
                self.close(&registry, &problem);
                Err(problem.into())
            }
        }
    }

    /// A manifest that the target has already, so that it need not be pulled from the source. Not asked of Docker Hub,
    /// where it would cost as much.
    pub(super) async fn present(
        &self,
        image: &ImageReference,
        digest: &str,
    ) -> Result<Option<Manifest>, Halt> {
        let at = Repository::of(image);
        if at.registry.is_docker_hub() {
            return Ok(None);
        }
        let reply = again(|| self.ports.registries.manifest_of(&at, digest)).await?;
        Ok(reply.answer.found())
    }

    /// What the target really holds under a name.
    pub(super) async fn read_back(&self, image: &ImageReference) -> Result<Option<Manifest>, Halt> {
        let reply = again(|| self.ports.registries.manifest(image)).await?;
        Ok(reply.answer.found())
    }

    /// Puts a manifest under a tag or its digest.
    pub(super) async fn put(
        &self,
        at: &Repository,
        reference: &str,
        manifest: &Manifest,
    ) -> Result<Put, Halt> {
        let mut tried = 1;
        loop {
            let asked = again(|| self.ports.registries.put_manifest(at, reference, manifest));
            match asked.await?.answer {
                Answer::Found(put) => return Ok(put),
                Answer::NotThere => return Err(no_repository(at).into()),
                Answer::Refused(refusal) if is_too_many(&refusal) && tried < TRIES => {
                    self.give_way(refusal.retry_after_seconds, tried).await;
                    tried += 1;
                }
                Answer::Refused(refusal) => return Err(self.refused(&at.registry, &refusal).into()),
            }
        }
    }

    /// Waits as long as a busy target wants.
    pub(super) async fn give_way(&self, seconds: Option<u32>, tried: u32) {
        match seconds {
            Some(seconds) => {
                let seconds = u64::from(seconds.min(LONGEST_WAIT));
                tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
            }
            None => pause(tried + 2).await,
        }
    }
}

/// A target without the repository, which most registries make by themselves.
pub(super) fn no_repository(at: &Repository) -> Problem {
    let why = "The target has no such repository, and does not make one by itself.";
    let next = "Make the repository there, then run the same command again.";
    Problem::outside("target_repository", "The target takes nothing in.", why, next).at(at.to_string())
}
