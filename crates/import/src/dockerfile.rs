//! What a Dockerfile says about the image that it makes.

use parse_dockerfile::{Command, Instruction, parse};
use std::collections::HashMap;

/// Bases that run as Lambda functions.
const LAMBDA_BASES: [&str; 4] = [
    "public.ecr.aws/lambda/",
    "amazon/aws-lambda-",
    "public.ecr.aws/awsguru/aws-lambda-",
    "public.ecr.aws/datadog/lambda-",
];

/// What stands in a Dockerfile only when the image is for Lambda, and what it is.
const LAMBDA_WORDS: [(&str, &str); 8] = [
    (
        "awslambdaric",
        "awslambdaric, Lambda's runtime client for Python",
    ),
    ("aws-lambda-ric", "aws-lambda-ric, Lambda's runtime client"),
    (
        "aws_lambda_ric",
        "aws_lambda_ric, Lambda's runtime client for Ruby",
    ),
    ("/lambda-entrypoint", "Lambda's entry point"),
    ("aws-lambda-rie", "Lambda's runtime interface emulator"),
    ("aws_lambda_runtime_api", "Lambda's Runtime API"),
    ("aws-lambda-adapter", "the Lambda Web Adapter"),
    ("lambda_task_root", "LAMBDA_TASK_ROOT"),
];

/// Libraries in a program's manifest that make it a function.
const LAMBDA_LIBRARIES: [&str; 8] = [
    "lambda_runtime",
    "lambda_http",
    "aws-lambda-go",
    "awslambdaric",
    "aws-lambda-ric",
    "aws_lambda_ric",
    "aws-lambda-java-runtime-interface-client",
    "aws-lambda-java-core",
];

/// What was found out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Why the image is one for Lambda, in words that go on after "because".
    pub(crate) lambda: Option<String>,
    /// TCP ports of `EXPOSE` in the stage that is built, in order.
    pub(crate) ports: Vec<u16>,
    /// What `EXPOSE` says that is no TCP port: a range, UDP, a variable without a value.
    pub(crate) other_ports: bool,
    /// Why the file could not be read as a whole.
    pub(crate) broken: Option<String>,
}

/// Reads a Dockerfile; `libraries` are the manifests beside it, name and text.
pub(crate) fn facts(text: &str, libraries: &[(&str, &str)]) -> Facts {
    let mut facts = Facts::default();
    match parse(text) {
        Ok(file) => {
            let mut words = Words::default();
            for instruction in &file.instructions {
                words.take(instruction, &mut facts);
            }
            facts.lambda = words.lambda();
        }
        Err(error) => facts.broken = Some(error.to_string()),
    }
    if facts.lambda.is_none() {
        facts.lambda = libraries.iter().find_map(|(file, text)| {
            let lower = text.to_ascii_lowercase();
            let library = LAMBDA_LIBRARIES.iter().find(|it| lower.contains(**it))?;
            Some(format!("{file} names {library}"))
        });
    }
    facts
}

/// The stages as they are read.
#[derive(Default)]
struct Words {
    /// Values of `ARG` and `ENV` that `EXPOSE` and `FROM` may name.
    values: HashMap<String, String>,
    stages: Vec<Stage>,
}

#[derive(Default)]
struct Stage {
    name: Option<String>,
    base: String,
    sign: Option<&'static str>,
    ports: Vec<u16>,
    other_ports: bool,
}

impl Words {
    fn take(&mut self, instruction: &Instruction<'_>, facts: &mut Facts) {
        match instruction {
            Instruction::From(from) => {
                let base = self.fill(&from.image.value);
                // A stage that goes on from another has what that one has.
                let parent = self
                    .stages
                    .iter()
                    .rev()
                    .find(|stage| stage.name.as_deref() == Some(&base.to_ascii_lowercase()));
                let (sign, ports, other_ports, root) = match parent {
                    Some(parent) => (
                        parent.sign,
                        parent.ports.clone(),
                        parent.other_ports,
                        parent.base.clone(),
                    ),
                    None => (None, Vec::new(), false, base),
                };
                self.stages.push(Stage {
                    name: from
                        .as_
                        .as_ref()
                        .map(|(_, name)| name.value.to_ascii_lowercase()),
                    base: root,
                    sign,
                    ports: ports.clone(),
                    other_ports,
                });
                facts.ports = ports;
                facts.other_ports = other_ports;
            }
            Instruction::Expose(expose) => {
                for argument in &expose.arguments {
                    let filled = self.fill(&argument.value);
                    let port = tcp_port(&filled);
                    let Some(stage) = self.stages.last_mut() else {
                        continue;
                    };
                    match port {
                        Some(port) if !stage.ports.contains(&port) => stage.ports.push(port),
                        Some(_) => {}
                        None => stage.other_ports = true,
                    }
                    facts.ports.clone_from(&stage.ports);
                    facts.other_ports = stage.other_ports;
                }
            }
            Instruction::Arg(arg) => self.define(&arg.arguments.value),
            Instruction::Env(env) => {
                self.define(&env.arguments.value);
                self.look(&env.arguments.value);
            }
            Instruction::Run(run) => {
                self.command(&run.arguments);
                for document in &run.here_docs {
                    self.look(&document.value);
                }
            }
            Instruction::Cmd(cmd) => self.command(&cmd.arguments),
            Instruction::Entrypoint(entry) => self.command(&entry.arguments),
            Instruction::Copy(copy) => {
                self.look(&copy.dest.value);
                for flag in &copy.options {
                    if let Some(value) = &flag.value {
                        self.look(&value.value);
                    }
                }
            }
            Instruction::Add(add) => self.look(&add.dest.value),
            _ => {}
        }
    }

    fn command(&mut self, command: &Command<'_>) {
        match command {
            Command::Exec(words) => {
                for word in &words.value {
                    self.look(&word.value);
                }
            }
            Command::Shell(line) => self.look(line.value),
            _ => {}
        }
    }

    /// Looks for signs of Lambda in a text of the current stage.
    fn look(&mut self, text: &str) {
        let lower = text.to_ascii_lowercase();
        if let Some(stage) = self.stages.last_mut()
            && stage.sign.is_none()
        {
            stage.sign = LAMBDA_WORDS
                .iter()
                .find(|(word, _)| lower.contains(word))
                .map(|(_, what)| *what);
        }
    }

    /// `NAME=value NAME=value`, or the older `NAME value`.
    fn define(&mut self, text: &str) {
        let words = shlex::split(text).unwrap_or_default();
        if let [name, value] = words.as_slice()
            && !name.contains('=')
        {
            self.values.insert(name.clone(), value.clone());
            return;
        }
        for word in words {
            if let Some((name, value)) = word.split_once('=')
                && self.values.len() < 1000
            {
                let value = self.fill(value);
                self.values.insert(name.to_owned(), value);
            }
        }
    }

    /// The text with the variables that are known.
    fn fill(&self, text: &str) -> String {
        crate::interpolate::fill(text, &self.values).map_or_else(|_| text.to_owned(), |it| it.text)
    }

    /// Why the last stage is for Lambda.
    fn lambda(&self) -> Option<String> {
        let last = self.stages.last()?;
        let base = last.base.to_ascii_lowercase();
        if LAMBDA_BASES.iter().any(|start| {
            base.strip_prefix("docker.io/")
                .unwrap_or(&base)
                .starts_with(start)
        }) {
            return Some(format!("its base is {}", crate::shown(&last.base)));
        }
        last.sign.map(|what| format!("it uses {what}"))
    }
}

/// The port of `8080` or `8080/tcp`.
pub(crate) fn tcp_port(text: &str) -> Option<u16> {
    let number = match text.split_once('/') {
        Some((number, protocol)) if protocol.eq_ignore_ascii_case("tcp") => number,
        Some(_) => return None,
        None => text,
    };
    number.parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lambda(text: &str) -> Option<String> {
        facts(text, &[]).lambda
    }

    #[test]
    fn functions_are_told_by_what_they_are_made_of() {
        for (text, why) in [
            (
                "FROM public.ecr.aws/lambda/python:3.12\nCOPY app.py ${LAMBDA_TASK_ROOT}\nCMD [\"app.handler\"]\n",
                "its base is public.ecr.aws/lambda/python:3.12",
            ),
            (
                "ARG V=3.12\nFROM public.ecr.aws/lambda/python:${V}\n",
                "its base is public.ecr.aws/lambda/python:3.12",
            ),
            (
                "FROM python:3.12 AS build\nRUN pip install \\\n  awslambdaric\nFROM build\nCMD [\"x\"]\n",
                "it uses awslambdaric, Lambda's runtime client for Python",
            ),
            (
                "FROM node:22\nENTRYPOINT [\"/usr/local/bin/npx\", \"aws-lambda-ric\"]\n",
                "it uses aws-lambda-ric, Lambda's runtime client",
            ),
            (
                "FROM node:22\nCOPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9 /lambda-adapter /opt/extensions/lambda-adapter\nEXPOSE 8080\n",
                "it uses the Lambda Web Adapter",
            ),
        ] {
            assert_eq!(lambda(text).as_deref(), Some(why), "{text}");
        }
        assert_eq!(
            lambda("FROM node:22\n# not awslambdaric\nCMD [\"node\"]\n"),
            None
        );
        // Only what is in the image that is built counts.
        assert_eq!(
            lambda("FROM public.ecr.aws/lambda/nodejs:22 AS test\nFROM node:22\nCMD [\"node\"]\n"),
            None
        );
        let cargo = [("fn/Cargo.toml", "[dependencies]\nlambda_http = \"1\"\n")];
        assert_eq!(
            facts("FROM scratch\nCOPY bootstrap /\n", &cargo)
                .lambda
                .as_deref(),
            Some("fn/Cargo.toml names lambda_http")
        );
    }

    #[test]
    fn ports_are_those_of_the_last_stage() {
        let check = |text: &str, ports: &[u16], other: bool| {
            let facts = facts(text, &[]);
            assert_eq!(
                (facts.ports.as_slice(), facts.other_ports),
                (ports, other),
                "{text}"
            );
        };
        check("FROM a\nEXPOSE 80 443/tcp 53/udp\n", &[80, 443], true);
        check("FROM a\nENV PORT=3000\nEXPOSE $PORT\n", &[3000], false);
        check(
            "FROM a\nENV PORT 3000\nEXPOSE ${PORT}/tcp\n",
            &[3000],
            false,
        );
        check("FROM a AS base\nEXPOSE 80\nFROM b\n", &[], false);
        check(
            "FROM a AS Base\nEXPOSE 80\nFROM base\nEXPOSE 80 81\n",
            &[80, 81],
            false,
        );
        check("FROM a\nEXPOSE 8000-8010\n", &[], true);
        check("FROM a\nEXPOSE $NOTHING\n", &[], true);
    }

    #[test]
    fn what_is_no_dockerfile_is_said() {
        assert!(facts("HELLO there\n", &[]).broken.is_some());
        assert!(facts("", &[]).broken.is_some());
    }

    proptest! {
        #[test]
        fn never_panics(text in "(FROM a|EXPOSE|ENV|RUN|ARG|[ -~\n\\\\]){0,12}") {
            let _ = facts(&text, &[]);
        }
    }
}
