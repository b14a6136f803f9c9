//! The bed: everything that is brought up together and goes down together.

use std::path::{Path, PathBuf};
use std::time::Instant;

use tokio::task;

use crate::assets;
use crate::bring_up::bring_up;
use crate::endpoints::{BedRecord, Endpoints};
use crate::engine::Engine;
use crate::error::{BedError, During};
use crate::options::BedOptions;
use crate::proxy::{Proxy, ProxyOptions, Upstream, Violation};
use crate::service::Service;

/// A running bed. [`Bed::stop`] or dropping it takes everything down that it started.
#[derive(Debug)]
pub struct Bed {
    endpoints: Endpoints,
    proxy: Option<Proxy>,
    python: PathBuf,
    parts: Parts,
}

/// What must be taken down, in the order in which it was brought up.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) folder: PathBuf,
    pub(crate) engine: Engine,
    pub(crate) services: Vec<Service>,
    /// The label of the containers that MiniStack makes for this bed; `None` before it is started.
    pub(crate) label: Option<String>,
    pub(crate) was_up: bool,
    pub(crate) down: bool,
}

impl Bed {
    /// Sets up what is missing and brings the bed up; returns when every part answers.
    ///
    /// The first start on a computer installs Python packages and compiles one small program; later ones take
    /// a few seconds.
    ///
    /// # Errors
    /// [`BedError`] says which part failed and where its log is. What was started by then is stopped again.
    pub async fn start(options: BedOptions) -> Result<Self, BedError> {
        let wanted = options.clone();
        let (parts, models, python, mut endpoints) =
            task::spawn_blocking(move || bring_up(&wanted))
                .await
                .map_err(|error| BedError::Command {
                    what: "bringing up the bed".to_owned(),
                    output: error.to_string(),
                })??;
        let began = Instant::now();
        let upstream = Upstream::parse(&endpoints.ministack)?;
        let proxy = Proxy::start(ProxyOptions {
            upstream,
            port: options.port,
            models: Some(models),
        })
        .await
        .during(|| "opening the recording proxy's port".to_owned())?;
        endpoints.endpoint = proxy.url();
        endpoints.registry = format!("localhost:{}", proxy.port());
        endpoints.control = proxy.control_url();
        options.progress.say(format!(
            "recording proxy at {} ({:.1} s)",
            endpoints.endpoint,
            began.elapsed().as_secs_f64()
        ));
        Ok(Self {
            endpoints,
            proxy: Some(proxy),
            python,
            parts,
        })
    }

    /// Where everything listens.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The recording proxy in front of the emulated AWS and its registry.
    ///
    /// # Panics
    /// Never: the proxy lives as long as the bed.
    #[must_use]
    pub fn proxy(&self) -> &Proxy {
        self.proxy
            .as_ref()
            .expect("the proxy is taken only by stop, which consumes the bed")
    }

    /// Every request so far that AWS's own model does not allow.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.proxy().violations()
    }

    /// For tests: every request so far was one that AWS's own model allows.
    ///
    /// # Panics
    /// With the list of violations when there is one.
    pub fn assert_valid(&self) {
        let violations = self.violations();
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert!(
            violations.is_empty(),
            "requests that AWS would refuse:\n{}",
            lines.join("\n")
        );
    }

    /// The folder of this bed: the logs of its services and the data of the plain registry.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.parts.folder
    }

    /// An interpreter with boto3 and the engine's client: an AWS client that is independent of the product.
    #[must_use]
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// What another process needs to find this bed, which runs in this process.
    #[must_use]
    pub fn record(&self) -> BedRecord {
        BedRecord {
            pid: std::process::id(),
            services: self
                .parts
                .services
                .iter()
                .map(|service| (service.name().to_owned(), service.pid()))
                .collect(),
            folder: self.parts.folder.clone(),
            endpoints: self.endpoints.clone(),
        }
    }

    /// Takes everything down and says whether that worked.
    ///
    /// # Errors
    /// The first failure; the other parts are taken down all the same.
    pub async fn stop(mut self) -> Result<(), BedError> {
        if let Some(proxy) = self.proxy.take() {
            proxy.stop().await;
        }
        let mut parts = self.parts;
        task::spawn_blocking(move || parts.take_down())
            .await
            .map_err(|error| BedError::Command {
                what: "taking down the bed".to_owned(),
                output: error.to_string(),
            })?
    }
}

impl Parts {
    fn take_down(&mut self) -> Result<(), BedError> {
        if std::mem::replace(&mut self.down, true) {
            return Ok(());
        }
        let mut failures = Vec::new();
        // The engine, when it is ours, came first and goes last: containers are removed through it.
        let mut engine = None;
        while let Some(mut service) = self.services.pop() {
            if service.name() == "dockerd" {
                engine = Some(service);
                continue;
            }
            failures.extend(service.stop().err());
        }
        if let Some(label) = &self.label {
            failures.extend(self.engine.remove_labelled(label).err());
        }
        if let Some(mut service) = engine {
            failures.extend(service.stop().err());
        }
        // The logs of a failure are what its error points at.
        if failures.is_empty() && self.was_up {
            failures.extend(assets::remove_folder(&self.folder).err());
        }
        failures.into_iter().next().map_or(Ok(()), Err)
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        // Nobody is left to hear of a failure here; `Bed::stop` reports it.
        self.take_down().ok();
    }
}
