//! What a tool draws: the wire with its verdict, the rubber band, the guides, the card that is carried.

use crate::components::icon::{Icon, IconView};
use crate::editing;
use crate::platform;
use crate::state::App;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use slipway_editor::{Curve, ElementKind, Input, Key, Modifiers, Point, Rect, Tool, Wire};

/// Room for the menu, in pixels.
const MENU: (f64, f64) = (250.0, 215.0);

/// In the world: under the pointer, over the cards.
#[component]
pub(crate) fn ToolLayer() -> impl IntoView {
    let app = App::get();
    let wire = Memo::new(move |_| {
        app.tool.with(|tool| {
            let wire = tool.wire()?;
            let class = match &wire.over {
                Some((_, Ok(()))) => "wire ok",
                Some((_, Err(_))) => "wire bad",
                None => "wire",
            };
            Some((Curve::between(wire.from, wire.to).path(), wire.to, class))
        })
    });
    let guides = Memo::new(move |_| {
        app.tool.with(|tool| {
            let lines = tool.guides().iter().map(|guide| {
                let (from, to) = (guide.from, guide.to);
                format!("M{:.1} {:.1}L{:.1} {:.1}", from.x, from.y, to.x, to.y)
            });
            lines.collect::<String>()
        })
    });
    let band = Memo::new(move |_| app.tool.with(Tool::band));
    let carried = Memo::new(move |_| {
        app.tool.with(|tool| match tool {
            Tool::Placing(carried) => Some((carried.what, carried.place?)),
            _ => None,
        })
    });
    let boxed = |rect: Rect, class: &'static str, text: &'static str| {
        view! {
            <div class=class aria-hidden="true" style:transform=format!("translate({:.1}px,{:.1}px)", rect.x, rect.y)
                style:width=format!("{:.1}px", rect.width) style:height=format!("{:.1}px", rect.height)>{text}</div>
        }
    };
    view! {
        <svg class="edges over" width="1" height="1" aria-hidden="true">
            <path class="guide" d=move || guides.get()/>
            {move || wire.get().map(|(path, to, class)| view! {
                <g class=class>
                    <path d=path/>
                    <circle cx=to.x cy=to.y r="5"/>
                </g>
            })}
        </svg>
        {move || band.get().map(|rect| boxed(rect, "band", ""))}
        {move || carried.get().map(|(what, rect)| boxed(rect, "carried", words::new_name(what)))}
    }
}

/// Where something at a place of the world may float, in pixels of the canvas, so that it is seen.
fn float_at(app: App, world: Point, room: (f64, f64)) -> Point {
    let view = app.viewport.get();
    let at = app.camera.with(|camera| camera.to_view(world));
    Point::new(
        (at.x + 14.0).min(view.width - room.0).max(8.0),
        (at.y + 14.0).min(view.height - room.1).max(8.0),
    )
}

/// Why the wire cannot end where the pointer is.
#[component]
pub(crate) fn WireReason() -> impl IntoView {
    let app = App::get();
    let said = Memo::new(move |_| {
        app.tool.with(|tool| {
            let Tool::Connecting(wire) = tool else {
                return None;
            };
            Some((wire.over.clone()?, wire.to))
        })
    });
    move || {
        let ((target, verdict), to) = said.get()?;
        let at = float_at(app, to, (312.0, 96.0));
        let (icon, class, text, hint) = match verdict {
            Ok(()) => (Icon::Check, "wire-reason ok", words::wire_to(&target), None),
            Err(refusal) => (
                Icon::Stopped,
                "wire-reason bad",
                refusal.message,
                refusal.hint,
            ),
        };
        Some(view! {
            <div class=class role="status" style:left=format!("{:.0}px", at.x) style:top=format!("{:.0}px", at.y)>
                <IconView icon=icon/>
                <span>{text}{hint.map(|hint| view! { <small>{hint}</small> })}</span>
            </div>
        })
    }
}

/// What can be made where a wire was dropped on empty canvas.
#[component]
pub(crate) fn QuickCreate() -> impl IntoView {
    let app = App::get();
    let dropped = Memo::new(move |_| {
        app.tool.with(|tool| match tool {
            Tool::Choosing(Wire { to, rewires, .. }) => Some((*to, *rewires)),
            _ => None,
        })
    });
    move || {
        dropped
            .get()
            .map(|(to, rewires)| view! { <Offers to=to rewires=rewires/> })
    }
}

#[component]
fn Offers(to: Point, rewires: bool) -> impl IntoView {
    let app = App::get();
    let menu = NodeRef::<html::Div>::new();
    menu.on_load(|_| {
        platform::focus(".quick-create button:not([aria-disabled=true])");
    });
    let offers = editing::look(app, slipway_editor::Editor::offers).unwrap_or_default();
    let choose = move |kind: ElementKind| {
        let effects = editing::with(app, |editor| editor.choose(kind));
        editing::perform(app, effects.unwrap_or_default());
    };
    let leave_open = move |_| {
        let effects = editing::with(app, slipway_editor::Editor::choose_none);
        editing::perform(app, effects.unwrap_or_default());
    };
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        event.stop_propagation();
        let step = match event.key().as_str() {
            "Escape" => {
                editing::input(app, Input::KeyDown(Key::Escape, Modifiers::default()));
                return;
            }
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        platform::step_focus(".quick-create button", step);
    };
    view! {
        <div class="float quick-create" role="menu" aria-label=words::WIRE_TO_NEW node_ref=menu data-testid="quick-create"
            style:left=move || format!("{:.0}px", float_at(app, to, MENU).x)
            style:top=move || format!("{:.0}px", float_at(app, to, MENU).y)
            on:keydown=on_keydown>
            <p class="side-head" aria-hidden="true">{words::WIRE_TO_NEW}</p>
            {offers.into_iter().map(|offer| {
                let kind = offer.kind;
                let reason = offer.verdict.err().map(|refusal| refusal.message);
                let (disabled, title) = (reason.is_some(), reason.clone());
                view! {
                    <button class="menu-item" type="button" role="menuitem" aria-disabled=disabled.to_string() title=title
                        on:click=move |_| if !disabled { choose(kind) }>
                        <IconView icon=Icon::of_kind(kind, false) class=crate::marks::kind_class(kind)/>
                        <span>{words::offer(kind)}{reason.map(|reason| view! { <small>{reason}</small> })}</span>
                    </button>
                }
            }).collect_view()}
            {rewires.then(|| view! {
                <button class="menu-item" type="button" role="menuitem" on:click=leave_open>
                    <IconView icon=Icon::Close/><span>{words::LEAVE_OPEN}</span>
                </button>
            })}
        </div>
    }
}
