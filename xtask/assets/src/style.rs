//! The style sheet: `style/*.css` as one text. Also compiled into the server's build script, which falls
//! back on it when no assets were built; so it knows nothing but folders and text.

use std::path::Path;
use std::{fs, io};

/// Joins the style files of `folder`: `main.css` first, since it declares the order of the layers, the rest
/// by name. With layers declared, the order of the rest decides nothing; it only has to be the same always.
///
/// # Errors
/// When the folder or one of the files cannot be read.
pub fn concatenate(folder: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    if folder.exists() {
        for entry in fs::read_dir(folder)? {
            files.push(entry?.path());
        }
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "css"));
    files.sort_by_key(|file| (!is_main(file), file.clone()));
    files.iter().map(fs::read_to_string).collect()
}

fn is_main(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "main.css")
}
