//! One file, from its first byte to its last.

mod json;
mod reason;
mod seen;
mod yaml;

use std::io::{self, Read};

use super::Reading;
use super::json::{Place, is_stream};
use super::sniff::{self, Guess};
use crate::archive::{Form, reading_failed};

pub(super) use reason::reason;
pub(super) use seen::Seen;

/// The start of a file.
const START: Place = Place { line: 1, column: 1 };

/// Up to this size a file that only begins like JSON is looked at whole before it is read.
const SMALL: u64 = 4 * 1024 * 1024;

/// Reads a file and gives its facts. `named` is whether the user named this very file.
pub(super) fn read(name: &str, named: bool, reader: &mut dyn Read, reading: &mut Reading<'_>) -> Seen {
    let mut seen = Seen::default();
    if let Err(error) = read_as_guessed(name, named, reader, &mut seen, reading) {
        seen.fail(START, &format!("reading it failed: {}", reading_failed(&error)));
    }
    seen
}

fn read_as_guessed(
    name: &str,
    named: bool,
    reader: &mut dyn Read,
    seen: &mut Seen,
    reading: &mut Reading<'_>,
) -> io::Result<()> {
    let head = sniff::head(reader)?;
    let guess = Guess::of(name, named, &head);
    let mut whole = head.as_slice().chain(reader);
    if crate::yaml::is_utf16(&head) && (guess == Guess::Json || named && sniff::has_utf16_mark(&head)) {
        seen.fail(START, crate::yaml::UTF_16);
        return Ok(());
    }
    seen.parsed = !matches!(guess, Guess::Other | Guess::Perhaps);
    match guess {
        Guess::Other if Form::of(&head).is_some() => {
            seen.unread = Some("It is an archive inside another one, and only the outer one is opened.");
        }
        Guess::Other => seen.unread = Some(NEITHER),
        Guess::Json => json::read(name, &mut whole, seen, reading),
        Guess::Yaml => yaml::read(name, &yaml::whole(&mut whole)?, seen, reading),
        Guess::JsonOrYaml => {
            let start = within(&mut whole, SMALL)?;
            if start.len() as u64 <= SMALL && !is_stream(&start) {
                yaml::read(name, &start, seen, reading);
            } else {
                json::read(name, &mut start.as_slice().chain(whole), seen, reading);
            }
        }
        Guess::Perhaps => {
            let bytes = yaml::whole(&mut whole)?;
            if yaml::has_structure(&bytes) {
                seen.parsed = true;
                yaml::read(name, &bytes, seen, reading);
            } else {
                seen.unread = Some(NEITHER);
            }
        }
    }
    Ok(())
}

const NEITHER: &str = "By its content it is neither YAML nor JSON, and no .zip or .tar.gz.";

/// Everything up to one byte more than `most`, so that what is longer can be told.
fn within(reader: &mut dyn Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
