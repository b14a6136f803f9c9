//! A web server outside of AWS, which routes to an address lead to.

use anyhow::Result;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Answers every request with its own first line.
pub struct Backend {
    port: u16,
}

impl Backend {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        thread::spawn(move || {
            // What can't be answered ends it, so that whatever asks next is refused.
            while let Ok((stream, _)) = listener.accept() {
                if answer(stream).is_err() {
                    break;
                }
            }
        });
        Ok(Self { port })
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        format!("localhost:{}", self.port)
    }
}

fn answer(stream: TcpStream) -> Result<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        line.clear();
    }
    let body = first.trim_end();
    write!(
        reader.get_mut(),
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    Ok(())
}
