//! A Secret as the API has it, turned at once into what may be kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretSlice;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Found;
use crate::ecr::Registry;
use crate::keyring::{Defect, Form, KeyOutline, Outline, PullSecret};
use crate::time::Timestamp;

/// How long a login at Amazon ECR lives (AWS: `GetAuthorizationToken`).
const ECR_LOGIN_SECONDS: u64 = 12 * 3_600;

/// The parts of a Secret that matter, still as the API writes them. It holds the logins, and has no form to be shown in.
pub struct Content<'a> {
    /// `type`.
    pub secret_type: &'a str,
    /// What stands in `data` under the key of this type's form ([`Form::data_key`]), in base64.
    pub data: Option<&'a str>,
    /// When the Secret was last written, as far as its metadata tell.
    pub changed_at: Option<Timestamp>,
}

impl Content<'_> {
    /// What may be kept of it. The logins are wiped before this returns.
    #[must_use]
    pub fn of(&self, now: &Timestamp) -> Found {
        let Some(form) = Form::of_type(self.secret_type) else {
            return Found::OtherType { secret_type: self.secret_type.to_owned() };
        };
        let Some(data) = self.data.filter(|data| !data.is_empty()) else { return Found::Empty };
        let Ok(bytes) = STANDARD.decode(data).map(Zeroizing::new) else {
            let defect = Defect::NotJson { line: 1, column: 1 };
            return Found::PullSecret {
                outline: Outline::Unusable { defect },
                helper: false,
                ended: Vec::new(),
            };
        };
        let helper = form == Form::DockerConfigJson && names_helper(&bytes);
        let outline = PullSecret::new("", form, SecretSlice::from(bytes.to_vec())).outline();
        let is_old = |since: &Timestamp| now.unix().saturating_sub(since.unix()) > ECR_LOGIN_SECONDS;
        let ended = match &outline {
            Outline::Keys { keys } if self.changed_at.as_ref().is_some_and(is_old) => ecr_hosts(keys),
            _ => Vec::new(),
        };
        Found::PullSecret { outline, helper, ended }
    }
}

/// Hosts in ECR for which there is a login.
fn ecr_hosts(keys: &[KeyOutline]) -> Vec<String> {
    let with_login = keys.iter().filter(|key| !key.empty);
    let hosts = with_login.filter_map(|key| key.address()?.split('/').next());
    hosts.filter(|host| Registry::from_host(host).is_some()).map(str::to_owned).collect()
}

/// Whether Docker's configuration leaves logins to a program. Nothing else in it is read here.
fn names_helper(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Helpers {
        creds_store: Option<IgnoredAny>,
        cred_helpers: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Helpers>(bytes)
        .is_ok_and(|helpers| helpers.creds_store.is_some() || helpers.cred_helpers.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "kubernetes.io/dockerconfigjson";

    fn found(secret_type: &str, text: Option<&str>, hours_ago: u64) -> Found {
        let now = Timestamp::parse("2026-11-23T18:00:00Z").unwrap();
        let changed_at = Some(Timestamp::from_unix(now.unix() - hours_ago * 3_600));
        let data = text.map(|text| STANDARD.encode(text));
        Content { secret_type, data: data.as_deref(), changed_at }.of(&now)
    }

    fn keys(found: &Found) -> Vec<(String, bool, bool)> {
        match found {
            Found::PullSecret { outline: Outline::Keys { keys }, .. } => {
                keys.iter().map(|key| (key.key.clone(), key.empty, key.named)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn of_a_secret_its_keys_are_kept_and_no_login() {
        let text = r#"{"auths":{"ann:canary-1@docker.io":{"auth":"YW5uOmNhbmFyeS0y"},"quay.io":{"username":"ann","password":"canary-3"},"ghcr.io":{}}}"#;
        let found = found(JSON, Some(text), 1);
        let wanted = [("•••••@docker.io", false, true), ("ghcr.io", true, false), ("quay.io", false, true)];
        assert_eq!(keys(&found), wanted.map(|(key, empty, named)| (key.to_owned(), empty, named)));
        let kept = serde_json::to_string(&found).unwrap();
        for secret in ["canary", "ann", "YW5u"] {
            assert!(!kept.contains(secret) && !format!("{found:?}").contains(secret), "{secret} in {kept}");
        }
        assert_eq!(serde_json::from_str::<Found>(&kept).unwrap(), found);
    }

    #[test]
    fn what_is_no_pull_secret_is_told_apart() {
        let other = |secret_type: &str| Found::OtherType { secret_type: secret_type.to_owned() };
        for secret_type in ["Opaque", "kubernetes.io/tls", "kubernetes.io/DockerConfigJson", ""] {
            assert_eq!(found(secret_type, Some("{}"), 0), other(secret_type));
        }
        assert_eq!(found(JSON, None, 0), Found::Empty);
        assert_eq!(found(JSON, Some(""), 0), Found::Empty);
        for (text, defect) in [
            ("docker login", Defect::NotJson { line: 1, column: 1 }),
            ("\u{feff}{}", Defect::ByteOrderMark),
            (r#"{"auths":[]}"#, Defect::WrongKind { line: 1, column: 9 }),
        ] {
            let outline = Outline::Unusable { defect };
            let wanted = Found::PullSecret { outline, helper: false, ended: vec![] };
            assert_eq!(found(JSON, Some(text), 0), wanted, "{text}");
        }
        let not_base64 = Content { secret_type: JSON, data: Some("%"), changed_at: None };
        let found = not_base64.of(&Timestamp::from_unix(0));
        assert!(matches!(found, Found::PullSecret { outline: Outline::Unusable { .. }, .. }), "{found:?}");
    }

    #[test]
    fn the_older_form_has_its_keys_at_the_top() {
        let found = found("kubernetes.io/dockercfg", Some(r#"{"docker.io":{"auth":"dTpw"}}"#), 0);
        assert_eq!(keys(&found), [("docker.io".to_owned(), false, true)]);
    }

    #[test]
    fn a_helper_and_an_ended_login_are_noted() {
        let about = |text: &str, hours| match found(JSON, Some(text), hours) {
            Found::PullSecret { helper, ended, .. } => (helper, ended),
            other => panic!("{other:?}"),
        };
        for text in [
            r#"{"auths":{"https://index.docker.io/v1/":{}},"credsStore":"desktop"}"#,
            r#"{"credHelpers":{"docker.io":"pass"}}"#,
        ] {
            assert_eq!(about(text, 20), (true, vec![]), "{text}");
        }
        let ecr = r#"{"auths":{"https://123456789012.dkr.ecr.eu-west-1.amazonaws.com":{"username":"AWS","password":"p"}}}"#;
        assert_eq!(about(ecr, 11), (false, vec![]));
        assert_eq!(about(ecr, 13), (false, vec!["123456789012.dkr.ecr.eu-west-1.amazonaws.com".to_owned()]));
        let empty = ecr.replace(r#"{"username":"AWS","password":"p"}"#, "{}");
        assert_eq!(about(&empty, 13), (false, vec![]));
        assert_eq!(about(r#"{"auths":{"quay.io":{"auth":"dTpw"}}}"#, 13), (false, vec![]));
    }
}
