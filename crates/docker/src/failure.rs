//! From the text with which a build failed to what a person needs: the step, its line in the
//! Dockerfile, the reason, what to do.

use slipway_engine::port::{ImageError, ImageErrorKind};

use crate::steps::Stopped;

/// Wrappings of BuildKit and its frontend that say nothing to a person.
const WRAPPINGS: [&str; 9] = [
    "failed to solve with frontend dockerfile.v0: ",
    "failed to solve with frontend gateway.v0: ",
    "failed to solve: ",
    "rpc error: code = Unknown desc = ",
    "failed to create LLB definition: ",
    "failed to build LLB: ",
    "failed to compute cache key: ",
    "failed to calculate checksum of ref ",
    "failed to prepare ",
];

/// Puts a failed build into words.
///
/// `context` and `dockerfile` are named as in the design, `text` is the Dockerfile's.
pub(crate) fn explain(
    context: &str,
    dockerfile: &str,
    text: &str,
    reason: &str,
    stopped: Stopped,
) -> ImageError {
    let reason = unwrapped(reason);
    let instruction = stopped.step.as_deref().map(instruction);
    let step = instruction.map(|instruction| match line_of(text, instruction) {
        Some(line) => format!("{dockerfile} line {line}, `{instruction}`: "),
        None => format!("`{instruction}`: "),
    });
    ImageError {
        kind: ImageErrorKind::Build,
        message: format!(
            "building `{context}` failed: {}{reason}",
            step.unwrap_or_default()
        ),
        hint: Some(hint(&reason, instruction.unwrap_or_default()).to_owned()),
        log_tail: stopped.tail,
    }
}

/// The reason without what the builder wraps it in.
fn unwrapped(reason: &str) -> String {
    let mut text = reason.trim();
    while let Some(rest) = WRAPPINGS
        .iter()
        .find_map(|wrapping| text.strip_prefix(wrapping))
    {
        text = rest;
    }
    // `executor failed running [/bin/sh -c make]: exit code: 2` repeats the step.
    for wrapping in ["executor failed running [", "process \"", "The command '"] {
        if let Some(rest) = text.strip_prefix(wrapping)
            && let Some(start) = ["]: ", "did not complete successfully: ", "' returned "]
                .iter()
                .find_map(|end| rest.find(end).map(|at| at + end.len()))
        {
            text = &rest[start..];
        }
    }
    text.to_owned()
}

/// The instruction of a step's title, `[builder 2/3] COPY a /` and the like.
fn instruction(title: &str) -> &str {
    match title
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    {
        Some((_, instruction)) => instruction,
        None => title,
    }
}

/// The line on which an instruction begins, if exactly one instruction reads so.
fn line_of(dockerfile: &str, wanted: &str) -> Option<usize> {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = squeeze(wanted);
    let mut found = Vec::new();
    let mut lines = dockerfile.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let mut logical = line.trim().to_owned();
        if logical.starts_with('#') {
            continue;
        }
        while let Some(open) = logical.strip_suffix('\\') {
            let open = open.to_owned();
            match lines.find(|(_, next)| !next.trim_start().starts_with('#')) {
                Some((_, next)) => logical = format!("{open} {}", next.trim()),
                None => logical = open,
            }
        }
        let logical = squeeze(&logical);
        let is_same = logical.eq_ignore_ascii_case(&wanted)
            || match (logical.split_once(' '), wanted.split_once(' ')) {
                (Some((a, rest)), Some((b, other))) => a.eq_ignore_ascii_case(b) && rest == other,
                _ => false,
            };
        if is_same {
            found.push(index + 1);
        }
    }
    match found.as_slice() {
        [line] => Some(*line),
        _ => None,
    }
}

fn hint(reason: &str, instruction: &str) -> &'static str {
    let has = |parts: &[&str]| parts.iter().any(|part| reason.contains(part));
    let copies = instruction
        .get(..5)
        .is_some_and(|word| word.eq_ignore_ascii_case("COPY "))
        || instruction
            .get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case("ADD "));
    if has(&["no space left on device"]) {
        "Free disk space for the engine, for example with `docker system prune`."
    } else if has(&["exec format error"]) {
        "The program is for another processor: set `arch` in slipway.toml to the one it was compiled for, or let the engine emulate it."
    } else if has(&[
        "parse error",
        "unknown instruction",
        "file with no instructions",
        "cannot be empty",
        "requires at least",
    ]) {
        "Correct the Dockerfile."
    } else if has(&["target stage", "failed to reach build target"]) {
        "Correct `target` in slipway.toml: it names a stage of the Dockerfile, the word after AS."
    } else if has(&[
        "no such host",
        "i/o timeout",
        "connection refused",
        "TLS handshake",
        "network is unreachable",
    ]) {
        "The engine cannot reach the registry of the base image: check its network and proxy."
    } else if has(&[
        "pull access denied",
        "manifest unknown",
        "repository does not exist",
        "not found: manifest",
        "no match for platform",
    ]) {
        "Check the name of the base image, that it exists for this architecture, and that you may pull it."
    } else if has(&[
        "not found",
        "no such file",
        "no source files",
        "forbidden path outside",
    ]) && copies
    {
        "Check the path: it is relative to the build context. Check also that the file exists by now and that .dockerignore does not leave it out."
    } else if has(&["exit code", "non-zero code"]) {
        "Read the last lines of its output."
    } else {
        "Correct it and deploy again: everything finished so far is kept."
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const DOCKERFILE: &str = "# syntax=docker/dockerfile:1\nFROM scratch AS prod\n\ncopy  a \\\n  # why\n  b /\nRUN x\nRUN x\n";

    #[rstest]
    #[case("COPY a b /", Some(4))]
    #[case("FROM scratch AS prod", Some(2))]
    // Twice the same: none is named.
    #[case("RUN x", None)]
    #[case("RUN y", None)]
    fn a_step_is_found_in_the_dockerfile(#[case] step: &str, #[case] line: Option<usize>) {
        assert_eq!(line_of(DOCKERFILE, step), line);
    }

    #[rstest]
    #[case(
        "failed to solve with frontend dockerfile.v0: failed to build LLB: failed to compute cache key: \"/a\" not found: not found",
        "\"/a\" not found: not found"
    )]
    #[case(
        "failed to solve: executor failed running [/bin/sh -c make]: exit code: 2",
        "exit code: 2"
    )]
    #[case(
        "failed to solve: process \"/bin/sh -c make\" did not complete successfully: exit code: 2",
        "exit code: 2"
    )]
    #[case(
        "The command '/bin/sh -c make' returned a non-zero code: 2",
        "a non-zero code: 2"
    )]
    #[case(
        "dockerfile parse error line 2: unknown instruction: FOO",
        "dockerfile parse error line 2: unknown instruction: FOO"
    )]
    fn a_reason_is_unwrapped(#[case] reason: &str, #[case] expect: &str) {
        assert_eq!(unwrapped(reason), expect);
    }

    #[test]
    fn a_failure_names_line_step_and_reason() {
        let stopped = Stopped {
            step: Some("[prod 1/2] COPY a b /".into()),
            tail: vec!["last".into()],
        };
        let error = explain(
            "app",
            "app/Dockerfile",
            DOCKERFILE,
            "failed to solve: \"/a\" not found",
            stopped,
        );
        assert_eq!(
            error.message,
            "building `app` failed: app/Dockerfile line 4, `COPY a b /`: \"/a\" not found"
        );
        assert!(error.hint.unwrap().contains(".dockerignore"));
        assert_eq!(error.log_tail, ["last"]);
    }
}
