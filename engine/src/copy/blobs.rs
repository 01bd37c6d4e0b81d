//! Moving blobs: each is sent once to a registry, however many images share it, and mounted everywhere else.

use std::sync::Arc;

use domain::copy::report::{Event, How};
use domain::copy::{Descriptor, Errand, Repository};
use domain::image::ImageReference;
use domain::ports::copying::{Carried, Mounted, Upload};
use domain::problem::Problem;
use domain::registry::Answer;
use tokio_util::task::AbortOnDropHandle;

use super::desk::{Desk, Halt};
use super::lock;
use super::retry::{TRIES, again, may_pass, pause};
use super::source::is_too_many;
use super::target::no_repository;
use super::tree::Way;

impl Desk<'_> {
    /// Sees to it that the target has a blob.
    pub(super) async fn bring(&self, blob: &Descriptor, way: Way<'_>) -> Result<(), Halt> {
        let into = way.into();
        self.tally.expect_blob(blob.size);
        let turn = self.turn(&blob.digest, &into);
        let _turn = turn.lock().await;
        let errand = lock(&self.whereabouts).errand(&blob.digest, &into);
        let how = match errand {
            Errand::Nothing => How::Present,
            Errand::Mount(from) => self.mount(blob, &from, way).await?,
            Errand::Look => self.look(blob, way).await?,
        };
        lock(&self.whereabouts).prove(&blob.digest, &into);
        self.note(&blob.digest, &into).await;
        self.tally.blob_ended(blob.size, how);
        self.tell(Event::Blob { digest: blob.digest.clone(), target: into.to_string(), how });
        Ok(())
    }

    async fn mount(&self, blob: &Descriptor, from: &Repository, way: Way<'_>) -> Result<How, Halt> {
        let into = way.into();
        let asked = again(|| self.ports.registries.mount(&blob.digest, from, &into)).await;
        match asked.map(|reply| reply.answer) {
            Ok(Answer::Found(Mounted::Done)) => Ok(How::Mounted),
            Ok(Answer::Found(Mounted::Upload(begun))) => self.send(blob, Some(begun), way).await,
            // Some registries dislike the very question.
            Ok(Answer::NotThere | Answer::Refused(_)) | Err(_) => self.look(blob, way).await,
        }
    }

    async fn look(&self, blob: &Descriptor, way: Way<'_>) -> Result<How, Halt> {
        let into = way.into();
        let asked = again(|| self.ports.registries.blob(&into, &blob.digest)).await?;
        match asked.answer {
            // One of another length is a broken one; sending it again mends it.
            Answer::Found(size) if size.is_none_or(|size| size == blob.size) => Ok(How::Present),
            _ => self.send(blob, None, way).await,
        }
    }

    async fn send(&self, blob: &Descriptor, mut begun: Option<Upload>, way: Way<'_>) -> Result<How, Halt> {
        let (from, into) = (way.from(), way.into());
        let source = self.source(&from.registry);
        let mut tried = 1;
        loop {
            self.may_ask(&source, way.source).await?;
            match self.carry(blob, &from, &into, begun.take()).await {
                Ok(Carried::Done) => return Ok(How::Sent),
                Ok(Carried::NotAtSource) => return Err(blob_missing(way.source, blob).into()),
                Ok(Carried::SourceRefused(refusal)) if is_too_many(&refusal) => {
                    source.was_refused(&refusal, self.now());
                }
                Ok(Carried::SourceRefused(refusal)) => {
                    return Err(self.refused(&from.registry, &refusal).into());
                }
                Ok(Carried::TargetRefused(None)) => return Err(no_repository(&into).into()),
                Ok(Carried::TargetRefused(Some(refusal))) if is_too_many(&refusal) && tried < TRIES => {
                    self.give_way(refusal.retry_after_seconds, tried).await;
                    tried += 1;
                }
                Ok(Carried::TargetRefused(Some(refusal))) => {
                    return Err(self.refused(&into.registry, &refusal).into());
                }
                Err(problem) if tried < TRIES && may_pass(&problem) => {
                    pause(tried).await;
                    tried += 1;
                }
                Err(problem) => return Err(problem.into()),
            }
        }
    }

    /// In a task of its own, so that the digests of several blobs are computed at once; it ends with whoever waits for it.
    async fn carry(
        &self,
        blob: &Descriptor,
        from: &Repository,
        into: &Repository,
        begun: Option<Upload>,
    ) -> Result<Carried, Problem> {
        let _way = self.ways.acquire().await;
        let registries = Arc::clone(&self.ports.registries);
        let (blob, from, into, meter) = (blob.clone(), from.clone(), into.clone(), self.tally.meter.clone());
        let work = async move { registries.carry(&blob, &from, &into, begun, &meter).await };
        AbortOnDropHandle::new(tokio::spawn(work))
            .await
            .unwrap_or_else(|error| Err(broken(&error.to_string())))
    }

    /// Remembers where a blob is. Forgetting costs the next run an upload, so it is no reason to stop.
    async fn note(&self, digest: &str, at: &Repository) {
        let Some(journal) = self.ports.journal.clone() else { return };
        let (digest, at) = (digest.to_owned(), at.clone());
        let noted = tokio::task::spawn_blocking(move || journal.arrived(&digest, &at)).await;
        if let Ok(Err(problem)) = noted {
            tracing::warn!(
                code = problem.code,
                why = problem.why,
                "a blob could not be noted in the journal"
            );
        }
    }
}

fn blob_missing(image: &ImageReference, blob: &Descriptor) -> Problem {
    let why = format!("Its manifest names the blob {}, which the source does not have.", blob.digest);
    let next = "Have the image pushed again at its source, or copy another tag.";
    Problem::outside("image_incomplete", "The image is not complete at its source.", why, next)
        .at(image.normalized())
}

fn broken(why: &str) -> Problem {
    Problem::outside("copy_broken", "Copying a blob broke off.", format!("{why}."), "Please report this.")
}
