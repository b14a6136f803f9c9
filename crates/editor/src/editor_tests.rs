use super::*;
use crate::element::spelt::{api, function, route};
use crate::{ElementKind, Point};
use proptest::prelude::*;
use slipway_design::{ApiKind, Literal, Path};

const START: &str = "# ours\nschema = 1\nname = \"shop\"\n";

fn editor() -> Editor {
    Editor::open(START, Places::default(), None)
}

/// Does commands that must not be refused.
fn all(editor: &mut Editor, commands: &[Command]) {
    for command in commands {
        if let Err(refusal) = editor.apply(command) {
            panic!("{command:?}: {refusal}\n{}", editor.text());
        }
    }
}

/// An API with two routes to a function, and a service.
fn small() -> Editor {
    let mut editor = editor();
    all(
        &mut editor,
        &[
            Command::AddApi {
                kind: ApiKind::Http,
                at: None,
            },
            Command::AddRoute {
                api: "api".into(),
                key: None,
                target: None,
            },
            Command::ConnectNew {
                route: route("api", "GET /"),
                kind: ElementKind::Function,
                at: None,
            },
            Command::AddRoute {
                api: "api".into(),
                key: Some("POST /".into()),
                target: Some(function("function")),
            },
            Command::AddService { at: None },
        ],
    );
    editor
}

#[test]
fn a_design_is_drawn_from_nothing() {
    let editor = small();
    assert_eq!(
        editor.text(),
        "# ours\nschema = 1\nname = \"shop\"\n\n[apis.api]\nkind = \"http\"\n\n[apis.api.routes]\n\"GET /\" = \"function\"\n\"POST /\" = \"function\"\n\n[functions.function]\nimage = { build = \"services/function\" }\n\n[services.service]\nimage = { build = \"services/service\" }\nport = 8080\n"
    );
    assert!(
        !editor.document().has_errors(),
        "{:?}",
        editor.document().diagnostics()
    );
    assert_eq!(
        editor.selection().only(),
        Some(&ElementId::Service("service".into()))
    );
    assert_eq!(editor.scene().edges.len(), 2);
}

#[test]
fn new_cards_do_not_cover_others() {
    let mut editor = small();
    for _ in 0..20 {
        all(
            &mut editor,
            &[
                Command::AddFunction { at: None },
                Command::AddApi {
                    kind: ApiKind::Websocket,
                    at: None,
                },
            ],
        );
    }
    let cards = &editor.scene().cards;
    for (index, one) in cards.iter().enumerate() {
        for other in &cards[index + 1..] {
            assert!(!one.rect.touches(other.rect), "{} and {}", one.id, other.id);
        }
    }
}

#[test]
fn an_image_from_ecr_is_a_function_without_errors() {
    let mut editor = editor();
    all(&mut editor, &[Command::AddImage { at: None }]);
    let expect = "[functions.image]\nimage = { ecr = \"image\", tag = \"latest\" }\n";
    assert!(editor.text().ends_with(expect), "{}", editor.text());
    let found = editor.document().diagnostics();
    assert!(!editor.document().has_errors(), "{found:?}");
}

#[test]
fn an_api_that_grows_pushes_what_stands_below() {
    let mut editor = small();
    let rect = editor.scene().rect(&api("api")).unwrap();
    let below = [(api("live"), 14.0), (function("function"), 140.0)];
    all(
        &mut editor,
        &[Command::AddApi {
            kind: ApiKind::Websocket,
            at: Some(Point::new(rect.x, rect.bottom() + 14.0)),
        }],
    );
    let to = below.map(|(id, by)| (id, Point::new(rect.x + 20.0, rect.bottom() + by)));
    all(&mut editor, &[Command::Move { to: to.to_vec() }]);
    let before = editor.places().clone();
    for _ in 0..4 {
        let (api, key, target) = ("api".into(), None, None);
        all(&mut editor, &[Command::AddRoute { api, key, target }]);
        let cards = &editor.scene().cards;
        for (index, one) in cards.iter().enumerate() {
            for other in &cards[index + 1..] {
                assert!(!one.rect.touches(other.rect), "{} and {}", one.id, other.id);
            }
        }
    }
    for _ in 0..4 {
        editor.undo();
    }
    assert_eq!(editor.places(), &before);
}

#[test]
fn what_is_removed_leaves_open_routes_and_no_overrides() {
    let mut editor = Editor::open(
        "schema = 1\n[functions.a]\nimage = { build = \"a\" }\n[apis.p.routes]\n\"GET /\" = \"a\"\n\"GET /t\" = { to = \"a\", payload = \"1.0\" }\n[environments.dev.functions.a]\nmemory = 256\n",
        Places::default(),
        None,
    );
    let before = editor.text().to_owned();
    all(
        &mut editor,
        &[Command::Remove {
            ids: vec![function("a")],
        }],
    );
    assert!(editor.design().functions.is_empty());
    assert!(!editor.text().contains("memory"));
    assert!(
        editor.text().contains("\"GET /\" = {}"),
        "{}",
        editor.text()
    );
    assert!(
        editor.text().contains("\"GET /t\" = { payload = \"1.0\" }"),
        "{}",
        editor.text()
    );
    assert_eq!(editor.undo().as_deref(), Some("Remove Lambda function"));
    assert_eq!(editor.text(), before);
}

#[test]
fn a_rename_takes_all_references_along() {
    let mut editor = Editor::open(
        "schema = 1\n[functions.a]\nimage = { build = \"a\" }\n[apis.p.authorizers]\nu = { kind = \"lambda\", to = \"a\" }\n[apis.p.routes]\n\"GET /\" = \"a\"\n\"GET /t\" = { to = \"a\", authorizer = \"u\" }\n[environments.dev.functions.a]\nmemory = 256\n",
        Places::default(),
        None,
    );
    let rename = |to: &str| Command::Rename {
        id: function("a"),
        to: to.into(),
        record_move: true,
    };
    all(&mut editor, &[rename("b")]);
    assert_eq!(
        editor.text(),
        "schema = 1\n[functions.b]\nimage = { build = \"a\" }\nwas = \"a\"\n[apis.p.authorizers]\nu = { kind = \"lambda\", to = \"b\" }\n[apis.p.routes]\n\"GET /\" = \"b\"\n\"GET /t\" = { to = \"b\", authorizer = \"u\" }\n[environments.dev.functions.b]\nmemory = 256\n"
    );
    all(
        &mut editor,
        &[Command::Rename {
            id: function("b"),
            to: "a".into(),
            record_move: true,
        }],
    );
    assert!(!editor.text().contains("was"), "{}", editor.text());
    for bad in ["", "A", "a b", "-a"] {
        assert!(editor.apply(&rename(bad)).is_err(), "{bad}");
    }
}

#[test]
fn wires_that_cannot_be_are_refused_with_a_reason() {
    let mut editor = small();
    all(
        &mut editor,
        &[
            Command::AddApi {
                kind: ApiKind::Websocket,
                at: None,
            },
            Command::AddRoute {
                api: "live".into(),
                key: None,
                target: None,
            },
        ],
    );
    let service = ElementId::Service("service".into());
    assert!(editor.may_connect(&route("api", "GET /"), &service).is_ok());
    let refusal = editor
        .may_connect(&route("live", "$connect"), &service)
        .unwrap_err();
    assert!(refusal.message.contains("WebSocket"), "{refusal}");
    let targets = editor.targets_for(&route("live", "$connect"));
    let said = |id: &ElementId| targets.iter().find(|(to, _)| to == id).unwrap().1.clone();
    assert_eq!(
        (said(&function("function")), said(&service)),
        (Ok(()), Err(refusal))
    );
    assert_eq!(targets.len(), 2);
    let before = editor.text().to_owned();
    let connect = Command::Connect {
        route: route("live", "$connect"),
        target: service,
    };
    assert!(editor.apply(&connect).is_err());
    assert_eq!(editor.text(), before);
    let twin = Command::AddRoute {
        api: "api".into(),
        key: Some("get /".into()),
        target: None,
    };
    assert!(editor.apply(&twin).is_err());
}

#[test]
fn nudges_are_one_step_until_something_else_happens() {
    let mut editor = small();
    let nudge = Command::Nudge {
        ids: vec![api("api")],
        by: Point::new(4.0, 0.0),
    };
    let start = editor.scene().card(&api("api")).unwrap().rect;
    all(&mut editor, &[nudge.clone(), nudge.clone(), nudge.clone()]);
    assert!((editor.scene().card(&api("api")).unwrap().rect.x - start.x - 12.0).abs() < 1e-9);
    editor.undo();
    assert_eq!(editor.scene().card(&api("api")).unwrap().rect, start);
    editor.redo();
    editor.select(Selection::one(api("api")));
    all(&mut editor, &[nudge]);
    editor.undo();
    assert!((editor.scene().card(&api("api")).unwrap().rect.x - start.x - 12.0).abs() < 1e-9);
}

#[test]
fn tidy_is_one_step_and_undone_exactly() {
    let mut editor = small();
    all(
        &mut editor,
        &[Command::Move {
            to: vec![(function("function"), Point::new(-900.0, 50.0))],
        }],
    );
    let (places, scene) = (editor.places().clone(), Arc::clone(editor.scene()));
    all(&mut editor, &[Command::Tidy]);
    assert!(editor.places().is_empty());
    editor.undo();
    assert_eq!((editor.places(), editor.scene()), (&places, &scene));
}

#[test]
fn places_of_somebody_else_are_taken_over_beside_the_history() {
    let text = format!("{START}\n[functions.a]\n\n[functions.b]\n\n[functions.c]\n");
    let mut editor = Editor::open(&text, Places::default(), None);
    let ids: Vec<ElementId> = editor
        .scene()
        .cards
        .iter()
        .map(|card| card.id.clone())
        .collect();
    let moved = |editor: &Editor, id: &ElementId| {
        let at = editor.scene().rect(id).unwrap();
        Point::new(at.x + 40.0, at.y)
    };
    let (shown, at) = (editor.shown_places(), moved(&editor, &ids[0]));
    assert_eq!(shown.iter().count(), ids.len());
    let to = vec![(ids[0].clone(), at)];
    all(&mut editor, &[Command::Move { to }]);
    let change = editor.places().since(&Places::default(), &shown);
    assert_eq!(change.put.iter().count(), 1);
    assert_eq!(change.kept.iter().count(), ids.len() - 1);

    let mut theirs = editor.places().clone();
    let there = Place { x: 990, y: 990 };
    theirs.set(&ids[1], Some(there));
    let title = editor.undo_title().map(str::to_owned);
    editor.take_places(&theirs);
    assert_eq!(editor.scene().rect(&ids[1]).unwrap().x, 990.0);
    assert_eq!(editor.undo_title().map(str::to_owned), title);
    editor.undo();
    assert_eq!(editor.scene().cards.len(), ids.len());
}

#[test]
fn renames_and_removals_follow_what_environments_say() {
    let text = "schema = 1\n\n[apis.p]\nkind = \"http\"\n\n[apis.p.authorizers]\nguard = { kind = \"lambda\", to = \"f\" }\n\n[apis.p.routes]\n\"GET /a\" = \"f\"\n\"GET /b\" = { to = \"f\", timeout = 3 }\n\n[functions.f]\n\n[environments.dev]\naccount = \"1\"\n\n[environments.dev.apis.p.routes]\n\"GET /a\" = \"f\"\n\n[environments.dev.functions.f]\nmemory = 256\n\n[environments.dev.domains]\np = \"x.example\"\n";
    let mut editor = Editor::open(text, Places::default(), None);
    let (id, to) = (function("f"), "g".to_owned());
    let record_move = false;
    all(
        &mut editor,
        &[Command::Rename {
            id,
            to,
            record_move,
        }],
    );
    assert_eq!(
        editor.text().matches("\"f\"").count(),
        0,
        "{}",
        editor.text()
    );
    assert!(editor.text().contains("[environments.dev.functions.g]"));
    let ids = vec![function("g"), api("p"), route("p", "GET /a")];
    all(&mut editor, &[Command::Remove { ids }]);
    assert!(editor.design().apis.is_empty() && editor.design().functions.is_empty());
    let left = &editor.design().environments["dev"];
    assert!(
        left.apis.is_empty() && left.functions.is_empty(),
        "{left:?}"
    );
    assert!(left.domains.is_empty(), "{left:?}");
    editor.undo();
    editor.undo();
    assert_eq!(editor.text(), text);
}

#[test]
fn a_file_that_is_not_toml_can_only_be_replaced() {
    let mut editor = Editor::open("x = [", Places::default(), None);
    let refusal = editor
        .apply(&Command::AddFunction { at: None })
        .unwrap_err();
    assert_eq!(Some(&refusal), editor.closed().as_ref());
    assert!(refusal.message.contains("not TOML") && refusal.hint.is_some());
    assert_eq!(editor.text(), "x = [");
    editor.replace("Mend", START).unwrap();
    assert_eq!(editor.closed(), None);
    assert_eq!(editor.text(), START);
    editor.undo();
    assert_eq!(editor.text(), "x = [");
    let newer = "schema = 99\n";
    let mut editor = Editor::open(newer, Places::default(), None);
    let refusal = editor
        .apply(&Command::AddFunction { at: None })
        .unwrap_err();
    assert!(refusal.message.contains("newer"), "{refusal}");
}

/// A command made of small numbers, about whatever the design has.
fn random(editor: &Editor, [kind, a, b]: [usize; 3]) -> Command {
    let design = editor.design();
    let cards: Vec<ElementId> = editor
        .scene()
        .cards
        .iter()
        .map(|card| card.id.clone())
        .collect();
    let routes: Vec<ElementId> = editor
        .scene()
        .cards
        .iter()
        .flat_map(|card| card.rows().iter().map(|row| row.id.clone()))
        .collect();
    let pick = |from: &[ElementId], at: usize| from.get(at % from.len().max(1)).cloned();
    let at = Point::new(
        f64::from(u32::try_from(a % 900).unwrap()),
        f64::from(u32::try_from(b % 700).unwrap()),
    );
    let card = pick(&cards, a).unwrap_or_else(|| function("none"));
    let line = pick(&routes, b).unwrap_or_else(|| route("none", "GET /"));
    let api = design
        .apis
        .keys()
        .nth(a % design.apis.len().max(1))
        .cloned()
        .unwrap_or_default();
    let key = ["GET /a", "POST /a/{id}", "$default", "bad key", "send"][b % 5];
    match kind % 18 {
        0 => Command::AddApi {
            kind: if a % 2 == 0 {
                ApiKind::Http
            } else {
                ApiKind::Websocket
            },
            at: (b % 2 == 0).then_some(at),
        },
        1 => Command::AddFunction {
            at: (b % 2 == 0).then_some(at),
        },
        2 if a % 2 == 0 => Command::AddImage { at: None },
        2 => Command::AddService { at: None },
        3 => Command::AddRoute {
            api,
            key: None,
            target: pick(&cards, b),
        },
        4 => Command::AddRoute {
            api,
            key: Some(key.into()),
            target: None,
        },
        5 => match line {
            ElementId::Route { api, key: old } => Command::SetRouteKey {
                api,
                key: old,
                to: key.into(),
            },
            _ => Command::Tidy,
        },
        6 | 7 => Command::Connect {
            route: line,
            target: card,
        },
        8 => Command::ConnectNew {
            route: line,
            kind: if a % 2 == 0 {
                ElementKind::Function
            } else {
                ElementKind::Service
            },
            at: None,
        },
        9 => Command::Disconnect { route: line },
        10 => Command::Remove {
            ids: vec![card, line],
        },
        11 => Command::Duplicate {
            ids: vec![card, line],
        },
        12 => Command::Move {
            to: vec![(card, at)],
        },
        13 => Command::Nudge {
            ids: vec![card],
            by: Point::new(4.0, -4.0),
        },
        14 => Command::Tidy,
        16 => match crate::Clip::of(editor) {
            Some(clip) => Command::Paste {
                clip: crate::Clip::parse(&clip.to_text()).unwrap(),
                at: (b % 2 == 0).then_some(at),
            },
            None => Command::Tidy,
        },
        15 => Command::Rename {
            id: if a % 2 == 0 { card } else { line },
            to: ["orders", "catalog", "GET /b"][b % 3].into(),
            record_move: b % 2 == 0,
        },
        _ => Command::Set {
            path: Path::of(["functions", card.node_key(), "memory"]),
            value: (a % 3 != 0).then_some(Literal::Integer(512)),
        },
    }
}

/// How many random sequences are tried; `SLIPWAY_SEQUENCES` raises it for a long run.
pub(crate) fn sequences() -> u32 {
    std::env::var("SLIPWAY_SEQUENCES")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sequences(), ..ProptestConfig::default() })]
    #[test]
    fn any_sequence_undone_gives_back_the_first_bytes(
        steps in prop::collection::vec((any::<bool>(), [0usize..1000, 0usize..1000, 0usize..1000]), 1..60),
    ) {
        let mut editor = editor();
        let mut states = vec![(editor.text().to_owned(), editor.places().clone(), editor.selection().clone())];
        let mut redo = Vec::new();
        for (undoes, numbers) in steps {
            if undoes && numbers[0] % 4 == 0 {
                if editor.undo().is_some() {
                    redo.push(states.pop().unwrap());
                }
            } else if undoes && numbers[0] % 4 == 1 {
                if editor.redo().is_some() {
                    states.push(redo.pop().unwrap());
                }
            } else {
                let command = random(&editor, numbers);
                // Nothing is squashed here, so that each step is one state.
                editor.select(editor.selection().clone());
                let before = (editor.text().to_owned(), editor.places().clone());
                match editor.apply(&command) {
                    Ok(()) => {
                        if before != (editor.text().to_owned(), editor.places().clone()) {
                            redo.clear();
                            states.push(Default::default());
                        }
                    }
                    Err(_) => prop_assert_eq!(&before, &(editor.text().to_owned(), editor.places().clone())),
                }
                prop_assert!(editor.document().tree().is_some(), "{command:?} left no TOML:\n{}", editor.text());
                for id in editor.selection().ids() {
                    prop_assert!(id.exists_in(editor.design()), "{command:?} left {id} selected");
                }
                *states.last_mut().unwrap() = (editor.text().to_owned(), editor.places().clone(), editor.selection().clone());
            }
            let (text, places, _) = states.last().unwrap();
            prop_assert_eq!((editor.text(), editor.places()), (text.as_str(), places));
        }
        while editor.undo().is_some() {}
        prop_assert_eq!(editor.text(), START);
        prop_assert!(editor.places().is_empty());
        prop_assert!(editor.selection().is_empty());
    }
}

#[test]
fn a_fresh_name_is_the_folder_too() {
    let mut editor = editor();
    let rename = |from: &str, to: &str, record_move| Command::Rename {
        id: function(from),
        to: to.into(),
        record_move,
    };
    all(
        &mut editor,
        &[
            Command::AddFunction { at: None },
            rename("function", "orders", false),
        ],
    );
    let added = "[functions.orders]\nimage = { build = \"services/orders\" }\n";
    assert!(editor.text().ends_with(added), "{}", editor.text());
    // What may be deployed keeps its folder.
    all(&mut editor, &[rename("orders", "sales", true)]);
    assert!(editor.text().contains("build = \"services/orders\""));
    editor.undo();
    editor.undo();
    assert!(editor.text().contains("[functions.function]"));
}
