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
        let _way = self.ways.acquire().await;
        let how = self.run_errands(blob, way).await?;
        lock(&self.whereabouts).prove(&blob.digest, &into);
        self.tally.blob_ended(blob.size, how);
        self.tell(Event::Blob { digest: blob.digest.clone(), target: into.to_string(), how });
        Ok(())
    }

    /// Does what is to be done about a blob. Each place that turns out not to have it is forgotten, until none is left.
    async fn run_errands(&self, blob: &Descriptor, way: Way<'_>) -> Result<How, Halt> {
        let into = way.into();
        let mut looked = false;
        loop {
            let errand = lock(&self.whereabouts).errand(&blob.digest, &into);
            match errand {
                Errand::Nothing => return Ok(How::Present),
                Errand::Mount(from) => match self.mount(blob, &from, &into).await {
                    Some(Mounted::Done) => return Ok(How::Mounted),
                    Some(Mounted::Upload(begun)) => return self.send(blob, Some(begun), way).await,
                    None => lock(&self.whereabouts).forget(&blob.digest, &from),
                },
                Errand::Look if looked => return self.send(blob, None, way).await,
                Errand::Look => {
                    if self.is_there(blob, &into).await? {
                        return Ok(How::Present);
                    }
                    looked = true;
                    lock(&self.whereabouts).forget(&blob.digest, &into);
                }
            }
        }
    }

    /// Some registries dislike the very question; that is no failure.
    async fn mount(&self, blob: &Descriptor, from: &Repository, into: &Repository) -> Option<Mounted> {
        let asked = again(|| self.ports.registries.mount(&blob.digest, from, into)).await;
        asked.ok()?.answer.found()
    }

    /// One of another length is a broken one; sending it again mends it.
    async fn is_there(&self, blob: &Descriptor, into: &Repository) -> Result<bool, Halt> {
        let asked = again(|| self.ports.registries.blob(into, &blob.digest)).await?;
        Ok(matches!(asked.answer, Answer::Found(size) if size.is_none_or(|size| size == blob.size)))
    }

    async fn send(&self, blob: &Descriptor, mut begun: Option<Upload>, way: Way<'_>) -> Result<How, Halt> {
        let (from, into) = (way.from(), way.into());
        let source = self.source(&from.registry);
        self.notes.sending(&blob.digest, &into);
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
        let registries = Arc::clone(&self.ports.registries);
        let (blob, from, into, meter) = (blob.clone(), from.clone(), into.clone(), self.tally.meter.clone());
        let work = async move { registries.carry(&blob, &from, &into, begun, &meter).await };
        AbortOnDropHandle::new(tokio::spawn(work))
            .await
            .unwrap_or_else(|error| Err(broken(&error.to_string())))
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
