//! The Lambda execution environment of the test bed.
//!
//! The bed mounts this program into a function's container and starts it in front of the image's own
//! program, whose command line it receives as its arguments. It answers two sides:
//!
//! * port 8080, `POST /2015-03-31/functions/function/invocations`: where the emulated Lambda service
//!   delivers an event and waits for the answer;
//! * loopback port 9001: the Lambda Runtime API (`next`, `response`, `error`, `init/error`) for the
//!   image's program, which finds it through `AWS_LAMBDA_RUNTIME_API`, as on AWS.
//!
//! One environment handles one event at a time, as on AWS; further invocations wait in line. A program
//! that exits, runs out of time or fails during start ends the invocation with AWS's error shape and is
//! started again for the next one.
//!
//! The standard library only: the bed compiles it with `rustc` alone, statically linked, so
//! that it runs in an image made `FROM scratch`.
//!
//! **Must not know**: the rest of the workspace, and anything about the functions it runs.

mod http;
#[cfg(test)]
mod tests;

use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::{Reply, Request, read_request};

const INVOCATIONS: &str = "/2015-03-31/functions/function/invocations";
const RUNTIME: &str = "/2018-06-01/runtime/";
/// Largest answer of a synchronous invocation, in bytes (6 MB and the envelope's allowance, as AWS says it).
const LARGEST_ANSWER: usize = 6_291_556;
/// How long a program may take before its first `next`, as on AWS, in seconds.
const INIT_SECONDS: u64 = 10;

fn main() -> ExitCode {
    let command: Vec<String> = std::env::args().skip(1).collect();
    if command.is_empty() {
        report("no program to start: the image has neither ENTRYPOINT nor CMD");
        return ExitCode::from(2);
    }
    let settings = Settings::from_environment(command);
    let runtime = match TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 9001))) {
        Ok(listener) => listener,
        Err(error) => {
            report(&format!("port 9001 cannot be opened: {error}"));
            return ExitCode::from(2);
        }
    };
    let front = match TcpListener::bind(SocketAddr::from(([0, 0, 0, 0], 8080))) {
        Ok(listener) => listener,
        Err(error) => {
            report(&format!("port 8080 cannot be opened: {error}"));
            return ExitCode::from(2);
        }
    };
    let environment = Arc::new(Environment::new(settings));
    {
        let environment = Arc::clone(&environment);
        thread::spawn(move || serve(&runtime, &environment, runtime_api));
    }
    // Started now and not with the first event: the work of start-up is done while nobody waits.
    environment.ensure_program();
    serve(&front, &environment, invocation_api);
    ExitCode::SUCCESS
}

#[expect(
    clippy::print_stderr,
    reason = "the container's log is where an operator looks"
)]
fn report(text: &str) {
    eprintln!("lambda environment: {text}");
}

/// What is fixed for the life of the container.
struct Settings {
    command: Vec<String>,
    timeout: Duration,
    function_arn: String,
    runtime_api: String,
}

impl Settings {
    fn from_environment(command: Vec<String>) -> Self {
        let seconds = std::env::var("AWS_LAMBDA_FUNCTION_TIMEOUT")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(3);
        Self {
            command,
            timeout: Duration::from_secs(seconds),
            function_arn: std::env::var("_LAMBDA_FUNCTION_ARN").unwrap_or_default(),
            runtime_api: "127.0.0.1:9001".to_owned(),
        }
    }
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// The program answered; the body as it sent it.
    Answer(Vec<u8>),
    /// An error document, by the program or by this environment.
    Error(Vec<u8>),
}

/// Where the one event in work is.
#[derive(Debug)]
enum Stage {
    Idle,
    /// Accepted; the program has not fetched it yet.
    Waiting {
        id: String,
        event: Vec<u8>,
    },
    /// Fetched by the program.
    Running {
        id: String,
    },
    Done {
        outcome: Outcome,
    },
}

struct State {
    stage: Stage,
    deadline: SystemTime,
    program: Option<Child>,
    /// The program asked for an event at least once since it was started.
    ready: bool,
    /// Counts the programs started. A `next` that an earlier one left behind must not take an event.
    generation: u64,
    init_error: Option<Vec<u8>>,
}

struct Environment {
    settings: Settings,
    state: Mutex<State>,
    changed: Condvar,
    /// Held for the whole of one invocation: one event at a time.
    turn: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked while it held the lock must not take the others with it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Environment {
    fn new(settings: Settings) -> Self {
        Self {
            settings,
            state: Mutex::new(State {
                stage: Stage::Idle,
                deadline: UNIX_EPOCH,
                program: None,
                ready: false,
                generation: 0,
                init_error: None,
            }),
            changed: Condvar::new(),
            turn: Mutex::new(()),
        }
    }

    /// Starts the program if it does not run. A failure to start is kept as the error of the next event.
    fn ensure_program(&self) {
        let mut state = lock(&self.state);
        if let Some(child) = &mut state.program {
            match child.try_wait() {
                Ok(None) => return,
                Ok(Some(_)) | Err(_) => state.program = None,
            }
        }
        state.ready = false;
        state.init_error = None;
        state.generation += 1;
        self.changed.notify_all();
        let started = Command::new(&self.settings.command[0])
            .args(&self.settings.command[1..])
            .env("AWS_LAMBDA_RUNTIME_API", &self.settings.runtime_api)
            .stdin(Stdio::null())
            .spawn();
        match started {
            Ok(child) => state.program = Some(child),
            Err(error) => {
                let message = format!("Error: fork/exec {}: {error}", self.settings.command[0]);
                report(&message);
                state.init_error = Some(error_document("Runtime.InvalidEntrypoint", &message));
            }
        }
    }

    /// Runs one event through the program and says how it ended.
    fn invoke(&self, id: &str, event: Vec<u8>) -> Outcome {
        let _turn = lock(&self.turn);
        self.ensure_program();
        let accepted = Instant::now();
        let mut started: Option<Instant> = None;
        let mut state = lock(&self.state);
        state.deadline = SystemTime::now() + self.settings.timeout;
        state.stage = Stage::Waiting {
            id: id.to_owned(),
            event,
        };
        self.changed.notify_all();
        loop {
            if let Stage::Done { outcome } = &state.stage {
                let outcome = outcome.clone();
                state.stage = Stage::Idle;
                return outcome;
            }
            if let Some(document) = state.init_error.take() {
                return self.give_up(state, document);
            }
            if let Some(ended) = state
                .program
                .as_mut()
                .and_then(|child| child.try_wait().ok().flatten())
            {
                let how = ended.code().map_or_else(
                    || "signal: killed".to_owned(),
                    |code| format!("exit status {code}"),
                );
                let with = if ended.success() {
                    "without providing a reason"
                } else {
                    &format!("with error: {how}")
                };
                let document = error_document(
                    "Runtime.ExitError",
                    &format!("RequestId: {id} Error: Runtime exited {with}"),
                );
                state.program = None;
                return self.give_up(state, document);
            }
            if state.ready && started.is_none() {
                // Time runs from the moment the program is ready: start-up has a limit of its own.
                started = Some(Instant::now());
                state.deadline = SystemTime::now() + self.settings.timeout;
            }
            let late = match started {
                Some(instant) => instant.elapsed() >= self.settings.timeout,
                None => accepted.elapsed() >= Duration::from_secs(INIT_SECONDS),
            };
            if late {
                let limit = if started.is_some() {
                    self.settings.timeout
                } else {
                    Duration::from_secs(INIT_SECONDS)
                };
                let message = format!("Task timed out after {}.00 seconds", limit.as_secs());
                let document = error_document("Sandbox.Timedout", &message);
                return self.give_up(state, document);
            }
            // The child's end raises no event here, so the wait is short; an answer wakes it at once.
            state = self
                .changed
                .wait_timeout(state, Duration::from_millis(20))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Ends an invocation that got no answer: the program is stopped, the next event starts a fresh one.
    fn give_up(&self, mut state: MutexGuard<'_, State>, document: Vec<u8>) -> Outcome {
        state.stage = Stage::Idle;
        state.ready = false;
        if let Some(mut child) = state.program.take() {
            if let Err(error) = child.kill() {
                report(&format!("the program cannot be stopped: {error}"));
            }
            if let Err(error) = child.wait() {
                report(&format!("the program's end cannot be awaited: {error}"));
            }
        }
        Outcome::Error(document)
    }

    /// Blocks until there is an event for the program: `(id, deadline in ms since the epoch, event)`.
    /// `None` when the program that asked has been replaced meanwhile.
    fn next(&self) -> Option<(String, u128, Vec<u8>)> {
        let mut state = lock(&self.state);
        state.ready = true;
        let generation = state.generation;
        self.changed.notify_all();
        loop {
            if state.generation != generation {
                return None;
            }
            if let Stage::Waiting { .. } = state.stage
                && let Stage::Waiting { id, event } =
                    std::mem::replace(&mut state.stage, Stage::Idle)
            {
                state.deadline = SystemTime::now() + self.settings.timeout;
                state.stage = Stage::Running { id: id.clone() };
                return Some((id, millis(state.deadline), event));
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the program's answer for event `id`; false when that event is not in work.
    fn finish(&self, id: &str, outcome: Outcome) -> bool {
        let mut state = lock(&self.state);
        match &state.stage {
            Stage::Running { id: running } if running == id => {
                state.stage = Stage::Done { outcome };
                self.changed.notify_all();
                true
            }
            _ => false,
        }
    }

    fn fail_init(&self, document: Vec<u8>) {
        lock(&self.state).init_error = Some(document);
        self.changed.notify_all();
    }
}

fn millis(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis())
}

fn error_document(kind: &str, message: &str) -> Vec<u8> {
    format!(
        r#"{{"errorMessage":{},"errorType":{}}}"#,
        json_string(message),
        json_string(kind)
    )
    .into_bytes()
}

fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

type Handler = fn(&Arc<Environment>, &Request) -> Reply;

fn serve(listener: &TcpListener, environment: &Arc<Environment>, handler: Handler) {
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => {
                let environment = Arc::clone(environment);
                thread::spawn(move || {
                    // A peer that goes away ends its connection and nothing else.
                    if let Err(error) = converse(stream, &environment, handler)
                        && !matches!(
                            error.kind(),
                            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
                        )
                    {
                        report(&format!("a connection ended: {error}"));
                    }
                });
            }
            Err(error) => report(&format!("a connection was not accepted: {error}")),
        }
    }
}

fn converse(stream: TcpStream, environment: &Arc<Environment>, handler: Handler) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some(request) = read_request(&mut reader, &mut writer)? {
        let reply = handler(environment, &request);
        let close = request
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        reply.write(&mut writer)?;
        if close {
            return Ok(());
        }
    }
    Ok(())
}

fn invocation_api(environment: &Arc<Environment>, request: &Request) -> Reply {
    if request.path != INVOCATIONS {
        return Reply::json(
            404,
            br#"{"errorMessage":"Not Found","errorType":"InvalidPath"}"#.to_vec(),
        );
    }
    if request.method != "POST" {
        return Reply::json(
            405,
            br#"{"errorMessage":"Method Not Allowed","errorType":"InvalidMethod"}"#.to_vec(),
        );
    }
    let id = request
        .header("x-amzn-requestid")
        .map_or_else(fresh_id, str::to_owned);
    match environment.invoke(&id, request.body.clone()) {
        Outcome::Answer(body) => Reply::json(200, body),
        Outcome::Error(body) => Reply::json(200, body).with("X-Amz-Function-Error", "Unhandled"),
    }
}

fn fresh_id() -> String {
    let now = millis(SystemTime::now());
    format!(
        "{:08x}-0000-4000-8000-{:012x}",
        std::process::id(),
        now & 0xffff_ffff_ffff
    )
}

fn runtime_api(environment: &Arc<Environment>, request: &Request) -> Reply {
    let Some(rest) = request.path.strip_prefix(RUNTIME) else {
        return Reply::json(
            404,
            br#"{"errorMessage":"Not Found","errorType":"InvalidPath"}"#.to_vec(),
        );
    };
    let parts: Vec<&str> = rest.split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["invocation", "next"]) => {
            let Some((id, deadline, event)) = environment.next() else {
                return Reply::json(410, error_document("Gone", "this program was replaced"));
            };
            Reply::json(200, event)
                .with("Lambda-Runtime-Aws-Request-Id", &id)
                .with("Lambda-Runtime-Deadline-Ms", &deadline.to_string())
                .with(
                    "Lambda-Runtime-Invoked-Function-Arn",
                    &environment.settings.function_arn,
                )
                .with(
                    "Lambda-Runtime-Trace-Id",
                    "Root=1-00000000-000000000000000000000000;Sampled=0",
                )
        }
        ("POST", ["invocation", id, "response"]) if request.body.len() > LARGEST_ANSWER => {
            let message = format!(
                "Response payload size exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes)."
            );
            environment.finish(
                id,
                Outcome::Error(error_document("Function.ResponseSizeTooLarge", &message)),
            );
            Reply::json(413, error_document("RequestEntityTooLarge", &message))
        }
        ("POST", ["invocation", id, "response"]) => {
            accepted(environment.finish(id, Outcome::Answer(request.body.clone())))
        }
        ("POST", ["invocation", id, "error"]) => {
            accepted(environment.finish(id, Outcome::Error(request.body.clone())))
        }
        ("POST", ["init", "error"]) => {
            environment.fail_init(request.body.clone());
            accepted(true)
        }
        _ => Reply::json(
            404,
            br#"{"errorMessage":"Not Found","errorType":"InvalidPath"}"#.to_vec(),
        ),
    }
}

fn accepted(known: bool) -> Reply {
    if known {
        Reply::json(202, br#"{"status":"OK"}"#.to_vec())
    } else {
        Reply::json(
            400,
            error_document("InvalidRequestID", "Invalid request ID"),
        )
    }
}
