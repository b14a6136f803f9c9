//! The window: what a project looks like and what can be done with it.
//!
//! Views over signals; every fact comes from the pure crates or over [`ipc`].
//! **It must not know** the disk, Docker, AWS or Tauri beyond `ipc::tauri`, and keeps no copy of a rule.

#![expect(
    unreachable_pub,
    reason = "the component macro writes public functions"
)]

mod actions;
mod address;
mod app;
mod asked;
mod clipboard;
mod components;
mod deeds;
mod drawn;
mod drops;
mod each;
mod editing;
mod fault;
mod format;
pub mod ipc;
mod keys;
mod look;
mod marks;
mod outside;
mod picture;
mod platform;
mod run;
mod saving;
mod short;
mod state;
mod watch;
mod words;

use wasm_bindgen::prelude::*;

/// Where the page's script enters.
#[wasm_bindgen(start)]
pub fn start() {
    fault::install();
    app::mount();
}
