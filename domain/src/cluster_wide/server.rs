//! Which admission policies an API server has, by its version.
//!
//! `MutatingAdmissionPolicy`: alpha in 1.32, beta in 1.34, stable in 1.36 (KEP 3962). `ValidatingAdmissionPolicy`:
//! beta in 1.28, stable in 1.30 (KEP 3488). Alpha and beta APIs are off unless the server is started with them (KEP
//! 3136), and on Amazon EKS nobody but AWS starts it.

/// How a server offers a kind of policy. The text is the API's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It is there.
    Served(&'static str),
    /// It is there only if the server was started with the feature gate and the API's version.
    SwitchedOn(&'static str),
    /// The server's version is not known; this is the stable one.
    Assumed(&'static str),
    /// It cannot be had on this server.
    Missing,
}

impl Offer {
    /// The version to write down, if any.
    pub fn version(self) -> Option<&'static str> {
        match self {
            Self::Served(version) | Self::SwitchedOn(version) | Self::Assumed(version) => Some(version),
            Self::Missing => None,
        }
    }
}

/// `MutatingAdmissionPolicy` on a server that calls itself `git_version`.
pub(super) fn rewriting(git_version: Option<&str>) -> Offer {
    offer(git_version, &[(36, "v1"), (34, "v1beta1"), (32, "v1alpha1")])
}

/// `ValidatingAdmissionPolicy` likewise.
pub(super) fn guarding(git_version: Option<&str>) -> Offer {
    offer(git_version, &[(30, "v1"), (28, "v1beta1")])
}

/// By the minor versions in which each version of the API came, the stable one first.
fn offer(git_version: Option<&str>, since: &[(u32, &'static str)]) -> Offer {
    let Some((git_version, minor)) = git_version.and_then(|text| Some((text, minor(text)?))) else {
        return Offer::Assumed("v1");
    };
    match since.iter().find(|(first, _)| minor >= *first) {
        Some((_, "v1")) => Offer::Served("v1"),
        Some((_, version)) if !git_version.contains("-eks-") => Offer::SwitchedOn(version),
        _ => Offer::Missing,
    }
}

/// 34 for `v1.34.4`, `1.34` and `v1.34.4-eks-113cf36`; some providers write `34+`.
pub(super) fn minor(git_version: &str) -> Option<u32> {
    let rest = git_version.trim_start_matches('v').strip_prefix("1.")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok()
}
