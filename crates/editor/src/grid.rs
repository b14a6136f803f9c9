//! A uniform grid over rectangles: what is near a part of the world, without looking at the rest.

use crate::Rect;
use crate::route_rays::NumberHasher;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// Side of a cell; a card covers a few of them.
const CELL: f64 = 256.0;

type Cells = HashMap<(i32, i32), Vec<usize>, BuildHasherDefault<NumberHasher>>;

/// Indices of rectangles by the cells they touch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    cells: Cells,
    rects: Vec<Rect>,
}

impl Grid {
    pub fn new(rects: Vec<Rect>) -> Self {
        let mut cells = Cells::default();
        for (index, rect) in rects.iter().enumerate() {
            for cell in covered(*rect) {
                cells.entry(cell).or_default().push(index);
            }
        }
        Self { cells, rects }
    }

    /// A rectangle is somewhere else.
    pub fn moved(&mut self, index: usize, rect: Rect) {
        let old = std::mem::replace(&mut self.rects[index], rect);
        if corners(old) == corners(rect) {
            return;
        }
        for cell in covered(old) {
            if let Some(indices) = self.cells.get_mut(&cell) {
                indices.retain(|&other| other != index);
                if indices.is_empty() {
                    self.cells.remove(&cell);
                }
            }
        }
        for cell in covered(rect) {
            let indices = self.cells.entry(cell).or_default();
            // Ascending, as in a grid made anew.
            let at = indices.partition_point(|&other| other < index);
            indices.insert(at, index);
        }
    }

    /// The indices of all rectangles that touch `area`, ascending.
    pub fn touching(&self, area: Rect) -> Vec<usize> {
        let (from, to) = corners(area);
        let cells = i64::from(to.0 - from.0 + 1) * i64::from(to.1 - from.1 + 1);
        let mut found: Vec<usize> = if cells > i64::try_from(self.rects.len()).unwrap_or(i64::MAX) {
            // More cells than rectangles: it is quicker to look at each of them.
            (0..self.rects.len()).collect()
        } else {
            covered(area)
                .filter_map(|cell| self.cells.get(&cell))
                .flatten()
                .copied()
                .collect()
        };
        found.sort_unstable();
        found.dedup();
        found.retain(|&index| self.rects[index].touches(area));
        found
    }
}

fn cell(at: f64) -> i32 {
    // A place so far out that it does not fit is clamped by the cast.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, which is meant"
    )]
    let cell = (at / CELL).floor() as i32;
    cell.clamp(-1_000_000, 1_000_000)
}

fn corners(rect: Rect) -> ((i32, i32), (i32, i32)) {
    (
        (cell(rect.x), cell(rect.y)),
        (cell(rect.right()), cell(rect.bottom())),
    )
}

fn covered(rect: Rect) -> impl Iterator<Item = (i32, i32)> {
    let (from, to) = corners(rect);
    (from.0..=to.0).flat_map(move |x| (from.1..=to.1).map(move |y| (x, y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rect() -> impl Strategy<Value = Rect> {
        (-3e3..3e3f64, -3e3..3e3f64, 0.0..800.0f64, 0.0..800.0f64)
            .prop_map(|(x, y, width, height)| Rect::new(x, y, width, height))
    }

    proptest! {
        #[test]
        fn finds_what_looking_at_each_would_find(
            rects in prop::collection::vec(rect(), 0..60), area in rect(),
        ) {
            let naive: Vec<usize> = rects.iter().enumerate()
                .filter(|(_, rect)| rect.touches(area)).map(|(index, _)| index).collect();
            prop_assert_eq!(Grid::new(rects).touching(area), naive);
        }

        #[test]
        fn after_moves_it_is_that_of_the_new_places(
            rects in prop::collection::vec(rect(), 1..40),
            moves in prop::collection::vec((0usize..40, rect()), 0..20),
        ) {
            let mut rects = rects;
            let mut grid = Grid::new(rects.clone());
            for (index, rect) in moves {
                let index = index % rects.len();
                rects[index] = rect;
                grid.moved(index, rect);
            }
            prop_assert_eq!(grid, Grid::new(rects));
        }
    }
}
