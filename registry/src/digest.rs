//! Digests of manifests and blobs: computed, never believed.

use sha2::digest::DynDigest;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A digest that is computed while the bytes pass by.
pub(crate) struct Running {
    wanted: String,
    hash: Box<dyn DynDigest + Send>,
}

impl Running {
    /// For bytes that should have this digest; `None` for an algorithm that image references do not know.
    pub(crate) fn new(wanted: &str) -> Option<Self> {
        let hash: Box<dyn DynDigest + Send> = match wanted.split(':').next()? {
            "sha256" => Box::new(Sha256::new()),
            "sha384" => Box::new(Sha384::new()),
            "sha512" => Box::new(Sha512::new()),
            _ => return None,
        };
        Some(Self { wanted: wanted.to_owned(), hash })
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    /// Whether all the bytes together have the digest. Begins anew.
    pub(crate) fn fits(&mut self) -> bool {
        let digits = hex(&self.hash.finalize_reset());
        self.wanted.split_once(':').is_some_and(|(_, wanted)| wanted == digits)
    }
}

/// The digest by which images are known.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// Whether the bytes have this digest.
pub(crate) fn fits(bytes: &[u8], digest: &str) -> bool {
    Running::new(digest).is_some_and(|mut running| {
        running.update(bytes);
        running.fits()
    })
}

/// Whether two digests can be of the same bytes: those of different algorithms cannot be compared.
pub(crate) fn may_agree(one: &str, other: &str) -> bool {
    one == other || one.split(':').next() != other.split(':').next()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
        let long = format!("sha512:{}", hex(&Sha512::digest(b"")));
        assert!(fits(b"", &long) && may_agree(EMPTY, &long) && !may_agree(EMPTY, "sha256:00"));
    }

    #[test]
    fn pieces_make_the_digest_of_the_whole() {
        let mut running = Running::new(&sha256(b"layer")).unwrap();
        running.update(b"la");
        running.update(b"yer");
        assert!(running.fits());
        assert!(!running.fits(), "it began anew");
    }
}
