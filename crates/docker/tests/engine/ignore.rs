//! The ignore rules against Docker's own client, on one tree full of cases.

use std::process::{Command, Stdio};

use slipway_engine::port::Silent;
use tokio_util::sync::CancellationToken;

use crate::support::{Project, contents, remove_image};

const FILES: [&str; 24] = [
    "a",
    "b.txt",
    "c.md",
    "README.md",
    "README-secret.md",
    "deep/a",
    "deep/b.txt",
    "deep/er/a",
    "deep/er/b.txt",
    "deep/er/est/c.md",
    "temp/x",
    "some/temp/x",
    "some/other/temporary.txt",
    "target/debug/bin",
    "src/main.rs",
    "src/lib/mod.rs",
    "src/lib/secret.key",
    "with space/f",
    "odd[1]/f",
    "#hash",
    "!bang",
    "x1",
    "x2",
    "ä/ö",
];

/// Each is one `.dockerignore`.
///
/// An exception such as `!**/name` inside of an ignored folder is not among them: there the client
/// of before 2023 skips the folder, later ones look into it, and so do we.
const RULES: [&str; 24] = [
    "",
    "*",
    "*\n!a\n!src",
    "*\n!deep/er/b.txt",
    "*\n!src/lib\nsrc/lib/secret.key",
    "*.md\n!README*.md\nREADME-secret.md",
    "*.md\nREADME-secret.md\n!README*.md",
    "**/*.txt",
    "**/b.txt\n!deep/b.txt",
    "*/temp*\n*/*/temp*",
    "temp",
    "**/temp",
    "/deep/er/",
    "./deep//er",
    "deep/../src",
    "x?",
    "x[0-1]",
    "x[^1]",
    "odd\\[1\\]",
    "\\#hash\n\\!bang",
    "# comment\n  with space  \n\n",
    "\u{feff}a\r\nb.txt\r\n",
    "**\n!src/**\n!src/main.rs",
    ".dockerignore\nDockerfile\ntarget/",
];

/// What Docker's own client packs and the engine copies. Without a look for steps made before: a
/// build from `scratch` looks through all images, and ends when another test removes one.
fn with_client(project: &Project, image: &str) {
    let built = Command::new("docker")
        .args(["build", "--quiet", "--no-cache", "--tag", image, "."])
        .env("DOCKER_BUILDKIT", "0")
        .current_dir(project.app())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
}

#[tokio::test]
async fn what_is_packed_is_what_docker_packs() {
    if Command::new("docker").arg("--version").output().is_err() {
        eprintln!("not compared: Docker's client is not here");
        return;
    }
    for (number, rules) in RULES.iter().enumerate() {
        let project = Project::new("FROM scratch\nCOPY . /\n", &[]);
        for file in FILES {
            project.write(file, file);
        }
        project.write(".dockerignore", rules);
        // Something is always copied, so that the build does not end for want of files.
        std::fs::create_dir(project.app().join("empty")).unwrap();

        let image = format!("{}-client", project.image);
        with_client(&project, &image);
        let mut expect = contents(&image).await;
        remove_image(&image).await;
        project
            .build(&Silent, &CancellationToken::new())
            .await
            .unwrap();
        let mut found = contents(&project.image).await;
        // BuildKit reads both from the archive, so there they are copied even where they are
        // ignored; see `ContextSource`.
        for path in ["Dockerfile", ".dockerignore"] {
            expect.remove(path);
            found.remove(path);
        }
        assert_eq!(found, expect, "rules {number}: {rules:?}");
    }
}
