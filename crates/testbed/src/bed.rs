//! The bed: everything that is brought up together and goes down together.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::task;

use crate::assets;
use crate::endpoints::{BedRecord, Endpoints};
use crate::engine::Engine;
use crate::error::{BedError, During};
use crate::health;
use crate::model::Models;
use crate::options::BedOptions;
use crate::port;
use crate::proxy::{Proxy, ProxyOptions, Upstream, Violation};
use crate::python::{self, Environment};
use crate::service::Service;

static NUMBER: AtomicU32 = AtomicU32::new(0);

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
struct Parts {
    folder: PathBuf,
    engine: Engine,
    services: Vec<Service>,
    /// The label of the containers that MiniStack makes for this bed; `None` before it is started.
    label: Option<String>,
    was_up: bool,
    down: bool,
}

/// What set-up leaves for the start.
struct Prepared {
    corrections: PathBuf,
    lambda_environment: PathBuf,
    ministack: Environment,
    moto: Option<Environment>,
    models: Models,
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

fn bring_up(options: &BedOptions) -> Result<(Parts, Models, PathBuf, Endpoints), BedError> {
    let folder = options.cache.join("beds").join(format!(
        "{}-{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    ));
    assets::remove_folder(&folder)?;
    fs::create_dir_all(&folder).during(|| format!("creating {}", folder.display()))?;
    let prepared = prepare(options)?;
    let progress = &options.progress;

    let found = if options.own_engine {
        None
    } else {
        Engine::find()?
    };
    let (engine, daemon) = match found {
        Some(engine) => (engine, None),
        None => start_engine(options, &prepared, &folder)
            .map(|(engine, daemon)| (engine, Some(daemon)))?,
    };
    progress.say(format!(
        "Docker engine at {} ({})",
        engine.host(),
        engine.origin
    ));
    let mut parts = Parts {
        folder,
        engine,
        services: daemon.into_iter().collect(),
        label: None,
        was_up: false,
        down: false,
    };

    let ministack = start_ministack(&mut parts, &prepared, options)?;
    let moto = match &prepared.moto {
        Some(environment) => Some(start_moto(&mut parts, &prepared, environment, options)?),
        None => None,
    };
    let registry = if options.registry {
        Some(start_registry(&mut parts, &prepared, options)?)
    } else {
        None
    };
    let endpoints = Endpoints {
        endpoint: String::new(),
        registry: String::new(),
        ministack: format!("http://localhost:{ministack}"),
        control: String::new(),
        docker_host: parts.engine.host().to_owned(),
        docker_origin: parts.engine.origin.to_string(),
        moto: moto.map(|port| format!("http://localhost:{port}")),
        plain_registry: registry.map(|port| format!("localhost:{port}")),
    };
    parts.was_up = true;
    Ok((
        parts,
        prepared.models,
        prepared.ministack.python(),
        endpoints,
    ))
}

fn prepare(options: &BedOptions) -> Result<Prepared, BedError> {
    let progress = &options.progress;
    let ministack = python::install(&options.cache, &python::MINISTACK, progress)?;
    let models = Models::open(&ministack.service_models()?)?;
    Ok(Prepared {
        corrections: assets::python_folder(&options.cache)?,
        lambda_environment: assets::lambda_environment(&options.cache, progress)?,
        moto: if options.moto {
            Some(python::install(&options.cache, &python::MOTO, progress)?)
        } else {
            None
        },
        ministack,
        models,
    })
}

fn service(
    prepared: &Prepared,
    name: &str,
    command: &Command,
    folder: &Path,
) -> Result<Service, BedError> {
    Service::start(
        name,
        &prepared.ministack.python(),
        &prepared.corrections.join("lifeline.py"),
        command,
        folder,
    )
}

/// Starts `make(port)` on a free port, on another one when that was taken meanwhile, until it is healthy.
fn on_free_port(
    parts: &mut Parts,
    prepared: &Prepared,
    options: &BedOptions,
    name: &str,
    health: &str,
    mut make: impl FnMut(u16, &mut Parts) -> Result<Command, BedError>,
) -> Result<u16, BedError> {
    let began = Instant::now();
    let mut attempt = 1;
    loop {
        let port = port::free().during(|| "finding a free port".to_owned())?;
        let command = make(port, parts)?;
        let mut service = service(prepared, name, &command, &parts.folder)?;
        match health::wait(&mut service, Duration::from_secs(60), || {
            health::get(port, health)
        }) {
            Ok(()) => {
                options.progress.say(format!(
                    "{name} on port {port} ({:.1} s)",
                    began.elapsed().as_secs_f64()
                ));
                parts.services.push(service);
                return Ok(port);
            }
            // It ended by itself, which is what a taken port looks like.
            Err(_) if attempt < 3 && service.ended().is_some() => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

fn start_ministack(
    parts: &mut Parts,
    prepared: &Prepared,
    options: &BedOptions,
) -> Result<u16, BedError> {
    on_free_port(
        parts,
        prepared,
        options,
        "ministack",
        "/_ministack/health",
        |port, parts| {
            // MiniStack labels its containers with a name of ours and its port: that tells this bed's from others'.
            let instance = format!("slipway-testbed-{}", std::process::id());
            parts.label = Some(format!("ministack.instance={instance}:{port}"));
            let data = parts.folder.join("ministack");
            fs::create_dir_all(&data).during(|| format!("creating {}", data.display()))?;
            let mut command = Command::new(prepared.ministack.python());
            command
                .args(["-m", "ministack_bed"])
                .env("PYTHONPATH", &prepared.corrections)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .env("SLIPWAY_BED_EMULATOR", &prepared.lambda_environment)
                .env("GATEWAY_PORT", port.to_string())
                .env("MINISTACK_HOSTNAME", instance)
                .env("MINISTACK_DOCKER_TIMEOUT", "120")
                .env("DOCKER_HOST", parts.engine.host())
                .env("TMPDIR", &data)
                .env("S3_DATA_DIR", data.join("s3"))
                .env("STATE_DIR", data.join("state"))
                // What the surroundings say of AWS concerns other programs.
                .env_remove("AWS_ENDPOINT_URL")
                .env_remove("AWS_PROFILE");
            Ok(command)
        },
    )
}

fn start_moto(
    parts: &mut Parts,
    prepared: &Prepared,
    environment: &Environment,
    options: &BedOptions,
) -> Result<u16, BedError> {
    on_free_port(parts, prepared, options, "moto", "/moto-api/", |port, _| {
        let mut command = Command::new(environment.program("moto_server"));
        command
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("MOTO_ECS_SERVICE_RUNNING", "1");
        Ok(command)
    })
}

fn start_registry(
    parts: &mut Parts,
    prepared: &Prepared,
    options: &BedOptions,
) -> Result<u16, BedError> {
    let program = [
        "/usr/bin/docker-registry",
        "/usr/local/bin/registry",
        "/usr/bin/registry",
    ]
    .into_iter()
    .map(Path::new)
    .find(|path| path.is_file())
    .ok_or_else(|| BedError::Missing {
        program: "docker-registry".to_owned(),
        hint: "install Debian's package docker-registry".to_owned(),
    })?;
    on_free_port(
        parts,
        prepared,
        options,
        "registry",
        "/v2/",
        |port, parts| {
            let data = parts.folder.join("registry");
            fs::create_dir_all(&data).during(|| format!("creating {}", data.display()))?;
            let settings = parts.folder.join("registry.yml");
            let text = serde_json::json!({
                "version": 0.1,
                "storage": { "filesystem": { "rootdirectory": data }, "delete": { "enabled": true } },
                "http": { "addr": format!("127.0.0.1:{port}") },
            });
            // JSON is YAML.
            fs::write(&settings, text.to_string())
                .during(|| format!("writing {}", settings.display()))?;
            let mut command = Command::new(program);
            command.arg("serve").arg(&settings);
            Ok(command)
        },
    )
}

/// Starts an engine with its images in the cache and everything else in the bed's folder.
fn start_engine(
    options: &BedOptions,
    prepared: &Prepared,
    folder: &Path,
) -> Result<(Engine, Service), BedError> {
    let program = ["/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd"]
        .into_iter()
        .map(Path::new)
        .find(|path| path.is_file())
        .ok_or_else(|| BedError::NoEngine {
            reason: "none listens at the usual places and dockerd is not installed. Start Docker, or install it \
                     (Debian: docker.io)"
                .to_owned(),
        })?;
    #[cfg(unix)]
    if !rustix::process::geteuid().is_root() {
        return Err(BedError::NoEngine {
            reason: "none listens at the usual places and only root can start dockerd. Start Docker, and see that \
                     this user may use it"
                .to_owned(),
        });
    }
    let began = Instant::now();
    let socket = folder.join("docker.sock");
    let engine = Engine::started(&socket);
    let mut command = Command::new(program);
    command
        .arg("--host")
        .arg(engine.host())
        .arg("--data-root")
        .arg(options.cache.join("engine"))
        .arg("--exec-root")
        .arg(folder.join("engine-run"))
        .arg("--pidfile")
        .arg(folder.join("dockerd.pid"));
    let mut daemon = service(prepared, "dockerd", &command, folder)?;
    health::wait(&mut daemon, Duration::from_secs(60), || {
        engine.ask("GET", "/_ping")
    })?;
    options.progress.say(format!(
        "dockerd started ({:.1} s)",
        began.elapsed().as_secs_f64()
    ));
    Ok((engine, daemon))
}
