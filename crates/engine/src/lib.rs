//! Runs a plan: the ports it needs, the executor, the journal, resume and cancel.
//!
//! **It must not know** any SDK, Docker's API, the terminal or the window. Whatever
//! has an effect goes through a port of [`port`], named for the need.

pub mod port;
