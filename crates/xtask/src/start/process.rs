//! Programs that run beside us and that end with us.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::shell;

/// How long a program may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(5);

/// A started program with everything it starts in turn; dropping it ends them all.
#[derive(Debug)]
pub(crate) struct Companion {
    name: String,
    child: Child,
    ended: bool,
}

impl Companion {
    /// Starts the program in a process group of its own.
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        let line = shell::shown(command);
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {name}: `{line}`"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            ended: false,
        })
    }

    /// Its end, if it came already.
    pub(crate) fn has_ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self
            .child
            .try_wait()
            .with_context(|| format!("cannot ask for {}", self.name))?;
        self.ended |= status.is_some();
        Ok(status)
    }

    /// What it prints, when it was started with a pipe.
    pub(crate) fn stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// Asks the whole group to end, and ends it when it does not.
    pub(crate) fn stop(&mut self) {
        if !self.ended {
            self.signal(End::Ask);
            let asked = Instant::now();
            while asked.elapsed() < GRACE {
                match self.child.try_wait() {
                    Ok(Some(_)) => break,
                    Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                    Err(error) => {
                        eprintln!("    cannot ask for {}: {error}", self.name);
                        break;
                    }
                }
            }
            self.ended = true;
        }
        // What it started may outlive it: the group goes in any case.
        self.signal(End::Force);
        if let Err(error) = self.child.wait() {
            eprintln!("    cannot wait for {}: {error}", self.name);
        }
    }

    #[cfg(unix)]
    fn signal(&self, end: End) {
        use rustix::io::Errno;
        use rustix::process::{Pid, Signal, kill_process_group};
        let signal = match end {
            End::Ask => Signal::TERM,
            End::Force => Signal::KILL,
        };
        let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else {
            return;
        };
        match kill_process_group(group, signal) {
            // No such group: all of it is gone already, which is what we want.
            Ok(()) | Err(Errno::SRCH) => {}
            Err(error) => eprintln!("    cannot end {}: {error}", self.name),
        }
    }

    #[cfg(not(unix))]
    fn signal(&mut self, end: End) {
        if let End::Force = end
            && let Err(error) = self.child.kill()
        {
            eprintln!("    cannot end {}: {error}", self.name);
        }
    }
}

#[derive(Clone, Copy)]
enum End {
    Ask,
    Force,
}

impl Drop for Companion {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader};

    #[test]
    fn what_the_program_started_ends_with_it() {
        let mut shell = Companion::start(
            "a shell",
            Command::new("sh")
                .args(["-c", "sleep 600 & echo $!; wait"])
                .stdout(Stdio::piped()),
        )
        .unwrap();
        let mut line = String::new();
        BufReader::new(shell.stdout().unwrap())
            .read_line(&mut line)
            .unwrap();
        let grandchild: i32 = line.trim().parse().unwrap();
        assert_eq!(shell.has_ended().unwrap(), None);
        shell.stop();
        // The orphan is gone or, until its new parent looks, a dead entry; it takes the signal when
        // it is its turn.
        let begun = Instant::now();
        loop {
            let file = format!("/proc/{grandchild}/stat");
            let state = std::fs::read_to_string(file).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") {
                break;
            }
            assert!(begun.elapsed() < GRACE, "{state}");
            std::thread::yield_now();
        }
    }
}
