//! The border between two panes, moved by pointer or keys.

use crate::state::App;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// How far one press of an arrow key moves it, in pixels; with Shift four times that.
const STEP: f64 = 16.0;

/// The side of the window on which the pane lies that is made larger or smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    Left,
    Right,
    Bottom,
}

impl Edge {
    fn is_upright(self) -> bool {
        self != Self::Bottom
    }

    /// How much the pane grows when the pointer goes this far.
    fn growth(self, dx: f64, dy: f64) -> f64 {
        match self {
            Self::Left => dx,
            Self::Right => -dx,
            Self::Bottom => -dy,
        }
    }

    /// The signal that holds the pane's size in pixels; `None` is the size that the style sheet gives it.
    fn size(self, app: App) -> RwSignal<Option<f64>> {
        match self {
            Self::Left => app.side_width,
            Self::Right => app.inspector_width,
            Self::Bottom => app.panel_height,
        }
    }

    /// Least and greatest size in pixels, in a window of this size.
    pub(crate) fn limits(self, width: f64, height: f64) -> (f64, f64) {
        let (least, greatest) = match self {
            Self::Left => (150.0, width * 0.35),
            Self::Right => (200.0, width * 0.4),
            Self::Bottom => (96.0, height * 0.72),
        };
        (least, f64::max(least, greatest))
    }
}

/// Lies on the border of its parent, which is the pane.
#[component]
pub(crate) fn Splitter(edge: Edge, label: &'static str) -> impl IntoView {
    let app = App::get();
    let size = edge.size(app);
    let line = NodeRef::<html::Div>::new();
    // Size of the pane and place of the pointer when the drag began.
    let drag = RwSignal::new(None::<(f64, f64, f64)>);
    let pane = move || {
        let rect = line
            .get_untracked()?
            .parent_element()?
            .get_bounding_client_rect();
        Some(if edge.is_upright() {
            rect.width()
        } else {
            rect.height()
        })
    };
    let limits = move || {
        let window = crate::platform::window();
        let of = |side: Result<wasm_bindgen::JsValue, _>| side.ok().and_then(|side| side.as_f64());
        edge.limits(
            of(window.inner_width()).unwrap_or(1280.0),
            of(window.inner_height()).unwrap_or(800.0),
        )
    };
    let set = move |to: f64| {
        let (least, greatest) = limits();
        size.set(Some(to.clamp(least, greatest).round()));
    };
    let on_down = move |event: web_sys::PointerEvent| {
        let (Some(now), 0) = (pane(), event.button()) else {
            return;
        };
        event.prevent_default();
        drag.set(Some((
            now,
            f64::from(event.client_x()),
            f64::from(event.client_y()),
        )));
        if let Some(target) = event
            .current_target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        {
            // Without capture the drag ends where the pointer leaves the line, which is bearable.
            let _ = target.set_pointer_capture(event.pointer_id());
        }
    };
    let on_move = move |event: web_sys::PointerEvent| {
        if let Some((from, x, y)) = drag.get_untracked() {
            let (dx, dy) = (
                f64::from(event.client_x()) - x,
                f64::from(event.client_y()) - y,
            );
            set(from + edge.growth(dx, dy));
        }
    };
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        let step = if event.shift_key() { 4.0 * STEP } else { STEP };
        let (dx, dy) = match event.key().as_str() {
            "ArrowLeft" if edge.is_upright() => (-step, 0.0),
            "ArrowRight" if edge.is_upright() => (step, 0.0),
            "ArrowUp" if !edge.is_upright() => (0.0, -step),
            "ArrowDown" if !edge.is_upright() => (0.0, step),
            "Home" => {
                event.prevent_default();
                return set(0.0);
            }
            "End" => {
                event.prevent_default();
                return set(f64::INFINITY);
            }
            "Enter" => {
                event.prevent_default();
                return size.set(None);
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(now) = pane() {
            set(now + edge.growth(dx, dy));
        }
    };
    // Known once the line is on the page; until then, the least.
    let value = move || {
        size.track();
        line.track();
        format!("{:.0}", pane().unwrap_or_else(|| limits().0))
    };
    view! {
        <div class="splitter" class:upright=edge.is_upright() class:at-end={edge == Edge::Left} class:held=move || drag.get().is_some()
            role="separator" tabindex="0" aria-label=label title=label node_ref=line
            aria-orientation=if edge.is_upright() { "vertical" } else { "horizontal" }
            aria-valuenow=value aria-valuemin=move || format!("{:.0}", limits().0) aria-valuemax=move || format!("{:.0}", limits().1)
            on:pointerdown=on_down on:pointermove=on_move on:pointerup=move |_| drag.set(None) on:pointercancel=move |_| drag.set(None)
            on:dblclick=move |_| size.set(None) on:keydown=on_keydown></div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pane_grows_away_from_its_side_of_the_window() {
        assert_eq!(Edge::Left.growth(10.0, 3.0), 10.0);
        assert_eq!(Edge::Right.growth(10.0, 3.0), -10.0);
        assert_eq!(Edge::Bottom.growth(10.0, 3.0), -3.0);
    }

    #[test]
    fn the_limits_are_in_order_in_the_smallest_window() {
        for edge in [Edge::Left, Edge::Right, Edge::Bottom] {
            for (width, height) in [(960.0, 600.0), (200.0, 100.0)] {
                let (least, greatest) = edge.limits(width, height);
                assert!(least <= greatest);
            }
        }
    }
}
