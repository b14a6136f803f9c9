//! Chores that need libraries which nobody else needs: they compile into this program only when asked for, so that
//! `start` and `test` do not wait for them.

use anyhow::Result;

use crate::shell;

/// Runs the same command line with the feature `packaging`.
pub(crate) fn with_packaging() -> Result<()> {
    let mut command = shell::cargo()?;
    command
        .args([
            "run",
            "--quiet",
            "--package",
            "xtask",
            "--features",
            "packaging",
            "--",
        ])
        .args(std::env::args_os().skip(1));
    shell::run(&mut command)
}
