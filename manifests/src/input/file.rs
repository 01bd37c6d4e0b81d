//! One file, from its first byte to its last.

use std::io::{self, Read};
use std::ops::ControlFlow;

use domain::facts::Fact;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Reading;
use super::document::{At, Body, object, other};
use super::json::{Broken, Piece, Place, split};
use super::secret::Secrets;
use super::sniff::{self, Guess};
use crate::objects::TypeMeta;
use crate::yaml::{self, Node};

/// What a file turned out to be.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// It was parsed, at least in part; otherwise it is prose, logs or a picture.
    pub(super) parsed: bool,
    /// It holds places of images.
    pub(super) relevant: bool,
    /// What it holds that must not be kept.
    pub(super) secrets: Secrets,
    /// Where and why parts of it could not be read, `line:column: reason`.
    pub(super) unreadable: Vec<String>,
    /// Nothing of it could be read.
    pub(super) failed: bool,
}

const LEFT_ALONE: &str = "It is left alone: nothing in it is counted or changed.";
const NOT_KEPT: &str = "It is read but not kept, so nothing in it can be changed.";

impl Seen {
    /// Tells the file and what is missing of it.
    pub(super) fn report(self, name: &str, reading: &mut Reading<'_>) {
        for why in self.unreadable {
            reading.not_seen(name, format!("{name}:{why}"), LEFT_ALONE);
        }
        if !self.secrets.is_empty() {
            reading.not_seen(name, self.secrets.told(name), NOT_KEPT);
        }
        if !self.failed {
            reading.give(Fact::File { name: name.to_owned(), relevant: self.relevant });
        }
        reading.progress(name);
    }

    fn refuse(&mut self, place: Place, why: &str) {
        self.unreadable.push(format!("{}:{}: {why}.", place.line, place.column));
    }

    fn fail(&mut self, place: Place, why: &str) {
        self.failed = true;
        self.refuse(place, why);
    }
}

/// The start of a file.
const START: Place = Place { line: 1, column: 1 };

/// Up to this size a file that only begins like JSON is looked at whole before it is read.
const SMALL: u64 = 4 * 1024 * 1024;

/// Reads a file and gives its facts.
pub(super) fn read(name: &str, reader: &mut dyn Read, reading: &mut Reading<'_>) -> Seen {
    let mut seen = Seen::default();
    if let Err(error) = read_as_guessed(name, reader, &mut seen, reading) {
        seen.fail(START, &format!("reading failed: {error}"));
    }
    seen
}

fn read_as_guessed(
    name: &str,
    reader: &mut dyn Read,
    seen: &mut Seen,
    reading: &mut Reading<'_>,
) -> io::Result<()> {
    let head = sniff::head(reader)?;
    let guess = Guess::of(name, &head);
    let mut whole = head.as_slice().chain(reader);
    seen.parsed = guess != Guess::Other;
    match guess {
        Guess::Other => {}
        Guess::Json => read_json(name, &mut whole, seen, reading),
        Guess::Yaml => read_yaml(name, &within(&mut whole, yaml::MAX_BYTES as u64)?, seen, reading),
        Guess::JsonOrYaml => {
            let start = within(&mut whole, SMALL)?;
            if start.len() as u64 <= SMALL && !is_json(&start) {
                read_yaml(name, &start, seen, reading);
            } else {
                read_json(name, &mut start.as_slice().chain(whole), seen, reading);
            }
        }
    }
    Ok(())
}

/// Everything up to one byte more than `most`, so that what is longer can be told.
fn within(reader: &mut dyn Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>().all(|document| document.is_ok())
}

fn read_json(name: &str, reader: &mut dyn Read, seen: &mut Seen, reading: &mut Reading<'_>) {
    let mut of_list: Option<TypeMeta> = None;
    let mut nameless = false;
    let split = split(reader, &mut |document, place, piece| {
        let at = |pointer: String| At { file: name, document, pointer, place };
        match piece {
            Piece::Items(head) => {
                of_list = Body::Json(head).type_meta().and_then(|list| list.of_items());
                nameless = false;
            }
            Piece::Item(index, bytes) => {
                match object(
                    Body::Json(bytes),
                    of_list.as_ref(),
                    at(format!("/items/{index}")),
                    seen,
                    reading,
                ) {
                    Ok(named) => nameless |= !named,
                    Err(error) => seen.refuse(within_piece(place, &error), &reason(&error)),
                }
            }
            Piece::Document(bytes) => {
                if nameless && std::mem::take(&mut nameless) {
                    seen.refuse(
                        START,
                        "the list tells its items' kind after the items; give it as kubectl prints it",
                    );
                }
                of_list = None;
                if let Err(error) = json_document(bytes, &at(String::new()), place, seen, reading) {
                    seen.fail(within_piece(place, &error), &reason(&error));
                }
            }
        }
        if reading.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Err(Broken { place, why }) = split {
        seen.fail(place, &why);
    }
}

fn json_document(
    bytes: &[u8],
    at: &At<'_>,
    place: Place,
    seen: &mut Seen,
    reading: &mut Reading<'_>,
) -> serde_json::Result<()> {
    // The splitter looks at brackets only; this is the check that a document is JSON.
    serde_json::from_slice::<IgnoredAny>(bytes)?;
    let body = Body::Json(bytes);
    match body.type_meta() {
        Some(kind) if kind.is_known() || kind.is_secret() => {
            object(body, None, at.clone(), seen, reading).map(drop)
        }
        Some(list) if list.kind.ends_with("List") => Ok(()),
        _ => {
            if let Some(why) = other(body, at, seen, reading) {
                seen.refuse(place, why);
            }
            Ok(())
        }
    }
}

fn read_yaml(name: &str, bytes: &[u8], seen: &mut Seen, reading: &mut Reading<'_>) {
    let documents = match yaml::parse(bytes) {
        Ok(documents) => documents,
        Err(refused) => return seen.fail(Place::from(refused.place), &refused.why),
    };
    for (index, document) in documents.iter().enumerate() {
        if reading.is_cancelled() {
            return;
        }
        let place = Place::from(document.root.place);
        match document.to_json() {
            Ok(value) => yaml_document(
                &value,
                &document.root,
                &At { file: name, document: index, pointer: String::new(), place },
                seen,
                reading,
            ),
            Err(refused) => seen.refuse(Place::from(refused.place), &refused.why),
        }
    }
}

fn yaml_document(value: &Value, root: &Node, at: &At<'_>, seen: &mut Seen, reading: &mut Reading<'_>) {
    let body = Body::Yaml(value, root);
    let kind = body.type_meta();
    let items = value.get("items").and_then(Value::as_array);
    match (kind, items) {
        (Some(list), Some(items)) if list.kind.ends_with("List") => {
            let of_list = list.of_items();
            for (index, item) in items.iter().enumerate() {
                let node =
                    root.child("items").and_then(|items| items.child(&index.to_string())).unwrap_or(root);
                let place = Place::from(node.place);
                let at = At { pointer: format!("/items/{index}"), place, ..at.clone() };
                if let Err(error) = object(Body::Yaml(item, node), of_list.as_ref(), at, seen, reading) {
                    seen.refuse(place, &format!("item {index} of the list: {}", reason(&error)));
                }
            }
        }
        (Some(kind), _) if kind.is_known() || kind.is_secret() => {
            if let Err(error) = object(body, None, at.clone(), seen, reading) {
                seen.refuse(at.place, &reason(&error));
            }
        }
        _ => {
            if let Some(why) = other(body, at, seen, reading) {
                seen.refuse(at.place, why);
            }
        }
    }
}

impl From<yaml::Place> for Place {
    fn from(place: yaml::Place) -> Self {
        Self { line: place.line, column: place.column }
    }
}

/// Where in the file an error within a piece is.
fn within_piece(start: Place, error: &serde_json::Error) -> Place {
    match error.line() {
        0 => start,
        line => Place { line, column: error.column() }.after(start),
    }
}

/// The error without its own, relative place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}
