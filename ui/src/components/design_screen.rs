//! The main screen: the design and everything around it.

use crate::components::bottom_panel::BottomPanel;
use crate::components::canvas::Canvas;
use crate::components::icon::{Icon, IconView};
use crate::components::inspector::Inspector;
use crate::components::palette::Palette;
use crate::components::settings_dialog::ThemeToggle;
use crate::components::status_bar::StatusBar;
use crate::components::top_bar::TopBar;
use crate::components::tree::Tree;
use crate::state::{App, Dialog, PanelTab};
use crate::words;
use leptos::prelude::*;
use slipway_protocol::RunStatus;

#[component]
pub(crate) fn DesignScreen() -> impl IntoView {
    let app = App::get();
    // A failure has more to say: what happened, the fix and the last lines.
    let failed = Memo::new(move |_| {
        let ended = app.run.with(|run| run.as_ref().and_then(|run| run.status));
        app.panel.get() == PanelTab::Activity && ended == Some(RunStatus::Failed)
    });
    view! {
        <div class="design" style=("--side", pixels(app.side_width)) style=("--inspector", pixels(app.inspector_width))>
            <TopBar/>
            <nav class="rail" aria-label=words::PLACES>
                <button class="rail-item" type="button" aria-current="page" title=words::DESIGN aria-label=words::DESIGN>
                    <IconView icon=Icon::Design/>
                </button>
                <span class="spring"></span>
                <ThemeToggle class="rail-item"/>
                <button class="rail-item" type="button" title=words::SETTINGS aria-label=words::SETTINGS data-testid="settings"
                    on:click=move |_| app.dialog.set(Dialog::Settings)>
                    <IconView icon=Icon::Settings/>
                </button>
            </nav>
            <div class="side-column">
                <Palette/>
                <Tree/>
            </div>
            <main class="center" class:shut=move || !app.panel_open.get() class:tall=move || failed.get() style=("--panel-height", pixels(app.panel_height))>
                <Canvas/>
                <BottomPanel/>
            </main>
            <Inspector/>
            <StatusBar/>
        </div>
    }
}

/// A length for the style sheet; without one, the sheet's own holds.
fn pixels(size: RwSignal<Option<f64>>) -> impl Fn() -> Option<String> + Clone {
    move || size.get().map(|size| format!("{size:.0}px"))
}
