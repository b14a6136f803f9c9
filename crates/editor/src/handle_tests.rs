use super::*;
use crate::element::spelt::{function, route};
use crate::{Camera, Places, READABLE_ZOOM, Scene, Size};
use proptest::prelude::*;

const SHOP: &str = "schema = 1\nname = \"shop\"\n\n[apis.public.routes]\n\"GET /orders\" = \"orders\"\n\"POST /orders\" = \"orders\"\n\"GET /new\" = {}\n\n[apis.live]\nkind = \"websocket\"\nselect = \"$request.body.action\"\n\n[apis.live.routes]\n\"$connect\" = {}\n\n[functions.orders]\nimage = { build = \"orders\" }\n\n[functions.catalog]\nimage = { build = \"catalog\" }\n\n[services.web]\nimage = { build = \"web\" }\nport = 8080\n";

fn shop() -> Editor {
    let mut editor = Editor::open(SHOP, Places::default(), None);
    editor.set_view(Size::new(1600.0, 900.0));
    editor
}

fn pointer(at: Point) -> Pointer {
    Pointer {
        at,
        button: Button::Primary,
        modifiers: Modifiers::default(),
        clicks: 1,
    }
}

fn view(editor: &Editor, at: Point) -> Point {
    editor.camera().to_view(at)
}

fn middle(editor: &Editor, id: &ElementId) -> Point {
    view(editor, editor.scene().rect(id).unwrap().center())
}

fn port(editor: &Editor, id: &ElementId) -> Point {
    let card = editor.scene().card(&id.card()).unwrap();
    let row = card.rows().iter().find(|row| &row.id == id);
    let world = row.map_or_else(|| card.port().unwrap(), |row| row.port());
    view(editor, world)
}

/// A place with nothing under it.
fn ground(editor: &Editor) -> Point {
    let bounds = editor.scene().bounds;
    view(
        editor,
        Point::new(bounds.right() + 60.0, bounds.bottom() + 30.0),
    )
}

fn drag(editor: &mut Editor, from: Point, to: Point) -> Vec<Effect> {
    editor.handle(Input::Down(pointer(from)));
    editor.handle(Input::Move(pointer(Point::new(
        f64::midpoint(from.x, to.x),
        f64::midpoint(from.y, to.y),
    ))));
    editor.handle(Input::Move(pointer(to)));
    editor.handle(Input::Up(pointer(to)))
}

#[test]
fn from_far_out_a_press_means_a_whole_card() {
    let mut editor = shop();
    let id = route("public", "GET /orders");
    let middle_of_edge = editor.scene().edge(&id).unwrap().path.midpoint();
    let (row, edge) = (middle(&editor, &id), view(&editor, middle_of_edge));
    assert_eq!(editor.hit(row), Some(Hit::Row(id.clone())));
    assert_eq!(editor.hit(edge), Some(Hit::Edge(id.clone())));
    let out = |zoom: f64| Camera {
        zoom,
        ..Camera::default()
    };
    editor.move_camera(out(SHAPE_ZOOM));
    assert_eq!(editor.hit(middle(&editor, &id)), Some(Hit::Row(id.clone())));
    editor.move_camera(out(SHAPE_ZOOM * 0.9));
    assert_eq!(editor.hit(middle(&editor, &id)), Some(Hit::Card(id.card())));
    assert_eq!(editor.hit(view(&editor, middle_of_edge)), None);
}

#[test]
fn a_drag_is_one_move_on_the_grid() {
    let mut editor = shop();
    let id = function("catalog");
    let before = editor.scene().rect(&id).unwrap();
    let from = middle(&editor, &id);
    let effects = drag(
        &mut editor,
        from,
        Point::new(from.x + 201.0, from.y + 333.0),
    );
    assert_eq!(effects, [Effect::Applied("Move node".into())]);
    let after = editor.scene().rect(&id).unwrap();
    let zoom = editor.camera().zoom;
    assert!(
        (after.x - before.x - 201.0 / zoom).abs() <= 8.0 / zoom,
        "{after:?}"
    );
    assert_eq!(editor.places().get(&id).unwrap().point().x, after.x);
    assert_eq!(editor.text(), SHOP, "places are not in the text");
    editor.undo();
    assert_eq!(editor.scene().rect(&id).unwrap(), before);
}

#[test]
fn during_a_drag_only_the_card_and_its_edges_change() {
    let mut editor = shop();
    let from = middle(&editor, &function("orders"));
    editor.handle(Input::Down(pointer(from)));
    editor.handle(Input::Move(pointer(Point::new(
        from.x + 9.0,
        from.y + 70.0,
    ))));
    editor.take_changes();
    editor.handle(Input::Move(pointer(Point::new(
        from.x + 60.0,
        from.y + 140.0,
    ))));
    let changes = editor.take_changes();
    assert_eq!(changes.cards, [function("orders")]);
    assert_eq!(
        changes.edges,
        [
            route("public", "GET /orders"),
            route("public", "POST /orders")
        ]
    );
    let path = &editor
        .scene()
        .edge(&route("public", "GET /orders"))
        .unwrap()
        .path;
    let card = editor.scene().card(&function("orders")).unwrap();
    assert_eq!(path.to(), card.port().unwrap());
}

#[test]
fn escape_takes_a_drag_back() {
    let mut editor = shop();
    let before = Scene::clone(editor.scene());
    let from = middle(&editor, &function("orders"));
    editor.handle(Input::Down(pointer(from)));
    editor.handle(Input::Move(pointer(Point::new(
        from.x + 300.0,
        from.y + 10.0,
    ))));
    assert_ne!(**editor.scene(), before);
    editor.handle(Input::KeyDown(Key::Escape, Modifiers::default()));
    assert_eq!(**editor.scene(), before);
    assert_eq!(editor.undo_title(), None);
    assert!(editor.handle(Input::Up(pointer(from))).is_empty());
}

#[test]
fn a_wire_says_where_it_may_end() {
    let mut editor = shop();
    let (from, service) = (
        port(&editor, &route("live", "$connect")),
        middle(&editor, &ElementId::Service("web".into())),
    );
    editor.handle(Input::Down(pointer(from)));
    editor.handle(Input::Move(pointer(service)));
    let wire = editor.tool().wire().unwrap();
    assert!(wire.refusal().unwrap().message.contains("WebSocket"));
    assert_eq!(wire.allows(&function("orders")), Some(true));
    let effects = editor.handle(Input::Up(pointer(service)));
    assert!(matches!(&effects[..], [Effect::Refused(_)]), "{effects:?}");
    assert_eq!(editor.text(), SHOP);

    let target = middle(&editor, &function("catalog"));
    let effects = drag(&mut editor, from, target);
    assert_eq!(effects, [Effect::Applied("Connect route".into())]);
    assert!(editor.text().contains("\"$connect\" = \"catalog\""));
}

#[test]
fn the_end_of_an_edge_goes_to_another_target() {
    let mut editor = shop();
    let (from, to) = (
        port(&editor, &function("orders")),
        middle(&editor, &function("catalog")),
    );
    editor.select(Selection::one(route("public", "GET /orders")));
    let effects = drag(&mut editor, from, to);
    assert_eq!(effects, [Effect::Applied("Connect route".into())]);
    assert!(editor.text().contains("\"GET /orders\" = \"catalog\""));
    assert!(editor.text().contains("\"POST /orders\" = \"orders\""));
}

#[test]
fn a_wire_dropped_on_nothing_offers_something_new() {
    let mut editor = shop();
    let (from, to) = (port(&editor, &route("live", "$connect")), ground(&editor));
    assert!(drag(&mut editor, from, to).is_empty());
    let offers = editor.offers();
    assert!(offers[0].verdict.is_ok() && offers[1].verdict.is_err());
    let effects = editor.choose(ElementKind::Function);
    assert_eq!(
        effects,
        [
            Effect::Applied("Add Lambda function for the route".into()),
            Effect::EditName {
                id: function("function"),
                fresh: true
            }
        ]
    );
    assert_eq!(editor.tool(), &Tool::Idle);
    let near = port(&editor, &function("function")).distance(to);
    assert!(
        near < 2.0,
        "its port is where the wire ended, {near} pixels off"
    );
    editor.undo();
    assert_eq!(editor.text(), SHOP);
}

#[test]
fn a_band_adds_to_what_is_selected() {
    let mut editor = shop();
    editor.select(Selection::one(ElementId::Api("live".into())));
    let shift = |at| Pointer {
        modifiers: Modifiers {
            shift: true,
            ..Modifiers::default()
        },
        ..pointer(at)
    };
    let nodes = [function("orders"), function("catalog")];
    let rect = editor
        .scene()
        .rect(&nodes[0])
        .unwrap()
        .union(editor.scene().rect(&nodes[1]).unwrap())
        .grown(8.0);
    let (from, to) = (
        view(&editor, Point::new(rect.right(), rect.y)),
        view(&editor, Point::new(rect.x + 20.0, rect.bottom())),
    );
    editor.handle(Input::Down(shift(from)));
    editor.handle(Input::Move(shift(to)));
    assert!(editor.tool().band().is_some());
    editor.handle(Input::Up(shift(to)));
    for id in nodes.iter().chain([&ElementId::Api("live".into())]) {
        assert!(editor.selection().contains(id), "{id}");
    }
    // All of them follow one of them.
    let start: Vec<Point> = nodes.iter().map(|id| middle(&editor, id)).collect();
    drag(
        &mut editor,
        start[0],
        Point::new(start[0].x + 40.0, start[0].y + 200.0),
    );
    let by: Vec<f64> = nodes
        .iter()
        .zip(&start)
        .map(|(id, at)| middle(&editor, id).y - at.y)
        .collect();
    assert!((by[0] - by[1]).abs() < 2.0 && by[0] > 150.0, "{by:?}");
}

#[test]
fn the_palette_places_where_it_is_dropped_and_finds_a_place_when_clicked() {
    let mut editor = shop();
    let to = ground(&editor);
    editor.carry(New::Function, Point::new(-80.0, 100.0));
    editor.handle(Input::Move(pointer(to)));
    let effects = editor.handle(Input::Up(pointer(to)));
    assert!(
        matches!(&effects[1], Effect::EditName { fresh: true, .. }),
        "{effects:?}"
    );
    let rect = editor.scene().rect(&function("function")).unwrap();
    assert!(rect.grown(9.0).contains(editor.camera().to_world(to)));
    editor.undo();
    editor.carry(New::Service, Point::new(-80.0, 100.0));
    let effects = editor.handle(Input::Up(pointer(Point::new(-80.0, 100.0))));
    assert!(matches!(
        &effects[..],
        [Effect::Applied(_), Effect::EditName { .. }]
    ));
    editor.undo();
    editor.carry(New::Service, Point::new(-80.0, 100.0));
    let out = Point::new(-40.0, 300.0);
    editor.handle(Input::Move(pointer(out)));
    assert!(editor.handle(Input::Up(pointer(out))).is_empty());
    assert_eq!(editor.text(), SHOP);
}

#[test]
fn a_double_click_edits_in_place_and_arrows_move() {
    let mut editor = shop();
    let twice = |at| Pointer {
        clicks: 2,
        ..pointer(at)
    };
    let at = middle(&editor, &function("orders"));
    let expect = Effect::EditName {
        id: function("orders"),
        fresh: false,
    };
    assert_eq!(editor.handle(Input::Down(twice(at))), [expect]);
    editor.handle(Input::Up(twice(at)));
    let before = editor.scene().rect(&function("orders")).unwrap();
    let key = Input::KeyDown(Key::Arrow(Direction::Right), Modifiers::default());
    editor.handle(key);
    editor.handle(key);
    let after = editor.scene().rect(&function("orders")).unwrap();
    assert!((after.x - before.x - 8.0).abs() <= 1.0);
    let row = route("public", "GET /orders");
    let at = middle(&editor, &row);
    assert_eq!(
        editor.handle(Input::Down(twice(at))),
        [Effect::EditRoute(row)]
    );
}

#[test]
fn the_viewport_pans_zooms_and_drifts() {
    let mut editor = shop();
    let before = editor.camera();
    let space = Input::KeyDown(Key::Space, Modifiers::default());
    editor.handle(space);
    let at = middle(&editor, &function("orders"));
    drag(&mut editor, at, Point::new(at.x + 50.0, at.y));
    editor.handle(Input::KeyUp(Key::Space));
    assert!((editor.camera().offset.x - before.offset.x - 50.0).abs() < 1e-9);
    assert_eq!(editor.undo_title(), None);
    editor.handle(Input::Wheel {
        at: Point::new(10.0, 10.0),
        dx: 0.0,
        dy: -50.0,
        zooms: true,
    });
    assert!(editor.camera().zoom > before.zoom);
    editor.handle(Input::KeyDown(Key::Fit, Modifiers::default()));
    assert_eq!(editor.camera(), before);
    let from = middle(&editor, &function("orders"));
    editor.handle(Input::Down(pointer(from)));
    editor.handle(Input::Move(pointer(Point::new(1595.0, 400.0))));
    assert!(editor.drifts());
    let held = editor.scene().rect(&function("orders")).unwrap().x;
    editor.handle(Input::Frame);
    assert!(editor.scene().rect(&function("orders")).unwrap().x > held);
}

/// An input made of small numbers, aimed at what the design has.
fn random(editor: &Editor, [kind, a, b]: [usize; 3]) -> Input {
    let cards = &editor.scene().cards;
    let card = &cards[a % cards.len()];
    let at = match b % 5 {
        0 => middle(editor, &card.id),
        1 => card
            .port()
            .map_or_else(|| middle(editor, &card.id), |at| view(editor, at)),
        2 => match card.rows().get(b / 5 % card.rows().len().max(1)) {
            Some(row) => view(editor, row.port()),
            None => ground(editor),
        },
        3 => ground(editor),
        _ => Point::new(
            f64::from(u32::try_from(a).unwrap()) * 1.7,
            f64::from(u32::try_from(b).unwrap()),
        ),
    };
    let pointer = Pointer {
        at,
        button: [
            Button::Primary,
            Button::Primary,
            Button::Primary,
            Button::Middle,
            Button::Secondary,
        ][a % 5],
        modifiers: Modifiers {
            shift: b % 7 == 0,
            command: b % 11 == 0,
            alt: b % 13 == 0,
        },
        clicks: 1 + u32::from(a % 17 == 0),
    };
    match kind % 12 {
        0..=2 => Input::Down(pointer),
        3..=5 => Input::Move(pointer),
        6 | 7 => Input::Up(pointer),
        8 => Input::Wheel {
            at,
            dx: 3.0,
            dy: 20.0 - f64::from(u32::try_from(b % 40).unwrap()),
            zooms: a % 2 == 0,
        },
        9 => Input::Frame,
        10 => Input::KeyDown(
            [
                Key::Space,
                Key::Arrow(Direction::Down),
                Key::Arrow(Direction::Left),
                Key::Fit,
                Key::Escape,
            ][a % 5],
            pointer.modifiers,
        ),
        _ => Input::KeyUp(Key::Space),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::editor::tests::sequences(), ..ProptestConfig::default() })]
    #[test]
    fn whatever_comes_escape_leaves_idle_and_only_commands_change_the_design(
        steps in prop::collection::vec([0usize..1000, 0usize..1000, 0usize..1000], 1..60),
    ) {
        let mut editor = shop();
        for numbers in steps {
            let before = (editor.text().to_owned(), editor.places().clone());
            let effects = if numbers[0] % 53 == 0 && editor.tool().wire().is_some() {
                editor.choose(if numbers[1] % 2 == 0 { ElementKind::Function } else { ElementKind::Service })
            } else if numbers[0] % 47 == 0 {
                editor.carry(New::ALL[numbers[1] % 4], Point::new(-5.0, 5.0));
                Vec::new()
            } else if numbers[0] % 43 == 0 {
                let undone = editor.undo().map(Effect::Applied);
                undone.into_iter().collect()
            } else {
                let input = random(&editor, numbers);
                editor.handle(input)
            };
            let is_applied = effects.iter().any(|effect| matches!(effect, Effect::Applied(_)));
            if !is_applied {
                prop_assert_eq!(&before, &(editor.text().to_owned(), editor.places().clone()));
            }
            if !matches!(editor.tool(), Tool::DraggingNodes(_)) {
                let drawn = Scene::of(editor.design(), None, editor.places());
                prop_assert_eq!(&**editor.scene(), &drawn);
                let seen = editor.seen();
                prop_assert!(editor.scene().cards_in(seen).eq(drawn.cards_in(seen)));
                prop_assert!(editor.scene().edges_in(seen).eq(drawn.edges_in(seen)));
            }
        }
        let before = (editor.text().to_owned(), editor.places().clone());
        editor.handle(Input::KeyDown(Key::Escape, Modifiers::default()));
        prop_assert_eq!(editor.tool(), &Tool::Idle);
        prop_assert!(!editor.is_grabbing());
        prop_assert_eq!(&before, &(editor.text().to_owned(), editor.places().clone()));
        prop_assert_eq!(&**editor.scene(), &Scene::of(editor.design(), None, editor.places()));
    }
}

#[test]
fn a_small_viewport_shows_what_can_be_read() {
    let mut editor = Editor::open(SHOP, Places::default(), None);
    let size = Size::new(360.0, 260.0);
    editor.set_view(size);
    assert_eq!(editor.camera().zoom, READABLE_ZOOM);
    let seen = Rect::new(0.0, 0.0, size.width, size.height);
    let corner = |editor: &Editor, id: &ElementId| {
        let rect = editor.scene().rect(id).unwrap();
        view(editor, Point::new(rect.x, rect.y))
    };
    assert!(seen.contains(corner(&editor, &ElementId::Api("public".into()))));
    // What is selected comes first.
    let web = ElementId::Service("web".into());
    assert!(!seen.contains(corner(&editor, &web)));
    editor.select(Selection::one(web.clone()));
    editor.frame();
    assert!(seen.contains(corner(&editor, &web)));
    assert_eq!(editor.camera().zoom, READABLE_ZOOM);
    // All of it, however small, is for those who ask.
    editor.handle(Input::KeyDown(Key::Fit, Modifiers::default()));
    assert!(editor.camera().zoom < READABLE_ZOOM);
    editor.set_view(Size::new(340.0, 250.0));
    assert!(editor.camera().zoom < READABLE_ZOOM);
    // A moved camera stays.
    let moved = editor.camera().panned(5.0, 0.0);
    editor.move_camera(moved);
    editor.set_view(size);
    assert_eq!(editor.camera(), moved);
}
