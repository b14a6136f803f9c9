//! What a caller wants of a bed.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Receives one line about each step of the set-up, without a line end.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(&str) + Send + Sync>);

impl Progress {
    /// Hands every line to `receive`.
    pub fn new(receive: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(receive))
    }

    /// Says nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    pub(crate) fn say(&self, line: impl AsRef<str>) {
        (self.0)(line.as_ref());
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Progress")
    }
}

/// What to bring up, and where.
#[derive(Debug, Clone)]
pub struct BedOptions {
    /// Kept between runs: Python environments, the compiled Lambda environment, an own engine's images.
    pub cache: PathBuf,
    /// Also start moto, the second opinion.
    pub moto: bool,
    /// Also start Debian's `docker-registry`.
    pub registry: bool,
    /// Start an engine of the bed's own even when one answers.
    pub own_engine: bool,
    /// The port of the proxy, hence of `SLIPWAY_ENDPOINT`; a free one when `None`.
    pub port: Option<u16>,
    /// Where the steps are told.
    pub progress: Progress,
}

impl Default for BedOptions {
    /// MiniStack and the proxy on free ports, the engine that runs, the default cache, no progress lines.
    fn default() -> Self {
        Self {
            cache: default_cache(),
            moto: false,
            registry: false,
            own_engine: false,
            port: None,
            progress: Progress::silent(),
        }
    }
}

/// `$SLIPWAY_TESTBED_CACHE`, else `slipway/testbed` in the platform's cache folder, else in the temporary one.
fn default_cache() -> PathBuf {
    if let Some(path) = std::env::var_os("SLIPWAY_TESTBED_CACHE") {
        return PathBuf::from(path);
    }
    directories::BaseDirs::new()
        .map_or_else(std::env::temp_dir, |dirs| dirs.cache_dir().to_path_buf())
        .join("slipway")
        .join("testbed")
}
