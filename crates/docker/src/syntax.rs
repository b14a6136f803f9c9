//! The `# syntax=` line of a Dockerfile: it names an image that reads the rest of the file.
//!
//! BuildKit pulls and runs that image, so a design from a stranger could run anything through it.
//! Only Docker's own is taken.

use std::collections::BTreeMap;

/// A Dockerfile is to be read by a program that is not Docker's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is to be read by the foreign image `{image}`")]
pub struct ForeignSyntax {
    /// The image that is asked for.
    pub image: String,
}

/// Refuses a Dockerfile or a build argument that names a foreign reader.
pub(crate) fn check(text: &[u8], args: &BTreeMap<String, String>) -> Result<(), ForeignSyntax> {
    let asked = args.get("BUILDKIT_SYNTAX").cloned();
    match asked
        .into_iter()
        .chain(directive(text))
        .find(|image| !is_own(image))
    {
        Some(image) => Err(ForeignSyntax { image }),
        None => Ok(()),
    }
}

fn is_own(image: &str) -> bool {
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    let name = image.split([':', '@']).next().unwrap_or_default();
    matches!(name, "docker/dockerfile" | "docker/dockerfile-upstream")
}

/// The image of the file's `syntax` directive, in each form that BuildKit knows.
///
/// <https://docs.docker.com/reference/dockerfile/#syntax>
fn directive(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if text.trim_start().starts_with('{') {
        #[derive(serde::Deserialize)]
        struct Head {
            syntax: String,
        }
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Head>();
        if let Some(Ok(head)) = values.next() {
            return Some(head.syntax);
        }
    }
    ["#", "//"].iter().find_map(|mark| {
        text.lines()
            .skip_while(|line| line.starts_with("#!"))
            .map_while(|line| line.trim().strip_prefix(mark))
            .map_while(|line| line.split_once('='))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case("syntax"))
            .map(|(_, image)| {
                image
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("FROM scratch", None)]
    #[case("# syntax=docker/dockerfile:1\nFROM scratch", None)]
    #[case("# syntax=docker.io/docker/dockerfile:1.4@sha256:0\n", None)]
    #[case("# syntax=evil/reader\nFROM scratch", Some("evil/reader"))]
    #[case("#SYNTAX = evil/reader extra\n", Some("evil/reader"))]
    #[case("# escape=`\n# syntax=evil/reader", Some("evil/reader"))]
    #[case("\u{feff}#syntax=evil/reader", Some("evil/reader"))]
    #[case("//syntax=evil/reader", Some("evil/reader"))]
    #[case("#!/bin/x\n# syntax=evil/reader", Some("evil/reader"))]
    #[case("{\"syntax\": \"evil/reader\"}", Some("evil/reader"))]
    #[case(
        "# syntax=docker/dockerfile.evil.example/x",
        Some("docker/dockerfile.evil.example/x")
    )]
    #[case(
        "# syntax=evil.example/docker/dockerfile",
        Some("evil.example/docker/dockerfile")
    )]
    // After the first line that is no directive it is a comment.
    #[case("# a comment\n# syntax=evil/reader", None)]
    #[case("FROM scratch\n# syntax=evil/reader", None)]
    fn a_foreign_reader_is_refused(#[case] text: &str, #[case] foreign: Option<&str>) {
        let found = check(text.as_bytes(), &BTreeMap::new())
            .err()
            .map(|error| error.image);
        assert_eq!(found.as_deref(), foreign);
    }

    #[test]
    fn a_build_argument_is_checked_too() {
        let args = [("BUILDKIT_SYNTAX".to_owned(), "evil/reader".to_owned())].into();
        assert!(check(b"FROM scratch", &args).is_err());
    }
}
