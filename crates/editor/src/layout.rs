//! Automatic layout in two layers: APIs left, what they reach right.
//!
//! Edges leave from rows, so the place of a row counts, not only that of its card. The order with the
//! fewest crossings wins, earlier ones first: the same design always looks the same. What would be
//! too tall for a window is folded: parts that do not hang together, and pieces of those that do,
//! stand side by side. Nothing here takes more than O(n log n).

use crate::layout_column::{Placed, height, place};
use crate::layout_order::order;
use crate::{Point, Size};

/// Free space between two cards of a column.
pub(crate) const GAP: f64 = 32.0;
/// Free space between the columns, in which edges run.
pub(crate) const LANE: f64 = 132.0;
/// A picture that grows taller than this is folded.
const TALLEST: f64 = 1500.0;
/// Folded, no column is broken below this height.
const SHORTEST: f64 = 900.0;
/// Width of a window by its height.
const WINDOW: f64 = 1.6;

/// An edge from a row of a left card to a right card, all by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub left: usize,
    pub row: usize,
    pub right: usize,
}

/// Where cards stand, by their left upper corners, in whole units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrangement {
    pub left: Vec<Point>,
    pub right: Vec<Point>,
}

/// Gives every card its place. `left` are the APIs, whose rows `links` name; `right` are their targets.
/// Sizes are whole units.
pub fn arrange(left: &[Size], right: &[Size], links: &[Link]) -> Arrangement {
    let sizes = Sizes { left, right };
    let parts = ordered(parts(left.len(), right.len(), links), links);
    let whole = parts.iter().fold(Part::default(), |mut whole, part| {
        whole.left.extend(&part.left);
        whole.right.extend(&part.right);
        whole
    });
    let mut blocks = vec![whole];
    let mut tallest = TALLEST;
    if sizes.height(&blocks[0]) > TALLEST {
        tallest = sizes.fold_height(&parts);
        blocks = parts
            .into_iter()
            .flat_map(|part| sizes.folded(part, links, tallest))
            .collect();
    }
    let placed = sizes.placed(&blocks, links, tallest);
    pack(&blocks, placed, sizes)
}

/// Cards that stand together, by index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Part {
    left: Vec<usize>,
    right: Vec<usize>,
}

/// For every card on both sides the part it belongs to and its place there.
struct Homes {
    left: Vec<(usize, usize)>,
    right: Vec<(usize, usize)>,
}

impl Homes {
    fn of(parts: &[Part]) -> Self {
        let homes = |cards: fn(&Part) -> &[usize]| {
            let number = parts.iter().map(|part| cards(part).len()).sum();
            let mut homes = vec![(0, 0); number];
            for (index, part) in parts.iter().enumerate() {
                for (place, &card) in cards(part).iter().enumerate() {
                    homes[card] = (index, place);
                }
            }
            homes
        };
        Self {
            left: homes(|part| &part.left),
            right: homes(|part| &part.right),
        }
    }

    /// The links inside each part, by the places of their ends there.
    fn links(&self, parts: usize, links: &[Link]) -> Vec<Vec<Link>> {
        let mut own = vec![Vec::new(); parts];
        for link in links {
            let ((part, left), (other, right)) = (self.left[link.left], self.right[link.right]);
            if part == other {
                own[part].push(Link {
                    left,
                    row: link.row,
                    right,
                });
            }
        }
        own
    }
}

/// The parts that hang together, in the order of their first card. Cards on the right that nothing
/// leads to are one part, the last.
fn parts(left: usize, right: usize, links: &[Link]) -> Vec<Part> {
    let mut part_of: Vec<usize> = (0..left + right).collect();
    fn root(part_of: &mut [usize], mut of: usize) -> usize {
        while part_of[of] != of {
            part_of[of] = part_of[part_of[of]];
            of = part_of[of];
        }
        of
    }
    for link in links {
        let (a, b) = (
            root(&mut part_of, link.left),
            root(&mut part_of, left + link.right),
        );
        // The smaller one stays, so that a part is named by its first card.
        part_of[a.max(b)] = a.min(b);
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut idle = Part::default();
    let mut index_of = vec![usize::MAX; left];
    for card in 0..left + right {
        let root = root(&mut part_of, card);
        if root >= left {
            idle.right.push(card - left);
            continue;
        }
        if index_of[root] == usize::MAX {
            index_of[root] = parts.len();
            parts.push(Part::default());
        }
        let part = &mut parts[index_of[root]];
        if card < left {
            part.left.push(card);
        } else {
            part.right.push(card - left);
        }
    }
    if !idle.right.is_empty() {
        parts.push(idle);
    }
    parts
}

/// The same parts, each in the order with the fewest crossings.
fn ordered(parts: Vec<Part>, links: &[Link]) -> Vec<Part> {
    let own = Homes::of(&parts).links(parts.len(), links);
    let parts = parts.into_iter().zip(own);
    parts
        .map(|(part, links)| {
            let order = order(part.left.len(), part.right.len(), &links);
            Part {
                left: order.left.iter().map(|&place| part.left[place]).collect(),
                right: order.right.iter().map(|&place| part.right[place]).collect(),
            }
        })
        .collect()
}

/// The sizes of all cards.
#[derive(Debug, Clone, Copy)]
struct Sizes<'a> {
    left: &'a [Size],
    right: &'a [Size],
}

impl Sizes<'_> {
    fn lefts(&self, part: &Part) -> Vec<Size> {
        part.left.iter().map(|&card| self.left[card]).collect()
    }

    fn rights(&self, part: &Part) -> Vec<Size> {
        part.right.iter().map(|&card| self.right[card]).collect()
    }

    /// The height of the higher column.
    fn height(&self, part: &Part) -> f64 {
        height(&self.lefts(part)).max(height(&self.rights(part)))
    }

    /// The height at which the whole picture has about the shape of a window.
    fn fold_height(&self, parts: &[Part]) -> f64 {
        let width = |cards: &[Size]| cards.iter().map(|size| size.width).fold(0.0, f64::max) + LANE;
        let area: f64 = parts
            .iter()
            .map(|part| {
                let both = width(&self.lefts(part)) + width(&self.rights(part));
                both * (self.height(part) + 2.0 * GAP)
            })
            .sum();
        (area / WINDOW).sqrt().max(SHORTEST)
    }

    /// Cuts a part into pieces no taller than `tallest` where its cards let it. A target belongs to the
    /// piece that holds the middle one of the APIs that lead to it.
    fn folded(&self, part: Part, links: &[Link], tallest: f64) -> Vec<Part> {
        let total = self.height(&part);
        if total <= tallest || part.left.len() < 2 {
            return vec![part];
        }
        let owners = owners(&part, links, self.left.len(), self.right.len());
        // What each API brings to both columns.
        let mut heights: Vec<(f64, f64)> = self
            .lefts(&part)
            .iter()
            .map(|size| (size.height + GAP, 0.0))
            .collect();
        for (&card, &owner) in part.right.iter().zip(&owners) {
            heights[owner].1 += self.right[card].height + GAP;
        }
        let goal = total / (total / tallest).ceil();
        let mut pieces = vec![Part::default()];
        let mut piece_of = Vec::with_capacity(part.left.len());
        let mut filled = (0.0_f64, 0.0_f64);
        for (&card, (left, right)) in part.left.iter().zip(heights) {
            let then = (filled.0 + left, filled.1 + right);
            let is_full = filled.0 > 0.0 && then.0.max(then.1) - GAP > goal;
            if is_full {
                pieces.push(Part::default());
                filled = (left, right);
            } else {
                filled = then;
            }
            let last = pieces.len() - 1;
            pieces[last].left.push(card);
            piece_of.push(last);
        }
        for (&card, owner) in part.right.iter().zip(owners) {
            pieces[piece_of[owner]].right.push(card);
        }
        pieces
    }

    fn placed(&self, blocks: &[Part], links: &[Link], tallest: f64) -> Vec<Placed> {
        let own = Homes::of(blocks).links(blocks.len(), links);
        let blocks = blocks.iter().zip(own);
        blocks
            .map(|(block, links)| place(&self.lefts(block), &self.rights(block), &links, tallest))
            .collect()
    }
}

/// For each target of a part, in its order, the place in it of the middle one of the APIs that lead to it.
fn owners(part: &Part, links: &[Link], left: usize, right: usize) -> Vec<usize> {
    let inverse = |cards: &[usize], number: usize| {
        let mut places = vec![usize::MAX; number];
        for (place, &card) in cards.iter().enumerate() {
            places[card] = place;
        }
        places
    };
    let (lefts, rights) = (inverse(&part.left, left), inverse(&part.right, right));
    let mut leading: Vec<Vec<usize>> = vec![Vec::new(); part.right.len()];
    for link in links {
        if let Some(leading) = leading.get_mut(rights[link.right]) {
            leading.push(lefts[link.left]);
        }
    }
    leading
        .into_iter()
        .map(|mut leading| {
            leading.sort_unstable();
            leading.get(leading.len() / 2).copied().unwrap_or_default()
        })
        .collect()
}

/// Blocks below each other in columns about as high as a window is for its width.
fn pack(blocks: &[Part], placed: Vec<Placed>, sizes: Sizes<'_>) -> Arrangement {
    let area: f64 = placed
        .iter()
        .map(|block| (block.size.width + LANE) * (block.size.height + 2.0 * GAP))
        .sum();
    let tallest = placed
        .iter()
        .map(|block| block.size.height)
        .fold((area / WINDOW).sqrt(), f64::max);
    let mut arrangement = Arrangement {
        left: vec![Point::default(); sizes.left.len()],
        right: vec![Point::default(); sizes.right.len()],
    };
    let (mut x, mut y, mut width) = (0.0, 0.0, 0.0_f64);
    for (block, placed) in blocks.iter().zip(placed) {
        if y > 0.0 && y + placed.size.height > tallest {
            x += width + LANE;
            (y, width) = (0.0, 0.0);
        }
        let shifted = |at: Point| Point::new(at.x + x, at.y + y);
        for (&card, at) in block.left.iter().zip(placed.left) {
            arrangement.left[card] = shifted(at);
        }
        for (&card, at) in block.right.iter().zip(placed.right) {
            arrangement.right[card] = shifted(at);
        }
        width = width.max(placed.size.width);
        y += placed.size.height + 2.0 * GAP;
    }
    arrangement
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
