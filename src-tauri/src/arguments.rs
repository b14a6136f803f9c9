//! What the program is started with.

use clap::Parser;
use std::path::{Path, PathBuf};

/// Draw an API, wire its routes to containers, deploy with one click.
#[derive(Debug, Parser)]
#[command(name = "slipway-desktop", version)]
pub struct Arguments {
    /// Project folder to open.
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// Environment to choose in it.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Profile of the AWS CLI's files to sign in with.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Project folder to open, as a file manager hands it over.
    #[arg(value_name = "DIR", conflicts_with = "project")]
    folder: Option<PathBuf>,
}

impl Arguments {
    /// The project to open, in whichever way it was named.
    #[must_use]
    pub fn opens(&self) -> Option<&Path> {
        self.project.as_deref().or(self.folder.as_deref())
    }
}
