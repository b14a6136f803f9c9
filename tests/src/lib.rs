//! What the whole-program tests share: a project of their own, the program, the bed, and a plain
//! HTTP client that knows where `*.localhost` is.
//!
//! **It must not know** anything of the program but its files, its command line and what it prints.

pub mod accessible;
pub mod addresses;
pub mod axe;
pub mod backend;
pub mod drawing;
pub mod echo;
pub mod file_drop;
pub mod http;
pub mod inventory;
pub mod program;
pub mod project;
pub mod scene;
mod service_addresses;
pub mod socket;
pub mod window;
