//! Registries and logins at them, as the options of several commands say it (INTERFACE §1).

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::problem::Problem;
use domain::registry::Credentials;
use registry::{Client, Endpoints};
use secrecy::zeroize::Zeroizing;

/// Passwords and tokens are shorter, those that clouds make up too. Larger than the buffer of standard input, so
/// that no copy stays behind in there.
const LONGEST_PASSWORD: usize = 64 * 1024;
/// The variable for a password, where neither a file nor standard input will do.
const VARIABLE: &str = "UNTHROTTLE_PASSWORD";

/// Where registries are.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Registries")]
pub(super) struct RegistryArgs {
    /// Contact the registry HOST at URL, for example docker.io=http://127.0.0.1:5010 (repeatable)
    #[arg(long = "registry-endpoint", value_name = "HOST=URL")]
    endpoints: Vec<String>,
}

impl RegistryArgs {
    /// The client for all registries, logged in nowhere.
    pub(super) fn client(&self) -> Result<Client, Problem> {
        Client::new(Endpoints::parse(self.endpoints.iter().map(String::as_str))?)
    }
}

/// A login. The password never comes as an argument, where everybody on the machine could read it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Login")]
pub(super) struct LoginArgs {
    /// Log in with this name; the password comes by one of the next two, or in UNTHROTTLE_PASSWORD,
    /// which other programs of yours can read as long as this one runs
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// Read the password or token from standard input
    #[arg(long, requires = "username", conflicts_with = "password_file")]
    password_stdin: bool,
    /// Read the password or token from a file
    #[arg(long, requires = "username", value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl LoginArgs {
    /// The login, if a name was given.
    pub(super) fn credentials(&self) -> Result<Option<Credentials>, Problem> {
        let Some(username) = self.username.as_deref() else { return Ok(None) };
        let login = if self.password_stdin {
            from_reader(username, &mut io::stdin().lock(), "stdin")
        } else if let Some(file) = &self.password_file {
            from_file(username, file)
        } else {
            let password = std::env::var(VARIABLE).map(Zeroizing::new).map_err(|_| no_password())?;
            Credentials::new(username, &password)
        };
        login.map(Some)
    }
}

fn from_file(username: &str, file: &Path) -> Result<Credentials, Problem> {
    let place = file.display().to_string();
    let mut opened = File::open(file).map_err(|error| not_read(&error.to_string(), &place))?;
    from_reader(username, &mut opened, &place)
}

/// One password, without the line end that editors and `echo` add.
fn from_reader(username: &str, from: &mut dyn Read, place: &str) -> Result<Credentials, Problem> {
    let mut bytes = Zeroizing::new(vec![0; LONGEST_PASSWORD]);
    let mut length = 0;
    loop {
        match from.read(&mut bytes[length..]) {
            Ok(0) if length == bytes.len() => return Err(not_read("it is too long for a password", place)),
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(not_read(&error.to_string(), place)),
        }
    }
    let text = std::str::from_utf8(&bytes[..length]).map_err(|_| not_read("it is not text", place))?;
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    Credentials::new(username, text)
        .map_err(|problem| if problem.code == "password" { problem.at(place) } else { problem })
}

fn not_read(why: &str, place: &str) -> Problem {
    let next = "Give a file, or standard input, that holds the password and nothing else.";
    Problem::bad_input("password", "The password could not be read.", format!("Reading failed: {why}."), next)
        .at(place)
}

fn no_password() -> Problem {
    Problem::bad_input(
        "password",
        "The password is missing.",
        "A user name was given, and nothing to log in with.",
        format!("Add --password-stdin or --password-file FILE, or set {VARIABLE}."),
    )
    .at("--username")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, String> {
        let login = from_reader("ann", &mut &*bytes, "there");
        login.map(|login| login.expose_password().to_owned()).map_err(|problem| problem.code)
    }

    #[test]
    fn a_password_is_one_line_without_its_end() {
        for (bytes, wanted) in [
            (&b"canary"[..], Some("canary")),
            (b"canary\n", Some("canary")),
            (b"canary\r\n", Some("canary")),
            (b" canary ", Some(" canary ")),
            (b"", None),
            (b"\n", None),
            (b"one\ntwo", None),
            (b"canary\n\n", None),
            (b"\xff", None),
            (&[b'x'; LONGEST_PASSWORD + 1], None),
        ] {
            assert_eq!(read(bytes).ok().as_deref(), wanted);
        }
    }
}
