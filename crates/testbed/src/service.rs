//! One process of the bed: started in a process group of its own, stopped by its id.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{BedError, During};

/// How long a service may take to end by itself.
const GRACE: Duration = Duration::from_secs(15);

/// A running service. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Service {
    name: String,
    log: PathBuf,
    child: Child,
    /// The service ends when this closes, also when this process is killed and runs no code of its own.
    lifeline: Option<ChildStdin>,
}

impl Service {
    /// Starts `command` behind the lifeline script, with its output in `folder/NAME.log`.
    pub(crate) fn start(
        name: &str,
        python: &Path,
        lifeline: &Path,
        command: &Command,
        folder: &Path,
    ) -> Result<Self, BedError> {
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log).during(|| format!("creating {}", log.display()))?;
        let errors = output
            .try_clone()
            .during(|| format!("opening {}", log.display()))?;
        let mut wrapped = Command::new(python);
        wrapped
            .arg(lifeline)
            .arg(command.get_program())
            .args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(key, value),
                None => wrapped.env_remove(key),
            };
        }
        wrapped
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut wrapped, 0);
        let mut child = wrapped.spawn().during(|| format!("starting {name}"))?;
        let lifeline = child.stdin.take();
        Ok(Self {
            name: name.to_owned(),
            log,
            child,
            lifeline,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The id of the process, which is also the id of its group.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The status, once the service has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        // An error means that somebody else collected the process, so it has ended as well.
        self.child.try_wait().unwrap_or(None)
    }

    /// The error for a service that is not healthy, with the end of its log.
    pub(crate) fn not_ready(&self, reason: &str) -> BedError {
        let tail = self.log_tail().unwrap_or_default();
        let reason = if tail.is_empty() {
            reason.to_owned()
        } else {
            format!("{reason}\n{tail}\n")
        };
        BedError::NotReady {
            service: self.name.clone(),
            reason,
            log: self.log.clone(),
        }
    }

    fn log_tail(&self) -> io::Result<String> {
        let mut file = File::open(&self.log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(1200)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    /// Asks the service to end, waits, and after a grace ends its whole process group.
    pub(crate) fn stop(&mut self) -> Result<(), BedError> {
        drop(self.lifeline.take());
        let began = Instant::now();
        while self.ended().is_none() && began.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(20));
        }
        self.kill_group()
            .during(|| format!("stopping {}", self.name))?;
        self.child
            .wait()
            .during(|| format!("waiting for the end of {}", self.name))?;
        Ok(())
    }

    /// Ends whatever is left of the group, children of the service included.
    #[cfg(unix)]
    fn kill_group(&mut self) -> io::Result<()> {
        let group = rustix::process::Pid::from_child(&self.child);
        match rustix::process::kill_process_group(group, rustix::process::Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(unix))]
    fn kill_group(&mut self) -> io::Result<()> {
        match self.child.try_wait()? {
            Some(_) => Ok(()),
            None => self.child.kill(),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if self.lifeline.is_some() {
            // Nobody is left to hear of a failure here; `Bed::stop` reports it.
            self.stop().ok();
        }
    }
}
