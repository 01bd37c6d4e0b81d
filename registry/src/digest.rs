//! Digests of manifests: computed, never believed.

use sha2::{Digest, Sha256, Sha384, Sha512};

/// The digest of the bytes by `algorithm`, one of those that image references know.
fn of(bytes: &[u8], algorithm: &str) -> Option<String> {
    match algorithm {
        "sha256" => Some(sha256(bytes)),
        "sha384" => Some(hex::<Sha384>(algorithm, bytes)),
        "sha512" => Some(hex::<Sha512>(algorithm, bytes)),
        _ => None,
    }
}

/// The digest by which images are known.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::<Sha256>("sha256", bytes)
}

/// Whether the bytes have this digest.
pub(crate) fn fits(bytes: &[u8], digest: &str) -> bool {
    digest.split_once(':').and_then(|(algorithm, _)| of(bytes, algorithm)).as_deref() == Some(digest)
}

/// Whether two digests can be of the same bytes: those of different algorithms cannot be compared.
pub(crate) fn may_agree(one: &str, other: &str) -> bool {
    one == other || one.split(':').next() != other.split(':').next()
}

fn hex<D: Digest>(algorithm: &str, bytes: &[u8]) -> String {
    let digits: String = D::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{algorithm}:{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn only_the_right_bytes_fit() {
        assert!(fits(b"", EMPTY));
        assert!(!fits(b"x", EMPTY));
        assert!(!fits(b"", "md5:d41d8cd98f00b204e9800998ecf8427e"));
        assert!(!fits(b"", "rubbish"));
        let long = of(b"", "sha512").unwrap();
        assert_eq!(long.len(), "sha512:".len() + 128);
        assert!(fits(b"", &long) && may_agree(EMPTY, &long) && !may_agree(EMPTY, "sha256:00"));
    }
}
