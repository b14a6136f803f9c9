//! A web server of one file, without a framework: what a container needs and no more.
//!
//! - `GET /`: a page
//! - `GET /healthz`: 200 while it serves
//! - `/bootstrap health` in the container asks that address; ECS calls it

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const PORT: u16 = 8080;
/// Longest request line and headers, in bytes.
const LIMIT: u64 = 16 << 10;
/// A client that says nothing for so long is let go.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        Some("health") => ask_health(),
        _ => serve(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("web: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT))?;
    println!("listening on port {PORT}");
    for stream in listener.incoming() {
        thread::spawn(move || {
            if let Err(error) = stream.and_then(|stream| converse(&stream)) {
                eprintln!("web: a request broke off: {error}");
            }
        });
    }
    Ok(())
}

/// One request, one answer.
fn converse(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(LIMIT)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    stream.write_all(answer(&request).as_bytes())
}

fn answer(request: &str) -> String {
    let mut words = request.split(' ');
    let (method, target) = (words.next(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let (status, kind, body) = match (method, path) {
        (Some("GET"), "/") => {
            let greeting = std::env::var("GREETING").unwrap_or_else(|_| "Hello".to_owned());
            let page =
                format!("<!doctype html><title>Web</title><h1>{greeting} from Fargate</h1>\n");
            ("200 OK", "text/html; charset=utf-8", page)
        }
        (Some("GET"), "/healthz") => ("200 OK", "text/plain", "ok\n".to_owned()),
        (Some("GET"), _) => (
            "404 Not Found",
            "text/plain",
            "There is nothing here.\n".to_owned(),
        ),
        _ => (
            "405 Method Not Allowed",
            "text/plain",
            "Only GET is served.\n".to_owned(),
        ),
    };
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn ask_health() -> io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, PORT))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LIMIT).read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200 ") {
        Ok(())
    } else {
        Err(io::Error::other("it does not answer with 200"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_methods_are_told_apart() {
        for (request, status) in [
            ("GET / HTTP/1.1", "200"),
            ("GET /?a=b HTTP/1.1", "200"),
            ("GET /healthz HTTP/1.1", "200"),
            ("GET /nothing HTTP/1.1", "404"),
            ("POST / HTTP/1.1", "405"),
            ("", "405"),
        ] {
            let answer = answer(request);
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{request}: {answer}"
            );
        }
    }
}
