//! Whole plans: made, shown, applied to a world in memory, and made again.

mod properties;
mod scenarios;
mod setup;
mod snapshots;
mod world;
