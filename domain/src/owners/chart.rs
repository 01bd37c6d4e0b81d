//! The values of a chart that make an image, and whose they are.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::Work;
use super::facts::ValuesFile;
use super::images::Moved;
use super::types::{Change, Target, ValueChange};
use super::values::{ImageValue, Key};
use crate::image::ImageReference;

impl<'a> Work<'a> {
    /// Adds the moves as values of a chart, where values were seen that make the images. Gives those that are
    /// left.
    pub(super) fn values(
        &mut self,
        into: Target,
        below: String,
        inline: &[ImageValue],
        hints: &[&str],
    ) -> Vec<Moved<'a>> {
        let stay: BTreeSet<String> = self.task.stay.iter().filter_map(|image| normalized(image)).collect();
        let mut wanted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for one in &self.task.moved {
            if let Some(from) = normalized(one.from) {
                wanted.entry(from).or_default().insert(one.to);
            }
        }
        let (mut changes, mut files) = (BTreeSet::new(), BTreeSet::new());
        let mut rest = Vec::new();
        for one in &self.task.moved {
            let sure = normalized(one.from).is_some_and(|from| {
                !stay.contains(&from) && wanted.get(&from).is_some_and(|to| to.len() == 1)
            });
            let mergeable = |changes: &[ValueChange]| {
                into != Target::FluxValues
                    || changes.iter().all(|c| c.keys.iter().all(|key| matches!(key, Key::Name(_))))
            };
            match sure.then(|| self.values_of(one, inline, hints)).flatten() {
                Some((found, held)) if mergeable(&found) => {
                    changes.extend(found);
                    files.extend(held);
                }
                _ => rest.push(one.clone()),
            }
        }
        if !changes.is_empty() {
            let (values, files) = (changes.into_iter().collect(), files.into_iter().collect());
            self.changes.push(Change {
                below,
                values,
                files,
                ..Change::of_images(into, Vec::new(), Vec::new())
            });
        }
        rest
    }

    /// The values that make one image: those written at the owner, else those of the given files that carry the
    /// release's or chart's name in theirs. Where there is only one chart every file is of that one.
    fn values_of(
        &self,
        one: &Moved<'_>,
        inline: &[ImageValue],
        hints: &[&str],
    ) -> Option<(Vec<ValueChange>, Vec<String>)> {
        let (from, to): (ImageReference, ImageReference) = (one.from.parse().ok()?, one.to.parse().ok()?);
        if let Some(found) = changed(inline, &from, &to) {
            return Some((found, Vec::new()));
        }
        let found = |file: &ValuesFile| Some((changed(&file.images, &from, &to)?, file.file.clone()));
        let all: Vec<_> = self.owners.values.iter().filter_map(found).collect();
        let named: Vec<_> =
            all.iter().filter(|(_, name)| hints.iter().any(|hint| is_named(name, hint))).cloned().collect();
        let candidates = if named.is_empty() && self.only_chart { all } else { named };
        let (first, _) = candidates.first()?.clone();
        candidates
            .iter()
            .all(|(changes, _)| *changes == first)
            .then(|| (first, candidates.into_iter().map(|(_, name)| name).collect()))
    }
}

/// The changes of all values that make the image; `None` when none does, or one cannot be changed.
fn changed(values: &[ImageValue], from: &ImageReference, to: &ImageReference) -> Option<Vec<ValueChange>> {
    let mut changes = Vec::new();
    for value in values.iter().filter(|value| value.makes(from)) {
        changes.extend(value.changes(from, to)?);
    }
    (!changes.is_empty()).then_some(changes)
}

/// Whether a name is one of the words in a file's path.
fn is_named(file: &str, name: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-');
    !name.is_empty()
        && file.match_indices(name).any(|(at, _)| {
            edge(file.get(..at).and_then(|before| before.chars().next_back()))
                && edge(file.get(at + name.len()..).and_then(|after| after.chars().next()))
        })
}

fn normalized(image: &str) -> Option<String> {
    image.parse::<ImageReference>().ok().map(|reference| reference.normalized())
}
