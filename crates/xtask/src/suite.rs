//! `cargo xtask test`, which is all that CI runs, and its parts, which also run alone.

use anyhow::{Context as _, Result, bail};
use slipway_testbed::{Bed, BedOptions, Progress};

use crate::programs::NATIVE;
use crate::setup::wasm::{self, Road, TARGET, WasmCompiler};
use crate::setup::{self, Needs};
use crate::steps::Steps;
use crate::ui::{self, Build, Bundle};
use crate::{edges, example, licences, metadata, shell};

mod harness;

use harness::{Built, Counts, Part};

/// Everything. Steps go on after a failure, so that one run shows all that is wrong.
pub(crate) fn all(road: Option<Road>) -> Result<()> {
    let mut steps = Steps::new();
    let compiler = set_up(
        &mut steps,
        road,
        Needs {
            build: true,
            bed: true,
            suites: true,
            window: true,
            window_tests: true,
        },
    )?;
    let mut counts = Counts::default();
    fmt_steps(&mut steps);
    steps.keep_going("example", example::build);
    let bundled = steps.keep_going("ui bundle", || {
        ui::bundle(&compiler, Bundle::Window, Build::Dev)
    });
    lint_steps(&mut steps, &compiler);
    if bundled.is_none() {
        steps.skip("tests", "the window's program needs the UI bundle");
    } else if let Some(built) = steps.keep_going("compile programs and tests", harness::build) {
        test_step(&mut steps, &built, Part::Unit, None, &mut counts);
        on_the_bed(
            &mut steps,
            &built,
            &[Part::Suite, Part::EndToEnd, Part::Window],
            &mut counts,
        );
        doc_step(&mut steps, &mut counts);
    }
    finish(&steps, counts)
}

/// Only the set-up.
pub(crate) fn set_up_only(road: Option<Road>) -> Result<()> {
    let mut steps = Steps::new();
    let needs = Needs {
        build: true,
        bed: true,
        suites: true,
        window: true,
        window_tests: true,
    };
    set_up(&mut steps, road, needs)?;
    steps.table();
    Ok(())
}

/// Only the format.
pub(crate) fn fmt() -> Result<()> {
    let mut steps = Steps::new();
    fmt_steps(&mut steps);
    finish(&steps, Counts::default())
}

/// Only the checks that run nothing: crate edges, dependency rules, clippy, the pure crates for wasm32.
pub(crate) fn lint(road: Option<Road>) -> Result<()> {
    let mut steps = Steps::new();
    let compiler = set_up(
        &mut steps,
        road,
        Needs {
            build: true,
            ..Needs::default()
        },
    )?;
    steps.run("ui bundle", || {
        ui::bundle(&compiler, Bundle::Window, Build::Dev)
    })?;
    lint_steps(&mut steps, &compiler);
    finish(&steps, Counts::default())
}

/// Only one part of the tests, with what it needs.
pub(crate) fn unit(road: Option<Road>) -> Result<()> {
    alone(
        &[Part::Unit],
        road,
        Needs {
            build: true,
            ..Needs::default()
        },
    )
}

/// The adapters against real parts, and the whole program in the terminal.
pub(crate) fn end_to_end(road: Option<Road>) -> Result<()> {
    alone(
        &[Part::Suite, Part::EndToEnd],
        road,
        Needs {
            build: true,
            bed: true,
            suites: true,
            ..Needs::default()
        },
    )
}

/// The real window, driven.
pub(crate) fn window(road: Option<Road>) -> Result<()> {
    alone(
        &[Part::Window],
        road,
        Needs {
            build: true,
            bed: true,
            suites: true,
            window: true,
            window_tests: true,
        },
    )
}

fn alone(parts: &[Part], road: Option<Road>, needs: Needs) -> Result<()> {
    let mut steps = Steps::new();
    let compiler = set_up(&mut steps, road, needs)?;
    if needs.bed {
        steps.run("example", example::build)?;
    }
    steps.run("ui bundle", || {
        ui::bundle(&compiler, Bundle::Window, Build::Dev)
    })?;
    let built = steps.run("compile programs and tests", harness::build)?;
    let mut counts = Counts::default();
    if needs.bed {
        on_the_bed(&mut steps, &built, parts, &mut counts);
    } else {
        for part in parts {
            test_step(&mut steps, &built, *part, None, &mut counts);
        }
    }
    finish(&steps, counts)
}

fn set_up(steps: &mut Steps, road: Option<Road>, needs: Needs) -> Result<WasmCompiler> {
    setup::machine(steps, needs)?;
    setup::wasm_compiler(steps, road)
}

fn fmt_steps(steps: &mut Steps) {
    steps.keep_going("format", || {
        if !shell::succeeds(shell::cargo()?.args(["fmt", "--version"])) {
            bail!("rustfmt is missing: `rustup component add rustfmt`");
        }
        shell::run(shell::cargo()?.args(["fmt", "--all", "--check"]))?;
        for example in example::folders()? {
            shell::run(
                shell::cargo()?
                    .args(["fmt", "--all", "--check", "--manifest-path"])
                    .arg(example.join("Cargo.toml")),
            )?;
        }
        Ok(())
    });
}

fn lint_steps(steps: &mut Steps, compiler: &WasmCompiler) {
    steps.keep_going("crate edges", || {
        none_found(edges::violations(&metadata::read(false)?))
    });
    steps.keep_going("licences, bans, sources", || {
        none_found(licences::violations()?)
    });
    steps.keep_going("clippy", || {
        if !shell::succeeds(shell::cargo()?.args(["clippy", "--version"])) {
            bail!("clippy is missing: `rustup component add clippy`");
        }
        shell::run(shell::cargo()?.arg("clippy").args(NATIVE).args([
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    });
    steps.keep_going("clippy of the ui for wasm32", || {
        wasm::ensure_clippy(compiler)?;
        shell::run(compiler.clippy(ui::RUSTFLAGS).args([
            "--package",
            "slipway-ui",
            "--target",
            TARGET,
            "--",
            "-D",
            "warnings",
        ]))
    });
    steps.keep_going("pure crates for wasm32", || {
        let mut check = compiler.cargo(ui::RUSTFLAGS);
        check.args(["check", "--target", TARGET]);
        for name in edges::PURE {
            check.args(["--package", name]);
        }
        shell::run(&mut check)
    });
}

fn none_found(found: Vec<String>) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    bail!("{} found:\n      {}", found.len(), found.join("\n      "))
}

/// Parts that need a Docker engine. A bed of their own stays up around them: it starts an engine
/// where none runs, and what a bed installs is there before a test waits for it.
fn on_the_bed(steps: &mut Steps, built: &Built, parts: &[Part], counts: &mut Counts) {
    let brought_up = steps.keep_going("test bed", || {
        let runtime = tokio::runtime::Runtime::new().context("no runtime for the test bed")?;
        let bed = runtime
            .block_on(Bed::start(BedOptions {
                progress: Progress::new(|line| println!("    {line}")),
                moto: true,
                registry: true,
                ..BedOptions::default()
            }))
            .context("the test bed did not come up")?;
        Ok((runtime, bed))
    });
    let Some((runtime, bed)) = brought_up else {
        steps.skip("tests on real parts", "the test bed is not there");
        return;
    };
    let engine = bed.endpoints().docker_host.clone();
    for part in parts {
        test_step(steps, built, *part, Some(&engine), counts);
    }
    steps.keep_going("stop the test bed", || {
        runtime
            .block_on(bed.stop())
            .context("the test bed did not stop cleanly")
    });
}

/// `engine`: where the tests find Docker.
fn test_step(
    steps: &mut Steps,
    built: &Built,
    part: Part,
    engine: Option<&str>,
    counts: &mut Counts,
) {
    if !built.has(part) {
        steps.skip(part.title(), "there are none");
        return;
    }
    steps.keep_going(part.title(), || {
        let result = built.run(part, engine)?;
        counts.add(result);
        if result.failed > 0 {
            bail!("{} failed", result.failed);
        }
        Ok(())
    });
}

fn doc_step(steps: &mut Steps, counts: &mut Counts) {
    steps.keep_going("examples in the documentation", || {
        let result = harness::doc_tests()?;
        counts.add(result);
        if result.failed > 0 {
            bail!("{} failed", result.failed);
        }
        Ok(())
    });
}

/// The table, the closing line, the exit code. A step that failed without running tests counts as one failure.
fn finish(steps: &Steps, mut counts: Counts) -> Result<()> {
    counts.failed = counts.failed.max(steps.failed());
    steps.table();
    println!("{} passed, {} failed", counts.passed, counts.failed);
    if counts.failed > 0 {
        bail!("not everything passed");
    }
    Ok(())
}
