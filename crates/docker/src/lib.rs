//! The Docker adapter: finds the container engine, packs build contexts, builds images and pushes
//! them. Implements the ports `ImageBuilder` and `ImageRegistry` of `slipway-engine`.
//!
//! **It must not know** AWS, the design's text, the journal, the terminal or the window. A login
//! is handed to it; it never reads one from disk and never writes one anywhere.

mod caution;
mod ignore;
mod pack;
mod pattern;
mod source;
mod syntax;
mod walk;

pub use caution::{Caution, CautionKind};
pub use ignore::{IgnoreError, IgnoreRules};
pub use pack::{ContextLimits, ContextSize, Packing};
pub use source::{ContextError, ContextSource};
pub use syntax::ForeignSyntax;
