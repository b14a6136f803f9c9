use super::*;
use crate::Rect;
use proptest::prelude::*;

fn link(left: usize, row: usize, right: usize) -> Link {
    Link { left, row, right }
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
    let own = Homes::of(&expect).links(3, &links);
    assert_eq!(
        own,
        [
            vec![link(0, 0, 0), link(1, 0, 0)],
            vec![link(0, 0, 0)],
            vec![]
        ]
    );
}

/// APIs as tall as their rows need, and functions.
fn sizes(left: usize, right: usize, links: &[Link]) -> (Vec<Size>, Vec<Size>) {
    let mut rows = vec![1.0; left];
    for link in links {
        rows[link.left] = crate::card::count(link.row + 1).max(rows[link.left]);
    }
    let lefts = rows
        .into_iter()
        .map(|rows| Size::new(284.0, 70.0 + 30.0 * rows))
        .collect();
    (lefts, vec![Size::new(240.0, 124.0); right])
}

fn rects(arrangement: &Arrangement, left: &[Size], right: &[Size]) -> Vec<Rect> {
    let places = arrangement
        .left
        .iter()
        .zip(left)
        .chain(arrangement.right.iter().zip(right));
    places
        .map(|(at, size)| Rect::new(at.x, at.y, size.width, size.height))
        .collect()
}

#[test]
fn a_small_design_is_level_and_close() {
    // Seven routes of one API, three functions.
    let links: Vec<Link> = [0, 0, 0, 1, 1, 2, 2]
        .into_iter()
        .zip(0..)
        .map(|(to, row)| link(0, row, to))
        .collect();
    let (left, right) = sizes(1, 3, &links);
    let arrangement = arrange(&left, &right, &links);
    assert_eq!(arrangement.left[0].x, 0.0);
    let y: Vec<f64> = arrangement.right.iter().map(|at| at.y).collect();
    assert_eq!((y[1] - y[0], y[2] - y[1]), (156.0, 156.0));
    assert!(arrangement.right.iter().all(|at| at.x == 284.0 + LANE));
    // The targets stand around the middle of the rows that lead to them.
    let middle = arrangement.left[0].y + 40.0 + 30.0 * 3.5;
    assert!((y[1] + 20.0 - middle).abs() < 40.0, "{y:?} around {middle}");
}

#[test]
fn one_large_design_is_folded_to_the_shape_of_a_window() {
    let mut links = Vec::new();
    for left in 0..60 {
        for row in 0..6 {
            links.push(link(left, row, (left * 4 + row) % 240));
        }
    }
    let (left, right) = sizes(60, 240, &links);
    assert_eq!(parts(60, 240, &links).len(), 1);
    let rects = rects(&arrange(&left, &right, &links), &left, &right);
    let bounds = rects.into_iter().reduce(Rect::union).unwrap();
    let shape = bounds.width / bounds.height;
    assert!((0.8..3.2).contains(&shape), "{bounds:?}");
}

#[test]
fn the_targets_of_one_very_tall_api_stand_beside_it() {
    let links: Vec<Link> = (0..80).map(|row| link(0, row, row)).collect();
    let (left, right) = sizes(1, 80, &links);
    let rects = rects(&arrange(&left, &right, &links), &left, &right);
    let bounds = rects.iter().copied().reduce(Rect::union).unwrap();
    assert!(bounds.height < 1.2 * left[0].height, "{bounds:?}");
}

#[test]
fn nothing_has_no_place() {
    assert_eq!(arrange(&[], &[], &[]), Arrangement::default());
}

proptest! {
    #[test]
    fn nothing_overlaps_and_the_same_design_looks_the_same(
        ends in prop::collection::vec((0usize..40, 0usize..60), 0..260),
        left in 40usize..44, right in 60usize..64,
    ) {
        let mut rows = vec![0; left];
        let links: Vec<Link> = ends.into_iter().map(|(left, right)| {
            rows[left] += 1;
            link(left, rows[left] - 1, right)
        }).collect();
        let (lefts, rights) = sizes(left, right, &links);
        let arrangement = arrange(&lefts, &rights, &links);
        prop_assert_eq!(&arrangement, &arrange(&lefts, &rights, &links));
        let rects = rects(&arrangement, &lefts, &rights);
        for (index, a) in rects.iter().enumerate() {
            prop_assert_eq!((a.x, a.y), (a.x.round(), a.y.round()), "whole units");
            for b in &rects[index + 1..] {
                let near = a.grown(GAP / 2.0 - 0.01);
                prop_assert!(!near.touches(b.grown(GAP / 2.0 - 0.01)), "{:?} over {:?}", a, b);
            }
        }
    }
}
