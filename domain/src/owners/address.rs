//! Addresses of repositories, without what logs in there.

/// The address as it may be shown and stored: no user of an `http` address, no password, no query. People put
/// access tokens into all three (RFC 3986 §3.2.1 deprecates the password). The user of an `ssh` address is
/// part of the place: `ssh://git@github.com/shop/deploy`.
pub fn public_address(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let Some((user, host)) = authority.rsplit_once('@') else {
        return format!("{scheme}://{authority}{path}");
    };
    let name = user.split(':').next().unwrap_or_default();
    if scheme.ends_with("ssh") && !name.is_empty() {
        format!("{scheme}://{name}@{host}{path}")
    } else {
        format!("{scheme}://{host}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::public_address;

    #[test]
    fn nothing_that_logs_in_stays() {
        for (written, shown) in [
            ("https://github.com/shop/deploy", "https://github.com/shop/deploy"),
            ("https://ghp_secret@github.com/shop/deploy.git", "https://github.com/shop/deploy.git"),
            ("https://me:secret@git.example.com:8443/a", "https://git.example.com:8443/a"),
            ("https://me:se@cret@git.example.com/a?private_token=secret#x", "https://git.example.com/a"),
            ("ssh://git:secret@github.com/shop/deploy", "ssh://git@github.com/shop/deploy"),
            ("ssh://git@github.com/shop/deploy", "ssh://git@github.com/shop/deploy"),
            ("git@github.com:shop/deploy.git", "git@github.com:shop/deploy.git"),
            ("oci://ghcr.io/shop/charts", "oci://ghcr.io/shop/charts"),
            ("https://charts.example.com?token=secret", "https://charts.example.com"),
            ("", ""),
        ] {
            assert_eq!(public_address(written), shown);
        }
    }
}
