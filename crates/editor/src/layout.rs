//! Automatic layout in two layers: APIs left, what they reach right.
//!
//! Edges leave from rows, so the place of a row counts, not only that of its card. Orders are
//! improved by medians over a fixed number of sweeps and the order with the fewest crossings
//! wins, earlier ones first: the same design always looks the same.

use crate::card::count;
use crate::{Card, CardFace, Rect};

/// Free space between two cards of a column.
const GAP: f64 = 32.0;
/// Free space between the columns, in which edges run.
const LANE: f64 = 132.0;
/// A column of targets that grows taller than this, and than the APIs, is broken into several.
const TALLEST: f64 = 1500.0;
const SWEEPS: usize = 8;

/// An edge between a row of a left card and a right card, all by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) left: usize,
    pub(crate) row: usize,
    pub(crate) right: usize,
}

/// Gives every card its place: in one picture, or, where that would be too tall, in one for each
/// part of the design that hangs together, side by side.
pub(crate) fn arrange(left: &mut [Card], right: &mut [Card], links: &[Link]) {
    layer(left, right, links);
    if bounds(left, right).height <= TALLEST {
        return;
    }
    let parts = parts(left.len(), right.len(), links);
    if parts.len() < 2 {
        return;
    }
    let mut blocks: Vec<(Part, Rect)> = Vec::new();
    for part in parts {
        let mut lefts: Vec<Card> = part.left.iter().map(|&index| left[index].clone()).collect();
        let mut rights: Vec<Card> = part
            .right
            .iter()
            .map(|&index| right[index].clone())
            .collect();
        let own: Vec<Link> = links.iter().filter_map(|link| part.own(*link)).collect();
        layer(&mut lefts, &mut rights, &own);
        let block = bounds(&lefts, &rights);
        for (&index, card) in part.left.iter().zip(lefts) {
            left[index] = card;
        }
        for (&index, card) in part.right.iter().zip(rights) {
            right[index] = card;
        }
        blocks.push((part, block));
    }
    // About as wide as a screen is.
    let area: f64 = blocks
        .iter()
        .map(|(_, block)| (block.width + LANE) * (block.height + GAP))
        .sum();
    let tallest = blocks
        .iter()
        .map(|(_, block)| block.height)
        .fold((area / 1.6).sqrt(), f64::max);
    let (mut x, mut y, mut width) = (0.0, 0.0, 0.0_f64);
    for (part, block) in blocks {
        if y > 0.0 && y + block.height > tallest {
            x += width + LANE;
            (y, width) = (0.0, 0.0);
        }
        let (dx, dy) = (x - block.x, y - block.y);
        for &index in &part.left {
            left[index].place(left[index].rect.x + dx, left[index].rect.y + dy);
        }
        for &index in &part.right {
            right[index].place(right[index].rect.x + dx, right[index].rect.y + dy);
        }
        width = width.max(block.width);
        y += block.height + 2.0 * GAP;
    }
}

/// Cards that hang together, by index and ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Part {
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Part {
    /// The link by the places of its ends in this part; `None` when it belongs to another.
    fn own(&self, link: Link) -> Option<Link> {
        Some(Link {
            left: self.left.binary_search(&link.left).ok()?,
            row: link.row,
            right: self.right.binary_search(&link.right).ok()?,
        })
    }
}

/// The parts that hang together, in the order of their first card. Cards on the right that nothing
/// leads to are one part, the last.
fn parts(left: usize, right: usize, links: &[Link]) -> Vec<Part> {
    let mut part_of: Vec<usize> = (0..left + right).collect();
    fn root(part_of: &[usize], mut of: usize) -> usize {
        while part_of[of] != of {
            of = part_of[of];
        }
        of
    }
    for link in links {
        let (a, b) = (root(&part_of, link.left), root(&part_of, left + link.right));
        // The smaller one stays, so that a part is named by its first card.
        part_of[a.max(b)] = a.min(b);
    }
    let mut parts: Vec<(usize, Part)> = Vec::new();
    let mut idle = Part::default();
    for card in 0..left + right {
        let root = root(&part_of, card);
        if root >= left {
            idle.right.push(card - left);
            continue;
        }
        let at = parts
            .iter()
            .position(|(of, _)| *of == root)
            .unwrap_or_else(|| {
                parts.push((root, Part::default()));
                parts.len() - 1
            });
        let part = &mut parts[at].1;
        if card < left {
            part.left.push(card);
        } else {
            part.right.push(card - left);
        }
    }
    let mut parts: Vec<Part> = parts.into_iter().map(|(_, part)| part).collect();
    if !idle.right.is_empty() {
        parts.push(idle);
    }
    parts
}

fn bounds(left: &[Card], right: &[Card]) -> Rect {
    let rects = left.iter().chain(right).map(|card| card.rect);
    rects.reduce(Rect::union).unwrap_or_default()
}

/// One picture of two layers.
fn layer(left: &mut [Card], right: &mut [Card], links: &[Link]) {
    let (left_order, right_order) = order(left.len(), right.len(), links);

    let mut y = 0.0;
    for &index in &left_order {
        left[index].place(0.0, y);
        y = left[index].rect.bottom() + GAP;
    }
    let left_height = (y - GAP).max(0.0);
    let left_width = left.iter().map(|card| card.rect.width).fold(0.0, f64::max);
    let x = if left.is_empty() {
        0.0
    } else {
        left_width + LANE
    };

    let total: f64 = right.iter().map(|card| card.rect.height + GAP).sum();
    let limit = TALLEST.max(left_height);
    if total <= limit {
        let wishes: Vec<f64> = right_order
            .iter()
            .map(|&index| wish(index, left, right, links))
            .collect();
        let heights: Vec<f64> = right_order
            .iter()
            .map(|&index| right[index].rect.height + GAP)
            .collect();
        for (&index, y) in right_order.iter().zip(settle(&wishes, &heights)) {
            right[index].place(x, y);
        }
    } else {
        let (mut x, mut y) = (x, 0.0);
        for &index in &right_order {
            if y > 0.0 && y + right[index].rect.height > limit {
                x += right[index].rect.width + LANE / 2.0;
                y = 0.0;
            }
            right[index].place(x, y);
            y = right[index].rect.bottom() + GAP;
        }
    }
}

/// The y at which the edges of a target run level on average; below everything when nothing leads to it.
fn wish(index: usize, left: &[Card], right: &[Card], links: &[Link]) -> f64 {
    let mut sum = 0.0;
    let mut number = 0;
    for link in links.iter().filter(|link| link.right == index) {
        if let CardFace::Api { rows, .. } = &left[link.left].face {
            sum += rows[link.row].port().y;
            number += 1;
        }
    }
    if number == 0 {
        return left
            .iter()
            .map(|card| card.rect.bottom())
            .fold(0.0, f64::max);
    }
    let port = right[index]
        .port()
        .map_or(0.0, |at| at.y - right[index].rect.y);
    sum / count(number) - port
}

/// The places nearest to the wishes (least squares) that keep the order and do not overlap:
/// neighbours that would overlap are pooled and share their mean.
fn settle(wishes: &[f64], heights: &[f64]) -> Vec<f64> {
    struct Pool {
        /// Sum of `wish - offset in the pool`.
        sum: f64,
        height: f64,
        number: usize,
    }
    let mut pools: Vec<Pool> = Vec::new();
    for (&wish, &height) in wishes.iter().zip(heights) {
        let mut pool = Pool {
            sum: wish,
            height,
            number: 1,
        };
        while let Some(above) = pools.last() {
            let above_y = above.sum / count(above.number);
            if above_y + above.height <= pool.sum / count(pool.number) {
                break;
            }
            pool = Pool {
                sum: above.sum + pool.sum - above.height * count(pool.number),
                height: above.height + pool.height,
                number: above.number + pool.number,
            };
            pools.pop();
        }
        pools.push(pool);
    }
    let mut places = Vec::with_capacity(wishes.len());
    let mut index = 0;
    for pool in pools {
        let mut y = pool.sum / count(pool.number);
        for height in &heights[index..index + pool.number] {
            places.push(y);
            y += height;
        }
        index += pool.number;
    }
    places
}

/// The orders of both columns with the fewest crossings that were found.
fn order(left: usize, right: usize, links: &[Link]) -> (Vec<usize>, Vec<usize>) {
    let mut lefts: Vec<usize> = (0..left).collect();
    let mut rights: Vec<usize> = (0..right).collect();
    let mut best = (lefts.clone(), rights.clone());
    let mut fewest = crossings(&lefts, &rights, links);
    for _ in 0..SWEEPS {
        let slots = slots(&lefts, links);
        sort_by_mean(&mut rights, |index| {
            links
                .iter()
                .zip(&slots)
                .filter(|(link, _)| link.right == index)
                .map(|(_, slot)| *slot)
                .collect()
        });
        note(&mut best, &mut fewest, &lefts, &rights, links);
        let ranks = ranks(&rights);
        sort_by_mean(&mut lefts, |index| {
            links
                .iter()
                .filter(|link| link.left == index)
                .map(|link| ranks[link.right])
                .collect()
        });
        note(&mut best, &mut fewest, &lefts, &rights, links);
    }
    best
}

fn note(
    best: &mut (Vec<usize>, Vec<usize>),
    fewest: &mut usize,
    lefts: &[usize],
    rights: &[usize],
    links: &[Link],
) {
    let found = crossings(lefts, rights, links);
    if found < *fewest {
        *fewest = found;
        *best = (lefts.to_vec(), rights.to_vec());
    }
}

/// Position of each index in an order.
fn ranks(order: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0; order.len()];
    for (rank, &index) in order.iter().enumerate() {
        ranks[index] = rank;
    }
    ranks
}

/// For each link the rank of its row among all rows of the left column.
fn slots(lefts: &[usize], links: &[Link]) -> Vec<usize> {
    let ranks = ranks(lefts);
    let rows = links.iter().map(|link| link.row + 1).max().unwrap_or(1);
    links
        .iter()
        .map(|link| ranks[link.left] * rows + link.row)
        .collect()
}

/// Stable: what has no links stays behind the rest, equals keep their order.
fn sort_by_mean(order: &mut [usize], places: impl Fn(usize) -> Vec<usize>) {
    order.sort_by_cached_key(|&index| {
        let places = places(index);
        if places.is_empty() {
            usize::MAX
        } else {
            // In hundredths, so that means of whole numbers keep their order.
            places.iter().sum::<usize>() * 100 / places.len()
        }
    });
}

/// How many pairs of links cross, for given orders.
pub(crate) fn crossings(lefts: &[usize], rights: &[usize], links: &[Link]) -> usize {
    let slots = slots(lefts, links);
    let ranks = ranks(rights);
    let mut found = 0;
    for (one, a) in links.iter().enumerate() {
        for (other, b) in links.iter().enumerate().skip(one + 1) {
            let left = slots[one].cmp(&slots[other]);
            let right = ranks[a.right].cmp(&ranks[b.right]);
            if left != right && left.is_ne() && right.is_ne() {
                found += 1;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn link(left: usize, row: usize, right: usize) -> Link {
        Link { left, row, right }
    }

    #[test]
    fn crossings_that_need_not_be_are_removed() {
        // Rows lead to targets in the opposite order of the file.
        let links = [link(0, 0, 2), link(0, 1, 1), link(0, 2, 0), link(1, 0, 0)];
        assert_eq!(crossings(&[0, 1], &[0, 1, 2], &links), 5);
        let (lefts, rights) = order(2, 3, &links);
        assert_eq!(crossings(&lefts, &rights, &links), 0);
        assert_eq!((lefts, rights), (vec![0, 1], vec![2, 1, 0]));
    }

    #[test]
    fn what_hangs_together_is_one_part() {
        let links = [link(0, 0, 2), link(2, 0, 2), link(1, 0, 0)];
        let part = |left: &[usize], right: &[usize]| Part {
            left: left.to_vec(),
            right: right.to_vec(),
        };
        let expect = [part(&[0, 2], &[2]), part(&[1], &[0]), part(&[], &[1, 3])];
        assert_eq!(parts(3, 4, &links), expect);
        assert_eq!(expect[0].own(links[1]), Some(link(1, 0, 0)));
        assert_eq!(expect[1].own(links[1]), None);
    }

    #[test]
    fn an_order_without_crossings_is_kept() {
        let links = [link(0, 0, 0), link(0, 1, 0), link(0, 2, 1)];
        assert_eq!(order(1, 2, &links), (vec![0], vec![0, 1]));
    }

    #[test]
    fn wishes_without_conflict_are_granted() {
        assert_eq!(settle(&[10.0, 100.0], &[50.0, 50.0]), [10.0, 100.0]);
        assert_eq!(settle(&[40.0, 40.0], &[50.0, 50.0]), [15.0, 65.0]);
        assert_eq!(settle(&[], &[]), [0.0; 0]);
    }

    proptest! {
        #[test]
        fn settled_places_never_overlap(
            items in prop::collection::vec((-500.0..500.0f64, 1.0..200.0f64), 0..40),
        ) {
            let (wishes, heights): (Vec<f64>, Vec<f64>) = items.into_iter().unzip();
            let places = settle(&wishes, &heights);
            prop_assert_eq!(places.len(), wishes.len());
            for index in 1..places.len() {
                prop_assert!(places[index] + 1e-6 >= places[index - 1] + heights[index - 1]);
            }
        }

        #[test]
        fn the_order_is_never_worse_than_that_of_the_file(
            ends in prop::collection::vec((0usize..4, 0usize..8), 0..60),
        ) {
            let links: Vec<Link> = ends.iter().enumerate()
                .map(|(row, &(left, right))| link(left, row, right)).collect();
            let (lefts, rights) = order(4, 8, &links);
            let file = crossings(&[0, 1, 2, 3], &[0, 1, 2, 3, 4, 5, 6, 7], &links);
            prop_assert!(crossings(&lefts, &rights, &links) <= file);
            let mut all = rights.clone();
            all.sort_unstable();
            prop_assert_eq!(all, (0..8).collect::<Vec<_>>());
        }
    }
}
