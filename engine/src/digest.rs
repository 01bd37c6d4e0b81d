//! Names by content, as registries and plans have them.

use sha2::{Digest as _, Sha256};

/// `sha256:` and the hexadecimal digits (OCI image specification, "Digests").
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
