//! The commands: request in, use case, reply out.

use crate::closing::{self, Closing};
use crate::drops::Drops;
use crate::page::Page;
use crate::shell;
use slipway_app::App;
use slipway_protocol as wire;
use slipway_protocol::{ApiError, Request};
use std::sync::Arc;
use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime, State};

/// A command that only calls the use case of its own name.
macro_rules! plain {
    ($($name:ident: $request:ident),* $(,)?) => {
        $(
            #[tauri::command]
            pub(crate) async fn $name(
                app: State<'_, Arc<App>>,
                request: wire::$request,
            ) -> Result<<wire::$request as Request>::Reply, ApiError> {
                app.$name(request).await
            }
        )*
    };
}

plain! {
    start: Start,
    report_fault: ReportFault,
    open_project: OpenProject,
    project_revision: ProjectRevision,
    save_project: SaveProject,
    versions: Versions,
    read_version: ReadVersion,
    save_picture: SavePicture,
    run_now: RunNow,
    new_project: NewProject,
    scan_import: ScanImport,
    begin_project: BeginProject,
    forget_recent: ForgetRecent,
    choose_environment: ChooseEnvironment,
    save_settings: SaveSettings,
    doctor: Doctor,
    consent_to_endpoint: ConsentToEndpoint,
    make_plan: MakePlan,
    start_run: StartRun,
    cancel_run: CancelRun,
    status: Status,
}

#[tauri::command]
pub(crate) async fn painted<R: Runtime>(
    handle: AppHandle<R>,
    request: wire::Painted,
) -> Result<(), ApiError> {
    shell::painted(&handle, &request.screen)
}

#[tauri::command]
pub(crate) async fn resize_page<R: Runtime>(
    handle: AppHandle<R>,
    request: wire::ResizePage,
) -> Result<(), ApiError> {
    shell::resize_page(&handle, request.size)
}

#[tauri::command]
pub(crate) async fn pick_folder<R: Runtime>(
    handle: AppHandle<R>,
    request: wire::PickFolder,
) -> Result<Option<String>, ApiError> {
    shell::pick_folder(&handle, &request.title).await
}

#[tauri::command]
pub(crate) async fn open_external<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, Arc<App>>,
    request: wire::OpenExternal,
) -> Result<(), ApiError> {
    shell::open(&handle, &app.external_target(request)?)
}

#[tauri::command]
pub(crate) async fn follow_drops<R: Runtime>(
    handle: AppHandle<R>,
    request: wire::FollowDrops,
    channel: Channel<wire::Dropped>,
) -> Result<(), ApiError> {
    let wire::FollowDrops {} = request;
    Drops::follow(&handle, channel);
    Ok(())
}

#[tauri::command]
pub(crate) async fn follow_run(
    app: State<'_, Arc<App>>,
    request: wire::FollowRun,
    channel: Channel<wire::DeployEvent>,
) -> Result<wire::RunSnapshot, ApiError> {
    app.follow_run(request, move |event| channel.send(event).is_ok())
}

#[tauri::command]
pub(crate) async fn follow_window(
    page: State<'_, Page>,
    closing: State<'_, Closing>,
    request: wire::FollowWindow,
    channel: Channel<wire::WindowEvent>,
) -> Result<(), ApiError> {
    let wire::FollowWindow {} = request;
    page.listens(channel);
    // What the page before a reload was asked, this one is asked too.
    if closing.is_open() {
        page.hears(wire::WindowEvent::CloseAsked);
    }
    Ok(())
}

#[tauri::command]
pub(crate) async fn answer_close<R: Runtime>(
    handle: AppHandle<R>,
    request: wire::AnswerClose,
) -> Result<(), ApiError> {
    closing::answer(&handle, request.close)
}
