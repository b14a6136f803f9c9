//! Where a drag comes to rest: in line with a neighbour, else on the grid.

use crate::{Point, Rect};

/// Side of the grid's squares, in world units.
pub const GRID: f64 = 4.0;

/// A line that shows what is in line with what, in world units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guide {
    pub from: Point,
    pub to: Point,
}

/// How far a rectangle goes to be in line, and the lines that say with what.
pub(crate) fn snap(moving: Rect, others: &[Rect], reach: f64) -> (Point, Vec<Guide>) {
    let x = nearest(bars(moving, true), others, true, reach);
    let y = nearest(bars(moving, false), others, false, reach);
    let by = Point::new(
        x.unwrap_or_else(|| to_grid(moving.x)),
        y.unwrap_or_else(|| to_grid(moving.y)),
    );
    let there = Rect::new(
        moving.x + by.x,
        moving.y + by.y,
        moving.width,
        moving.height,
    );
    let mut guides = Vec::new();
    for (is_upright, is_aligned) in [(true, x.is_some()), (false, y.is_some())] {
        if is_aligned {
            guides.extend(lines(there, others, is_upright));
        }
    }
    (by, guides)
}

fn to_grid(at: f64) -> f64 {
    (at / GRID).round() * GRID - at
}

/// Beginning, middle and end along an axis.
fn bars(rect: Rect, is_upright: bool) -> [f64; 3] {
    if is_upright {
        [rect.x, rect.center().x, rect.right()]
    } else {
        [rect.y, rect.center().y, rect.bottom()]
    }
}

/// The smallest step that brings two edges or two middles in line.
fn nearest(own: [f64; 3], others: &[Rect], is_upright: bool, reach: f64) -> Option<f64> {
    others
        .iter()
        .flat_map(|rect| {
            let theirs = bars(*rect, is_upright);
            // An edge is never in line with a middle.
            [(0, 0), (0, 2), (2, 0), (2, 2), (1, 1)].map(|(a, b)| theirs[b] - own[a])
        })
        .filter(|by| by.abs() <= reach)
        .min_by(|a, b| a.abs().total_cmp(&b.abs()))
}

fn lines(there: Rect, others: &[Rect], is_upright: bool) -> Vec<Guide> {
    let own = bars(there, is_upright);
    let mut guides = Vec::new();
    for (at, of) in [(own[0], 0), (own[1], 1), (own[2], 2)] {
        let met = others.iter().filter(|rect| {
            let theirs = bars(**rect, is_upright);
            let fits = |index: usize| (theirs[index] - at).abs() < 0.01;
            if of == 1 { fits(1) } else { fits(0) || fits(2) }
        });
        if let Some(all) = met.copied().reduce(Rect::union) {
            let all = all.union(there);
            guides.push(if is_upright {
                Guide {
                    from: Point::new(at, all.y),
                    to: Point::new(at, all.bottom()),
                }
            } else {
                Guide {
                    from: Point::new(all.x, at),
                    to: Point::new(all.right(), at),
                }
            });
        }
    }
    guides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_in_reach_comes_before_the_grid() {
        let moving = Rect::new(101.0, 302.5, 240.0, 124.0);
        let other = Rect::new(98.0, 0.0, 240.0, 124.0);
        let (by, guides) = snap(moving, &[other], 6.0);
        assert_eq!(by, Point::new(-3.0, 1.5), "left edges meet; the grid below");
        assert_eq!(guides.len(), 3, "edges and middles of equal widths");
        assert_eq!(
            guides[0],
            Guide {
                from: Point::new(98.0, 0.0),
                to: Point::new(98.0, 428.0)
            }
        );
    }

    #[test]
    fn without_a_neighbour_the_grid_holds() {
        let (by, guides) = snap(Rect::new(-3.0, 9.9, 10.0, 10.0), &[], 6.0);
        assert!(
            (by.x + 1.0).abs() < 1e-9 && (by.y + 1.9).abs() < 1e-9,
            "{by:?}"
        );
        assert!(guides.is_empty());
    }
}
