//! Why a value could not be read, without quoting it: it may be a secret.

/// The error without its own place, which is relative to a part of the file, and without the value it is about.
pub(in crate::input) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let placed = text.rsplit_once(" at line ").filter(|_| error.line() > 0);
    let text = placed.map_or(text.as_str(), |(before, _)| before);
    if !error.is_data() {
        // Errors of syntax are fixed texts.
        return text.to_owned();
    }
    // `invalid type: string "…", expected a map`: the value stands before the last comma.
    let value = text.strip_prefix("invalid type: ").or_else(|| text.strip_prefix("invalid value: "));
    let found = value.and_then(|value| FOUND.into_iter().find(|(word, _)| value.starts_with(word)));
    match (found, text.rsplit_once(", expected ")) {
        (Some((_, found)), Some((_, wanted))) => {
            format!("{} is expected here, not {found}", expected(wanted))
        }
        _ => "a value here is not what the Kubernetes API has in its place".to_owned(),
    }
}

/// The library's words for what it met, and ours.
const FOUND: [(&str, &str); 7] = [
    ("boolean", "true or false"),
    ("floating point", "a number"),
    ("integer", "a number"),
    ("map", "a map"),
    ("null", "nothing"),
    ("sequence", "a list"),
    ("string", "text"),
];

fn expected(wanted: &str) -> &str {
    match wanted {
        "a sequence" => "a list",
        "a string" => "text",
        "a boolean" => "true or false",
        _ if wanted.starts_with("struct ") => "a map",
        _ if wanted.starts_with(['i', 'u', 'f']) => "a number",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "only the errors of reading it matter")]
    struct Sample {
        list: Vec<u32>,
        inner: Option<Box<Self>>,
    }

    #[test]
    fn values_are_never_quoted() {
        for (json, wanted) in [
            (r#"{"list": "CANARY, expected CANARY at line 1"}"#, "a list is expected here, not text"),
            (r#"{"list": {"CANARY": 1}}"#, "a list is expected here, not a map"),
            (r#"{"list": [-31415]}"#, "a number is expected here, not a number"),
            (r#"{"list": ["CANARY"]}"#, "a number is expected here, not text"),
            (r#"{"list": [], "inner": "CANARY"}"#, "a map is expected here, not text"),
            (r#"{"list": null}"#, "a list is expected here, not nothing"),
            (r#"{"inner": null}"#, "a value here is not what the Kubernetes API has in its place"),
            (r#"{"list": [CANARY]}"#, "expected value"),
            (r#"{"list": ["CANARY]}"#, "EOF while parsing a string"),
        ] {
            let told = |error: &serde_json::Error| reason(error);
            assert_eq!(told(&serde_json::from_str::<Sample>(json).err().unwrap()), wanted, "{json}");
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(json) {
                assert_eq!(told(&serde_json::from_value::<Sample>(value).err().unwrap()), wanted, "{json}");
            }
        }
    }
}
