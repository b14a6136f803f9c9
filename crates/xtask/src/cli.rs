//! The command line.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::bench;
use crate::fresh::{self, Which};
use crate::setup::wasm::Road;
use crate::setup::{self, Needs};
use crate::steps::Steps;
use crate::ui::{self, Build, Bundle};
use crate::{doctor, example, start, suite, watch};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Developer and CI chores of Slipway"
)]
struct Cli {
    /// The road to a compiler for wasm32; by default the first that works
    #[arg(long, global = true, value_enum, value_name = "ROAD")]
    wasm: Option<Road>,
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Set up, build, bring up an emulated AWS, and open the example in the window
    Start {
        /// End when the window has painted and the example's URL has answered
        #[arg(long)]
        once: bool,
        /// Compile as users get it; takes longer
        #[arg(long)]
        release: bool,
    },
    /// Everything that CI checks
    Test,
    /// Only the format
    Fmt,
    /// Only crate edges, dependency rules, clippy, the pure crates for wasm32
    Lint,
    /// Only the tests inside the crates
    Unit,
    /// Only the adapters against real parts and the program in the terminal
    E2e,
    /// Only the tests in the real window
    Window,
    /// Bundle the UI into ui/dist
    Ui {
        /// Small and fast instead of quick to compile
        #[arg(long)]
        release: bool,
        /// The designer as a page of its own, in target/demo, that needs no desktop and no backend
        #[arg(long)]
        demo: bool,
        /// Rebuild on change and serve to a browser
        #[arg(long)]
        watch: bool,
        /// The port to serve on
        #[arg(long, default_value_t = 1420, requires = "watch")]
        port: u16,
    },
    /// Compile the programs of the example
    Example,
    /// Get everything that start and test need of the machine, and build nothing
    Setup,
    /// Say what this machine has and lacks for start and test, and change nothing
    Doctor,
    /// Run both commands of the README on a bare Debian, from a clean clone; needs root
    Fresh {
        /// Only one of the two
        #[arg(long, value_enum)]
        only: Option<Which>,
        /// Another command instead, run in the clone
        #[arg(long, value_name = "COMMAND", conflicts_with = "only")]
        instead: Option<String>,
        /// Leave the tree behind to look at
        #[arg(long)]
        keep: bool,
    },
    /// Write an installable .deb and .rpm to target/bundle/
    Bundle {
        /// Then install the .deb on a bare Debian and start it; needs root
        #[arg(long = "try")]
        try_out: bool,
    },
    /// Measure Slipway beside other programs and print a table; needs Node.js
    Bench {
        #[arg(value_enum)]
        what: Benchmark,
    },
    /// Draw the raster icons from icons/slipway.svg
    Icons,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Benchmark {
    /// Automatic layout and edge routing, beside dagre and ELK
    Layout,
    /// The canvas of the release build, beside React Flow, in Chromium and in WebKitGTK
    Canvas,
    /// How long each thing that people do keeps the designer from answering, in Chromium
    Acts,
}

/// Does what the command line says.
pub(crate) fn run() -> Result<()> {
    let Cli { wasm: road, chore } = Cli::parse();
    match chore {
        Chore::Start { once, release } => start::run(start::Options {
            once,
            release,
            road,
        }),
        Chore::Test => suite::all(road),
        Chore::Fmt => suite::fmt(),
        Chore::Lint => suite::lint(road),
        Chore::Unit => suite::unit(road),
        Chore::E2e => suite::end_to_end(road),
        Chore::Window => suite::window(road),
        Chore::Ui {
            release,
            demo,
            watch,
            port,
        } => bundle_ui(
            road,
            if demo { Bundle::Demo } else { Bundle::Window },
            if release { Build::Release } else { Build::Dev },
            watch.then_some(port),
        ),
        Chore::Bench {
            what: Benchmark::Layout,
        } => bench::layout::run(),
        Chore::Bench {
            what: what @ (Benchmark::Canvas | Benchmark::Acts),
        } => {
            let mut steps = Steps::new();
            setup::machine(&mut steps, Needs::default())?;
            let compiler = setup::wasm_compiler(&mut steps, road)?;
            match what {
                Benchmark::Acts => bench::canvas::acts(&compiler),
                _ => bench::canvas::run(&compiler),
            }
        }
        Chore::Example => Steps::new().run("example", example::build),
        Chore::Setup => suite::set_up_only(road),
        Chore::Doctor => doctor::run(),
        Chore::Fresh {
            only,
            instead,
            keep,
        } => fresh::run(&fresh::Options {
            only,
            instead,
            road,
            keep,
        }),
        #[cfg(not(feature = "packaging"))]
        Chore::Bundle { .. } | Chore::Icons => crate::extra::with_packaging(),
        #[cfg(feature = "packaging")]
        Chore::Bundle { try_out } => {
            let mut steps = Steps::new();
            let done = crate::packaging::bundle(&mut steps, road).and_then(|deb| match try_out {
                true => crate::packaging::try_out(&mut steps, &deb),
                false => Ok(()),
            });
            steps.table();
            done
        }
        #[cfg(feature = "packaging")]
        Chore::Icons => Steps::new().run("icons", crate::icons::draw),
    }
}

/// `watched` is the port to serve on, when the sources are watched.
fn bundle_ui(road: Option<Road>, bundle: Bundle, build: Build, watched: Option<u16>) -> Result<()> {
    let mut steps = Steps::new();
    setup::machine(&mut steps, Needs::default())?;
    let compiler = setup::wasm_compiler(&mut steps, road)?;
    match watched {
        Some(port) => watch::run(&compiler, bundle, build, port),
        None => steps.run("ui bundle", || ui::bundle(&compiler, bundle, build)),
    }
}
