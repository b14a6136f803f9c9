//! Free places for new cards.

use crate::editor::Editor;
use crate::places::Place;
use crate::{API_WIDTH, ElementId, ElementKind, NODE_WIDTH, Point, Rect};

/// Free space around a new card, in world units.
const MARGIN: f64 = 24.0;
/// Height that is kept free for a new card.
const HEIGHT: f64 = 124.0;
/// Steps of the search.
const STEP: f64 = 40.0;
const FARTHEST: i32 = 200;

/// The free place nearest to where such a card is expected: APIs left in what is seen, the rest right.
pub(crate) fn free_place(editor: &Editor, kind: ElementKind) -> Point {
    let seen = editor.seen();
    let width = if kind == ElementKind::Api {
        API_WIDTH
    } else {
        NODE_WIDTH
    };
    let middle = seen.center();
    let x = if kind == ElementKind::Api {
        middle.x - width - 80.0
    } else {
        middle.x + 80.0
    };
    let wish = Point::new(x.round(), (middle.y - HEIGHT / 2.0).round());
    let is_free = |at: Point| {
        let area = Rect::new(at.x, at.y, width, HEIGHT).grown(MARGIN);
        editor.scene().cards_in(area).next().is_none()
    };
    // Rings around the wish, below before above, so that a column grows downwards.
    for ring in 0..FARTHEST {
        let reach = f64::from(ring) * STEP;
        let tries = [
            (0.0, reach),
            (0.0, -reach),
            (reach, 0.0),
            (-reach, 0.0),
            (reach, reach),
            (-reach, reach),
            (reach, -reach),
            (-reach, -reach),
        ];
        for (dx, dy) in tries {
            let at = Point::new(wish.x + dx, wish.y + dy);
            if is_free(at) {
                return at;
            }
        }
    }
    let bounds = editor.scene().bounds;
    Point::new(bounds.x, bounds.bottom() + MARGIN)
}

/// A card that grows pushes what comes nearer than this, in world units.
const NEAREST: f64 = 12.0;

/// New places of what stands below a card that grows by `by`, so that it covers nothing. Empty
/// while the card is laid out, since the layout makes room itself.
pub(crate) fn make_room(
    editor: &Editor,
    id: &ElementId,
    by: f64,
) -> Vec<(ElementId, Option<Place>)> {
    let (Some(_), Some(card)) = (editor.places().get(id), editor.scene().card(id)) else {
        return Vec::new();
    };
    let mut moved: Vec<(ElementId, Option<Place>)> = Vec::new();
    // Each with where its lower border was.
    let mut growing = vec![(
        card.rect.bottom(),
        Rect {
            height: card.rect.height + by,
            ..card.rect
        },
    )];
    while let Some((bottom, rect)) = growing.pop() {
        let needed = Rect {
            height: rect.height + NEAREST,
            ..rect
        };
        for other in editor.scene().cards_in(needed) {
            let is_below = other.rect.y >= bottom && &other.id != id;
            let down = needed.bottom() - other.rect.y;
            if !is_below || down <= 0.0 || moved.iter().any(|(known, _)| known == &other.id) {
                continue;
            }
            let there = Rect {
                y: other.rect.y + down,
                ..other.rect
            };
            let place = Place::near(Point::new(there.x, there.y));
            moved.push((other.id.clone(), Some(place)));
            growing.push((other.rect.bottom(), there));
        }
    }
    moved
}
