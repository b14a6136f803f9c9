//! Projects, programs, an engine and a registry for the tests.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bollard::query_parameters::{
    CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder, RemoveImageOptionsBuilder,
};
use futures::StreamExt as _;
use slipway_design::Arch;
use slipway_docker::{ContextLimits, DockerEngine, Surroundings};
use slipway_engine::port::{
    BuildRequest, BuiltImage, ImageBuilder as _, ImageError, Progress, ProgressSink, RegistryLogin,
};
use slipway_plan::BuildSource;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;

/// The engine of this computer.
pub(crate) async fn engine() -> DockerEngine {
    let engine = DockerEngine::default();
    if let Err(error) = engine.engine().await {
        panic!(
            "these tests need a container engine: {error} {}",
            error.hint.as_deref().unwrap_or_default()
        );
    }
    engine
}

/// A client to look at the engine past the adapter.
pub(crate) fn docker() -> bollard::Docker {
    bollard::Docker::connect_with_defaults().unwrap()
}

pub(crate) fn arch() -> Arch {
    if cfg!(target_arch = "aarch64") {
        Arch::Arm64
    } else {
        Arch::X86_64
    }
}

pub(crate) fn source() -> BuildSource {
    BuildSource {
        context: "app".to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        target: None,
        args: Default::default(),
        arch: arch(),
    }
}

/// A project with one context, `app`, and an image name of its own.
pub(crate) struct Project {
    pub(crate) folder: TempDir,
    pub(crate) image: String,
    /// The ids of what was built under that name.
    built: Mutex<Vec<String>>,
}

impl Project {
    pub(crate) fn new(dockerfile: &str, files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = TempDir::new().unwrap();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let project = Self {
            folder,
            image: format!("slipway-test-{}-{count}:t", std::process::id()),
            built: Mutex::default(),
        };
        fs::create_dir(project.app()).unwrap();
        project.write("Dockerfile", dockerfile);
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    pub(crate) fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.app().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) async fn build(
        &self,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<BuiltImage, ImageError> {
        self.build_from(&source(), progress, cancel).await
    }

    pub(crate) async fn build_from(
        &self,
        source: &BuildSource,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<BuiltImage, ImageError> {
        self.build_with(&engine().await, source, progress, cancel)
            .await
    }

    pub(crate) async fn build_with(
        &self,
        engine: &DockerEngine,
        source: &BuildSource,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<BuiltImage, ImageError> {
        let request = BuildRequest {
            root: self.folder.path(),
            source,
            reference: &self.image,
            labels: &[("slipway:project".to_owned(), "test".to_owned())],
        };
        let image = engine.build(request, progress, cancel).await?;
        self.built.lock().unwrap().push(image.id.clone());
        Ok(image)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // Best effort: a build that failed made no image. What was built before under the same
        // name has none any more and is removed by its id. Never by a prune, which would take the
        // steps of a build that another test has under way.
        let built = std::mem::take(&mut *self.built.lock().unwrap_or_else(PoisonError::into_inner));
        let older = built.iter().filter(|id| built.last() != Some(id));
        let mut removals = vec![vec!["--force", self.image.as_str()]];
        removals.extend(older.map(|id| vec![id.as_str()]));
        for image in removals {
            drop(
                Command::new("docker")
                    .args(["image", "rm"])
                    .args(image)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status(),
            );
        }
    }
}

/// Removes an image, whoever made it.
pub(crate) async fn remove_image(image: &str) {
    let options = RemoveImageOptionsBuilder::new().force(true).build();
    docker()
        .remove_image(image, Some(options), None)
        .await
        .unwrap();
}

/// The socket of the engine that the tests use: the one of `DOCKER_HOST`, else the usual one.
fn engine_socket() -> String {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    host.strip_prefix("unix://")
        .unwrap_or("/var/run/docker.sock")
        .to_owned()
}

/// The real engine behind a socket of its own, which says of itself that it is Podman. The adapter
/// then uses the classic builder, and everything else stays real.
///
/// One at a time: that builder keeps its steps as images without a name, which the removal of an
/// image made of the same steps takes with it.
pub(crate) struct Disguise {
    folder: TempDir,
    server: tokio::task::JoinHandle<()>,
    _alone: MutexGuard<'static, ()>,
}

impl Disguise {
    pub(crate) fn start() -> Self {
        Self::answering(Vec::new())
    }

    /// Answers by itself, too, where the request's path holds the first of a triple: with the
    /// second, as often as the third says.
    pub(crate) fn answering(mut answers: Vec<(&'static str, &'static str, u32)>) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        const VERSION: &str = r#"{"Version":"4.3.1","ApiVersion":"1.41","Os":"linux","Arch":"amd64","Components":[{"Name":"Podman Engine","Version":"4.3.1"}]}"#;
        answers.push(("/version ", VERSION, u32::MAX));
        let answers = Arc::new(Mutex::new(answers));
        let folder = TempDir::new().unwrap();
        let listener = tokio::net::UnixListener::bind(folder.path().join("docker.sock")).unwrap();
        let server = tokio::spawn(async move {
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                let answers = Arc::clone(&answers);
                tokio::spawn(async move {
                    let mut head = vec![0; 16 << 10];
                    let read = client.read(&mut head).await.unwrap();
                    head.truncate(read);
                    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
                    let line = String::from_utf8_lossy(line);
                    let answer = answers
                        .lock()
                        .unwrap()
                        .iter_mut()
                        .find(|(part, _, left)| *left > 0 && line.contains(*part))
                        .map(|(_, body, left)| {
                            *left -= 1;
                            *body
                        });
                    if let Some(body) = answer {
                        let answer = format!(
                            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                            body.len()
                        );
                        client.write_all(answer.as_bytes()).await.unwrap();
                        client.shutdown().await.unwrap();
                        // The rest of the request, which a closed socket would refuse. The end
                        // may be an error: nothing hangs on it any more.
                        drop(tokio::io::copy(&mut client, &mut tokio::io::sink()).await);
                        return;
                    }
                    let mut engine = tokio::net::UnixStream::connect(engine_socket())
                        .await
                        .unwrap();
                    engine.write_all(&head).await.unwrap();
                    // Ends with an error when the adapter cuts its side: that is its way to cancel.
                    drop(tokio::io::copy_bidirectional(&mut client, &mut engine).await);
                });
            }
        });
        Self {
            folder,
            server,
            _alone: alone,
        }
    }

    pub(crate) fn engine(&self) -> DockerEngine {
        let host = format!(
            "unix://{}",
            self.folder.path().join("docker.sock").display()
        );
        let surroundings = Surroundings {
            docker_host: Some(host),
            ..Surroundings::default()
        };
        DockerEngine::new(surroundings, ContextLimits::default())
    }
}

impl Drop for Disguise {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What an image holds: `path`, `path/` or `path -> target`; without what the engine itself puts
/// into every container.
pub(crate) async fn contents(image: &str) -> BTreeSet<String> {
    const OF_THE_ENGINE: [&str; 9] = [
        ".dockerenv",
        "dev/",
        "dev/console",
        "dev/pts/",
        "dev/shm/",
        "etc/",
        "proc/",
        "sys/",
        "etc/mtab -> /proc/mounts",
    ];
    let docker = docker();
    let config = bollard::models::ContainerCreateBody {
        image: Some(image.to_owned()),
        cmd: Some(vec!["/none".to_owned()]),
        ..Default::default()
    };
    let options = CreateContainerOptionsBuilder::new().build();
    let id = docker
        .create_container(Some(options), config)
        .await
        .unwrap()
        .id;
    let mut archive = Vec::new();
    {
        let mut stream = std::pin::pin!(docker.export_container(&id));
        while let Some(chunk) = stream.next().await {
            archive.extend_from_slice(&chunk.unwrap());
        }
    }
    let options = RemoveContainerOptionsBuilder::new().force(true).build();
    docker.remove_container(&id, Some(options)).await.unwrap();
    tar::Archive::new(archive.as_slice())
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            match entry.link_name().unwrap() {
                Some(target) => format!("{path} -> {}", target.display()),
                None => path,
            }
        })
        .filter(|path| !OF_THE_ENGINE.contains(&path.as_str()))
        .filter(|path| !["etc/hostname", "etc/hosts", "etc/resolv.conf"].contains(&path.as_str()))
        .collect()
}

/// Keeps what is told.
#[derive(Default)]
pub(crate) struct Told(pub(crate) Mutex<Vec<Progress>>);

impl ProgressSink for Told {
    fn tell(&self, news: Progress) {
        self.0.lock().unwrap().push(news);
    }
}

impl Told {
    pub(crate) fn logs(&self) -> Vec<String> {
        let told = self.0.lock().unwrap();
        told.iter()
            .filter_map(|news| match news {
                Progress::Log(line) => Some(line.clone()),
                _ => None,
            })
            .collect()
    }

    /// `(title, done, cached)` of the parts that finished.
    pub(crate) fn finished(&self) -> Vec<(String, u64, bool)> {
        let told = self.0.lock().unwrap();
        told.iter()
            .filter_map(|news| match news {
                Progress::Part {
                    title,
                    done,
                    finished: true,
                    cached,
                    ..
                } => Some((title.clone(), *done, *cached)),
                _ => None,
            })
            .collect()
    }
}

/// A static program for images without a shell: `sleep` waits for ever, `noise N` writes N lines
/// of which none is UTF-8 and fails.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = PROGRAM.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let source = folder.path().join("program.rs");
        let path = folder.path().join("program");
        fs::write(
            &source,
            r#"
            use std::io::Write;
            fn main() {
                let args: Vec<String> = std::env::args().collect();
                let mut out = std::io::BufWriter::new(std::io::stdout().lock());
                match args.get(1).map(String::as_str) {
                    Some("sleep") => {
                        out.write_all(b"started\n").unwrap();
                        out.flush().unwrap();
                        std::thread::sleep(std::time::Duration::from_secs(3600));
                    }
                    Some("noise") => {
                        let count: u32 = args[2].parse().unwrap();
                        for number in 0..count {
                            write!(out, "{number} ").unwrap();
                            out.write_all(b"\xff\xfe\n").unwrap();
                        }
                        out.flush().unwrap();
                        std::process::exit(7);
                    }
                    _ => std::process::exit(9),
                }
            }
            "#,
        )
        .unwrap();
        let compiled = Command::new("rustc")
            .args([
                "-O",
                "-C",
                "target-feature=+crt-static",
                "-C",
                "strip=symbols",
                "-o",
            ])
            .arg(&path)
            .arg(&source)
            .output()
            .unwrap();
        assert!(
            compiled.status.success(),
            "{}",
            String::from_utf8_lossy(&compiled.stderr)
        );
        (folder, path)
    });
    path
}

/// Debian's `docker-registry` on a free port, in a folder of its own, stopped when dropped.
pub(crate) struct Registry {
    child: Child,
    folder: TempDir,
    pub(crate) server: String,
}

impl Registry {
    /// `login`: only the user `slipway` with the password `right` may do anything.
    pub(crate) fn start(login: bool) -> Self {
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:{port}\n",
            folder.path().join("blobs").display()
        );
        if login {
            let users = folder.path().join("users");
            fs::write(
                &users,
                "slipway:$2b$04$OBwwR.067bRnQUsZiMALUeUWpSg7NdbXVp7FbbxAbKMQfYZRrE7eG\n",
            )
            .unwrap();
            config.push_str(&format!(
                "auth:\n  htpasswd:\n    realm: test\n    path: {}\n",
                users.display()
            ));
        }
        let path = folder.path().join("config.yml");
        fs::write(&path, config).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(&path)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect(
                "these tests need the program docker-registry (Debian package docker-registry)",
            );
        let mut registry = Self {
            child,
            folder,
            server: format!("localhost:{port}"),
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                Instant::now() < deadline,
                "the registry does not listen: {}",
                registry.log()
            );
            assert!(
                registry.child.try_wait().unwrap().is_none(),
                "the registry ended: {}",
                registry.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        registry
    }

    pub(crate) fn login(&self, password: &str) -> RegistryLogin {
        RegistryLogin {
            server: self.server.clone(),
            username: "slipway".to_owned(),
            password: password.to_owned(),
        }
    }

    fn log(&self) -> String {
        let mut text = String::new();
        fs::File::open(self.folder.path().join("log"))
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
