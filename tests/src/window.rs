//! The real window: the desktop program on a display of its own, driven through WebKitWebDriver.

use crate::program::binary;
use anyhow::{Context as _, Result, bail, ensure};
use slipway_testbed::Endpoints;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thirtyfour::Capabilities;
use thirtyfour::prelude::*;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState,
};

/// Longer than any single thing the window does in a test, a whole deploy included.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Between two looks at the window.
const POLL: Duration = Duration::from_millis(50);

/// The file that names the session's message bus, in the desk's home.
const BUS: &str = "session-bus";

/// A display, a message bus and a driver, all of this test's own; they end with it.
pub struct Desk {
    display: Child,
    display_name: String,
    driver: Child,
    port: u16,
    home: tempfile::TempDir,
}

impl Desk {
    /// `theme` is `light` or `dark`; the window starts in it.
    pub fn set(theme: &str, endpoints: Option<&Endpoints>) -> Result<Self> {
        let variables = endpoints.map(Endpoints::environment).unwrap_or_default();
        Self::with(theme, &variables)
    }

    /// The same, with these variables in the window's environment and no others of the user.
    pub fn with(theme: &str, variables: &[(&str, String)]) -> Result<Self> {
        let home = tempfile::tempdir()?;
        std::fs::create_dir_all(home.path().join("config"))?;
        std::fs::write(
            home.path().join("config/settings.toml"),
            format!("theme = \"{theme}\"\n"),
        )?;
        let runtime = home.path().join("run");
        std::fs::create_dir_all(&runtime)?;
        let (display, display_name) = start_display()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("dbus-run-session");
        // Only what runs in the session knows its address.
        let script =
            "printf %s \"$DBUS_SESSION_BUS_ADDRESS\" >\"$0\"; exec WebKitWebDriver \"--port=$1\"";
        command
            .args(["--", "/bin/sh", "-c", script])
            .arg(home.path().join(BUS))
            .arg(port.to_string())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").context("there is a PATH")?)
            .env("DISPLAY", &display_name)
            .env("GDK_BACKEND", "x11")
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("XDG_CONFIG_HOME", home.path().join("xdg"))
            .env("XDG_CACHE_HOME", home.path().join("cache"))
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_STATE_HOME", home.path().join("state"))
            .env("SLIPWAY_CONFIG_DIR", home.path().join("config"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // As root, WebKit's sandbox can't be made; the test runs nothing but the program itself.
            .env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for (name, value) in variables {
            command.env(name, value);
        }
        // A group of its own, so that what it starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let driver = command
            .spawn()
            .context("dbus-run-session could not be started")?;
        let desk = Self {
            display,
            display_name,
            driver,
            port,
            home,
        };
        desk.wait_for_driver()?;
        Ok(desk)
    }

    fn wait_for_driver(&self) -> Result<()> {
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            ensure!(
                begun.elapsed() < PATIENCE,
                "WebKitWebDriver does not answer on port {}",
                self.port
            );
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Asks the window to close, as the button in its frame does.
    pub fn close_window(&self) -> Result<()> {
        let (connection, screen) = x11rb::connect(Some(&self.display_name))?;
        let atom =
            |name: &[u8]| -> Result<u32> { Ok(connection.intern_atom(false, name)?.reply()?.atom) };
        let (protocols, delete) = (atom(b"WM_PROTOCOLS")?, atom(b"WM_DELETE_WINDOW")?);
        let root = connection.setup().roots[screen].root;
        let mut asked = 0;
        for window in connection.query_tree(root)?.reply()?.children {
            let understood = connection
                .get_property(false, window, protocols, AtomEnum::ATOM, 0, 32)?
                .reply()?;
            let attributes = connection.get_window_attributes(window)?.reply()?;
            let shown = attributes.map_state == MapState::VIEWABLE;
            if shown
                && understood
                    .value32()
                    .is_some_and(|mut known| known.any(|atom| atom == delete))
            {
                let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
                connection
                    .send_event(false, window, EventMask::NO_EVENT, message)?
                    .check()?;
                asked += 1;
            }
        }
        ensure!(asked == 1, "{asked} windows could be closed");
        Ok(())
    }

    /// The address of the session's message bus.
    pub fn bus(&self) -> Result<String> {
        // Written before the driver is started, which answers by now.
        Ok(std::fs::read_to_string(self.home.path().join(BUS))?)
    }

    /// Name of the display, as `DISPLAY` has it.
    pub(crate) fn display(&self) -> &str {
        &self.display_name
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Starts the plain browser that comes with the web view, to look at a page as the window would.
    /// No request takes longer than `patience`.
    pub async fn browse(&self, patience: Duration) -> Result<WebDriver> {
        let address = format!("http://127.0.0.1:{}", self.port);
        let builder = WebDriver::builder(address, Capabilities::new());
        Ok(builder.request_timeout(patience).await?)
    }

    /// Starts the window with these arguments.
    pub async fn open(&self, arguments: &[&str]) -> Result<WebDriver> {
        let mut capabilities = Capabilities::new();
        capabilities.set(
            "webkitgtk:browserOptions",
            serde_json::json!({ "binary": binary("slipway-desktop")?, "args": arguments }),
        )?;
        Ok(WebDriver::new(format!("http://127.0.0.1:{}", self.port), capabilities).await?)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        for (child, group) in [(&mut self.driver, true), (&mut self.display, false)] {
            let target = if group {
                format!("-{}", child.id())
            } else {
                child.id().to_string()
            };
            // Asked first; `kill` reaches the whole group.
            let asked = Command::new("kill").args(["-TERM", "--", &target]).status();
            if asked.is_err() && child.kill().is_err() {
                continue;
            }
            // A test that ends has nobody to tell; what is left ends with its group.
            child.wait().ok();
        }
    }
}

/// An X server on a free display, which it names itself.
fn start_display() -> Result<(Child, String)> {
    let mut child = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("Xvfb could not be started: is it installed?")?;
    let out = child.stdout.take().context("Xvfb has an output")?;
    let mut number = String::new();
    BufReader::new(out).read_line(&mut number)?;
    if number.trim().is_empty() {
        child.kill()?;
        bail!("Xvfb named no display");
    }
    Ok((child, format!(":{}", number.trim())))
}

/// The element with this `data-testid`, once it is there and shown.
pub async fn shown(window: &WebDriver, id: &str) -> Result<WebElement> {
    matching(window, &format!("[data-testid=\"{id}\"]")).await
}

/// The first element of a selector, once it is there and shown. While a page loads the driver
/// answers with errors of its own; they only matter if they stay.
pub async fn matching(window: &WebDriver, selector: &str) -> Result<WebElement> {
    let begun = Instant::now();
    loop {
        let seen = first_shown(window, selector).await;
        match seen {
            Ok(Some(element)) => return Ok(element),
            Ok(None) | Err(_) if begun.elapsed() < PATIENCE => {}
            Ok(None) => bail!("nothing that matches {selector} is shown"),
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("nothing in the window matches {selector}"));
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The text of the first element of a selector, once it is shown and has one.
pub async fn text_of(window: &WebDriver, selector: &str) -> Result<String> {
    let begun = Instant::now();
    loop {
        // An element may be replaced between finding and reading it.
        let text = match text_in(&matching(window, selector).await?).await {
            Ok(text) if !text.trim().is_empty() => return Ok(text),
            other => other,
        };
        if begun.elapsed() > PATIENCE {
            bail!("{selector} has no text: {text:?}");
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Everything that is written in an element. The driver's own idea of it leaves parts out where
/// text can't be selected.
pub async fn text_in(element: &WebElement) -> Result<String> {
    Ok(element.prop("innerText").await?.unwrap_or_default())
}

/// Presses what matches, once it is shown and takes the press.
pub async fn press(window: &WebDriver, selector: &str) -> Result<()> {
    let begun = Instant::now();
    loop {
        match matching(window, selector).await?.click().await {
            Ok(()) => return Ok(()),
            Err(error) if begun.elapsed() > PATIENCE => {
                return Err(error).with_context(|| format!("{selector} can't be pressed"));
            }
            Err(_) => tokio::time::sleep(POLL).await,
        }
    }
}

/// Waits until nothing that matches is shown.
pub async fn gone(window: &WebDriver, selector: &str) -> Result<()> {
    let begun = Instant::now();
    while !matches!(first_shown(window, selector).await, Ok(None)) {
        ensure!(begun.elapsed() < PATIENCE, "{selector} is still shown");
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

/// Writes a picture of the window, as it is at this moment, to `target/screenshots/NAME.png`.
pub async fn picture(window: &WebDriver, name: &str) -> Result<()> {
    let folder = pictures();
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(
        folder.join(format!("{name}.png")),
        window.screenshot_as_png().await?,
    )?)
}

async fn first_shown(window: &WebDriver, selector: &str) -> WebDriverResult<Option<WebElement>> {
    for element in window.find_all(By::Css(selector.to_owned())).await? {
        if element.is_displayed().await? {
            return Ok(Some(element));
        }
    }
    Ok(None)
}

/// Waits until two looks at the window see the same, then writes the picture.
pub async fn still_picture(window: &WebDriver, name: &str) -> Result<()> {
    let begun = Instant::now();
    let mut before = window.screenshot_as_png().await?;
    loop {
        tokio::time::sleep(POLL).await;
        let now = window.screenshot_as_png().await?;
        if now == before || begun.elapsed() > PATIENCE {
            break;
        }
        before = now;
    }
    picture(window, name).await
}

/// In the target folder of this build.
fn pictures() -> PathBuf {
    let target = std::env::current_exe()
        .ok()
        .and_then(|test| test.ancestors().nth(3).map(Path::to_owned));
    target
        .unwrap_or_else(|| PathBuf::from("target"))
        .join("screenshots")
}
