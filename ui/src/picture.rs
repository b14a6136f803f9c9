//! The canvas in small, for the list of recent projects.

use crate::ipc;
use crate::state::App;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_editor::{ElementKind, Point, Scene};
use slipway_protocol::{
    PICTURE_SHAPES, PICTURE_SIZE, PictureView, SavePicture, ShapeKind, ShapeView,
};

/// Keeps the canvas as it is now. A picture that can't be kept is no harm: the list shows the one before.
pub(crate) fn keep(app: App) {
    let Some(path) = app.path() else { return };
    let picture = app.scene.with_untracked(|scene| draw(scene));
    spawn_local(async move {
        if let Err(error) = ipc::call(SavePicture { path, picture }).await {
            leptos::logging::warn!("the picture was not kept: {error}");
        }
    });
}

/// Wires first, then cards, within a square; what is beyond the limit is left out, wires before cards.
fn draw(scene: &Scene) -> PictureView {
    let bounds = scene.bounds;
    let longer = bounds.width.max(bounds.height);
    if longer <= 0.0 {
        return PictureView::default();
    }
    let size = f64::from(PICTURE_SIZE);
    let factor = size / longer;
    // The shorter side stands in the middle.
    let (left, top) = (
        (size - bounds.width * factor) / 2.0,
        (size - bounds.height * factor) / 2.0,
    );
    let place = |at: Point| {
        (
            whole((at.x - bounds.x) * factor + left),
            whole((at.y - bounds.y) * factor + top),
        )
    };
    let cards: Vec<ShapeView> = scene
        .cards
        .iter()
        .take(PICTURE_SHAPES)
        .map(|card| {
            let (x, y) = place(Point::new(card.rect.x, card.rect.y));
            ShapeView {
                kind: match card.id.kind() {
                    ElementKind::Api => ShapeKind::Api,
                    ElementKind::Function => ShapeKind::Function,
                    ElementKind::Service => ShapeKind::Service,
                    ElementKind::Route => ShapeKind::Other,
                },
                x,
                y,
                w: whole(card.rect.width * factor),
                h: whole(card.rect.height * factor),
            }
        })
        .collect();
    let room = PICTURE_SHAPES - cards.len();
    let wires = scene.edges.iter().filter_map(|edge| {
        let row = scene
            .card(&edge.from)?
            .rows()
            .iter()
            .find(|row| row.id == edge.route)?;
        let (from, to) = (row.port(), scene.card(&edge.to)?.port()?);
        let ((x, y), (to_x, to_y)) = (place(from), place(to));
        Some(ShapeView {
            kind: ShapeKind::Wire,
            x,
            y,
            w: to_x - x,
            h: to_y - y,
        })
    });
    let mut shapes: Vec<ShapeView> = wires.take(room).collect();
    shapes.extend(cards);
    PictureView { shapes }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the size of the picture before"
)]
fn whole(at: f64) -> i16 {
    let size = f64::from(PICTURE_SIZE);
    at.round().clamp(0.0, size) as i16
}

/// The picture as it is shown; empty projects have an empty one.
#[component]
pub(crate) fn Picture(picture: PictureView) -> impl IntoView {
    view! {
        <svg class="picture" viewBox=format!("-20 -20 {0} {0}", PICTURE_SIZE + 40) aria-hidden="true">
            {picture.shapes.into_iter().map(|shape| {
                let ShapeView { kind, x, y, w, h } = shape;
                let class = match kind {
                    ShapeKind::Api => "kind-api",
                    ShapeKind::Function => "kind-function",
                    ShapeKind::Service => "kind-service",
                    ShapeKind::Other | ShapeKind::Wire => "faint",
                };
                if kind == ShapeKind::Wire {
                    let (to_x, to_y) = (i32::from(x) + i32::from(w), i32::from(y) + i32::from(h));
                    let bend = i32::from(w) / 2;
                    let middle = i32::from(x) + bend;
                    view! { <path class=class d=format!("M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}")/> }.into_any()
                } else {
                    view! { <rect class=class x=x y=y width=w height=h rx="24"/> }.into_any()
                }
            }).collect_view()}
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::draw;
    use slipway_design::Document;
    use slipway_editor::{Places, Scene};
    use slipway_protocol::{PICTURE_SHAPES, PICTURE_SIZE, ShapeKind};

    #[test]
    fn a_picture_is_within_its_box() {
        let mut text = String::from("schema = 1\n");
        for number in 0..90 {
            text.push_str(&format!(
                "[functions.f{number}]\nimage = {{ build = \"f\" }}\n"
            ));
        }
        text.push_str("[apis.p.routes]\n\"GET /a\" = \"f1\"\n");
        let draw_of = |text: &str| {
            let document = Document::parse(text);
            let design = document.design().cloned().unwrap_or_default();
            draw(&Scene::of(&design, None, &Places::default()))
        };
        let big = draw_of(&text);
        assert_eq!(big.shapes.len(), PICTURE_SHAPES);
        let small = draw_of(
            "schema = 1\n[functions.f]\nimage = { build = \"f\" }\n[apis.p.routes]\n\"GET /a\" = \"f\"\n",
        );
        let kinds: Vec<ShapeKind> = small.shapes.iter().map(|shape| shape.kind).collect();
        assert_eq!(
            kinds,
            [ShapeKind::Wire, ShapeKind::Api, ShapeKind::Function]
        );
        for shape in big.shapes.iter().chain(&small.shapes) {
            for at in [shape.x, shape.y, shape.x + shape.w, shape.y + shape.h] {
                assert!((0..=PICTURE_SIZE + 1).contains(&at), "{shape:?}");
            }
        }
        assert!(draw_of("schema = 1\n").shapes.is_empty());
    }
}
