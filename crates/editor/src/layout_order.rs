//! The order of both columns: as few crossings as means, neighbours' swaps and two beginnings find.

use crate::layout::Link;

/// Rounds of means from one beginning, and how many of them may pass without gain.
const SWEEPS: usize = 24;
const PATIENCE: usize = 4;
/// Rounds of swaps between neighbours.
const SWAPS: usize = 8;

/// A part of a design: how many cards stand left and right, and the links between them.
#[derive(Debug)]
pub(crate) struct Layers<'a> {
    left: usize,
    right: usize,
    links: &'a [Link],
    /// For each card the links that it has, as indices.
    of_left: Lists,
    of_right: Lists,
}

/// Lists of indices, one after the other.
#[derive(Debug)]
struct Lists {
    starts: Vec<usize>,
    items: Vec<usize>,
}

impl Lists {
    /// One list for each number below `number`, from pairs of list and item.
    fn new(number: usize, pairs: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut starts = vec![0; number + 1];
        for (list, _) in pairs.clone() {
            starts[list + 1] += 1;
        }
        for list in 0..number {
            starts[list + 1] += starts[list];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[number]];
        for (list, item) in pairs {
            items[next[list]] = item;
            next[list] += 1;
        }
        Self { starts, items }
    }

    fn of(&self, list: usize) -> &[usize] {
        &self.items[self.starts[list]..self.starts[list + 1]]
    }
}

/// An order of both columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) left: Vec<usize>,
    pub(crate) right: Vec<usize>,
}

/// The orders of both columns with the fewest crossings that were found; what has no links stands
/// last. The order of the file stays where none is better.
pub(crate) fn order(left: usize, right: usize, links: &[Link]) -> Order {
    let mut sorted = links.to_vec();
    sorted.sort_by_key(|link| (link.left, link.row));
    let layers = Layers::new(left, right, &sorted);
    let file = Order {
        left: (0..left).collect(),
        right: (0..right).collect(),
    };
    let mut best = file.clone();
    let mut fewest = layers.crossings(&file);
    if fewest > 0 {
        let walked = layers.walked();
        for start in [file, walked] {
            let (found, crossings) = layers.improved(start);
            if crossings < fewest {
                fewest = crossings;
                best = found;
            }
        }
    }
    // Stable, so nothing else changes its place.
    best.left
        .sort_by_key(|&card| layers.of_left.of(card).is_empty());
    best.right
        .sort_by_key(|&card| layers.of_right.of(card).is_empty());
    best
}

/// How many pairs of links cross, for given orders.
#[cfg(test)]
pub(crate) fn crossings(left: &[usize], right: &[usize], links: &[Link]) -> usize {
    let mut sorted = links.to_vec();
    sorted.sort_by_key(|link| (link.left, link.row));
    Layers::new(left.len(), right.len(), &sorted).crossings(&Order {
        left: left.to_vec(),
        right: right.to_vec(),
    })
}

/// Position of each index in an order.
fn ranks(order: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0; order.len()];
    for (rank, &index) in order.iter().enumerate() {
        ranks[index] = rank;
    }
    ranks
}

impl<'a> Layers<'a> {
    /// The links sorted by card and row.
    fn new(left: usize, right: usize, links: &'a [Link]) -> Self {
        let lists =
            |number, card: fn(&Link) -> usize| Lists::new(number, links.iter().map(card).zip(0..));
        Self {
            left,
            right,
            links,
            of_left: lists(left, |link| link.left),
            of_right: lists(right, |link| link.right),
        }
    }

    /// Inversions between the links from top to bottom and their targets, counted in O(links log cards).
    fn crossings(&self, order: &Order) -> usize {
        let ranks = ranks(&order.right);
        // A Fenwick tree: how many links so far end at a rank or above.
        let mut tree = vec![0_usize; self.right + 1];
        let (mut seen, mut found) = (0, 0);
        for &card in &order.left {
            let mut links = self.of_left.of(card);
            while let Some(&first) = links.first() {
                // Links of one row do not cross each other.
                let row = self.links[first].row;
                let same = links
                    .iter()
                    .take_while(|&&link| self.links[link].row == row)
                    .count();
                let (these, rest) = links.split_at(same);
                for &link in these {
                    let mut at = ranks[self.links[link].right] + 1;
                    let mut above = 0;
                    while at > 0 {
                        above += tree[at];
                        at &= at - 1;
                    }
                    found += seen - above;
                }
                for &link in these {
                    let mut at = ranks[self.links[link].right] + 1;
                    while at <= self.right {
                        tree[at] += 1;
                        at += at & at.wrapping_neg();
                    }
                }
                seen += same;
                links = rest;
            }
        }
        found
    }

    /// The place of each link among all links, from top to bottom.
    fn slots(&self, left: &[usize]) -> Vec<usize> {
        let mut slots = vec![0; self.links.len()];
        let links = left.iter().flat_map(|&card| self.of_left.of(card));
        for (slot, &link) in links.enumerate() {
            slots[link] = slot;
        }
        slots
    }

    /// Sweeps from one beginning, then swaps; with the number of crossings.
    fn improved(&self, start: Order) -> (Order, usize) {
        let mut fewest = self.crossings(&start);
        let mut best = start.clone();
        let mut order = start;
        let mut idle = 0;
        for _ in 0..SWEEPS {
            let slots = self.slots(&order.left);
            sort_by_mean(&mut order.right, &self.of_right, |link| slots[link]);
            let down = self.crossings(&order);
            if down < fewest {
                (fewest, best, idle) = (down, order.clone(), 0);
            }
            let ranks = ranks(&order.right);
            sort_by_mean(&mut order.left, &self.of_left, |link| {
                ranks[self.links[link].right]
            });
            let up = self.crossings(&order);
            if up < fewest {
                (fewest, best, idle) = (up, order.clone(), 0);
            }
            idle += 1;
            if fewest == 0 || idle > PATIENCE {
                break;
            }
        }
        for _ in 0..SWAPS {
            let slots = self.slots(&best.left);
            let mut gain = swap(&mut best.right, &self.of_right, |link| slots[link]);
            let ranks = ranks(&best.right);
            gain += swap(&mut best.left, &self.of_left, |link| {
                ranks[self.links[link].right]
            });
            if gain == 0 {
                break;
            }
        }
        let crossings = self.crossings(&best);
        (best, crossings)
    }

    /// Both columns in the order of a walk from neighbour to neighbour that begins at a far end, so that
    /// what hangs together stands together (after Cuthill and McKee).
    fn walked(&self) -> Order {
        let degree = |card: usize| self.neighbours(card).len();
        let all = self.left + self.right;
        let mut order = Vec::with_capacity(all);
        let mut seen = vec![false; all];
        for first in 0..all {
            if seen[first] {
                continue;
            }
            // The card found last is far from the first one, and the one found last from there is farther.
            let mut start = first;
            for _ in 0..2 {
                let mut visited = seen.clone();
                let reached = self.walk(start, &mut visited, &degree);
                start = reached.last().copied().unwrap_or(start);
            }
            order.extend(self.walk(start, &mut seen, &degree));
        }
        let (left, right): (Vec<usize>, Vec<usize>) =
            order.into_iter().partition(|&card| card < self.left);
        Order {
            left,
            right: right.into_iter().map(|card| card - self.left).collect(),
        }
    }

    /// Cards by breadth, those with few links first.
    fn walk(&self, start: usize, seen: &mut [bool], degree: &dyn Fn(usize) -> usize) -> Vec<usize> {
        let mut order = vec![start];
        seen[start] = true;
        let mut at = 0;
        while at < order.len() {
            let mut next: Vec<usize> = Vec::new();
            for &link in self.neighbours(order[at]) {
                let Link { left, right, .. } = self.links[link];
                let other = if order[at] < self.left {
                    self.left + right
                } else {
                    left
                };
                if !seen[other] {
                    seen[other] = true;
                    next.push(other);
                }
            }
            next.sort_by_key(|&card| degree(card));
            order.extend(next);
            at += 1;
        }
        order
    }

    /// The links of a card, those of the right column counted after the left ones.
    fn neighbours(&self, card: usize) -> &[usize] {
        match card.checked_sub(self.left) {
            Some(right) => self.of_right.of(right),
            None => self.of_left.of(card),
        }
    }
}

/// Stable: what has no links stays behind the rest, equals keep their order.
fn sort_by_mean(order: &mut [usize], lists: &Lists, place: impl Fn(usize) -> usize) {
    order.sort_by_cached_key(|&card| {
        let links = lists.of(card);
        if links.is_empty() {
            usize::MAX
        } else {
            let sum: usize = links.iter().map(|&link| place(link)).sum();
            // In hundredths, so that means of whole numbers keep their order.
            sum * 100 / links.len()
        }
    });
}

/// Swaps neighbours while that takes crossings away, down the column and up again; returns how many it took.
fn swap(order: &mut [usize], lists: &Lists, place: impl Fn(usize) -> usize) -> usize {
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); lists.starts.len() - 1];
    for (card, places) in places.iter_mut().enumerate() {
        places.extend(lists.of(card).iter().map(|&link| place(link)));
        places.sort_unstable();
    }
    let mut gain = 0;
    let last = order.len().saturating_sub(1);
    for at in (0..last).chain((0..last).rev()) {
        let (above, below) = (&places[order[at]], &places[order[at + 1]]);
        let (now, then) = (inversions(above, below), inversions(below, above));
        if then < now {
            order.swap(at, at + 1);
            gain += now - then;
        }
    }
    gain
}

/// Crossings between the links of two neighbours, by their sorted places on the other side.
fn inversions(above: &[usize], below: &[usize]) -> usize {
    let (mut found, mut smaller) = (0, 0);
    for place in above {
        while smaller < below.len() && below[smaller] < *place {
            smaller += 1;
        }
        found += smaller;
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

    /// Looks at each pair.
    fn plain(left: &[usize], right: &[usize], links: &[Link]) -> usize {
        let (lefts, rights) = (ranks(left), ranks(right));
        let slot = |link: &Link| (lefts[link.left], link.row);
        let pairs = links
            .iter()
            .enumerate()
            .flat_map(|(at, a)| links[at + 1..].iter().map(move |b| (a, b)));
        pairs
            .filter(|(a, b)| {
                let left = slot(a).cmp(&slot(b));
                let right = rights[a.right].cmp(&rights[b.right]);
                left.is_ne() && right.is_ne() && left != right
            })
            .count()
    }

    #[test]
    fn crossings_that_need_not_be_are_removed() {
        // Rows lead to targets in the opposite order of the file.
        let links = [link(0, 0, 2), link(0, 1, 1), link(0, 2, 0), link(1, 0, 0)];
        assert_eq!(crossings(&[0, 1], &[0, 1, 2], &links), 5);
        let found = order(2, 3, &links);
        assert_eq!(crossings(&found.left, &found.right, &links), 0);
        assert_eq!((found.left, found.right), (vec![0, 1], vec![2, 1, 0]));
    }

    #[test]
    fn an_order_without_crossings_is_kept() {
        let links = [link(0, 0, 0), link(0, 1, 0), link(0, 2, 1)];
        let found = order(1, 2, &links);
        assert_eq!((found.left, found.right), (vec![0], vec![0, 1]));
    }

    #[test]
    fn a_chain_in_any_order_is_found_again() {
        // Each card leads to the target of its own and that of the next; the file has them mixed up.
        let mixed = |index: usize| index * 17 % 40;
        let links: Vec<Link> = (0..40)
            .flat_map(|index| {
                [
                    link(mixed(index), 0, index * 23 % 40),
                    link(mixed(index), 1, (index + 1) % 40 * 23 % 40),
                ]
            })
            .filter(|link| !(link.left == mixed(39) && link.row == 1))
            .collect();
        let found = order(40, 40, &links);
        assert_eq!(crossings(&found.left, &found.right, &links), 0);
    }

    proptest! {
        #[test]
        fn the_order_is_never_worse_than_that_of_the_file(
            ends in prop::collection::vec((0usize..4, 0usize..8), 0..60),
        ) {
            let links: Vec<Link> = ends.iter().enumerate()
                .map(|(row, &(left, right))| link(left, row, right)).collect();
            let found = order(4, 8, &links);
            let file = crossings(&[0, 1, 2, 3], &[0, 1, 2, 3, 4, 5, 6, 7], &links);
            prop_assert!(crossings(&found.left, &found.right, &links) <= file);
            let mut all = found.right.clone();
            all.sort_unstable();
            prop_assert_eq!(all, (0..8).collect::<Vec<_>>());
        }

        #[test]
        fn crossings_are_counted_as_looking_at_each_pair_would(
            ends in prop::collection::vec((0usize..5, 0usize..9, 0usize..8), 0..60),
        ) {
            let links: Vec<Link> = ends.iter().map(|&(left, row, right)| link(left, row, right)).collect();
            let (left, right) = ([3, 1, 0, 4, 2], [5, 1, 7, 2, 0, 6, 4, 3]);
            prop_assert_eq!(crossings(&left, &right, &links), plain(&left, &right, &links));
        }
    }
}
