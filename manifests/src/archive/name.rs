//! Names of files from outside: kept only when they stay below the place they are relative to.

/// The name with `/` between its parts and no leading `./`; empty for the folder itself.
///
/// # Errors
/// One sentence without a full stop, for names that leave their folder (`..`, absolute, a drive letter), that
/// are deeper than `depth` folders, or that hold backslashes or control characters, which mean different
/// things to different tools.
pub fn relative_name(raw: &str, depth: usize) -> Result<String, String> {
    let why = if raw.starts_with('/') {
        "it is an absolute path"
    } else if raw.contains('\\') || raw.chars().any(char::is_control) {
        "it holds a backslash or a control character"
    } else if raw.as_bytes().get(1) == Some(&b':') {
        "it names a drive"
    } else if raw.split('/').any(|part| part == "..") {
        "it leads out of the folder it belongs to"
    } else {
        let parts: Vec<&str> = raw.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.len() <= depth {
            return Ok(parts.join("/"));
        }
        return Err(format!("it is more than {depth} folders deep"));
    };
    Err(why.to_owned())
}
