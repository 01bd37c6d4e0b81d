//! Names of runs: unguessable and fit for a URL. Must not know what they name.

use rand::TryRngCore as _;
use rand::rngs::OsRng;

/// RFC 4648 base32 in lower case: no letter of it needs escaping in a URL, and none is told apart by case.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// 128 bits of the system's randomness as 26 letters; fails only when the system has none to give.
pub fn random() -> Result<String, rand::rand_core::OsError> {
    let mut bytes = [0_u8; 16];
    OsRng.try_fill_bytes(&mut bytes)?;
    Ok(base32(&bytes))
}

fn base32(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    (0..bytes.len() * 8)
        .step_by(5)
        .map(|from| (from..from + 5).fold(0_usize, |value, at| value << 1 | usize::from(bit(at))))
        .filter_map(|value| ALPHABET.get(value).map(|&letter| char::from(letter)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_follow_rfc_4648() {
        assert_eq!(base32(b"foobar"), "mzxw6ytboi");
        assert_eq!(base32(b"f"), "my");
    }

    #[test]
    fn ids_are_long_and_differ() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert_eq!(one.len(), 26);
        assert_ne!(one, other);
    }
}
