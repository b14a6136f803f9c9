//! Whether a Docker engine answers already. Starting one is the test bed's work.

use std::env;
use std::net::TcpStream;
use std::time::Duration;

/// A running engine answers at once; a dead socket must not hold set-up.
const PATIENCE: Duration = Duration::from_secs(2);

/// The address of the first engine that answers `GET /_ping`: `DOCKER_HOST`, else the usual sockets.
pub(crate) fn answering() -> Option<String> {
    candidates().into_iter().find(|address| pings(address))
}

fn candidates() -> Vec<String> {
    if let Ok(host) = env::var("DOCKER_HOST")
        && !host.is_empty()
    {
        return vec![host];
    }
    let mut sockets = vec!["unix:///var/run/docker.sock".to_owned()];
    if let Ok(folder) = env::var("XDG_RUNTIME_DIR") {
        sockets.push(format!("unix://{folder}/docker.sock"));
        sockets.push(format!("unix://{folder}/podman/podman.sock"));
    }
    if let Some(home) = env::home_dir() {
        for path in [
            ".docker/run/docker.sock",
            ".colima/default/docker.sock",
            ".rd/docker.sock",
            ".orbstack/run/docker.sock",
        ] {
            sockets.push(format!("unix://{}", home.join(path).display()));
        }
    }
    sockets
}

fn pings(address: &str) -> bool {
    if let Some(path) = address.strip_prefix("unix://") {
        return unix_ping(path);
    }
    if let Some(host) = address
        .strip_prefix("tcp://")
        .or_else(|| address.strip_prefix("http://"))
    {
        return TcpStream::connect(host.trim_end_matches('/')).is_ok_and(|mut stream| {
            stream.set_read_timeout(Some(PATIENCE)).is_ok() && ask(&mut stream)
        });
    }
    // ssh and named pipes: taken at the user's word, the first real call will tell.
    !address.is_empty()
}

#[cfg(unix)]
fn unix_ping(path: &str) -> bool {
    std::os::unix::net::UnixStream::connect(path)
        .is_ok_and(|mut stream| stream.set_read_timeout(Some(PATIENCE)).is_ok() && ask(&mut stream))
}

#[cfg(not(unix))]
fn unix_ping(_path: &str) -> bool {
    false
}

fn ask(stream: &mut (impl std::io::Read + std::io::Write)) -> bool {
    let mut start = [0_u8; 12];
    stream
        .write_all(b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n")
        .and_then(|()| stream.read_exact(&mut start))
        .is_ok()
        && start.ends_with(b" 200")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_socket_that_answers_ping_is_an_engine_and_a_dead_one_is_not() {
        let folder = env::temp_dir().join(format!("slipway-engine-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("docker.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0_u8; 256];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /_ping "));
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nOK").unwrap();
        });
        let address = format!("unix://{}", path.display());
        assert!(pings(&address));
        server.join().unwrap();
        assert!(!pings(&address), "nobody listens any more");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
