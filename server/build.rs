//! Puts the web assets into the binary: writes a table of `include_bytes!` that `src/assets.rs` includes.
//!
//! `cargo xtask build` leaves the assets in `site/<profile>` of the target folder before it builds this
//! crate; `UNTHROTTLE_ASSETS` names another folder. Without them the server still compiles, and its pages
//! have their style (read straight from `style/`) but no script.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "../xtask/assets/src/style.rs"]
mod style;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    println!("cargo::rerun-if-env-changed=UNTHROTTLE_ASSETS");

    let site = match env::var_os("UNTHROTTLE_ASSETS") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => default_site(&out)?,
    };
    let mut table = Table::default();
    match site.as_deref().map(|site| (site, fs::read_to_string(site.join("manifest")))) {
        Some((site, Ok(manifest))) => table.add_built(site, &manifest)?,
        _ => table.add_style_alone(&out)?,
    }
    if let Some(site) = site {
        println!("cargo::rerun-if-changed={}", site.display());
    }
    fs::write(out.join("assets.rs"), table.into_rust())?;
    Ok(())
}

/// `site/<profile>` of the target folder. Made here if missing, since cargo takes a watched path that does
/// not exist for a changed one and would compile the server again each time.
fn default_site(out: &Path) -> Result<Option<PathBuf>, Box<dyn Error>> {
    let Some(target) = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists()) else {
        return Ok(None);
    };
    let site = target.join("site").join(env::var("PROFILE")?);
    fs::create_dir_all(&site)?;
    Ok(Some(site))
}

/// The Rust text that is being put together.
#[derive(Default)]
struct Table {
    assets: String,
    addresses: String,
}

impl Table {
    /// Everything that the manifest names, each with its compressed siblings.
    fn add_built(&mut self, site: &Path, manifest: &str) -> Result<(), Box<dyn Error>> {
        let name_of = |role: &str| -> Result<&str, Box<dyn Error>> {
            let lines = manifest.lines().filter_map(|line| line.split_once(' '));
            let mut names = lines.filter(|(of, _)| *of == role).map(|(_, name)| name);
            Ok(names.next().ok_or_else(|| format!("the manifest in {} names no {role}", site.display()))?)
        };
        let (style, module, wasm) = (name_of("style")?, name_of("module")?, name_of("wasm")?);
        for (name, media_type) in [
            (style, "text/css; charset=utf-8"),
            (module, "text/javascript; charset=utf-8"),
            (wasm, "application/wasm"),
        ] {
            let file = site.join(name);
            let sibling =
                |ending: &str| format!("Some(include_bytes!({:?}))", site.join(format!("{name}.{ending}")));
            self.add(name, media_type, &file, &sibling("br"), &sibling("gz"))?;
        }
        let islands = format!(
            "Some(app::shell::IslandAssets {{ module: \"/assets/{module}\", wasm: \"/assets/{wasm}\" }})"
        );
        self.address(style, &islands)
    }

    /// The style sheet as it is in the source tree.
    fn add_style_alone(&mut self, out: &Path) -> Result<(), Box<dyn Error>> {
        let folder = Path::new("../style");
        println!("cargo::rerun-if-changed={}", folder.display());
        let text = style::concatenate(folder)?;
        let name = format!("style-{:016x}.css", fingerprint(text.as_bytes()));
        let file = out.join(&name);
        fs::write(&file, text)?;
        self.add(&name, "text/css; charset=utf-8", &file, "None", "None")?;
        self.address(&name, "None")
    }

    fn add(
        &mut self,
        name: &str,
        media_type: &str,
        file: &Path,
        brotli: &str,
        gzip: &str,
    ) -> Result<(), Box<dyn Error>> {
        Ok(writeln!(
            self.assets,
            "    Asset {{ name: {name:?}, media_type: {media_type:?}, identity: include_bytes!({file:?}), \
             brotli: {brotli}, gzip: {gzip} }},"
        )?)
    }

    fn address(&mut self, style: &str, islands: &str) -> Result<(), Box<dyn Error>> {
        Ok(write!(self.addresses, "Assets {{ style: \"/assets/{style}\", islands: {islands} }}")?)
    }

    fn into_rust(self) -> String {
        let Self { assets, addresses } = self;
        format!(
            "static FILES: &[Asset] = &[\n{assets}];\n\n\
             /// Where the browser finds what this binary carries.\n\
             pub const ADDRESSES: Assets = {addresses};\n"
        )
    }
}

/// FNV-1a. Only has to differ when the text does; the release assets carry SHA-256 in their names.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}
