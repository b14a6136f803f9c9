//! Digests for fakes: stable within a program, and of the right shape.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Sixty-four hex digits that follow from `value`.
pub(crate) fn hex(value: impl Hash) -> String {
    (0_u8..4)
        .map(|part| {
            let mut hasher = DefaultHasher::new();
            part.hash(&mut hasher);
            value.hash(&mut hasher);
            format!("{:016x}", hasher.finish())
        })
        .collect()
}
