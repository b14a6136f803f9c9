//! The Docker adapter: finds the container engine, packs build contexts, builds images and pushes
//! them. Implements the ports `ImageBuilder` and `ImageRegistry` of `slipway-engine`.
//!
//! **It must not know** AWS, the design's text, the journal, the terminal or the window. A login
//! is handed to it; it never reads one from disk and never writes one anywhere.

mod build;
mod caution;
mod discover;
mod endpoint;
mod engine;
mod failure;
mod ignore;
mod layers;
mod log_lines;
mod pack;
mod pattern;
mod port;
mod push;
mod refusal;
mod source;
mod steps;
mod syntax;
mod walk;
mod wire;

pub use caution::{Caution, CautionKind};
pub use discover::{DiscoverError, Surroundings};
pub use endpoint::{Endpoint, EndpointError};
pub use engine::{DockerEngine, EngineError};
pub use ignore::{IgnoreError, IgnoreRules};
pub use pack::{ContextLimits, ContextSize, Packing};
pub use source::{ContextError, ContextSource};
pub use syntax::ForeignSyntax;
