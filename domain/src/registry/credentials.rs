//! A login at a registry. It has no form that could be stored or shown.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use crate::evidence::mask_name;
use crate::problem::Problem;

/// A name and its password or token. `Debug` shows neither; nothing serialises it; the password's memory is
/// overwritten when it is dropped.
#[derive(Clone)]
pub struct Credentials {
    username: String,
    password: SecretString,
}

impl Credentials {
    /// A name and a password, as basic authentication can carry them: no colon in the name, no control
    /// characters, neither empty (RFC 7617 §2). The caller's copy of the password is the caller's to overwrite.
    ///
    /// # Errors
    /// A problem with the input, which never quotes the password.
    pub fn new(username: &str, password: &str) -> Result<Self, Problem> {
        if username.is_empty() || username.contains(|c: char| c == ':' || c.is_control()) {
            return Err(Problem::bad_input(
                "username",
                "The user name cannot be used.",
                "It is empty, or holds a colon or a control character.",
                "Give the name alone; the password goes to --password-stdin or --password-file.",
            )
            .at("--username"));
        }
        let problem = |why: &str, next: &str| {
            Problem::bad_input("password", "The password cannot be used.", why, next).at("the password")
        };
        if password.is_empty() {
            return Err(problem("It is empty.", "Check the file or the command it comes from."));
        }
        if password.contains(char::is_control) {
            return Err(problem(
                "It holds a control character, such as a line break.",
                "Give the password alone, on one line.",
            ));
        }
        Ok(Self { username: username.to_owned(), password: password.into() })
    }

    /// The account's name, for the registry only: everything shown takes [`Credentials::account`].
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The account's name, masked.
    #[must_use]
    pub fn account(&self) -> String {
        mask_name(&self.username)
    }

    /// The secret, for the registry only.
    #[must_use]
    pub fn expose_password(&self) -> &str {
        self.password.expose_secret()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(•••••)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_shows_nothing_of_itself() {
        let login = Credentials::new("ann-smith", "dckr_pat_canary").unwrap();
        let shown = format!("{login:?} {}", login.account());
        assert!(!shown.contains("canary") && !shown.contains("nn-smith"), "{shown}");
    }

    #[test]
    fn what_basic_authentication_cannot_carry_is_refused_without_quoting_it() {
        for (name, password) in
            [("", "canary"), ("a:b", "canary"), ("a\n", "canary"), ("ann", ""), ("ann", "canary\nsecond")]
        {
            let problem = Credentials::new(name, password).unwrap_err();
            assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
            assert_eq!(problem.kind.exit_status(), 2);
        }
    }
}
