//! The heights in both columns of one block: edges as level as they can be, nothing overlapping.

use crate::card::{HEAD_HEIGHT, ROW_HEIGHT, count};
use crate::layout::{GAP, LANE, Link};
use crate::{Point, Rect, Size};

/// Free space between two columns of targets.
const SIDE_LANE: f64 = 96.0;
/// Rounds of giving each column the heights that the other one wishes.
const ROUNDS: usize = 3;
/// Height of a target's port in its card.
const TARGET_PORT: f64 = HEAD_HEIGHT / 2.0;

/// Height of a row's port in its card.
fn row_port(row: usize) -> f64 {
    HEAD_HEIGHT + ROW_HEIGHT * (count(row) + 0.5)
}

/// Where the cards of a block stand, whole units from (0, 0).
#[derive(Debug, Clone, Default)]
pub(crate) struct Placed {
    pub(crate) left: Vec<Point>,
    pub(crate) right: Vec<Point>,
    pub(crate) size: Size,
}

/// Places APIs and right of them their targets, both given top to bottom and named by `links` by their
/// place in that order. A column of targets taller than `tallest`, and than the APIs, is broken into several.
pub(crate) fn place(left: &[Size], right: &[Size], links: &[Link], tallest: f64) -> Placed {
    let limit = tallest.max(height(left));
    let x = left
        .iter()
        .map(|size| size.width + LANE)
        .fold(0.0, f64::max);
    let total = height(right);
    let (lefts, rights);
    if total <= limit {
        let (mut left_y, mut right_y) = (stack(left), stack(right));
        for _ in 0..ROUNDS {
            let wish = |link: &Link| {
                let level = left_y[link.left] + row_port(link.row);
                (link.right, level - TARGET_PORT)
            };
            right_y = settle(&means(right.len(), links.iter().map(wish)), right);
            left_y = settle(&left_wishes(left.len(), links, &right_y), left);
        }
        lefts = left_y;
        rights = right_y.into_iter().map(|y| Point::new(x, y)).collect();
    } else {
        rights = side_by_side(right, x, (total / limit).ceil());
        let right_y: Vec<f64> = rights.iter().map(|at| at.y).collect();
        lefts = settle(&left_wishes(left.len(), links, &right_y), left);
    }
    let lefts = lefts.into_iter().map(|y| Point::new(0.0, y)).collect();
    normal(lefts, rights, left, right)
}

/// The height of a column without free space at its ends.
pub(crate) fn height(cards: &[Size]) -> f64 {
    let total: f64 = cards.iter().map(|size| size.height + GAP).sum();
    (total - GAP).max(0.0)
}

fn stack(cards: &[Size]) -> Vec<f64> {
    let mut y = 0.0;
    cards
        .iter()
        .map(|size| {
            let at = y;
            y += size.height + GAP;
            at
        })
        .collect()
}

fn left_wishes(number: usize, links: &[Link], right_y: &[f64]) -> Vec<Option<f64>> {
    means(
        number,
        links.iter().map(|link| {
            let level = right_y[link.right] + TARGET_PORT;
            (link.left, level - row_port(link.row))
        }),
    )
}

/// The mean of the wishes for each card; none without any.
fn means(number: usize, wishes: impl Iterator<Item = (usize, f64)>) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0_usize); number];
    for (card, wish) in wishes {
        sums[card].0 += wish;
        sums[card].1 += 1;
    }
    sums.into_iter()
        .map(|(sum, wishes)| (wishes > 0).then(|| sum / count(wishes)))
        .collect()
}

/// The places nearest to the wishes (least squares) that keep the order and do not overlap: neighbours
/// that would overlap are pooled and share their mean. What wishes nothing stands right below the one before.
fn settle(wishes: &[Option<f64>], cards: &[Size]) -> Vec<f64> {
    struct Pool {
        /// Sum of `wish - offset in the pool`, and of how many.
        sum: f64,
        wishes: usize,
        height: f64,
        number: usize,
    }
    impl Pool {
        fn y(&self) -> f64 {
            if self.wishes == 0 {
                0.0
            } else {
                self.sum / count(self.wishes)
            }
        }
    }
    let mut pools: Vec<Pool> = Vec::new();
    for (wish, size) in wishes.iter().zip(cards) {
        let mut pool = Pool {
            sum: wish.unwrap_or(0.0),
            wishes: usize::from(wish.is_some()),
            height: size.height + GAP,
            number: 1,
        };
        while let Some(above) = pools.last() {
            if pool.wishes > 0 && above.wishes > 0 && above.y() + above.height <= pool.y() {
                break;
            }
            pool = Pool {
                sum: above.sum + pool.sum - above.height * count(pool.wishes),
                wishes: above.wishes + pool.wishes,
                height: above.height + pool.height,
                number: above.number + pool.number,
            };
            pools.pop();
        }
        pools.push(pool);
    }
    let mut places = Vec::with_capacity(wishes.len());
    for pool in pools {
        // Whole units; the pools stay as far apart, for heights are whole too.
        let mut y = pool.y().round();
        let first = places.len();
        for size in &cards[first..first + pool.number] {
            places.push(y);
            y += size.height + GAP;
        }
    }
    places
}

/// Columns beside each other, filled row by row so that the order still runs downwards. Every second column is
/// shifted, so that the ports of its cards face the gaps of the column before.
fn side_by_side(cards: &[Size], x: f64, columns: f64) -> Vec<Point> {
    let width = cards.iter().map(|size| size.width).fold(0.0, f64::max) + SIDE_LANE;
    let step = cards.iter().map(|size| size.height).fold(0.0, f64::max) + GAP;
    let shift = TARGET_PORT + GAP / 2.0;
    let (mut column, mut y) = (0.0, 0.0);
    cards
        .iter()
        .map(|_| {
            let down = if column % 2.0 == 0.0 { shift } else { 0.0 };
            let at = Point::new(x + column * width, y + down);
            column += 1.0;
            if column >= columns {
                (column, y) = (0.0, y + step);
            }
            at
        })
        .collect()
}

/// Shifts everything so that it begins at (0, 0).
fn normal(left: Vec<Point>, right: Vec<Point>, lefts: &[Size], rights: &[Size]) -> Placed {
    let places = left.iter().zip(lefts).chain(right.iter().zip(rights));
    let bounds = places
        .map(|(at, size)| Rect::new(at.x, at.y, size.width, size.height))
        .reduce(Rect::union)
        .unwrap_or_default();
    let shifted = |places: Vec<Point>| -> Vec<Point> {
        let places = places.into_iter();
        places
            .map(|at| Point::new(at.x - bounds.x, at.y - bounds.y))
            .collect()
    };
    Placed {
        left: shifted(left),
        right: shifted(right),
        size: Size::new(bounds.width, bounds.height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn card(height: f64) -> Size {
        Size::new(240.0, height)
    }

    #[test]
    fn wishes_without_conflict_are_granted() {
        let cards = [card(50.0), card(50.0)];
        assert_eq!(settle(&[Some(10.0), Some(100.0)], &cards), [10.0, 100.0]);
        assert_eq!(settle(&[Some(40.0), Some(40.0)], &cards), [-1.0, 81.0]);
        assert_eq!(settle(&[Some(40.0), None], &cards), [40.0, 122.0]);
        assert_eq!(settle(&[None, None], &cards), [0.0, 82.0]);
        assert_eq!(settle(&[], &[]), [0.0; 0]);
    }

    #[test]
    fn columns_beside_each_other_leave_the_ways_to_ports_open() {
        let cards = [card(124.0); 5];
        let places = side_by_side(&cards, 400.0, 2.0);
        let at = |x, y| Point::new(x, y);
        assert_eq!(
            places,
            [
                at(400.0, 36.0),
                at(736.0, 0.0),
                at(400.0, 192.0),
                at(736.0, 156.0),
                at(400.0, 348.0)
            ]
        );
        // The port of the fourth is level with the gap between the first and the third.
        assert_eq!(places[3].y + TARGET_PORT, 36.0 + 124.0 + GAP / 2.0);
    }

    proptest! {
        #[test]
        fn settled_places_never_overlap(
            items in prop::collection::vec((prop::option::weighted(0.9, -500.0..500.0f64), 1u16..200), 0..40),
        ) {
            let (wishes, cards): (Vec<_>, Vec<_>) =
                items.into_iter().map(|(wish, height)| (wish, card(height.into()))).unzip();
            let places = settle(&wishes, &cards);
            prop_assert_eq!(places.len(), wishes.len());
            for index in 1..places.len() {
                prop_assert!(places[index] >= places[index - 1] + cards[index - 1].height + GAP);
                prop_assert_eq!(places[index], places[index].round());
            }
        }
    }
}
