//! A program that answers each line with one line of JSON.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell;

/// A running program; it is ended when this is dropped.
pub(super) struct Answering {
    line: String,
    child: Child,
    input: ChildStdin,
    answers: Receiver<std::io::Result<String>>,
}

/// What came of a question.
#[derive(Debug)]
pub(super) enum Answer {
    Given(Value),
    /// The program said why it could not.
    Refused(String),
    /// Nothing came in time; the program is ended.
    Late,
}

impl Answering {
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let line = shell::shown(command);
        println!("    $ {line}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start `{line}`"))?;
        let input = child.stdin.take().context("the program has no input")?;
        let output = child.stdout.take().context("the program has no output")?;
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for answer in BufReader::new(output).lines() {
                if sender.send(answer).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            line,
            child,
            input,
            answers,
        })
    }

    /// Asks and waits for the answer. A program that ends instead has refused.
    pub(super) fn ask(&mut self, question: &str, patience: Duration) -> Result<Answer> {
        let asked = writeln!(self.input, "{question}").and_then(|()| self.input.flush());
        if let Err(error) = asked {
            return Ok(Answer::Refused(error.to_string()));
        }
        match self.answers.recv_timeout(patience) {
            Ok(answer) => {
                let answer =
                    answer.with_context(|| format!("cannot read what `{}` says", self.line))?;
                let value: Value = serde_json::from_str(&answer).with_context(|| {
                    format!("`{}` answered with something else than JSON", self.line)
                })?;
                Ok(match value.get("error").and_then(Value::as_str) {
                    Some(error) => Answer::Refused(error.to_owned()),
                    None => Answer::Given(value),
                })
            }
            Err(RecvTimeoutError::Timeout) => {
                self.end();
                Ok(Answer::Late)
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = self.child.wait().context("cannot wait for the program")?;
                Ok(Answer::Refused(format!("it ended with {status}")))
            }
        }
    }

    /// Like [`Answering::ask`], for questions that must be answered.
    pub(super) fn demand(&mut self, question: &str, patience: Duration) -> Result<Value> {
        match self.ask(question, patience)? {
            Answer::Given(value) => Ok(value),
            Answer::Refused(why) => bail!("`{}` did not answer: {why}", self.line),
            Answer::Late => bail!("`{}` did not answer in {patience:?}", self.line),
        }
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.end();
    }
}
