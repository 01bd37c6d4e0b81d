//! Makes the web assets from the compiled wasm and the style files: what `cargo xtask build` runs between
//! compiling `frontend` and compiling `server`. A program of its own because it carries wasm-bindgen, which
//! takes minutes to compile and which the other chores do not need.
//!
//! Writes into the folder `--out`: `style-HASH.css`, `islands-HASH.js`, `islands-HASH.wasm`, each with its
//! brotli and gzip form beside it, and `manifest`, which says which is which. Does nothing when that folder
//! was made from the same inputs.
#![expect(clippy::print_stdout, reason = "a command-line program")]

mod arguments;
mod bindgen;
mod budget;
mod optimise;
mod site;
mod style;

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use arguments::Arguments;
use sha2::{Digest as _, Sha256};
use site::{Site, hex};

/// What can go wrong is told to a developer and to nobody else, so a sentence is enough.
type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match Arguments::from_command_line().and_then(|arguments| make(&arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            println!("webassets: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Makes the assets unless they are there; `false` when one is over its budget.
fn make(arguments: &Arguments) -> Outcome<bool> {
    let inputs = Inputs::read(arguments)?;
    let site = match Site::open(&arguments.out, &inputs.key(arguments)) {
        Some(site) => site,
        None => build(arguments, &inputs)?,
    };
    budget::judge(&site, arguments.wasm_opt.is_some())
}

/// Everything that the assets are made from.
struct Inputs {
    wasm: Vec<u8>,
    starter: String,
    style: String,
}

impl Inputs {
    fn read(arguments: &Arguments) -> Outcome<Self> {
        Ok(Self {
            wasm: fs::read(&arguments.wasm)?,
            starter: fs::read_to_string(&arguments.starter)?,
            style: style::concatenate(&arguments.style)?,
        })
    }

    /// Names the inputs and how they are treated: the same key, the same assets.
    fn key(&self, arguments: &Arguments) -> String {
        let mut key = Sha256::new();
        for part in [self.wasm.as_slice(), self.starter.as_bytes(), self.style.as_bytes()] {
            key.update((part.len() as u64).to_be_bytes());
            key.update(part);
        }
        key.update(optimise::FLAGS.concat());
        key.update([u8::from(arguments.wasm_opt.is_some())]);
        hex(&key.finalize())
    }
}

fn build(arguments: &Arguments, inputs: &Inputs) -> Outcome<Site> {
    let bound = bindgen::bind(&inputs.wasm)?;
    let wasm = match &arguments.wasm_opt {
        Some(program) => optimise::optimise(program, &bound.wasm, &arguments.cache)?,
        None => bound.wasm,
    };
    let mut site = Site::default();
    let wasm_name = site.add("wasm", "islands", "wasm", wasm)?;
    let module = bindgen::module(&bound.glue, &inputs.starter, &wasm_name)?;
    site.add("module", "islands", "js", module.into_bytes())?;
    site.add("style", "style", "css", inputs.style.clone().into_bytes())?;
    site.write(&arguments.out, &inputs.key(arguments))?;
    Ok(site)
}
