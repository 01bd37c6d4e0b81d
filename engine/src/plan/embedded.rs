//! YAML inside of an object's value: edited like a file, patched like any value.

use domain::plan::{PatchOp, Refused};
use domain::remedy::{Draft, EmbeddedYaml, FileEdit, ObjectChange, Wave};
use manifests::yaml::{self, Change, Pointer};

/// Turns every embedded change of the draft into an edit of its file, a patch of its object, or both.
pub(super) fn expand(draft: &mut Draft, refused: &mut Vec<Refused>) {
    for embedded in std::mem::take(&mut draft.embedded) {
        match edited(&embedded) {
            Ok(text) => add(&embedded, &text, draft),
            Err(why) => {
                let label = embedded.target.label();
                let value = embedded.path.trim_start_matches('/');
                let (place, why) = (format!("{label} {value}:{}", at(why.place)), sentence(&why.why));
                refused.push(Refused { file: label, place, why });
            }
        }
    }
}

fn edited(embedded: &EmbeddedYaml) -> Result<String, yaml::Refused> {
    let edits: Vec<yaml::Edit> = embedded
        .replace
        .iter()
        .filter_map(|(path, from, to)| {
            let path: Pointer = path.parse().ok()?;
            let change = Change::Replace { expect: Some(from.clone()), value: to.clone() };
            Some(yaml::Edit { document: 0, path, change })
        })
        .collect();
    let applied = yaml::apply(embedded.text.as_bytes(), &edits)?;
    // What went in was text, and only text was put into it.
    Ok(String::from_utf8_lossy(&applied.text).into_owned())
}

fn add(embedded: &EmbeddedYaml, text: &str, draft: &mut Draft) {
    let EmbeddedYaml { target, path, says, why, origin, .. } = embedded;
    if let Some(origin) = origin {
        draft.file_edits.push(FileEdit {
            file: origin.file.clone(),
            document: origin.document,
            path: format!("{}{path}", origin.pointer),
            from: Some(embedded.text.clone()),
            to: text.to_owned(),
            why: why.clone(),
            object: Some((target.clone(), path.clone())),
        });
    }
    if origin.as_ref().is_some_and(|origin| !origin.live) {
        return;
    }
    let swap = |from: &str, to: &str| vec![PatchOp::test(path, from), PatchOp::replace(path, to)];
    draft.object_changes.push(ObjectChange {
        target: target.clone(),
        patch: swap(&embedded.text, text),
        inverse: swap(text, &embedded.text),
        images: Vec::new(),
        wave: Wave::Configuration,
        says: says.clone(),
        why: vec![(path.clone(), why.clone())],
    });
}

/// `line:column`.
pub(super) fn at(place: yaml::Place) -> String {
    format!("{}:{}", place.line, place.column)
}

/// A reason with a full stop.
pub(super) fn sentence(why: &str) -> String {
    let mut chars = why.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let stop = if why.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}
