//! The window, its life and what it asks of the system.

use crate::arguments::Arguments;
use crate::closing::{self, Closing};
use crate::page::Page;
use crate::{command, drops, recovery};
use clap::Parser as _;
use slipway_app::{App, AppOptions};
use slipway_protocol::{self as wire, ApiError, ErrorCode};
use std::path::Path;
use tauri::ipc::Invoke;
use tauri::{AppHandle, Context, Manager, Runtime, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_notification::NotificationExt as _;
use tauri_plugin_opener::OpenerExt as _;

pub(crate) const WINDOW: &str = "main";

/// Names a file that is written when the window has painted; for start scripts and tests.
const READY_FILE: &str = "SLIPWAY_READY_FILE";

/// Runs the window until it is closed and no run is at work.
pub fn run(options: AppOptions) -> Result<(), String> {
    let context = context();
    #[cfg(target_os = "linux")]
    if crate::handover::is_taken(&context) {
        return Ok(());
    }
    let app = App::new(options).map_err(|error| error.to_string())?;
    tauri::Builder::default()
        // Must be the first plugin.
        .plugin(tauri_plugin_single_instance::init(
            |handle, arguments, folder| started_again(handle, &arguments, &folder),
        ))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .manage(app)
        .manage(Closing::default())
        .manage(Page::default())
        .setup(|tauri| {
            let window = WebviewWindowBuilder::new(tauri, WINDOW, WebviewUrl::default())
                .title("Slipway")
                .inner_size(1280.0, 800.0)
                .min_inner_size(960.0, 600.0)
                .build()?;
            let handle = tauri.handle().clone();
            window.on_window_event(move |event| {
                if let WindowEvent::CloseRequested { api, .. } = event {
                    api.prevent_close();
                    closing::ask(&handle);
                }
            });
            recovery::watch(&window)?;
            drops::watch(&window);
            Ok(())
        })
        .invoke_handler(commands())
        .run(context)
        .map_err(|error| format!("The window could not be opened: {error}"))
}

/// What the webview may call; the capability file lets it call the same and nothing else.
pub fn commands<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        command::start,
        command::painted,
        command::report_fault,
        command::pick_folder,
        command::open_project,
        command::project_revision,
        command::save_project,
        command::versions,
        command::read_version,
        command::save_picture,
        command::run_now,
        command::new_project,
        command::scan_import,
        command::begin_project,
        command::forget_recent,
        command::choose_environment,
        command::save_settings,
        command::resize_page,
        command::doctor,
        command::consent_to_endpoint,
        command::make_plan,
        command::start_run,
        command::follow_drops,
        command::follow_run,
        command::cancel_run,
        command::status,
        command::follow_window,
        command::answer_close,
        command::open_external,
    ]
}

/// Configuration, capabilities and the webview's files, as they were built in.
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// The program was started a second time, in this folder: the window comes back and opens what the
/// second start named.
fn started_again(handle: &AppHandle, arguments: &[String], folder: &str) {
    show(handle);
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        // The second process has read them as well, and said so.
        Err(error) => return tracing::warn!("a second start is not understood: {error}"),
    };
    if let Some(project) = arguments.opens() {
        handle.state::<Page>().ask(wire::WindowEvent::OpenAsked {
            path: Path::new(folder).join(project).display().to_string(),
            environment: arguments.env,
        });
    }
}

fn show(handle: &AppHandle) {
    handle.state::<Closing>().is_shown();
    if let Some(window) = handle.get_webview_window(WINDOW) {
        for result in [window.show(), window.unminimize(), window.set_focus()] {
            if let Err(error) = result {
                tracing::warn!("the window could not be shown: {error}");
            }
        }
    }
}

pub(crate) fn notify<R: Runtime>(handle: &AppHandle<R>, title: &str, body: &str) {
    if let Err(error) = handle
        .notification()
        .builder()
        .title(title)
        .body(body)
        .show()
    {
        tracing::warn!("no desktop notice could be shown: {error}");
    }
}

/// The webview shows a screen for the first time.
pub(crate) fn painted<R: Runtime>(handle: &AppHandle<R>, screen: &str) -> Result<(), ApiError> {
    tracing::info!(screen, windows = handle.webview_windows().len(), "painted");
    let Some(path) = std::env::var_os(READY_FILE) else {
        return Ok(());
    };
    std::fs::write(&path, format!("{screen}\n")).map_err(|error| {
        ApiError::new(
            ErrorCode::Storage,
            format!("The ready file could not be written: {error}"),
        )
    })
}

/// Shows everything in the window larger or smaller.
pub(crate) fn resize_page<R: Runtime>(
    handle: &AppHandle<R>,
    size: wire::PageSize,
) -> Result<(), ApiError> {
    let Some(window) = handle.get_webview_window(WINDOW) else {
        return Ok(());
    };
    window
        .set_zoom(f64::from(size.percent()) / 100.0)
        .map_err(|error| {
            ApiError::new(
                ErrorCode::Internal,
                format!("The size was not changed: {error}"),
            )
        })
}

/// The system's folder dialog.
pub(crate) async fn pick_folder<R: Runtime>(
    handle: &AppHandle<R>,
    title: &str,
) -> Result<Option<String>, ApiError> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    handle
        .dialog()
        .file()
        .set_title(title)
        .pick_folder(move |folder| {
            // Nobody waits any more when the webview was reloaded meanwhile.
            answer.send(folder).ok();
        });
    let folder = answered.await.ok().flatten();
    folder
        .map(|folder| folder.into_path())
        .transpose()
        .map(|path| path.map(|path| path.display().to_string()))
        .map_err(|error| {
            ApiError::new(
                ErrorCode::Argument,
                format!("That folder can't be used: {error}"),
            )
        })
}

/// Hands an address or a folder to the system.
pub(crate) fn open<R: Runtime>(
    handle: &AppHandle<R>,
    target: &slipway_app::ExternalTarget,
) -> Result<(), ApiError> {
    let opened = match target {
        slipway_app::ExternalTarget::Url(url) => handle.opener().open_url(url, None::<&str>),
        slipway_app::ExternalTarget::Folder(path) => handle
            .opener()
            .open_path(path.display().to_string(), None::<&str>),
    };
    opened.map_err(|error| {
        ApiError::new(
            ErrorCode::Internal,
            format!("Nothing could be opened: {error}"),
        )
        .with_hint("Copy the address and open it yourself.")
    })
}

/// Words for a program that could not even start its window.
pub fn say_fatal(error: &str) {
    use std::io::Write as _;
    // Where even this fails there is nobody to tell.
    writeln!(std::io::stderr(), "slipway-desktop: {error}").ok();
}
