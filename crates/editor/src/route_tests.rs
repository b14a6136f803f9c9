use super::*;
use crate::{Curve, Point};
use proptest::prelude::*;

/// A picture: cards that do not overlap, each with a port in its left and right border, and edges between them.
#[derive(Debug, Clone)]
struct Picture {
    cards: Vec<Rect>,
    edges: Vec<Ends>,
}

impl Picture {
    fn ends(cards: &[Rect], source: usize, target: usize, track: u32) -> Ends {
        let (a, b) = (cards[source], cards[target]);
        Ends {
            from: Point::new(a.right(), a.y + a.height / 2.0),
            to: Point::new(b.x, b.y + b.height.min(40.0) / 2.0),
            source,
            target,
            track,
        }
    }

    /// Keeps what does not overlap what came before; touching is allowed.
    fn new(wishes: &[Rect], links: &[(usize, usize)]) -> Self {
        let mut cards: Vec<Rect> = Vec::new();
        for &wish in wishes {
            if !cards.iter().any(|card| overlap(*card, wish)) {
                cards.push(wish);
            }
        }
        let edges = links
            .iter()
            .zip(0..)
            .map(|(&(a, b), track)| (a % cards.len(), b % cards.len(), track))
            .filter(|(a, b, _)| a != b)
            .map(|(a, b, track)| Self::ends(&cards, a, b, track))
            .collect();
        Self { cards, edges }
    }
}

fn overlap(a: Rect, b: Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

/// Two thirds of the way: where the controls of a quadratic Bézier stand as a cubic one.
fn toward(from: Point, to: Point) -> Point {
    Point::new(
        from.x + (to.x - from.x) * 2.0 / 3.0,
        from.y + (to.y - from.y) * 2.0 / 3.0,
    )
}

/// Places along a path, a few units apart.
fn places(path: &EdgePath) -> Vec<Point> {
    match path {
        EdgePath::Curve(curve) => (0..=400).map(|t| curve.at(f64::from(t) / 400.0)).collect(),
        EdgePath::Bent(bent) => {
            let mut places = Vec::new();
            for [a, b, c] in bent.turns() {
                let turn = Curve {
                    from: a,
                    from_control: toward(a, b),
                    to_control: toward(c, b),
                    to: c,
                };
                places.extend((0..=40).map(|t| turn.at(f64::from(t) / 40.0)));
            }
            for leg in bent.corners().windows(2) {
                assert!(leg[0].x == leg[1].x || leg[0].y == leg[1].y, "{leg:?}");
                for t in 0..=400 {
                    let t = f64::from(t) / 400.0;
                    places.push(Point::new(
                        leg[0].x + (leg[1].x - leg[0].x) * t,
                        leg[0].y + (leg[1].y - leg[0].y) * t,
                    ));
                }
            }
            places
        }
    }
}

/// The first card that a path runs through.
fn run_through(path: &EdgePath, cards: &[Rect]) -> Option<usize> {
    let places = places(path);
    cards.iter().position(|card| {
        let inner = card.grown(-1e-3);
        places.iter().any(|&at| inner.contains(at))
    })
}

/// Far more crowded than any design: much stands wall to wall.
fn crowd() -> impl Strategy<Value = Picture> {
    let rect = (0..30i32, 0..40i32, 2..8i32, 1..9i32).prop_map(|(x, y, width, height)| {
        Rect::new(
            f64::from(x) * 30.0,
            f64::from(y) * 20.0,
            f64::from(width) * 30.0,
            f64::from(height) * 20.0,
        )
    });
    (
        prop::collection::vec(rect, 2..60),
        prop::collection::vec((0usize..60, 0usize..60), 1..40),
    )
        .prop_map(|(wishes, links)| Picture::new(&wishes, &links))
}

/// Cards that stand where a hand would put them.
fn canvas() -> impl Strategy<Value = Picture> {
    let rect = (-900..900i32, -700..700i32, 0..2i32, 0..9i32).prop_map(|(x, y, kind, rows)| {
        let (width, height) = if kind == 0 {
            (284, 70 + 30 * rows)
        } else {
            (240, 124)
        };
        Rect::new(x.into(), y.into(), width.into(), height.into())
    });
    (
        prop::collection::vec(rect, 2..24),
        prop::collection::vec((0usize..24, 0usize..24), 1..40),
    )
        .prop_map(|(wishes, links)| Picture::new(&wishes, &links))
}

fn check(picture: &Picture) -> Result<(), TestCaseError> {
    let router = Router::new(&picture.cards);
    let routes = Routes::new(&picture.cards, &picture.edges);
    for (index, &ends) in picture.edges.iter().enumerate() {
        let path = routes.path(index);
        prop_assert_eq!(path.from(), ends.from);
        prop_assert_eq!(path.to(), ends.to);
        prop_assert_eq!(
            path,
            &router.route(ends),
            "one edge does not depend on others"
        );
        prop_assert_eq!(
            run_through(path, &picture.cards),
            None,
            "{:?} takes {}",
            ends,
            path.svg_path()
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_edge_runs_through_a_card_of_a_canvas(picture in canvas()) {
        check(&picture)?;
    }

    #[test]
    fn no_edge_runs_through_a_card_of_a_crowd(picture in crowd()) {
        check(&picture)?;
    }

    #[test]
    fn moving_cards_gives_what_routing_anew_gives(
        picture in prop_oneof![canvas(), crowd()],
        moves in prop::collection::vec((0usize..60, -400..400i32, -400..400i32, 1usize..4), 1..8),
    ) {
        let Picture { mut cards, mut edges } = picture;
        let mut routes = Routes::new(&cards, &edges);
        for (first, dx, dy, number) in moves {
            let mut moved = Vec::new();
            for card in first..first + number {
                let card = card % cards.len();
                // Where a drag puts it, which may be over another card.
                cards[card].x += f64::from(dx);
                cards[card].y += f64::from(dy);
                moved.push((card, cards[card]));
            }
            let mut new_ends = Vec::new();
            for (index, edge) in edges.iter_mut().enumerate() {
                let ends = Picture::ends(&cards, edge.source, edge.target, edge.track);
                if ends != *edge {
                    new_ends.push((index, ends));
                    *edge = ends;
                }
            }
            let before: Vec<EdgePath> = (0..edges.len()).map(|edge| routes.path(edge).clone()).collect();
            let changed = routes.moved(&moved, &new_ends);
            let anew = Routes::new(&cards, &edges);
            for (edge, before) in before.iter().enumerate() {
                prop_assert_eq!(routes.path(edge), anew.path(edge), "edge {}", edge);
                prop_assert_eq!(changed.contains(&edge), before != anew.path(edge));
            }
        }
    }
}

fn corners(path: &EdgePath) -> Vec<(f64, f64)> {
    match path {
        EdgePath::Curve(_) => Vec::new(),
        EdgePath::Bent(bent) => bent.corners().iter().map(|at| (at.x, at.y)).collect(),
    }
}

#[test]
fn an_edge_with_nothing_in_between_is_a_curve() {
    let cards = [
        Rect::new(0.0, 0.0, 284.0, 220.0),
        Rect::new(416.0, 300.0, 240.0, 124.0),
    ];
    let ends = Picture::ends(&cards, 0, 1, 0);
    assert_eq!(
        Router::new(&cards).route(ends),
        EdgePath::direct(ends.from, ends.to)
    );
}

#[test]
fn a_card_in_between_is_passed_at_a_distance() {
    let cards = [
        Rect::new(0.0, 0.0, 284.0, 120.0),
        Rect::new(800.0, 0.0, 240.0, 120.0),
        Rect::new(400.0, -100.0, 240.0, 200.0),
    ];
    let path = Router::new(&cards).route(Picture::ends(&cards, 0, 1, 0));
    assert_eq!(
        corners(&path),
        [
            (284.0, 60.0),
            (388.0, 60.0),
            (388.0, 112.0),
            (788.0, 112.0),
            (788.0, 20.0),
            (800.0, 20.0)
        ]
    );
}

#[test]
fn an_edge_to_what_stands_behind_goes_around_both_ends() {
    let cards = [
        Rect::new(500.0, 0.0, 284.0, 220.0),
        Rect::new(0.0, 0.0, 240.0, 124.0),
    ];
    let ends = Picture::ends(&cards, 0, 1, 0);
    let path = Router::new(&cards).route(ends);
    assert_eq!(run_through(&path, &cards), None);
    assert!(corners(&path).len() <= 6, "{}", path.svg_path());
}

#[test]
fn parallel_edges_keep_apart() {
    let mut cards = vec![
        Rect::new(0.0, 0.0, 284.0, 400.0),
        Rect::new(400.0, -200.0, 240.0, 800.0),
    ];
    cards.extend([0.0, 160.0, 320.0].map(|y| Rect::new(800.0, y, 240.0, 124.0)));
    let router = Router::new(&cards);
    let mut lanes: Vec<f64> = (0..3)
        .map(|row| {
            let mut ends = Picture::ends(&cards, 0, 2 + row, u32::try_from(row).unwrap());
            ends.from.y = 200.0 + 30.0 * f64::from(ends.track);
            corners(&router.route(ends))[1].0
        })
        .collect();
    lanes.dedup_by(|a, b| (*a - *b).abs() < 2.0);
    assert_eq!(lanes.len(), 3, "{lanes:?}");
}

#[test]
fn without_a_way_an_edge_goes_straight() {
    // The port is covered.
    let cards = [
        Rect::new(0.0, 0.0, 284.0, 120.0),
        Rect::new(800.0, 0.0, 240.0, 120.0),
        Rect::new(200.0, -100.0, 240.0, 300.0),
    ];
    let ends = Picture::ends(&cards, 0, 1, 0);
    assert_eq!(
        Router::new(&cards).route(ends),
        EdgePath::direct(ends.from, ends.to)
    );
}

#[test]
fn the_way_through_a_gap_is_taken_when_it_is_shorter() {
    let mut cards = vec![
        Rect::new(0.0, 2000.0, 284.0, 370.0),
        Rect::new(1000.0, 900.0, 240.0, 124.0),
    ];
    // A column of cards in between, with gaps as the layout leaves them.
    cards.extend((0..10).map(|index| Rect::new(416.0, 402.0 * f64::from(index), 284.0, 370.0)));
    for track in 0..12 {
        let path = Router::new(&cards).route(Picture::ends(&cards, 0, 1, track));
        assert_eq!(run_through(&path, &cards), None);
        let bounds = path.bounds();
        assert!(
            bounds.bottom() < 2500.0 && bounds.y > 700.0,
            "{}",
            path.svg_path()
        );
        assert!(corners(&path).len() <= 6, "{}", path.svg_path());
    }
}
