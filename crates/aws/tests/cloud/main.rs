//! The adapter against an emulated AWS, every request checked against the service models.

mod failures;
mod life;
mod push;
mod shop;
mod world;
