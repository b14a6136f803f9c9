//! Keeps the terminal from writing `^C` into the bars, which would move them by a line.

#[cfg(unix)]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
#[cfg(unix)]
use std::io::stdin;

/// The terminal's way to echo control characters, as it was before.
pub(crate) struct ControlEcho {
    #[cfg(unix)]
    before: Option<Termios>,
}

impl ControlEcho {
    /// Turned off where standard input is a terminal that this process may change.
    pub(crate) fn off() -> Self {
        Self {
            #[cfg(unix)]
            before: turn_off(),
        }
    }

    /// Back to what it was.
    pub(crate) fn restore(&self) {
        #[cfg(unix)]
        if let Some(before) = &self.before
            && in_foreground()
            && let Err(error) = tcsetattr(stdin(), OptionalActions::Now, before)
        {
            tracing::debug!("the terminal's echo is not as it was: {error}");
        }
    }
}

#[cfg(unix)]
fn turn_off() -> Option<Termios> {
    if !in_foreground() {
        return None;
    }
    let before = tcgetattr(stdin()).ok()?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHOCTL);
    tcsetattr(stdin(), OptionalActions::Now, &quiet).ok()?;
    Some(before)
}

/// Changing a terminal from the background would stop the process.
#[cfg(unix)]
fn in_foreground() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group == rustix::process::getpgrp())
}
