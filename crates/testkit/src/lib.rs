//! In-memory fakes of every port of the engine, contract suites that a fake and the real adapter
//! both pass, and builders of designs. For tests only.
//!
//! **It must not know** any adapter: no SDK, no Docker, no disk.

mod bench;
mod builder;
mod clock;
mod cloud;
pub mod contract;
pub mod designs;
mod dice;
mod hash;
mod journal;
mod registry;
mod state;

pub use bench::{Bench, Outcome};
pub use builder::FakeBuilder;
pub use clock::FakeClock;
pub use cloud::{CANARY, FakeCloud, Fault, LoggedCall};
pub use dice::Dice;
pub use journal::{Cut, MemoryJournal};
pub use registry::FakeRegistry;
pub use state::MemoryState;
