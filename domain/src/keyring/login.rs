//! A user's name and password as the kubelet would send them.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretSlice};
use serde::{Deserialize, Serialize};

use crate::evidence::mask_name;

use super::json::Written;

/// Base64 as Go reads it by default: bits that are left over at the end may be anything.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
const PADDED: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, LENIENT.with_decode_padding_mode(DecodePaddingMode::RequireCanonical));
const UNPADDED: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, LENIENT.with_decode_padding_mode(DecodePaddingMode::RequireNone));

/// A login. Both halves are bytes, since `auth` may hold anything; they are wiped when dropped and neither shown
/// nor serialised.
#[derive(Debug)]
pub struct Login {
    username: SecretSlice<u8>,
    password: SecretSlice<u8>,
}

impl Login {
    /// `auth` has precedence over `username` and `password`, of which nothing is kept then
    /// (`DockerConfigEntry.UnmarshalJSON`). An `identitytoken` or `registrytoken` is not read.
    pub(super) fn read(written: &Written) -> Result<Self, AuthError> {
        if written.auth.expose_secret().is_empty() {
            let bytes =
                |text: &secrecy::SecretString| SecretSlice::from(text.expose_secret().as_bytes().to_vec());
            return Ok(Self { username: bytes(&written.username), password: bytes(&written.password) });
        }
        let decoded = decode(written.auth.expose_secret())?;
        let colon = decoded.iter().position(|byte| *byte == b':').ok_or(AuthError::NoColon)?;
        let (username, password) = (&decoded[..colon], &decoded[colon + 1..]);
        Ok(Self {
            username: SecretSlice::from(username.to_vec()),
            password: SecretSlice::from(password.to_vec()),
        })
    }

    /// The user's name.
    #[must_use]
    pub fn username(&self) -> &[u8] {
        self.username.expose_secret()
    }

    /// The password or token.
    #[must_use]
    pub fn password(&self) -> &[u8] {
        self.password.expose_secret()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.username().is_empty() && self.password().is_empty()
    }

    /// Empty for a login without a name.
    pub(super) fn masked_username(&self) -> String {
        match self.username() {
            [] => String::new(),
            name => mask_name(&String::from_utf8_lossy(name)),
        }
    }
}

/// Line ends may stand anywhere, as Go's decoder skips them; no other blank may. Whether the text must be padded
/// is told by its last character (`decodeDockerConfigFieldAuth`).
fn decode(auth: &str) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    // With room from the start: a vector that moves would leave its bytes behind.
    let mut digits = Zeroizing::new(Vec::with_capacity(auth.len()));
    digits.extend(auth.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')));
    let engine = if digits.ends_with(b"=") { PADDED } else { UNPADDED };
    engine.decode(&*digits).map(Zeroizing::new).map_err(|_| AuthError::NotBase64)
}

/// Why the `auth` of an entry cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthError {
    /// It holds something that base64 has not; a blank is enough.
    NotBase64,
    /// Decoded, it has no colon between name and password.
    NoColon,
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotBase64 => "is not base64",
            Self::NoColon => "has no colon between name and password",
        })
    }
}
