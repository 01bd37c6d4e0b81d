//! Asking sources: every answer tells how much is left, and nothing is asked that would be refused.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::copy::report::Event;
use domain::copy::{May, Purse, Repository, Wait};
use domain::image::ImageReference;
use domain::problem::Problem;
use domain::registry::{Answer, Head, Manifest, Reason, Refusal, RegistryName, Reply, Terms};
use domain::time::Timestamp;
use tokio::sync::{Mutex as Turn, MutexGuard as TurnGuard};
use tokio::time::Instant;

use super::desk::{Desk, Halt};
use super::retry::{TRIES, may_pass, pause};
use super::{Options, lock};

/// The least time between two questions to Docker Hub about manifests: its limit on requests of any kind is not
/// published, and pausing is cheaper than meeting it.
const AT_DOCKER_HUB: Duration = Duration::from_millis(50);

/// One registry that is copied from.
pub(super) struct Source {
    name: RegistryName,
    purse: Mutex<Purse>,
    /// Where a limit was told, one image at a time is read, so that each answer is known before the next question.
    reading: Turn<()>,
    next: Turn<Option<Instant>>,
    /// Whether it keeps lists of what refers to an image, as far as is known.
    lists_referrers: AtomicBool,
    /// One task waits for pulls to come back, and all others for it.
    waiting: Turn<()>,
}

impl Source {
    pub(super) fn new(name: &RegistryName, options: &Options) -> Self {
        Self {
            name: name.clone(),
            purse: Mutex::new(Purse::new(options.reserve)),
            reading: Turn::default(),
            next: Turn::default(),
            lists_referrers: AtomicBool::new(true),
            waiting: Turn::default(),
        }
    }

    pub(super) fn left(&self) -> Option<u32> {
        lock(&self.purse).left()
    }

    pub(super) fn is_limited(&self) -> bool {
        lock(&self.purse).is_limited()
    }

    pub(super) fn lists_referrers(&self) -> bool {
        self.lists_referrers.load(Ordering::Relaxed)
    }

    pub(super) fn lists_no_referrers(&self) {
        self.lists_referrers.store(false, Ordering::Relaxed);
    }

    /// The right to read an image, where that has to be one at a time.
    pub(super) async fn turn(&self) -> Option<TurnGuard<'_, ()>> {
        if self.is_limited() { Some(self.reading.lock().await) } else { None }
    }

    /// Waits until the next question may be sent.
    async fn breathe(&self) {
        if !self.name.is_docker_hub() {
            return;
        }
        let mut next = self.next.lock().await;
        if let Some(at) = *next {
            tokio::time::sleep_until(at).await;
        }
        *next = Some(Instant::now() + AT_DOCKER_HUB);
    }

    fn learn(&self, terms: &Terms) {
        lock(&self.purse).told(terms);
    }

    pub(super) fn was_refused(&self, refusal: &Refusal, now: u64) {
        lock(&self.purse).refused(refusal, now);
    }

    fn may_pull(&self, pulls: u32, now: u64) -> May {
        lock(&self.purse).may_pull(pulls, now)
    }
}

/// Whether a refusal is about how often, not about who.
pub(super) fn is_too_many(refusal: &Refusal) -> bool {
    matches!(refusal.reason, Reason::TooManyRequests { .. })
}

impl Desk<'_> {
    /// Headers of an image at its source. Counts nothing.
    pub(super) async fn head(&self, image: &ImageReference) -> Result<Head, Halt> {
        let registry = RegistryName::of(image);
        let source = self.source(&registry);
        let mut tried = 1;
        loop {
            self.open(&registry)?;
            self.may_ask(&source, image).await?;
            source.breathe().await;
            self.tally.manifest_asked();
            match self.ports.registries.head(image).await {
                Ok(Reply { answer, terms }) => {
                    source.learn(&terms);
                    match answer {
                        Answer::Found(head) => return Ok(head),
                        Answer::NotThere => return Err(not_there(image).into()),
                        Answer::Refused(refusal) => self.refusal(&source, &refusal)?,
                    }
                }
                Err(problem) if tried < TRIES && may_pass(&problem) => {
                    pause(tried).await;
                    tried += 1;
                }
                Err(problem) => {
                    if problem.code == "registry_unreachable" {
                        self.close(&registry, &problem);
                    }
                    return Err(problem.into());
                }
            }
        }
    }

    /// A manifest from its source. Counts a pull, if it is there.
    pub(super) async fn pull(
        &self,
        at: &Repository,
        digest: &str,
        image: &ImageReference,
    ) -> Result<Manifest, Halt> {
        let source = self.source(&at.registry);
        let mut tried = 1;
        loop {
            self.may_pull(&source, 1, image).await?;
            source.breathe().await;
            self.tally.manifest_fetched();
            lock(&source.purse).pull(self.now());
            match self.ports.registries.manifest_of(at, digest).await {
                Ok(Reply { answer, terms }) => {
                    source.learn(&terms);
                    match answer {
                        Answer::Found(manifest) => return Ok(manifest),
                        Answer::NotThere => return Err(piece_missing(at, digest).into()),
                        Answer::Refused(refusal) => self.refusal(&source, &refusal)?,
                    }
                }
                Err(problem) if tried < TRIES && may_pass(&problem) => {
                    pause(tried).await;
                    tried += 1;
                }
                Err(problem) => return Err(problem.into()),
            }
        }
    }

    /// What a refusal means: to come back later, or not at all.
    fn refusal(&self, source: &Source, refusal: &Refusal) -> Result<(), Halt> {
        if is_too_many(refusal) {
            source.was_refused(refusal, self.now());
            return Ok(());
        }
        let problem = self.refused(&source.name, refusal);
        if !matches!(refusal.reason, Reason::NotAllowed) {
            // A login that is refused once would be refused each time, until the account is locked.
            self.close(&source.name, &problem);
        }
        Err(problem.into())
    }

    /// Goes on when so many pulls may be made.
    pub(super) async fn may_pull(
        &self,
        source: &Source,
        pulls: u32,
        image: &ImageReference,
    ) -> Result<(), Halt> {
        loop {
            match source.may_pull(pulls, self.now()) {
                May::Now => return Ok(()),
                May::Later(wait) if !self.options.wait => {
                    return Err(Halt::Throttled(source.name.clone(), wait));
                }
                May::Later(_) => self.wait(source, pulls, image).await?,
            }
        }
    }

    /// Goes on when a question that counts nothing may be asked.
    pub(super) async fn may_ask(&self, source: &Source, image: &ImageReference) -> Result<(), Halt> {
        let may = lock(&source.purse).may_ask(self.now());
        match may {
            May::Now => Ok(()),
            May::Later(wait) if !self.options.wait => Err(Halt::Throttled(source.name.clone(), wait)),
            May::Later(_) => self.wait(source, 0, image).await,
        }
    }

    /// Waits once, then looks how it stands by a question that counts nothing.
    async fn wait(&self, source: &Source, pulls: u32, image: &ImageReference) -> Result<(), Halt> {
        let _only = source.waiting.lock().await;
        // Whoever waited before may have found that it goes on.
        let May::Later(Wait { look, latest }) = source.may_pull(pulls, self.now()) else { return Ok(()) };
        let (look_at, goes_on) = (Timestamp::from_unix(look), Timestamp::from_unix(latest));
        self.tell(Event::Paused { registry: source.name.clone(), look: look_at, goes_on });
        let begun = self.now();
        tokio::time::sleep(Duration::from_secs(look.saturating_sub(begun).max(1))).await;
        self.tally.paused(self.now().saturating_sub(begun));
        source.breathe().await;
        self.tally.manifest_asked();
        // An answer that does not come is met again by whoever waits.
        if let Ok(Reply { answer, terms }) = self.ports.registries.head(image).await {
            source.learn(&terms);
            if let Answer::Refused(refusal) = &answer {
                self.refusal(source, refusal)?;
            }
        }
        Ok(())
    }
}

fn not_there(image: &ImageReference) -> Problem {
    let why = "The source has no such repository, tag or digest.";
    let next = "Correct the reference; names at Docker Hub are written without its host or as docker.io/….";
    Problem::outside("image_not_found", "There is no such image.", why, next).at(image.normalized())
}

fn piece_missing(at: &Repository, digest: &str) -> Problem {
    let why = format!("The index names the manifest {digest}, which the source does not have.");
    let next = "Copy only the platforms that are there, with --platform, or ask the image's owner.";
    Problem::outside("image_incomplete", "The image is not complete at its source.", why, next)
        .at(at.to_string())
}
