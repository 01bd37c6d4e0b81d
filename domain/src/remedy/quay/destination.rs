//! Registries that count no pulls as the place images come from: Cortex's own copies on quay.io, and for anything
//! else a name elsewhere that is proven to be the same image.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::cortex::{NoCopy, quay_copy};
use crate::diagnosis::Scan;
use crate::equivalents::{Judgement, Survey, judge, retired};
use crate::image::ImageReference;
use crate::plan::{ImageProof, ProofState};
use crate::registry::RegistryName;
use crate::remedy::rewrite::{Destination, Move};

/// Where else an image is, by what registries said of it.
pub(super) struct Elsewhere<'a> {
    pub(super) scan: &'a Scan,
    pub(super) survey: &'a Survey,
    /// Whether to take an image of the same name and tag that is another build.
    pub(super) take_different: bool,
    /// What every name that was given rests on.
    proofs: RefCell<BTreeSet<ImageProof>>,
}

impl<'a> Elsewhere<'a> {
    pub(super) fn new(scan: &'a Scan, survey: &'a Survey, take_different: bool) -> Self {
        Self { scan, survey, take_different, proofs: RefCell::default() }
    }

    /// What the names rest on that `moved` holds, sorted.
    pub(super) fn proofs(&self, moved: &BTreeSet<&str>) -> Vec<ImageProof> {
        let proofs = self.proofs.borrow();
        proofs.iter().filter(|proof| moved.contains(proof.target.as_str())).cloned().collect()
    }

    fn to(
        &self,
        image: &ImageReference,
        name: &ImageReference,
        state: ProofState,
        digest: Option<&str>,
        says: String,
    ) -> Move {
        let target = name.as_written().to_owned();
        self.proofs.borrow_mut().insert(ImageProof {
            image: image.normalized(),
            target: target.clone(),
            state,
            digest: digest.map(str::to_owned),
            says: says.clone(),
        });
        Move::To { name: target, reason: says }
    }

    pub(super) fn judge(&self, image: &ImageReference) -> Judgement {
        static NONE: BTreeSet<String> = BTreeSet::new();
        let running = self.scan.inventory.running.get(&image.normalized()).unwrap_or(&NONE);
        judge(image, running, self.survey)
    }

    /// Cortex's release scripts push each image to both registries, so that a copy needs no further proof than
    /// that it is there.
    fn of_cortex(&self, image: &ImageReference, copy: &ImageReference) -> Move {
        let to = |state, digest, says: String| self.to(image, copy, state, digest, says);
        match self.judge(image) {
            Judgement::Same { proof, .. } => {
                to(ProofState::Same, Some(proof.digest()), proof.sentence(&RegistryName::of(copy)))
            }
            Judgement::Other { says, .. } => {
                let says = format!("quay.io holds the copy that Cortex itself made of this release. {says}");
                to(ProofState::OtherBuild, None, says)
            }
            Judgement::Nowhere { .. } => {
                Move::Stays(format!("quay.io holds no {} any more.", copy.familiar()))
            }
            Judgement::NotKnown { .. } | Judgement::NoPlace => {
                let says = "Cortex itself pushed a copy of this release to quay.io.".to_owned();
                to(ProofState::NotAsked, None, says)
            }
        }
    }

    fn of_others(&self, image: &ImageReference) -> Move {
        match self.judge(image) {
            Judgement::Same { name, proof } => {
                let says = proof.sentence(&RegistryName::of(&name));
                self.to(image, &name, ProofState::Same, Some(proof.digest()), says)
            }
            Judgement::Other { name, says } if self.take_different => {
                let says = format!("{says} You chose to take it all the same.");
                self.to(image, &name, ProofState::OtherBuild, None, says)
            }
            Judgement::Other { says, .. }
            | Judgement::Nowhere { says }
            | Judgement::NotKnown { says, .. } => stays(image, says),
            Judgement::NoPlace => stays(image, "No other registry is known to hold this image.".to_owned()),
        }
    }
}

fn stays(image: &ImageReference, says: String) -> Move {
    Move::Stays(match retired(image) {
        Some(note) => format!("{says} {note}"),
        None => says,
    })
}

impl Destination for Elsewhere<'_> {
    fn decide(&self, image: &ImageReference) -> Move {
        match quay_copy(image) {
            Ok(copy) => self.of_cortex(image, &copy),
            Err(NoCopy::NotCortex | NoCopy::Pinned) => self.of_others(image),
            Err(why) => Move::Stays(why.to_string()),
        }
    }

    fn instead(&self, image: &ImageReference) -> String {
        const OWN: &str = "Copy it to a registry of your own and name that one, or pull it with a paid Docker Hub \
                           account through a pull secret.";
        match self.judge(image) {
            Judgement::Other { name, .. } => format!(
                "If {} will do, take it with {}=take, for all images of which the same is said. Otherwise: {OWN}",
                name.as_written(),
                super::DIFFERENT
            ),
            Judgement::NotKnown { name, .. } => format!(
                "{} may be the same image: make the plan again where its registry can be reached, or compare the \
                 digests by hand.",
                name.as_written()
            ),
            Judgement::Same { .. } | Judgement::Nowhere { .. } | Judgement::NoPlace => OWN.to_owned(),
        }
    }
}
