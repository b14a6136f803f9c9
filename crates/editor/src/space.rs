//! Free places for new cards.

use crate::editor::Editor;
use crate::{API_WIDTH, ElementKind, NODE_WIDTH, Point, Rect};

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
