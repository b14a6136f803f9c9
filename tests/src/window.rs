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
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, EventMask, MapState,
};
use x11rb::rust_connection::RustConnection;
use zbus::connection::Builder;

/// Longer than any single thing the window does in a test, a whole deploy included.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Between two looks at the window.
const POLL: Duration = Duration::from_millis(50);

/// The file that names the session's message bus, in the desk's home.
const BUS: &str = "session-bus";

/// The name that the program has on the session's message bus while it is at work.
const INSTANCE: &str = "dev.slipway.desktop.SingleInstance";

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
        let screen = Screen::of(self)?;
        let window = screen.only()?;
        let delete = screen.atom(b"WM_DELETE_WINDOW")?;
        let protocols = screen.atom(b"WM_PROTOCOLS")?;
        let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        let sent = screen
            .connection
            .send_event(false, window, EventMask::NO_EVENT, message)?;
        Ok(sent.check()?)
    }

    /// How many windows with a frame are shown, dialogs of the system among them.
    pub fn windows(&self) -> Result<usize> {
        Ok(Screen::of(self)?.windows()?.len())
    }

    /// Whether a desktop program is at work on this desk.
    pub fn is_running(&self) -> Result<bool> {
        Ok(!self.processes("slipway-desktop")?.is_empty())
    }

    /// Starts the program a second time, as people do who look for its window, and waits until it
    /// has handed over to the one that is at work.
    pub async fn start_again(&self, arguments: &[&str]) -> Result<()> {
        // What hands over needs no display: it begins nothing of a window, which would end badly.
        let mut second = self.second(arguments)?.env_remove("DISPLAY").spawn()?;
        let begun = Instant::now();
        loop {
            if let Some(ended) = second.try_wait()? {
                ensure!(ended.success(), "the second start failed: {ended}");
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                second.kill()?;
                bail!("the second start does not hand over");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// What starts the program a second time, beside the one that is at work and without WebDriver.
    pub fn second(&self, arguments: &[&str]) -> Result<Command> {
        let running = self.processes("slipway-desktop")?;
        let [process] = running[..] else {
            bail!("{} programs are at work", running.len());
        };
        // On the same desk, with the message bus by which the two find each other.
        let variables = std::fs::read_to_string(format!("/proc/{process}/environ"))?;
        let variables = variables
            .split('\0')
            .filter_map(|it| it.split_once('='))
            .filter(|(name, _)| *name != "WEBKIT_INSPECTOR_SERVER");
        let mut second = Command::new(binary("slipway-desktop")?);
        second
            .args(arguments)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(second)
    }

    /// Where the window is and how large, in pixels of the display: x, y, width, height.
    pub fn place(&self) -> Result<[i32; 4]> {
        let screen = Screen::of(self)?;
        let at = screen.connection.get_geometry(screen.only()?)?.reply()?;
        let sizes = [at.width, at.height].map(i32::from);
        Ok([i32::from(at.x), i32::from(at.y), sizes[0], sizes[1]])
    }

    /// Moves and sizes the window, as people do by its frame.
    pub fn put(&self, [x, y, width, height]: [i32; 4]) -> Result<()> {
        let screen = Screen::of(self)?;
        let to = ConfigureWindowAux::new()
            .x(x)
            .y(y)
            .width(u32::try_from(width)?)
            .height(u32::try_from(height)?);
        let sent = screen.connection.configure_window(screen.only()?, &to)?;
        Ok(sent.check()?)
    }

    /// The processes that show pages on this desk.
    pub fn pages(&self) -> Result<Vec<u32>> {
        self.processes("WebKitWebProcess")
    }

    /// The processes of this program whose home is the desk's.
    fn processes(&self, program: &str) -> Result<Vec<u32>> {
        let home = format!("HOME={}", self.home.path().display());
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc")? {
            let entry = entry?;
            // A process may end while it is looked at, or belong to somebody else.
            let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
            let (line, variables) = (read("cmdline"), read("environ"));
            let first = line.split(|byte| *byte == 0).next().unwrap_or_default();
            if String::from_utf8_lossy(first).ends_with(program)
                && variables
                    .split(|byte| *byte == 0)
                    .any(|variable| variable == home.as_bytes())
                && let Ok(process) = entry.file_name().to_string_lossy().parse()
            {
                found.push(process);
            }
        }
        Ok(found)
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

    /// Starts the window with these arguments, once an earlier one of this desk has ended: as long as
    /// that is on the message bus, a start hands over to it.
    pub async fn open(&self, arguments: &[&str]) -> Result<WebDriver> {
        let session = Builder::address(self.bus()?.as_str()).build().await?;
        let begun = Instant::now();
        while is_owned(&session, INSTANCE).await? {
            ensure!(
                begun.elapsed() < PATIENCE,
                "the earlier window does not end"
            );
            tokio::time::sleep(POLL).await;
        }
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

/// The display of a desk, as another program of it sees it.
struct Screen {
    connection: RustConnection,
    root: u32,
}

impl Screen {
    fn of(desk: &Desk) -> Result<Self> {
        let (connection, screen) = x11rb::connect(Some(&desk.display_name))?;
        let root = connection.setup().roots[screen].root;
        Ok(Self { connection, root })
    }

    fn atom(&self, name: &[u8]) -> Result<u32> {
        Ok(self.connection.intern_atom(false, name)?.reply()?.atom)
    }

    fn only(&self) -> Result<u32> {
        let windows = self.windows()?;
        let [window] = windows[..] else {
            bail!("{} windows are shown", windows.len());
        };
        Ok(window)
    }

    /// The windows that are shown and can be closed.
    fn windows(&self) -> Result<Vec<u32>> {
        let protocols = self.atom(b"WM_PROTOCOLS")?;
        let delete = self.atom(b"WM_DELETE_WINDOW")?;
        let mut found = Vec::new();
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            let understood = self
                .connection
                .get_property(false, window, protocols, AtomEnum::ATOM, 0, 32)?
                .reply()?;
            let attributes = self.connection.get_window_attributes(window)?.reply()?;
            if attributes.map_state == MapState::VIEWABLE
                && understood
                    .value32()
                    .is_some_and(|mut known| known.any(|atom| atom == delete))
            {
                found.push(window);
            }
        }
        Ok(found)
    }
}

/// Whether a program has this name on a message bus.
async fn is_owned(bus: &zbus::Connection, name: &str) -> Result<bool> {
    let service = "org.freedesktop.DBus";
    let answer = bus
        .call_method(
            Some(service),
            "/org/freedesktop/DBus",
            Some(service),
            "NameHasOwner",
            &name,
        )
        .await?;
    Ok(answer.body().deserialize()?)
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
        match first_shown(window, selector).await {
            Ok(Some(element)) => return Ok(element),
            Ok(None) | Err(_) if begun.elapsed() < PATIENCE => {}
            Ok(None) => bail!(
                "nothing that matches {selector} is shown; {}",
                seen(window).await
            ),
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
                let there = standing_at(window, selector).await;
                return Err(error).with_context(|| {
                    format!("{selector} can't be pressed: at its middle there is {there}")
                });
            }
            Err(_) => tokio::time::sleep(POLL).await,
        }
    }
}

/// Presses what ends the window. The driver may answer that the window is gone; whether it is, is
/// seen by its process.
pub async fn press_last(window: &WebDriver, selector: &str) -> Result<()> {
    match matching(window, selector).await?.click().await {
        Err(error) if matches!(*error, WebDriverErrorInner::ElementClickIntercepted(_)) => {
            Err(error.into())
        }
        _ => Ok(()),
    }
}

/// What the page says, a fault of its own included.
async fn seen(window: &WebDriver) -> String {
    const LOOK: &str = "return `${document.querySelector('#fault-text')?.textContent} ${document.body.innerText.replace(/\\n+/g, ' / ').slice(0, 400)}`";
    answer(window, LOOK, "").await
}

/// What takes a press in the middle of what matches.
async fn standing_at(window: &WebDriver, selector: &str) -> String {
    const LOOK: &str = "const { x, y, width, height } = document.querySelector(arguments[0]).getBoundingClientRect(); \
        return document.elementFromPoint(x + width / 2, y + height / 2)?.outerHTML.slice(0, 300);";
    answer(window, LOOK, selector).await
}

async fn answer(window: &WebDriver, script: &str, argument: &str) -> String {
    let answer = window.execute(script, vec![argument.into()]).await;
    answer.map_or_else(|error| error.to_string(), |text| text.json().to_string())
}

/// Waits until something is so; `what` says what, should it never be.
pub async fn until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !is_so()? {
        ensure!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

/// Waits until what matches has the focus.
pub async fn focused(window: &WebDriver, selector: &str) -> Result<WebElement> {
    matching(window, &format!("{selector}:focus")).await
}

/// Waits until the first element of a selector says a text, among others.
pub async fn says(window: &WebDriver, selector: &str, text: &str) -> Result<()> {
    let begun = Instant::now();
    loop {
        let said = text_of(window, selector).await?;
        if said.contains(text) {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < PATIENCE,
            "{selector} does not say {text:?} but {said:?}"
        );
        tokio::time::sleep(POLL).await;
    }
}

/// Presses keys one after another, wherever the focus is.
pub async fn keys(window: &WebDriver, keys: impl Into<TypingData>) -> Result<()> {
    Ok(window.action_chain().send_keys(keys).perform().await?)
}

/// Presses a key while another one is held.
pub async fn chord(window: &WebDriver, held: Key, key: impl Into<TypingData>) -> Result<()> {
    let chain = window.action_chain().key_down(held.clone());
    Ok(chain.send_keys(key).key_up(held).perform().await?)
}

/// Writes over what stands in the field, which has the focus once it is there, and presses Enter.
pub async fn write(window: &WebDriver, selector: &str, text: &str) -> Result<()> {
    focused(window, selector).await?;
    let chain = window.action_chain().key_down(Key::Control).send_keys("a");
    let chain = chain.key_up(Key::Control).send_keys(text);
    Ok(chain.send_keys(Key::Enter).perform().await?)
}

/// Presses Tab until what matches has the focus.
pub async fn tab_to(window: &WebDriver, selector: &str) -> Result<()> {
    /// More than there are stops on any screen of a test.
    const STOPS: u32 = 100;
    const IS_THERE: &str = "window.slipwayTestStop = document.activeElement; return document.activeElement.matches(arguments[0]);";
    const HAS_LEFT: &str = "return window.slipwayTestStop !== document.activeElement;";
    let is = async |script: &str| -> Result<bool> {
        let answer = window.execute(script, vec![selector.into()]).await?;
        Ok(answer.convert()?)
    };
    for _ in 0..STOPS {
        if is(IS_THERE).await? {
            return Ok(());
        }
        keys(window, Key::Tab).await?;
        let begun = Instant::now();
        while !is(HAS_LEFT).await? {
            ensure!(begun.elapsed() < PATIENCE, "Tab does not move the focus");
            tokio::time::sleep(POLL).await;
        }
    }
    bail!("Tab does not lead to {selector}")
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
