//! Asking registries for the same image elsewhere, without spending a pull at Docker Hub.
//!
//! Docker Hub is asked by HEAD only, which counts nothing. Must not know what the answers are good for; that is
//! [`judge`](domain::equivalents::judge).

use std::collections::BTreeMap;

use domain::copy::content;
use domain::equivalents::{Inquiry, Sighting, Survey};
use domain::image::ImageReference;
use domain::ports::Cancel;
use domain::problem::Problem;
use domain::registry::{Answer, Reason, Registry, RegistryName, Reply};
use domain::run::Progress;

/// Asks what a survey leaves open and adds the answers. One image after another: registries that count no pulls
/// limit requests a second. One that cannot be reached, or refuses for now, is asked nothing more.
///
/// Stops between two images when `cancel` says so; what was learned is kept. Nothing is an error: what could not
/// be asked is noted with the reason.
pub async fn ask(
    registry: &dyn Registry,
    inquiries: &[Inquiry],
    survey: &mut Survey,
    cancel: &Cancel,
    observer: &mut (dyn FnMut(Progress) + Send),
) {
    let open: Vec<&Inquiry> = inquiries.iter().filter(|inquiry| inquiry.is_open(survey)).collect();
    let mut asker = Asker { registry, silent: BTreeMap::new() };
    for (index, inquiry) in open.iter().enumerate() {
        if cancel.is_cancelled() {
            return;
        }
        observer(Progress {
            phase: "Asking registries".to_owned(),
            done: index as u64,
            total: Some(open.len() as u64),
            early: Some(format!("Now for {}.", inquiry.image.familiar())),
        });
        asker.ask(inquiry, survey).await;
    }
}

struct Asker<'a> {
    registry: &'a dyn Registry,
    /// Registries that give no answers any more, and why.
    silent: BTreeMap<RegistryName, String>,
}

impl Asker<'_> {
    /// Until one place is found to hold the same bytes; else all of them, and what they hold.
    async fn ask(&mut self, inquiry: &Inquiry, survey: &mut Survey) {
        // A digest in the reference says already what it has to be.
        let wanted = match inquiry.image.digest() {
            Some(digest) => Some(digest.to_owned()),
            None => {
                self.head(&inquiry.image, survey).await;
                survey.digest(&inquiry.image).map(str::to_owned)
            }
        };
        for name in &inquiry.elsewhere {
            self.head(name, survey).await;
            if wanted.is_some() && survey.digest(name) == wanted.as_deref() {
                return;
            }
        }
        for name in &inquiry.elsewhere {
            self.platforms(name, survey).await;
        }
    }

    async fn head(&mut self, image: &ImageReference, survey: &mut Survey) {
        if survey.knows(image) {
            return;
        }
        let name = RegistryName::of(image);
        let sighting = match self.silent.get(&name) {
            Some(why) => Sighting::NotSaid { why: why.clone() },
            None => {
                let reply = self.registry.head(image).await;
                let found = reply.map(|reply| reply.answer.map(|head| head.digest));
                self.sighting(&name, found)
            }
        };
        survey.note(image, sighting);
    }

    /// Adds the platforms of an index. Only where nothing counts a pull.
    async fn platforms(&mut self, image: &ImageReference, survey: &mut Survey) {
        let name = RegistryName::of(image);
        let Some(Sighting::Found { digest, .. }) = survey.of(image).cloned() else { return };
        if name.is_docker_hub() || self.silent.contains_key(&name) {
            return;
        }
        if let Ok(Reply { answer: Answer::Found(manifest), .. }) = self.registry.manifest(image).await {
            let digest = digest.or_else(|| Some(manifest.digest.clone()));
            survey.note(image, Sighting::Found { digest, platforms: content::platforms(&manifest.bytes) });
        }
    }

    fn sighting(&mut self, name: &RegistryName, answer: Result<Answer<Option<String>>, Problem>) -> Sighting {
        let problem = match answer {
            Ok(Answer::Found(digest)) => return Sighting::Found { digest, platforms: Vec::new() },
            Ok(Answer::NotThere) => return Sighting::NotThere,
            Ok(Answer::Refused(refusal)) => {
                let problem = refusal.problem(name, &self.registry.endpoint(name), None);
                // A repository that may not be seen says nothing about the next one.
                if matches!(refusal.reason, Reason::NotAllowed) {
                    return Sighting::NotSaid { why: format!("{} {}", problem.what, problem.why) };
                }
                problem
            }
            Err(problem) => problem,
        };
        let why = format!("{} {}", problem.what, problem.why);
        self.silent.insert(name.clone(), why.clone());
        Sighting::NotSaid { why }
    }
}
