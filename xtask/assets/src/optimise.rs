//! Binaryen's `wasm-opt`: a fourteenth off what the browser has to compile, a fiftieth off what it has to load.
//! It runs on Node and takes a quarter of a minute, so its last result is kept.

use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::Outcome;
use crate::site::hex;

/// Smallest code; and every feature that rustc 1.95 turns on for this target has to be named, or the
/// optimiser refuses the input.
pub const FLAGS: &[&str] = &[
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The optimised form of `wasm`, from `cache` if it was made before.
pub fn optimise(program: &Path, wasm: &[u8], cache: &Path) -> Outcome<Vec<u8>> {
    let kept = cache.join(format!("{}.wasm", hex(&Sha256::digest(wasm))));
    if let Ok(optimised) = fs::read(&kept) {
        return Ok(optimised);
    }
    if cache.exists() {
        fs::remove_dir_all(cache)?;
    }
    fs::create_dir_all(cache)?;
    let (before, after) = (cache.join("before"), cache.join("after"));
    fs::write(&before, wasm)?;
    let status = Command::new(program).args(FLAGS).arg(&before).arg("-o").arg(&after).status();
    let status = status.map_err(|error| format!("{} did not start: {error}", program.display()))?;
    if !status.success() {
        return Err(format!("{} failed: {status}", program.display()).into());
    }
    // Renamed last, so that a result that is there is whole.
    fs::rename(&after, &kept)?;
    Ok(fs::read(&kept)?)
}
