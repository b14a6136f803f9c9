//! What a run needs from outside, as object-safe traits held as `Arc<dyn …>`.
//!
//! Each port has one fake in `testkit` and one contract suite that the fake and
//! the real adapter both pass. No port takes or returns an SDK type.

mod clock;
mod cloud;
mod image;
mod journal;
mod progress;
mod state;

pub use clock::{Clock, SystemClock};
pub use cloud::{
    Call, Cloud, CloudError, CloudErrorKind, Identity, Readiness, Refresh, RegistryLogin,
};
pub use image::{
    BuildRequest, BuiltImage, Engine, ImageBuilder, ImageError, ImageErrorKind, ImageRegistry,
    PushRequest, PushedImage,
};
pub use journal::{Journal, JournalError, Record, RecordEntry, Settled};
pub use progress::{Progress, ProgressSink, Silent};
pub use state::{StateError, StateLock, StateStore};
