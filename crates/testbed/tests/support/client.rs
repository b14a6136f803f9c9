//! The independent AWS client of these tests, and a plain HTTP one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use slipway_testbed::Bed;

pub(crate) const REGION: &str = "us-east-1";

/// boto3 in a process of its own.
pub(crate) struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Client {
    pub(crate) fn of(bed: &Bed) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/client.py");
        let endpoints = bed.endpoints();
        let mut child = Command::new(bed.python())
            .arg(script)
            .args([&endpoints.endpoint, &endpoints.docker_host, REGION])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (
            child.stdin.take().unwrap(),
            BufReader::new(child.stdout.take().unwrap()),
        );
        Self {
            child,
            input,
            output,
        }
    }

    pub(crate) fn ask(&mut self, wish: &Value) -> Value {
        writeln!(self.input, "{wish}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{wish}: {error}: {line:?}"))
    }

    pub(crate) fn call(&mut self, name: &str, parameters: Value) -> Value {
        self.ask(&json!({ "call": name, "with": parameters }))
    }

    /// The answer of a call that must succeed.
    pub(crate) fn done(&mut self, name: &str, parameters: Value) -> Value {
        let answer = self.call(name, parameters);
        answer
            .get("ok")
            .cloned()
            .unwrap_or_else(|| panic!("{name}: {answer}"))
    }

    /// The error code of a call that must fail.
    pub(crate) fn refused(&mut self, name: &str, parameters: Value) -> String {
        let answer = self.call(name, parameters);
        answer["error"]
            .as_str()
            .unwrap_or_else(|| panic!("{name} succeeded: {answer}"))
            .to_owned()
    }

    /// Calls again and again until `seen` holds.
    pub(crate) fn until(
        &mut self,
        name: &str,
        parameters: &Value,
        seen: impl Fn(&Value) -> bool,
    ) -> Value {
        let began = Instant::now();
        loop {
            let answer = self.done(name, parameters.clone());
            if seen(&answer) {
                return answer;
            }
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "{name}: still {answer}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Sends one request with these head lines and gives the status and the body.
pub(crate) fn http(port: u16, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "{head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {answer:?}"));
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        body.to_owned(),
    )
}

/// The port at the end of an address.
pub(crate) fn port(address: &str) -> u16 {
    address.rsplit_once(':').unwrap().1.parse().unwrap()
}
