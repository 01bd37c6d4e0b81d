//! Edits of the given files, carried out on their bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::diagnosis::Scan;
use domain::facts::NotSeen;
use domain::plan::{Edit, FileDiff, Refused};
use domain::ports::InputFile;
use domain::remedy::{Draft, FileEdit, Refusal};
use manifests::diff;
use manifests::input::{LARGEST_KEPT, MOST_KEPT};
use manifests::yaml::{self, Change, NewValue, Place, Pointer};

use super::embedded::{at, sentence};
use super::refusal_of;

/// What became of the given files.
#[derive(Default)]
pub(super) struct Edited {
    pub(super) edits: Vec<Edit>,
    pub(super) patched: Vec<InputFile>,
    pub(super) diffs: Vec<FileDiff>,
    pub(super) refused: Vec<Refused>,
}

/// Carries out the draft's edits, file by file in the order of their names. A file is edited as a whole or
/// refused as a whole.
pub(super) fn edit(draft: &Draft, scan: &Scan, files: &[InputFile]) -> Edited {
    let mut edited = Edited::default();
    for refusal in &draft.refused {
        edited.refused.push(placed(refusal, files));
    }
    let mut by_file: BTreeMap<&str, Vec<&FileEdit>> = BTreeMap::new();
    for edit in draft.file_edits.iter().filter(|edit| !draft.refused.iter().any(|r| r.file == edit.file)) {
        by_file.entry(&edit.file).or_default().push(edit);
    }
    for (name, edits) in by_file {
        let outcome = match files.iter().find(|file| file.name == name) {
            Some(file) => one(file, &edits, &mut edited),
            None => {
                edited.refused.push(not_kept(name, scan));
                continue;
            }
        };
        if let Err((place, why)) = outcome {
            edited.refused.push(Refused {
                file: name.to_owned(),
                place: format!("{name}:{}", at(place)),
                why,
            });
        }
    }
    edited
}

/// Files that the scan could not read: they are refused here, with the place it named.
pub(super) fn unreadable(scan: &Scan) -> Vec<Refused> {
    scan.diagnosis
        .not_seen
        .iter()
        .filter_map(refusal_of)
        .map(|(file, place, why)| Refused {
            file: file.to_owned(),
            place: format!("{file}:{place}"),
            why: sentence(why),
        })
        .collect()
}

/// Whether a gap of the scan became a refusal of the plan.
pub(super) fn is_refusal(seen: &NotSeen) -> bool {
    refusal_of(seen).is_some()
}

/// A file that was read, and whose bytes are not at hand. The reading said why and where, unless that leaves
/// no gap in what was found.
fn not_kept(name: &str, scan: &Scan) -> Refused {
    let about = format!("file {name}");
    let mut told = scan.diagnosis.not_seen.iter().filter(|seen| seen.what == about);
    let why = told.next().map_or_else(
        || {
            format!(
                "Its bytes are not kept with the run: it holds logs of containers, is larger than {} MiB, or the given \
                 files together are larger than {} MiB. Give what is to be changed in it as a file of its own.",
                LARGEST_KEPT >> 20,
                MOST_KEPT >> 20
            )
        },
        |seen| seen.why.clone(),
    );
    let place = first_place(name, &why).unwrap_or_else(|| format!("{name}:{}", at(Place::START)));
    Refused { file: name.to_owned(), place, why }
}

/// The first `name:line:column` in a text.
fn first_place(name: &str, text: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{name}:"))?;
    let numbers = rest.split(|c: char| !c.is_ascii_digit() && c != ':').next()?;
    let (line, column) = numbers.trim_end_matches(':').split_once(':')?;
    line.parse::<usize>().ok().zip(column.parse::<usize>().ok())?;
    Some(format!("{name}:{line}:{column}"))
}

fn one(file: &InputFile, wanted: &[&FileEdit], edited: &mut Edited) -> Result<(), (Place, String)> {
    let refuse = |refused: yaml::Refused| (refused.place, sentence(&refused.why));
    let edits = wanted.iter().map(|edit| yaml_edit(edit)).collect::<Result<Vec<_>, _>>()?;
    let applied = yaml::apply(&file.bytes, &edits).map_err(refuse)?;
    if applied.changes.is_empty() {
        return Ok(());
    }
    let mut why = Vec::new();
    for change in &applied.changes {
        let Some(edit) = wanted.get(change.edit) else { continue };
        if !why.contains(&edit.why) {
            why.push(edit.why.clone());
        }
        edited.edits.push(Edit {
            file: Some(file.name.clone()),
            document: Some(change.document),
            path: edit.path.clone(),
            line: Some(change.line),
            from: change.from.clone(),
            to: change.to.clone(),
            why: edit.why.clone(),
            object: edit.object.as_ref().map(|(object, _)| object.label()),
            object_path: edit.object.as_ref().map(|(_, path)| path.clone()),
        });
    }
    let inserted = applied.changes.iter().filter(|change| change.from.is_none()).count();
    let note = format!(
        "{inserted} added, {} changed, everything else byte for byte",
        applied.changes.len().saturating_sub(inserted)
    );
    let (before, after) = (String::from_utf8_lossy(&file.bytes), String::from_utf8_lossy(&applied.text));
    edited.diffs.push(diff::of_file(&file.name, &before, &after, &note, why));
    edited.patched.push(InputFile { name: file.name.clone(), bytes: Arc::from(applied.text) });
    Ok(())
}

fn yaml_edit(edit: &FileEdit) -> Result<yaml::Edit, (Place, String)> {
    let path: Pointer =
        edit.path.parse().map_err(|why: yaml::NotAPointer| (Place::START, why.to_string()))?;
    let value = edit.to.clone();
    let change = match &edit.from {
        None => Change::Insert { value: NewValue::String(value) },
        // Nothing, `null` and `~` all read as an empty value.
        Some(from) => Change::Replace { expect: Some(from.clone()).filter(|from| !from.is_empty()), value },
    };
    Ok(yaml::Edit { document: edit.document, path, change })
}

/// The refusal with the place in the file that its pointer leads to, or the nearest thing around it.
fn placed(refusal: &Refusal, files: &[InputFile]) -> Refused {
    let file = files.iter().find(|file| file.name == refusal.file);
    let documents = file.and_then(|file| yaml::parse(&file.bytes).ok()).unwrap_or_default();
    let mut pointer: Pointer = refusal.path.parse().unwrap_or_default();
    let place = documents.get(refusal.document).map_or(Place::START, |document| {
        loop {
            match (document.at(&pointer), pointer.split_last()) {
                (Some(node), _) => return node.place,
                (None, Some((parent, _))) => pointer = parent,
                (None, None) => return Place::START,
            }
        }
    });
    let place = format!("{}:{}", refusal.file, at(place));
    Refused { file: refusal.file.clone(), place, why: refusal.why.clone() }
}
