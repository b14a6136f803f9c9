//! Waiting for a service to answer, and the smallest HTTP client that can ask it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::BedError;
use crate::service::Service;

/// An answer: the status and the body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Sends one request over a fresh connection and reads to its end. HTTP/1.0, so that no answer is chunked.
pub(crate) fn ask(mut stream: impl Read + Write, method: &str, target: &str) -> io::Result<Answer> {
    write!(
        stream,
        "{method} {target} HTTP/1.0\r\nHost: localhost\r\n\r\n"
    )?;
    stream.flush()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not an HTTP answer"))?;
    Ok(Answer {
        status,
        body: body.to_owned(),
    })
}

/// Asks a port on loopback, with a limit on each read.
pub(crate) fn get(port: u16, target: &str) -> io::Result<Answer> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    ask(stream, "GET", target)
}

/// Asks again and again until the service answers 200, has ended, or the time is up.
pub(crate) fn wait(
    service: &mut Service,
    limit: Duration,
    mut probe: impl FnMut() -> io::Result<Answer>,
) -> Result<(), BedError> {
    let began = Instant::now();
    loop {
        let seen = match probe() {
            Ok(answer) if answer.status == 200 => return Ok(()),
            Ok(answer) => format!("it answered {}", answer.status),
            Err(error) => error.to_string(),
        };
        if let Some(status) = service.ended() {
            return Err(service.not_ready(&format!("it ended ({status})")));
        }
        if began.elapsed() > limit {
            return Err(service.not_ready(&format!("{seen} after {} s", limit.as_secs())));
        }
        thread::sleep(Duration::from_millis(50));
    }
}
