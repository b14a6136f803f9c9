//! The adapter against an emulated AWS, every request checked against the service models.

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets an unexpected answer ends there"
)]

mod contract;
mod credentials;
mod failures;
mod keeping;
mod life;
mod push;
mod shop;
mod world;
