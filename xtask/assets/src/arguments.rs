//! The command line. Written out by `xtask`, read by nobody else, so it is plain.

use std::env;
use std::path::PathBuf;

use crate::Outcome;

/// Where things are and where they go.
pub struct Arguments {
    /// The wasm that cargo made of `frontend`.
    pub wasm: PathBuf,
    /// `frontend/islands.js`.
    pub starter: PathBuf,
    /// The folder of style files.
    pub style: PathBuf,
    /// The folder to fill.
    pub out: PathBuf,
    /// A folder for what is slow to make again.
    pub cache: PathBuf,
    /// Binaryen's optimiser; without it the wasm stays as it is and budgets are only shown.
    pub wasm_opt: Option<PathBuf>,
}

impl Arguments {
    /// Reads `--name value` pairs.
    pub fn from_command_line() -> Outcome<Self> {
        let given: Vec<String> = env::args().skip(1).collect();
        let value = |name: &str| {
            let pair = given.chunks_exact(2).find(|pair| pair.first().is_some_and(|first| first == name));
            pair.and_then(|pair| pair.get(1)).map(PathBuf::from)
        };
        let needed =
            |name: &str| value(name).ok_or_else(|| format!("{name} PATH is missing; run cargo xtask build"));
        Ok(Self {
            wasm: needed("--wasm")?,
            starter: needed("--starter")?,
            style: needed("--style")?,
            out: needed("--out")?,
            cache: needed("--cache")?,
            wasm_opt: value("--wasm-opt"),
        })
    }
}
