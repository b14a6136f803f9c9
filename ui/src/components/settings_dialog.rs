//! Settings of this user on this computer.

use crate::components::icon::{Icon, IconView};
use crate::components::modal::Modal;
use crate::ipc;
use crate::look;
use crate::platform;
use crate::state::{App, Dialog, Load};
use crate::words;
use leptos::prelude::*;
use slipway_protocol::{PageSize, Theme};

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
                    {(!ipc::is_demo()).then(|| view! {
                        <fieldset class="field">
                            <legend>{words::PAGE_SIZE}</legend>
                            <PageSizeChoice/>
                        </fieldset>
                    })}
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
    let chosen = app.settings.with_untracked(|settings| settings.theme);
    view! {
        <div class="segments">
            {choices.into_iter().map(|(theme, icon, name)| view! {
                <button class="segment" type="button" autofocus={theme == chosen}
                    aria-pressed=move || app.settings.with(|settings| settings.theme == theme).to_string()
                    on:click=move |_| look::set_theme(app, theme)>
                    <IconView icon=icon/>{name}
                </button>
            }).collect_view()}
        </div>
    }
}

/// Smaller, as drawn, larger; the keys do the same.
#[component]
fn PageSizeChoice() -> impl IntoView {
    let app = App::get();
    let size = move || app.settings.with(|settings| settings.page_size);
    view! {
        <div class="segments" data-testid="page-size">
            <button class="segment" type="button" title="Ctrl −" aria-label=words::SMALLER
                disabled=move || size().smaller() == size()
                on:click=move |_| look::resize_page(app, PageSize::smaller)>
                <IconView icon=Icon::Minus/>
            </button>
            <button class="segment" type="button" title="Ctrl 0" aria-label=move || words::page_size(size())
                aria-description=words::AS_DRAWN
                on:click=move |_| look::resize_page(app, |_| PageSize::default())>
                {move || format!("{} %", size().percent())}
            </button>
            <button class="segment" type="button" title="Ctrl +" aria-label=words::LARGER
                disabled=move || size().larger() == size()
                on:click=move |_| look::resize_page(app, PageSize::larger)>
                <IconView icon=Icon::Plus/>
            </button>
        </div>
    }
}

/// Switches between light and dark; the system's choice is in the settings.
#[component]
pub(crate) fn ThemeToggle(class: &'static str) -> impl IntoView {
    let app = App::get();
    let is_dark = move || match app.settings.with(|settings| settings.theme) {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::System => platform::prefers_dark(),
    };
    let words = move || {
        if is_dark() {
            words::TO_LIGHT
        } else {
            words::TO_DARK
        }
    };
    view! {
        <button class=class type="button" data-testid="theme-toggle" title=words aria-label=words
            on:click=move |_| look::set_theme(app, if is_dark() { Theme::Light } else { Theme::Dark })>
            {move || view! { <IconView icon=if is_dark() { Icon::Sun } else { Icon::Moon }/> }}
        </button>
    }
}
