//! A plain WebSocket client (RFC 6455): text frames over one connection.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any function of a test runs, and than a cold start on a busy computer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Any sixteen bytes in base64: the server proves with it that it speaks the protocol.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// A client must mask what it sends, with any key.
const MASK: [u8; 4] = [7, 11, 13, 17];

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

pub struct Socket {
    stream: BufReader<TcpStream>,
}

/// What came of asking for a connection.
pub enum Opened {
    Connected(Socket),
    /// The status of the answer.
    Refused(u16),
}

impl Socket {
    /// Connects to `url`, a `ws://host:port/path` whose host is this computer.
    pub fn open(url: &str) -> Result<Opened> {
        let (authority, path) = url
            .strip_prefix("ws://")
            .and_then(|rest| rest.split_once('/'))
            .with_context(|| format!("{url} is not a plain address"))?;
        let (_, port) = authority
            .rsplit_once(':')
            .with_context(|| format!("{url} has no port"))?;
        let mut stream = TcpStream::connect(("127.0.0.1", port.parse()?))
            .with_context(|| format!("no answer from {url}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(
            format!(
                "GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
            )
            .as_bytes(),
        )?;
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let status: u16 = line
            .split(' ')
            .nth(1)
            .with_context(|| format!("`{line}` is no answer"))?
            .parse()?;
        loop {
            let mut header = String::new();
            stream.read_line(&mut header)?;
            if header.trim().is_empty() {
                break;
            }
        }
        Ok(match status {
            101 => Opened::Connected(Self { stream }),
            other => Opened::Refused(other),
        })
    }

    /// Connects, and fails when it is refused.
    pub fn connect(url: &str) -> Result<Self> {
        match Self::open(url)? {
            Opened::Connected(socket) => Ok(socket),
            Opened::Refused(status) => bail!("{url} refuses the connection with {status}"),
        }
    }

    pub fn send(&mut self, text: &str) -> Result<()> {
        self.frame(TEXT, text.as_bytes())
    }

    /// The next text, whatever control frames come before it.
    pub fn receive(&mut self) -> Result<String> {
        loop {
            let mut head = [0; 2];
            self.stream.read_exact(&mut head)?;
            ensure!(head[0] & 0x80 != 0, "texts of a test fit into one frame");
            ensure!(head[1] & 0x80 == 0, "a server does not mask");
            let length = match head[1] {
                126 => {
                    let mut long = [0; 2];
                    self.stream.read_exact(&mut long)?;
                    usize::from(u16::from_be_bytes(long))
                }
                127 => bail!("a text of more than 64 kB"),
                short => usize::from(short),
            };
            let mut payload = vec![0; length];
            self.stream.read_exact(&mut payload)?;
            match head[0] & 0x0f {
                TEXT => return Ok(String::from_utf8(payload)?),
                PING => self.frame(PONG, &payload)?,
                CLOSE => bail!("the server closed the connection"),
                _ => {}
            }
        }
    }

    /// Sends a message and takes the answer, both JSON.
    pub fn ask(&mut self, message: &Value) -> Result<Value> {
        self.send(&message.to_string())?;
        let answer = self.receive()?;
        serde_json::from_str(&answer).with_context(|| format!("not JSON: {answer}"))
    }

    fn frame(&mut self, kind: u8, payload: &[u8]) -> Result<()> {
        let mut frame = vec![0x80 | kind];
        match u16::try_from(payload.len()) {
            Ok(short) if short < 126 => frame.push(0x80 | short.to_be_bytes()[1]),
            Ok(long) => {
                frame.push(0x80 | 126);
                frame.extend(long.to_be_bytes());
            }
            Err(_) => bail!("a text of more than 64 kB"),
        }
        frame.extend(MASK);
        frame.extend(
            payload
                .iter()
                .zip(MASK.iter().cycle())
                .map(|(byte, mask)| byte ^ mask),
        );
        Ok(self.stream.get_mut().write_all(&frame)?)
    }
}
