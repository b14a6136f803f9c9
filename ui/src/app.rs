//! The root of the window.

use crate::actions;
use crate::address;
use crate::asked;
use crate::components::clash_dialog::ClashDialog;
use crate::components::command_palette::CommandPalette;
use crate::components::connect_dialog::ConnectDialog;
use crate::components::context_menu::ContextMenu;
use crate::components::design_screen::DesignScreen;
use crate::components::import_dialog::ImportDialog;
use crate::components::keys_dialog::KeysDialog;
use crate::components::name_dialog::NameDialogs;
use crate::components::new_project::NewProjectDialog;
use crate::components::plan_dialog::PlanDialog;
use crate::components::save_state::UnsavedDialog;
use crate::components::settings_dialog::SettingsDialog;
use crate::components::start_screen::{StartScreen, StartingScreen};
use crate::components::toasts::Toasts;
use crate::components::versions_dialog::VersionsDialog;
use crate::drops;
use crate::ipc;
use crate::keys;
use crate::look;
use crate::outside;
use crate::platform;
use crate::saving;
use crate::state::{App, Screen};
use leptos::ev;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// How often the file on disk is looked at while the window is seen.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// With every so many of these looks, runs that others started are looked for too.
const RUNS_EACH: u32 = 2;

/// Builds the window into the page.
pub(crate) fn mount() {
    let Some(root) = platform::document()
        .get_element_by_id("app")
        .and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        leptos::logging::error!("the page has no element `app`");
        return;
    };
    leptos::mount::mount_to(root, Root).forget();
}

#[component]
fn Root() -> impl IntoView {
    let app = App::new();
    provide_context(app);
    actions::begin(app);
    if !ipc::is_demo() {
        address::keep(app);
    }
    drops::listen(app);

    Effect::new(move |_| platform::show_theme(app.settings.with(|settings| settings.theme)));
    let page_size = Memo::new(move |_| app.settings.with(|settings| settings.page_size));
    Effect::new(move |_| look::show_page_size(app, page_size.get()));

    // After a frame with the screen in it, the screen has been painted.
    Effect::new(move |_| {
        let screen = app.screen.get();
        request_animation_frame(move || request_animation_frame(move || actions::painted(screen)));
    });

    let keydown = window_event_listener(ev::keydown, move |event| keys::on_keydown(app, &event));
    asked::listen(app);
    let focused = window_event_listener(ev::focus, move |_| {
        outside::notice_changes(app);
        actions::notice_runs(app);
    });
    // Whoever goes to another window, or to the border of this one, finds everything saved.
    let blurred = window_event_listener(ev::blur, move |_| saving::on_leaving(app));
    let hidden = window_event_listener(ev::visibilitychange, move |_| saving::on_leaving(app));
    let unloading = window_event_listener(ev::beforeunload, move |_| saving::on_leaving(app));
    let left = window_event_listener(ev::mouseout, move |event| {
        if event.related_target().is_none() {
            saving::on_leaving(app);
        }
    });
    let looks = StoredValue::new(0_u32);
    let looking = set_interval_with_handle(
        move || {
            let seen = platform::document().visibility_state() == web_sys::VisibilityState::Visible;
            if seen && app.screen.get_untracked() == Screen::Design {
                outside::notice_changes(app);
                looks.update_value(|looks| *looks = looks.wrapping_add(1));
                if looks.get_value().is_multiple_of(RUNS_EACH) {
                    actions::notice_runs(app);
                }
            }
        },
        LOOK_EVERY,
    );
    on_cleanup(move || {
        keydown.remove();
        focused.remove();
        blurred.remove();
        hidden.remove();
        unloading.remove();
        left.remove();
        if let Ok(looking) = looking {
            looking.clear();
        }
    });

    view! {
        <div class="window" data-testid="screen" data-screen=move || app.screen.get().name()>
            {move || match app.screen.get() {
                Screen::Starting => StartingScreen().into_any(),
                Screen::Start => StartScreen().into_any(),
                Screen::Design => DesignScreen().into_any(),
            }}
            <NewProjectDialog/>
            <CommandPalette/>
            <SettingsDialog/>
            <PlanDialog/>
            <ClashDialog/>
            <UnsavedDialog/>
            <VersionsDialog/>
            <ConnectDialog/>
            <NameDialogs/>
            <ImportDialog/>
            <KeysDialog/>
            <ContextMenu/>
            <Toasts/>
            <div class="offscreen" aria-live="polite" role="status">{move || app.said.get()}</div>
        </div>
    }
}
