//! The rules of AWS and of the document, asked of a whole design.

use crate::{Design, Diagnostic};

/// Everything that is wrong or odd in a design, without positions.
pub fn validate(_design: &Design) -> Vec<Diagnostic> {
    Vec::new()
}
