//! From the compiler's wasm to the wasm and the script that a browser takes.

use wasm_bindgen_cli_support::Bindgen;

use crate::Outcome;

/// The wasm as it stands in `islands.js`; its hashed name takes its place.
const PLACEHOLDER: &str = "./islands.wasm";

/// What wasm-bindgen makes.
pub struct Bound {
    /// The script that gives wasm its imports and names its exports.
    pub glue: String,
    /// The wasm without the sections that were meant for wasm-bindgen.
    pub wasm: Vec<u8>,
}

/// Runs wasm-bindgen. Its version is the one of `Cargo.lock` on both sides, so it cannot differ from the
/// crate that `frontend` was compiled with.
pub fn bind(wasm: &[u8]) -> Outcome<Bound> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes("islands", wasm.to_vec())
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    let mut output = bindgen.generate_output()?;
    if output.snippets().values().any(|files| !files.is_empty()) || !output.local_modules().is_empty() {
        return Err("a dependency of frontend brings script of its own; the chain makes one module".into());
    }
    Ok(Bound { glue: output.js().to_owned(), wasm: output.wasm_mut().emit_wasm() })
}

/// The one script of every page: wasm-bindgen's glue, then our start.
pub fn module(glue: &str, starter: &str, wasm_name: &str) -> Outcome<String> {
    if starter.matches(PLACEHOLDER).count() != 1 {
        return Err(format!("islands.js has to name {PLACEHOLDER} exactly once").into());
    }
    Ok(format!("{glue}\n{}", starter.replace(PLACEHOLDER, &format!("./{wasm_name}"))))
}
