//! Words of a POSIX shell: command lines that people are given to run hold names from a cluster.

/// The text as one word, whatever it holds: bare if nothing in it means anything to a shell, else in single
/// quotes (POSIX 2.2.2). A null byte cannot be part of an argument and is dropped. An equals sign would mean
/// something in front of a command only, where none of these words stands.
pub fn word(text: &str) -> String {
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | ',' | '+' | '=')
    };
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\0', "").replace('\'', "'\\''"))
}

/// Words as one command line.
pub fn line(words: &[&str]) -> String {
    words.iter().map(|text| word(text)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_what_a_shell_reads_back() {
        let words = [
            "plain",
            "arn:aws:eks:eu-west-1:123456789012:cluster/prod",
            "two words",
            "it's",
            "$(touch hacked)",
            "`id`",
            "a;b|c&d>e<f",
            "line\nbreak",
            "\\",
            "*?[x]{y}~!#",
            "",
            "é ü",
        ];
        let script = format!("printf '%s\\0' {}", line(&words));
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        let read: Vec<String> =
            String::from_utf8(output.stdout).unwrap().split_terminator('\0').map(str::to_owned).collect();
        assert_eq!(read, words);
    }
}
