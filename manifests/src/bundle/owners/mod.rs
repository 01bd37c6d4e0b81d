//! `owners/`: for everyone who writes changed objects again, what to write at their place instead.
//!
//! Each owner has a folder with the pieces as files and a `README.md`; the bundle's own readme says the same.
//! Pieces of files are fragments, to be put where their first line says. Must not decide anything: what is to be
//! written stands in the plan.

mod files;
mod helm;
mod kustomize;
mod text;
mod yaml;

pub(super) use kustomize::{CONFIG, config};

use domain::plan::Plan;

use super::file;
use super::readme::Text;
use crate::archive::BundleFile;

/// The folders of all owners.
pub(super) fn files(plan: &Plan) -> Vec<BundleFile> {
    let mut all = Vec::new();
    for owner in &plan.owners {
        let folder = format!("owners/{}", owner.id);
        let mut readme = Text::default();
        text::owner(plan, owner, 1, &mut readme);
        all.push(file(format!("{folder}/README.md"), readme.0.into_bytes()));
        for piece in files::pieces(owner) {
            let path = format!("{folder}/{}", piece.name);
            all.push(BundleFile { executable: piece.executable, ..file(path, piece.text.into_bytes()) });
        }
    }
    all
}

/// The part of the bundle's readme on them; nothing where nobody writes anything again.
pub(super) fn section(plan: &Plan, readme: &mut Text) {
    if plan.owners.is_empty() {
        return;
    }
    readme.heading(2, "Who would write it again, and what to change there");
    readme.paragraph(
        "These objects are copies: what is changed in the cluster alone lasts until their owner writes them again. Make \
         the change at its place as well, best before. Each folder below `owners/` holds the pieces as files.",
    );
    for owner in &plan.owners {
        text::owner(plan, owner, 3, readme);
    }
}
