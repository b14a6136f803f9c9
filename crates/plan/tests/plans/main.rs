//! Whole plans: made, shown, applied to a world in memory, and made again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod http_api;
mod lowering;
mod properties;
mod repository;
mod scenarios;
mod services;
mod setup;
mod snapshots;
mod websocket;
mod world;
