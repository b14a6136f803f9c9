//! Bringing a bed up, part by part.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::assets;
use crate::bed::Parts;
use crate::endpoints::Endpoints;
use crate::engine::Engine;
use crate::error::{BedError, During};
use crate::health;
use crate::model::Models;
use crate::options::BedOptions;
use crate::port;
use crate::python::{self, Environment};
use crate::service::Service;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// What set-up leaves for the start.
struct Prepared {
    corrections: PathBuf,
    lambda_environment: PathBuf,
    ministack: Environment,
    moto: Option<Environment>,
    models: Models,
}

/// Everything but the proxy: the parts, the models, the interpreter and where the parts listen.
pub(crate) fn bring_up(
    options: &BedOptions,
) -> Result<(Parts, Models, PathBuf, Endpoints), BedError> {
    let folder = options.cache.join("beds").join(format!(
        "{}-{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    ));
    remove_old_folders(&options.cache.join("beds"))?;
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

/// Removes what beds that failed or were killed left for a look, after a week.
fn remove_old_folders(beds: &Path) -> Result<(), BedError> {
    const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
    let entries = match fs::read_dir(beds) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.during(|| format!("reading {}", beds.display()))?,
    };
    for entry in entries {
        let entry = entry.during(|| format!("reading {}", beds.display()))?;
        let name = entry.file_name();
        let pid = name
            .to_string_lossy()
            .split('-')
            .next()
            .map(str::to_owned)
            .unwrap_or_default();
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        // One that another bed removes at this moment is none of ours any more.
        let old = changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > KEPT));
        if old && !Path::new("/proc").join(pid).exists() {
            assets::remove_folder(&entry.path())?;
        }
    }
    Ok(())
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
        let mut command = Command::new(environment.python());
        command
            .args(["-m", "moto_bed"])
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("PYTHONPATH", &prepared.corrections)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // Without them no managed policy of AWS can be attached.
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
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
    // It only costs disk when this fails.
    if let Err(error) = engine.remove_old() {
        options.progress.say(format!(
            "what older runs left in the engine stays for now: {error}"
        ));
    }
    Ok((engine, daemon))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_old_folders_of_ended_beds_are_removed() {
        let beds = tempfile::tempdir().unwrap();
        let month = Duration::from_secs(30 * 24 * 3600);
        for (name, age) in [
            ("999999999-0", month),
            ("999999999-1", Duration::ZERO),
            (&own_name(), month),
        ] {
            let folder = beds.path().join(name);
            fs::create_dir(&folder).unwrap();
            File::open(&folder)
                .unwrap()
                .set_modified(SystemTime::now() - age)
                .unwrap();
        }
        remove_old_folders(beds.path()).unwrap();
        assert!(!beds.path().join("999999999-0").exists());
        assert!(beds.path().join("999999999-1").exists());
        assert_eq!(
            beds.path().join(own_name()).exists(),
            Path::new("/proc").exists()
        );
        remove_old_folders(&beds.path().join("none")).unwrap();
    }

    fn own_name() -> String {
        format!("{}-0", std::process::id())
    }
}
