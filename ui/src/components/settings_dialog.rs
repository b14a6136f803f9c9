//! Settings of this user on this computer.

use crate::actions;
use crate::components::icon::{Icon, IconView};
use crate::components::modal::Modal;
use crate::state::{App, Dialog, Load};
use crate::words;
use leptos::prelude::*;
use slipway_protocol::Theme;

#[component]
pub(crate) fn SettingsDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| app.dialog.with(|dialog| *dialog == Dialog::Settings));
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));
    let version = move || match app.start.get() {
        Load::Ready(view) => words::version(&view.version),
        _ => String::new(),
    };
    move || {
        open.get().then(|| {
            view! {
                <Modal title=words::SETTINGS.to_owned() class="settings" on_close=close>
                    <fieldset class="field">
                        <legend>{words::THEME}</legend>
                        <ThemeChoice/>
                    </fieldset>
                    <p class="faint">{version}" · "{words::PROMISE}</p>
                </Modal>
            }
            .into_any()
        })
    }
}

/// Three themes side by side.
#[component]
fn ThemeChoice() -> impl IntoView {
    let app = App::get();
    let choices = [
        (Theme::System, Icon::Screen, words::THEME_SYSTEM),
        (Theme::Light, Icon::Sun, words::THEME_LIGHT),
        (Theme::Dark, Icon::Moon, words::THEME_DARK),
    ];
    view! {
        <div class="segments">
            {choices.into_iter().map(|(theme, icon, name)| view! {
                <button class="segment" type="button"
                    aria-pressed=move || app.settings.with(|settings| settings.theme == theme).to_string()
                    on:click=move |_| actions::set_theme(app, theme)>
                    <IconView icon=icon/>{name}
                </button>
            }).collect_view()}
        </div>
    }
}
