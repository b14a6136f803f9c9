use super::*;
use crate::element::spelt::{function, route};
use crate::{Direction, Place, Places, Stop, neighbour};
use proptest::prelude::*;
use slipway_design::{Api, Function, Route};

fn design(routes: &[(&str, &str, &str)], functions: &[&str]) -> Design {
    let mut design = Design::default();
    for key in functions {
        design.functions.insert((*key).into(), Function::default());
    }
    for (api, key, to) in routes {
        let api: &mut Api = design.apis.entry((*api).into()).or_default();
        let route = Route {
            target: Target::Node((*to).into()),
            ..Route::default()
        };
        api.routes.insert((*key).into(), route);
    }
    design
}

fn shop() -> Design {
    design(
        &[
            ("public", "GET /orders", "orders"),
            ("public", "POST /orders", "orders"),
            ("public", "GET /catalog", "catalog"),
            ("public", "$default", "gone"),
        ],
        &["catalog", "orders", "idle"],
    )
}

#[test]
fn a_shop_is_drawn_without_crossings() {
    let scene = Scene::of(&shop(), None, &Places::default());
    assert_eq!(scene.cards.len(), 4);
    assert_eq!(scene.edges.len(), 3, "the dangling route has no edge");
    let orders = scene.card(&function("orders")).unwrap();
    let catalog = scene.card(&function("catalog")).unwrap();
    let idle = scene.card(&function("idle")).unwrap();
    assert!(
        orders.rect.y < catalog.rect.y,
        "in the order of the routes, not of the file"
    );
    assert!(
        catalog.rect.y < idle.rect.y,
        "what nothing leads to stands last"
    );
    let api = scene.card(&ElementId::Api("public".into())).unwrap();
    assert!(api.rect.right() < orders.rect.x);
    let dangling = &api.rows()[3];
    assert_eq!(
        dangling.marker,
        Some(crate::Marker::Dangling("gone".into()))
    );
}

#[test]
fn a_route_that_is_not_wired_has_an_open_port() {
    let mut design = shop();
    design.apis["public"].routes["GET /catalog"].target = Target::Open;
    let scene = Scene::of(&design, None, &Places::default());
    assert_eq!(scene.edges.len(), 2);
    let row = &scene.card(&ElementId::Api("public".into())).unwrap().rows()[2];
    assert_eq!(
        (&row.target, &row.marker),
        (&None, &Some(crate::Marker::Open))
    );
}

#[test]
fn edges_join_the_ports_of_row_and_card() {
    let scene = Scene::of(&shop(), None, &Places::default());
    for edge in &scene.edges {
        let from = scene.card(&edge.from).unwrap();
        let row = from.rows().iter().find(|row| row.id == edge.route).unwrap();
        assert_eq!(edge.path.from(), row.port());
        assert_eq!(
            edge.path.to(),
            scene.card(&edge.to).unwrap().port().unwrap()
        );
    }
}

#[test]
fn what_is_under_the_pointer() {
    let scene = Scene::of(&shop(), None, &Places::default());
    let api = scene.card(&ElementId::Api("public".into())).unwrap();
    let first = &api.rows()[0];
    let check = |at: Point, expect: Option<Hit>| assert_eq!(scene.hit(at, 5.0), expect, "{at:?}");
    check(first.port(), Some(Hit::Port(first.id.clone())));
    // A port takes the pointer 12 units around, outside the card too.
    check(
        Point::new(first.port().x + 11.0, first.port().y),
        Some(Hit::Port(first.id.clone())),
    );
    check(first.rect.center(), Some(Hit::Row(first.id.clone())));
    check(
        Point::new(api.rect.center().x, api.rect.y + 5.0),
        Some(Hit::Card(api.id.clone())),
    );
    let edge = &scene.edges[0];
    check(edge.path.midpoint(), Some(Hit::Edge(edge.route.clone())));
    check(Point::new(-400.0, -400.0), None);
}

#[test]
fn a_card_lights_its_own_edges_and_their_ends() {
    let scene = Scene::of(&shop(), None, &Places::default());
    let lit: Vec<String> = scene
        .lit_with(&function("orders"))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        lit,
        [
            "function:orders",
            "route:public/GET /orders",
            "api:public",
            "route:public/POST /orders"
        ]
    );
    assert_eq!(scene.lit_with(&route("public", "GET /catalog")).len(), 3);
}

#[test]
fn arrow_keys_walk_rows_cards_and_edges() {
    let scene = Scene::of(&shop(), None, &Places::default());
    let api = ElementId::Api("public".into());
    let step = |from: &ElementId, direction| neighbour(&scene, from, direction);
    assert_eq!(
        step(&api, Direction::Down),
        Some(route("public", "GET /orders"))
    );
    assert_eq!(
        step(&route("public", "GET /orders"), Direction::Up),
        Some(api.clone())
    );
    assert_eq!(
        step(&route("public", "GET /catalog"), Direction::Right),
        Some(function("catalog"))
    );
    assert_eq!(
        step(&function("catalog"), Direction::Left),
        Some(route("public", "GET /catalog"))
    );
    assert_eq!(
        step(&route("public", "GET /catalog"), Direction::Left),
        Some(api.clone())
    );
    assert_eq!(
        step(&function("orders"), Direction::Down),
        Some(function("catalog"))
    );
    assert_eq!(step(&function("idle"), Direction::Left), Some(api));
    assert_eq!(step(&function("idle"), Direction::Down), None);
}

#[test]
fn a_walk_goes_over_the_edge_of_a_wired_row() {
    let scene = Scene::of(&shop(), None, &Places::default());
    let row = Stop::Element(route("public", "GET /catalog"));
    let edge = row.next(&scene, Direction::Right).unwrap();
    assert_eq!(edge, Stop::Edge(route("public", "GET /catalog")));
    assert!(edge.is_in(&scene));
    let target = Stop::Element(function("catalog"));
    assert_eq!(edge.next(&scene, Direction::Right), Some(target.clone()));
    assert_eq!(edge.next(&scene, Direction::Left), Some(row.clone()));
    assert_eq!(target.next(&scene, Direction::Left), Some(row));
    let above = edge.next(&scene, Direction::Up).unwrap();
    assert!(matches!(above, Stop::Edge(_)), "{above:?}");
    assert_eq!(above.next(&scene, Direction::Down), Some(edge));
}

#[test]
fn every_stop_is_reached_from_the_first_one() {
    let scene = Scene::of(&shop(), None, &Places::default());
    let mut reached = vec![Stop::Element(scene.cards[0].id.clone())];
    let mut at = 0;
    while let Some(stop) = reached.get(at).cloned() {
        for direction in [
            Direction::Up,
            Direction::Down,
            Direction::Left,
            Direction::Right,
        ] {
            let next = stop.next(&scene, direction);
            reached.extend(next.filter(|next| !reached.contains(next)));
        }
        at += 1;
    }
    let cards = scene.cards.iter();
    let rows: usize = cards.map(|card| 1 + card.rows().len()).sum();
    assert_eq!(reached.len(), rows + scene.edges.len());
}

#[test]
fn an_empty_design_is_an_empty_scene() {
    let scene = Scene::of(&Design::default(), Some("dev"), &Places::default());
    assert_eq!(scene.bounds, Rect::default());
    assert_eq!(scene.hit(Point::default(), 5.0), None);
}

proptest! {
    #[test]
    fn cards_never_overlap_and_the_same_design_looks_the_same(
        ends in prop::collection::vec((0usize..5, 0usize..30), 0..120), functions in 0usize..30,
    ) {
        let design = drawn(&ends, functions, 0);
        let scene = Scene::of(&design, None, &Places::default());
        prop_assert_eq!(&scene, &Scene::of(&design, None, &Places::default()));
        for (index, card) in scene.cards.iter().enumerate() {
            for other in &scene.cards[index + 1..] {
                let apart = card.rect.right() <= other.rect.x || other.rect.right() <= card.rect.x
                    || card.rect.bottom() <= other.rect.y + 1e-6 || other.rect.bottom() <= card.rect.y + 1e-6;
                prop_assert!(apart, "{} over {}", card.id, other.id);
            }
            let center = card.rect.center();
            prop_assert!(scene.hit(center, 5.0).is_some());
        }
    }
}

/// A design of a few APIs and functions, by numbers.
fn drawn(ends: &[(usize, usize)], functions: usize, titles: usize) -> Design {
    let mut design = Design::default();
    for index in 0..functions {
        let title = (index < titles).then(|| format!("F{index}"));
        design.functions.insert(
            format!("f{index}"),
            Function {
                title,
                ..Function::default()
            },
        );
    }
    for (index, (api, to)) in ends.iter().enumerate() {
        let api: &mut Api = design.apis.entry(format!("a{api}")).or_default();
        let target = Target::Node(format!("f{to}"));
        let route = Route {
            target,
            ..Route::default()
        };
        api.routes.insert(format!("GET /r{index}"), route);
    }
    design
}

proptest! {
    #[test]
    fn a_scene_drawn_again_is_that_drawn_from_nothing(
        mut ends in prop::collection::vec((0usize..4, 0usize..12), 1..60),
        functions in (0usize..12, 0usize..12), titles in (0usize..12, 0usize..12),
        changes in prop::collection::vec((0usize..60, 0usize..12), 0..4),
        puts in prop::collection::vec((0usize..12, -500..900i32, -500..900i32), 0..4),
    ) {
        let before = Scene::of(&drawn(&ends, functions.0, titles.0), None, &Places::default());
        for (route, to) in changes {
            let route = route % ends.len();
            ends[route].1 = to;
        }
        let design = drawn(&ends, functions.1, titles.1);
        let mut places = Places::default();
        for (function, x, y) in puts {
            places.set(&ElementId::Function(format!("f{function}")), Some(Place::near(Point::new(x.into(), y.into()))));
        }
        let mut again = before.again(&design, None, &places);
        let mut fresh = Scene::of(&design, None, &places);
        prop_assert_eq!(&again, &fresh);
        // What is moved afterwards goes the same ways.
        if let Some(id) = fresh.cards.first().map(|card| card.id.clone()) {
            let to = [(id, Point::new(40.0, -60.0))];
            prop_assert_eq!(again.moved(&to), fresh.moved(&to));
            prop_assert_eq!(&again, &fresh);
        }
        // Nothing but words changed.
        let renamed = drawn(&ends, functions.1, titles.0);
        prop_assert_eq!(Scene::of(&design, None, &places).again(&renamed, None, &places), Scene::of(&renamed, None, &places));
    }
}
