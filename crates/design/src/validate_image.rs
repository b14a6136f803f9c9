//! The rules for images: where they come from, and that builds stay inside the project.

use crate::findings::Findings;
use crate::grammar::{inside, is_digest, is_repository, is_tag};
use crate::model::Image;
use crate::validate_node::Runner;
use crate::validate_variable::secret_looking;
use crate::{Diagnostic, Path, toml_string};

/// The image of a function, service or container.
pub(crate) fn image(
    out: &mut Findings,
    at: &Path,
    image: Option<&Image>,
    runner: Runner,
    required: bool,
) {
    let Some(image) = image else {
        if required {
            let what = match runner {
                Runner::Lambda => "function",
                Runner::Fargate => "service or container",
            };
            out.push(
                Diagnostic::error("image-missing", at, format!("The {what} has no image"))
                    .detail("A function or service is made from a container image.")
                    .fix("Write image = { build = \"folder\" }"),
            );
        }
        return;
    };
    let at = at.key("image");
    match image {
        Image::Build(build) => {
            let context = inside_project(out, &at.key("build"), &build.context);
            if let (Some(context), Some(dockerfile)) = (context, &build.dockerfile) {
                let path = if context.is_empty() {
                    dockerfile.clone()
                } else {
                    format!("{context}/{dockerfile}")
                };
                inside_project(out, &at.key("dockerfile"), &path);
                if dockerfile.starts_with('/') && !context.is_empty() {
                    out.push(absolute(&at.key("dockerfile")));
                }
            }
            let (folder, last) = build
                .context
                .rsplit_once('/')
                .unwrap_or((".", &build.context));
            if build.dockerfile.is_none() && last.starts_with("Dockerfile") {
                out.push(
                    Diagnostic::warning("build-is-a-file", &at.key("build"), "`build` is a folder, and this looks like a Dockerfile")
                        .detail("The folder is what Docker gets to build from; `dockerfile` is relative to it.")
                        .fix(format!("Write build = \"{folder}\", dockerfile = \"{last}\""))
                        .instead(format!("{{ build = {}, dockerfile = {} }}", toml_string(folder), toml_string(last))),
                );
            }
            for (key, value) in &build.args {
                secret_looking(out, &at.key("args").key(key), value);
            }
        }
        Image::Ecr {
            repository,
            digest,
            tag,
        } => ecr(out, &at, repository, digest.as_deref(), tag.as_deref()),
        Image::Registry { reference } => {
            if runner == Runner::Lambda {
                out.push(
                    Diagnostic::error("image-not-for-lambda", &at.key("registry"), "Lambda cannot take an image of this registry")
                        .detail("A function's image must be in a private ECR repository of its region (\"Create a Lambda function using a container image\").")
                        .fix("Build it with image = { build = ... }, or push it to ECR and write image = { ecr = ..., digest = ... }"),
                );
            }
            if reference.is_empty()
                || reference
                    .chars()
                    .any(|c| c.is_whitespace() || c.is_control())
            {
                out.push(
                    Diagnostic::error(
                        "image-reference",
                        &at.key("registry"),
                        "This is not an image reference",
                    )
                    .fix("Write it like \"registry.example/team/image:1.4\""),
                );
            }
        }
    }
}

fn ecr(out: &mut Findings, at: &Path, repository: &str, digest: Option<&str>, tag: Option<&str>) {
    if !is_repository(repository) {
        out.push(
            Diagnostic::error("image-reference", &at.key("ecr"), format!("`{repository}` is not the name of an ECR repository"))
                .detail("2 to 256 lower-case letters, digits, single separators and slashes (\"CreateRepository\", Amazon ECR API reference).")
                .fix(repository_fix(repository)),
        );
    }
    if let Some(digest) = digest.filter(|digest| !is_digest(digest)) {
        out.push(
            Diagnostic::error(
                "image-reference",
                &at.key("digest"),
                format!("`{digest}` is not a digest"),
            )
            .detail("A digest is `sha256:` and 64 hexadecimal digits in lower case.")
            .fix("Copy it from the repository"),
        );
    }
    if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
        out.push(
            Diagnostic::error(
                "image-reference",
                &at.key("tag"),
                format!("`{tag}` is not a tag"),
            )
            .detail("1 to 128 letters, digits, `_`, `.` and `-`, not starting with `.` or `-`.")
            .fix("Correct the tag, or give the digest instead"),
        );
    }
    match (digest, tag) {
        (None, None) => out.push(
            Diagnostic::error("image-digest-missing", at, "It does not say which image of the repository")
                .fix("Add digest = \"sha256:...\""),
        ),
        (None, Some(_)) => out.push(
            Diagnostic::warning("image-digest-missing", at, "A tag can be moved to another image")
                .detail("Lambda resolves a tag once, when it is deployed; a digest says for ever which image runs.")
                .fix("Add digest = \"sha256:...\""),
        ),
        _ => {}
    }
}

/// Takes the address of an image apart, when that is what was written.
fn repository_fix(text: &str) -> String {
    let name = match text.split_once(".amazonaws.com/") {
        Some((_, name)) => name,
        None => text,
    };
    let (name, rest) = match (name.split_once('@'), name.split_once(':')) {
        (Some((name, digest)), _) => (name, format!(", digest = \"{digest}\"")),
        (None, Some((name, tag))) => (name, format!(", tag = \"{tag}\"")),
        (None, None) => (name, String::new()),
    };
    if is_repository(name) {
        format!("Write ecr = \"{name}\"{rest}")
    } else {
        "Write the repository's name without registry, tag and digest: \"shop/chat\"".to_owned()
    }
}

fn absolute(at: &Path) -> Diagnostic {
    Diagnostic::error("path-outside", at, "The path is absolute")
        .detail("Paths are relative, so that the project builds on every computer.")
        .fix("Write the path relative to the file, with forward slashes")
}

/// The path without `.` and `..`, when it is relative and stays inside. Links are looked at when the disk is.
fn inside_project(out: &mut Findings, at: &Path, path: &str) -> Option<String> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.is_empty() || path.chars().any(char::is_control) {
        out.push(
            Diagnostic::error("path-invalid", at, "This is not a path")
                .fix("Write a folder, or \".\" for the project itself"),
        );
        None
    } else if path.contains("://") || path.starts_with("git@") {
        out.push(
            Diagnostic::error(
                "path-outside",
                at,
                "A build context is a folder of the project, not an address",
            )
            .fix("Check the sources out into the project, and name that folder"),
        );
        None
    } else if path.starts_with('/') || path.starts_with('~') || drive {
        out.push(absolute(at));
        None
    } else if path.contains('\\') {
        out.push(
            Diagnostic::error("path-invalid", at, "The path has a backslash")
                .fix("Write forward slashes, on Windows too"),
        );
        None
    } else {
        let inside = inside(path);
        if inside.is_none() {
            out.push(
                Diagnostic::error("path-outside", at, "The path leads out of the project")
                    .detail("Nothing outside the project's folder is read or sent to Docker.")
                    .fix("Move what is built into the project, or the project's file further up"),
            );
        }
        inside
    }
}
