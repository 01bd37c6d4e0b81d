//! A JSON file: a stream of documents, of which long ones are taken item by item.

use std::io::Read;
use std::ops::ControlFlow;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::{START, Seen, reason};
use crate::input::Reading;
use crate::input::document::{At, Body, document, item};
use crate::input::json::{Broken, LONGEST, Piece, split};
use crate::objects::TypeMeta;

pub(super) fn read(name: &str, reader: &mut dyn Read, seen: &mut Seen, reading: &mut Reading<'_>) {
    let mut open = Open::Nothing;
    let outcome = split(reader, &mut |number, place, piece| {
        let at = |pointer: String| At { file: name, document: number, pointer, place };
        match piece {
            Piece::Logs => seen.private = Some(LOGS),
            Piece::Items(None) => open = Open::Array(Elements::default()),
            Piece::Items(Some(head)) => {
                let of_items = Body::Json(head).type_meta().and_then(|list| list.of_items());
                open = Open::List { of_items, nameless: false };
            }
            Piece::Item(index, bytes) => match &mut open {
                Open::Array(elements) if Body::Json(bytes).type_meta().is_none() => {
                    elements.add(bytes);
                    seen.others += 1;
                }
                Open::Array(elements) => {
                    elements.among_objects = true;
                    item(Body::Json(bytes), None, &at(format!("/{index}")), seen, reading);
                }
                Open::List { of_items, nameless } => {
                    let at = at(format!("/items/{index}"));
                    *nameless |= !item(Body::Json(bytes), of_items.as_ref(), &at, seen, reading);
                }
                Open::Nothing => {}
            },
            Piece::Document(bytes) => match std::mem::replace(&mut open, Open::Nothing) {
                Open::Array(elements) => elements.end(&at(String::new()), seen, reading),
                before => {
                    let is_list =
                        || Body::Json(bytes).type_meta().is_some_and(|kind| kind.of_items().is_some());
                    if matches!(before, Open::List { nameless: true, .. }) && is_list() {
                        seen.refuse(START, KIND_COMES_LATE);
                    }
                    // The splitter looks at brackets only; this is the check that a document is JSON.
                    match serde_json::from_slice::<IgnoredAny>(bytes) {
                        Ok(_) => document(Body::Json(bytes), &at(String::new()), seen, reading),
                        Err(error) => seen.fail(place.of(&error), &reason(&error)),
                    }
                }
            },
        }
        let over = reading.is_cancelled() || seen.is_enough(place);
        if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Err(Broken { place, why }) = outcome {
        seen.fail(place, &why);
    }
}

const LOGS: &str = "It holds logs of containers, which are never stored.";
const KIND_COMES_LATE: &str = "the list tells its items' kind after the items; give it as kubectl prints it";

/// The document whose items are being read.
enum Open {
    Nothing,
    List { of_items: Option<TypeMeta>, nameless: bool },
    Array(Elements),
}

/// Elements of a bare array that name no kind: together they may be a `cortex.yaml` in JSON.
#[derive(Default)]
struct Elements {
    values: Vec<Value>,
    /// Bytes of them so far.
    size: usize,
    /// Those that were not kept, for lack of sense or for their size.
    dropped: usize,
    /// Others of the array are objects.
    among_objects: bool,
}

impl Elements {
    fn add(&mut self, bytes: &[u8]) {
        self.size += bytes.len();
        match serde_json::from_slice(bytes) {
            Ok(value) if self.size <= LONGEST => self.values.push(value),
            _ => self.dropped += 1,
        }
    }

    fn end(self, at: &At<'_>, seen: &mut Seen, reading: &mut Reading<'_>) {
        let count = self.values.len() + self.dropped;
        if self.dropped > 0 || self.among_objects {
            seen.strangers += count;
        } else if count > 0 {
            document(Body::Value(&Value::Array(self.values), None), at, seen, reading);
        }
    }
}
