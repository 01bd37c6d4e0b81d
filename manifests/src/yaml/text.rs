//! Bytes to text: size and encoding are settled here, so that everything after it sees UTF-8.

use super::MAX_BYTES;
use super::error::{Place, RefusalKind, Refused};

/// The file as text, a byte-order mark included.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Refused> {
    let refuse = |kind, why: String| Err(Refused::new(kind, Place::START, why));
    if bytes.len() > MAX_BYTES {
        let why =
            format!("the file has {} bytes; the limit is {} MiB", bytes.len(), MAX_BYTES / (1024 * 1024));
        return refuse(RefusalKind::TooLarge, why);
    }
    if is_utf16(bytes) {
        return refuse(RefusalKind::Encoding, UTF_16.into());
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok());
        let valid = valid.unwrap_or("");
        Refused::new(
            RefusalKind::Encoding,
            Place::of(valid, valid.len()),
            "this byte is not UTF-8; save the file as UTF-8 first",
        )
    })
}

/// What is said of text in UTF-16, as Windows saves it.
pub(crate) const UTF_16: &str = "the file is UTF-16; save it as UTF-8 first";

/// By mark, or by the first ASCII character as YAML 1.2.2, 5.2 deduces it.
pub(crate) fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 1..=0xFF, ..] | [1..=0xFF, 0, ..])
}

/// The first byte at or after `from` that is neither blank, line break nor part of a comment.
pub(super) fn skip_trivia(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => at = line_end(text, at),
            _ => break,
        }
    }
    at
}

/// The first byte at or after `from` that is neither a space nor a tab.
pub(super) fn skip_blanks(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    from + rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The end of the line `from` stands on, before its line break.
pub(super) fn line_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    from + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// The beginning of the line `at` stands on; a byte-order mark is not part of a line.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let marks = before.get(start..).unwrap_or("").bytes().take(3).eq([0xEF, 0xBB, 0xBF]);
    if marks { start + 3 } else { start }
}

/// Columns before `at` on its line, in characters.
pub(super) fn column(text: &str, at: usize) -> usize {
    text.get(line_start(text, at)..at).map_or(0, |before| before.chars().count())
}

/// The line break at `at`, or nothing if none stands there.
pub(super) fn break_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or("");
    ["\r\n", "\n", "\r"].into_iter().find(|found| rest.starts_with(found)).unwrap_or("")
}

/// The line break in use around `at`: that of its own line, else the file's first, else `\n`.
pub(super) fn line_break_near(text: &str, at: usize) -> &str {
    let own = break_at(text, line_end(text, at));
    let first = || break_at(text, line_end(text, 0));
    [own, first()].into_iter().find(|found| !found.is_empty()).unwrap_or("\n")
}
