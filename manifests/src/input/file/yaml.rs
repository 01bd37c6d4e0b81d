//! A YAML file, document by document.

use std::io::{self, Read};

use super::{Seen, within};
use crate::input::Reading;
use crate::input::document::{At, Body, document};
use crate::input::json::Place;
use crate::yaml::{self, Content};

/// As much as is parsed, and one byte more where there is more.
pub(super) fn whole(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    within(reader, yaml::MAX_BYTES as u64)
}

/// Whether text is made of mappings and lists: prose is YAML too, a long scalar.
pub(super) fn has_structure(bytes: &[u8]) -> bool {
    let is_structure = |document: &yaml::Document| match &document.root.content {
        Content::Mapping(_) | Content::Sequence(_) => true,
        Content::Scalar(scalar) => scalar.text.is_empty(),
        Content::Alias(_) => false,
    };
    yaml::parse(bytes).is_ok_and(|documents| documents.iter().all(is_structure))
}

pub(super) fn read(name: &str, bytes: &[u8], seen: &mut Seen, reading: &mut Reading<'_>) {
    let documents = match yaml::parse(bytes) {
        Ok(documents) => documents,
        Err(refused) => return seen.fail(Place::from(refused.place), &refused.why),
    };
    let mut sound = documents.is_empty();
    for (index, parsed) in documents.iter().enumerate() {
        let place = Place::from(parsed.root.place);
        if reading.is_cancelled() || seen.is_enough(place) {
            return;
        }
        match parsed.to_json() {
            Ok(value) => {
                sound = true;
                let at = At { file: name, document: index, pointer: String::new(), place };
                document(Body::Value(&value, Some(&parsed.root)), &at, seen, reading);
            }
            Err(refused) => seen.refuse(Place::from(refused.place), &refused.why),
        }
    }
    seen.failed |= !sound;
}
