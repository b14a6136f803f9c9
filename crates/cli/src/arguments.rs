//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Draw an API, wire its routes to containers, deploy with one command.
#[derive(Debug, Parser)]
#[command(
    name = "slipway",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Project folder, or its slipway.toml; searched upwards from here without it.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) project: Option<PathBuf>,
    /// Environment; may be left out when the design has only one.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Profile of the AWS CLI's files to sign in with.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Say yes to an endpoint or registry that is not on this computer; remembered for you.
    #[arg(long, global = true)]
    pub(crate) allow_endpoint: bool,
    /// Machine-readable output; for long work one event a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a project.
    New {
        /// Folder that is empty or not there yet; the project gets its name.
        dir: PathBuf,
        /// Copy this template instead of an empty project.
        #[arg(long, value_name = "NAME")]
        template: Option<String>,
    },
    /// Add what compose files, OpenAPI documents, SAM templates, Copilot projects or Dockerfiles say.
    Import {
        /// Folder or file to look at; the project folder without it. A folder without a project becomes one.
        path: Option<PathBuf>,
        /// Only this kind of file.
        #[arg(long, value_enum, value_name = "KIND")]
        from: Option<ImportKind>,
        /// Put routes into this HTTP API of the design; without it they bring one of their own.
        #[arg(long, value_name = "API")]
        into: Option<String>,
        /// Add without asking; needed where there is no terminal.
        #[arg(long, short)]
        yes: bool,
    },
    /// Check the design and say everything that is wrong with it.
    Check,
    /// Look at what a deploy needs: engine, credentials, account, permissions, disk.
    Doctor,
    /// Show what a deploy would do. Changes nothing.
    Plan {
        /// Exit with 4 when there is something to do.
        #[arg(long)]
        exit_code: bool,
        /// Show every attribute and operation.
        #[arg(long)]
        full: bool,
    },
    /// Build, push and provision what the design says.
    Deploy(Approval),
    /// Say what is deployed and where it answers.
    Status,
    /// Take away what this project has in the environment.
    Destroy {
        #[command(flatten)]
        approval: Approval,
        /// Take the ECR repositories and their images too.
        #[arg(long)]
        images: bool,
        /// Take the log groups and their events too.
        #[arg(long)]
        logs: bool,
    },
}

/// What can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportKind {
    Compose,
    #[value(name = "openapi")]
    OpenApi,
    Sam,
    Copilot,
    Dockerfiles,
}

#[derive(Debug, Args)]
pub(crate) struct Approval {
    /// Go ahead without asking; needed where there is no terminal.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Name of the environment, typed, where it is protected.
    #[arg(long, value_name = "NAME")]
    pub(crate) confirm: Option<String>,
}
