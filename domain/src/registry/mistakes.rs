//! What people get wrong about logins. (Docker's pages on personal and organisation access tokens, and reports of
//! users whom a bare "unauthorized" had told nothing.)

use super::{Credentials, RegistryName};

/// How Docker Hub's tokens begin.
const PERSONAL_TOKEN: &str = "dckr_pat_";
const ORGANISATION_TOKEN: &str = "dckr_oat_";

/// Why a login was refused, as far as its shape tells, and what to check.
pub(super) fn of_a_login(
    registry: &RegistryName,
    login: Option<&Credentials>,
) -> (&'static str, &'static str) {
    if !registry.is_docker_hub() {
        return (
            "Name and password do not belong together, or the password has expired.",
            "Check both, and whether this registry wants a token in place of the password.",
        );
    }
    let why = match login {
        Some(login) if login.expose_password().starts_with(ORGANISATION_TOKEN) => {
            "The password is an organisation access token. It belongs to the organisation's name; with a person's \
             user name it is refused."
        }
        Some(login) if login.expose_password().starts_with(PERSONAL_TOKEN) => {
            "The password is a personal access token. It belongs to the user name (Docker ID) of whoever made it; \
             it may also have expired or been revoked."
        }
        Some(login) if login.username().contains('@') => {
            "The user name looks like a mail address; Docker Hub wants the user name (Docker ID)."
        }
        _ => {
            "Name and password do not belong together, or this account may not log in with a password: single \
             sign-on and two-factor login need a token."
        }
    };
    let next = "Check which of these it is. A personal access token (dckr_pat_…) goes with the user name, an \
                organisation access token (dckr_oat_…) with the organisation's name, and under single sign-on only a \
                personal access token works. A new token can be made in the account's settings at Docker Hub.";
    (why, next)
}

/// Why a repository was refused to a login that is right, or to nobody in particular, and what to check.
pub(super) fn of_a_right(
    registry: &RegistryName,
    login: Option<&Credentials>,
) -> (&'static str, &'static str) {
    let Some(login) = login else {
        return (
            "The repository is private, or there is none: registries do not tell which.",
            "Check the repository's name, or log in with --username.",
        );
    };
    if registry.is_docker_hub() && login.expose_password().starts_with(ORGANISATION_TOKEN) {
        return (
            "The login is right, but this organisation access token may not read public repositories.",
            "Make a token with \"Read public repositories\" ticked: without it, pulls of public images fail too.",
        );
    }
    (
        "The login is right, but it may not see this repository, or there is no such repository.",
        "Check the repository's name, and what this account or token may read.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(username: &str, password: &str) -> String {
        let login = Credentials::new(username, password).unwrap();
        let (why, next) = of_a_login(&RegistryName::default(), Some(&login));
        for likely in ["user name", "organisation's name", "single sign-on"] {
            assert!(next.contains(likely), "{next}");
        }
        assert!(!format!("{why}{next}").contains("canary"), "{why} {next}");
        why.to_owned()
    }

    #[test]
    fn the_shape_of_a_login_tells_the_likely_mistake() {
        for (username, password, wanted) in [
            ("ann", "dckr_oat_canary", "organisation access token"),
            ("ann", "dckr_pat_canary", "personal access token"),
            ("ann@example.com", "canary", "mail address"),
            ("ann", "canary", "single sign-on"),
        ] {
            let why = why(username, password);
            assert!(why.contains(wanted), "{why}");
        }
    }

    #[test]
    fn a_token_that_may_not_read_public_images_is_named() {
        let login = Credentials::new("acme", "dckr_oat_canary").unwrap();
        let (_, next) = of_a_right(&RegistryName::default(), Some(&login));
        assert!(next.contains("Read public repositories"), "{next}");
        let (why, _) = of_a_right(&"quay.io".parse().unwrap(), Some(&login));
        assert!(why.contains("may not see this repository"), "{why}");
    }
}
