//! The few things asked of the browser directly.

use slipway_protocol::Theme;
use wasm_bindgen::JsCast;

/// The page's window.
pub(crate) fn window() -> web_sys::Window {
    web_sys::window().expect("the program runs in a page")
}

/// The page's document.
pub(crate) fn document() -> web_sys::Document {
    window().document().expect("a page has a document")
}

/// The page's clock in milliseconds; only differences mean anything.
pub(crate) fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// The part of the page's address from `#` on.
pub(crate) fn fragment() -> String {
    // Of a page's own address it can be read.
    window().location().hash().unwrap_or_default()
}

/// Writes another one, without a step of the page's history.
pub(crate) fn set_fragment(fragment: &str) {
    let written = window().history().and_then(|history| {
        history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(fragment))
    });
    if let Err(error) = written {
        leptos::logging::warn!("the address stays as it is: {error:?}");
    }
}

/// Writes the theme where the style sheet looks for it.
pub(crate) fn show_theme(theme: Theme) {
    let Some(root) = document().document_element() else {
        return;
    };
    let name = match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    // Setting an attribute of this name cannot fail.
    let _ = root.set_attribute("data-theme", name);
}

/// Whether the system asks for dark pages now.
pub(crate) fn prefers_dark() -> bool {
    window()
        .match_media("(prefers-color-scheme: dark)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}

/// Whether the pointer or the key goes to a place where people write.
pub(crate) fn is_writing(target: Option<web_sys::EventTarget>) -> bool {
    target
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        })
}

/// Ends writing, as a press on anything that takes the focus would: what a field keeps when it is
/// left is kept.
pub(crate) fn leave_fields() {
    if let Some(active) = document().active_element()
        && is_writing(Some(active.clone().into()))
        && let Ok(active) = active.dyn_into::<web_sys::HtmlElement>()
        && let Err(error) = active.blur()
    {
        leptos::logging::warn!("a field keeps the focus: {error:?}");
    }
}

/// Focuses the first element that the selector finds.
pub(crate) fn focus(selector: &str) -> bool {
    let Ok(Some(element)) = document().query_selector(selector) else {
        return false;
    };
    take_focus(element)
}

/// Focuses an element of any kind.
fn take_focus(element: web_sys::Element) -> bool {
    // What is drawn as a vector takes the focus by the same method.
    element
        .unchecked_into::<web_sys::HtmlElement>()
        .focus()
        .is_ok()
}

/// What had the focus before something opened, to give it back.
#[derive(Debug, Clone)]
pub(crate) struct FocusBefore(Option<web_sys::Element>);

impl FocusBefore {
    /// What has it now.
    pub(crate) fn now() -> Self {
        Self(
            document()
                .active_element()
                .filter(|element| !is_body(element)),
        )
    }

    /// Gives it back, unless something else takes it. Where that is gone, what is selected on the
    /// canvas gets it.
    pub(crate) fn give_back(&self) {
        let before = self.0.clone().filter(|element| element.is_connected());
        if let Some(element) = before.clone() {
            take_focus(element);
        }
        // While a dialog is shown nothing outside takes the focus.
        leptos::prelude::request_animation_frame(move || {
            if !has_focus() {
                if let Some(element) = before.filter(|element| element.is_connected()) {
                    take_focus(element);
                }
                if !has_focus() {
                    crate::keys::focus_pane("canvas");
                }
            }
        });
    }
}

/// Where what had the focus went away and nothing else has taken it, what is selected on the canvas
/// gets it.
pub(crate) fn keep_focus() {
    FocusBefore(None).give_back();
}

/// Whether something in the page has the focus that takes keys. What was just disabled may still
/// count as focused.
pub(crate) fn has_focus() -> bool {
    document().active_element().is_some_and(|element| {
        let is_disabled = element.matches(":disabled").unwrap_or(false);
        !is_body(&element) && !is_disabled
    })
}

/// Whether nothing in the page has the focus when this has it.
fn is_body(element: &web_sys::Element) -> bool {
    element.tag_name() == "BODY"
}

/// Moves the focus by `step` among all that the selector finds, around at the ends.
pub(crate) fn step_focus(selector: &str, step: i32) {
    let Ok(found) = document().query_selector_all(selector) else {
        return;
    };
    let all: Vec<web_sys::HtmlElement> = (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect();
    let active = document().active_element();
    let here = all.iter().position(|element| {
        active
            .as_ref()
            .is_some_and(|active| element.is_same_node(Some(active)))
    });
    let number = i32::try_from(all.len()).unwrap_or(i32::MAX).max(1);
    let here = here
        .and_then(|here| i32::try_from(here).ok())
        .unwrap_or(-step);
    let next = usize::try_from((here + step).rem_euclid(number)).unwrap_or(0);
    if let Some(Err(error)) = all.get(next).map(web_sys::HtmlElement::focus) {
        leptos::logging::warn!("the focus stays: {error:?}");
    }
}

/// Whether people have marked text on the page, which a copy is about then.
pub(crate) fn has_marked_text() -> bool {
    let marked = window().get_selection().ok().flatten();
    marked.is_some_and(|marked| !marked.is_collapsed())
}

/// Text for a quoted attribute selector.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Puts text on the clipboard. WebKitGTK refuses the asynchronous way in places, so a selection is tried after it.
pub(crate) async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    if !clipboard.is_undefined()
        && wasm_bindgen_futures::JsFuture::from(clipboard.write_text(text))
            .await
            .is_ok()
    {
        return true;
    }
    copy_by_selection(text).unwrap_or(false)
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let document = document();
    let area = document
        .create_element("textarea")
        .ok()?
        .dyn_into::<web_sys::HtmlTextAreaElement>()
        .ok()?;
    area.set_value(text);
    area.set_class_name("offscreen");
    document.body()?.append_child(&area).ok()?;
    area.select();
    let command = js_sys::Reflect::get(&document, &"execCommand".into()).ok()?;
    let done = command
        .dyn_into::<js_sys::Function>()
        .ok()?
        .call1(&document, &"copy".into())
        .ok()
        .and_then(|done| done.as_bool());
    area.remove();
    done
}

/// A moment, in seconds since 1970, as this computer writes it.
pub(crate) fn local_time(seconds: f64) -> String {
    let date = js_sys::Date::new(&(seconds * 1000.0).into());
    let language = window()
        .navigator()
        .language()
        .unwrap_or_else(|| "en".to_owned());
    date.to_locale_string(&language, &js_sys::Object::new().into())
        .into()
}

/// Hands a text to the browser as a file; `false` when it takes none.
pub(crate) fn download(name: &str, text: &str) -> bool {
    offer(name, text).is_some()
}

fn offer(name: &str, text: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&text.into());
    let blob = web_sys::Blob::new_with_str_sequence(&parts).ok()?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let link = document()
        .create_element("a")
        .ok()?
        .dyn_into::<web_sys::HtmlAnchorElement>()
        .ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url).ok()
}

/// Scrolls what the selector finds into view, no further than needed.
pub(crate) fn show_near(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let near = web_sys::ScrollIntoViewOptions::new();
        near.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&near);
    }
}

fn beside(element: &web_sys::Element, down: bool) -> Option<web_sys::Element> {
    if down {
        element.next_element_sibling()
    } else {
        element.previous_element_sibling()
    }
}

/// Moves the focus to the same control of the line above or below, within a body of lines.
pub(crate) fn focus_beside(line: &str, body: &str, down: bool) {
    let Some(focused) = document().active_element() else {
        return;
    };
    let Ok(Some(here)) = focused.closest(line) else {
        return;
    };
    let is_inside = here.closest(body).ok().flatten().is_some();
    if !is_inside {
        return;
    }
    let controls = |line: &web_sys::Element| line.query_selector_all("button,input").ok();
    let Some(own) = controls(&here) else { return };
    let at = (0..own.length()).find(|index| {
        let control = own.item(*index);
        control.is_some_and(|control| control.is_same_node(Some(&focused)))
    });
    let next = beside(&here, down).or_else(|| {
        // In the next body of the same table.
        let next = beside(&here.parent_element()?, down)?;
        if down {
            next.first_element_child()
        } else {
            next.last_element_child()
        }
    });
    if let (Some(at), Some(next)) = (at, next)
        && let Some(control) = controls(&next).and_then(|controls| controls.item(at))
        && let Ok(control) = control.dyn_into::<web_sys::HtmlElement>()
    {
        // A control that is there takes the focus.
        let _ = control.focus();
    }
}
