//! Fingerprints of texts.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// SHA-256 in hex.
pub(crate) fn hex_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
