//! The adapter against a real engine and a real registry.
//!
//! These tests need a running engine; `cargo xtask test` brings one up. Without one they fail and
//! say so.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod absent;
mod build;
mod classic;
mod ignore;
mod push;
mod support;
