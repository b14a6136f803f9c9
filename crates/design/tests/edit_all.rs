//! Many edits at once are the same as one after the other.

use proptest::prelude::*;
use slipway_design::*;

const FULL: &str = include_str!("files/full.toml");

fn path(text: &str) -> Path {
    Path::parse(text).expect("the tests spell paths rightly")
}

fn set(at: &str, value: impl Into<Literal>) -> Edit {
    Edit::Set {
        path: path(at),
        value: value.into(),
    }
}

fn rename(at: &str, key: &str) -> Edit {
    Edit::RenameKey {
        path: path(at),
        key: key.to_owned(),
    }
}

fn function(key: &str) -> Edit {
    Edit::Insert {
        path: Path::function(key),
        value: Literal::Table(vec![(
            "image".to_owned(),
            Literal::Table(vec![("build".to_owned(), key.into())]),
        )]),
    }
}

#[test]
fn later_edits_see_what_earlier_ones_did() {
    let before = "[functions.a] # x\nmemory = 1\n\n[apis.p.routes]\n\"GET /\" = \"a\"\n";
    let mut document = Document::parse(before);
    let edits = document
        .edit_all(&[
            rename("functions.a", "b"),
            set("apis.p.routes.\"GET /\"", "b"),
            set("functions.b.was", "a"),
            function("c"),
            set("functions.c.memory", 2),
            Edit::Remove {
                path: path("functions.b.memory"),
            },
        ])
        .unwrap();
    let after = "[functions.b] # x\nwas = \"a\"\n\n[functions.c]\nimage = { build = \"c\" }\nmemory = 2\n\n[apis.p.routes]\n\"GET /\" = \"b\"\n";
    assert_eq!(document.text(), after);
    assert_eq!(edits.apply(before), after);
    assert_eq!(edits.inverse(before).apply(after), before);
}

#[test]
fn all_are_made_or_none() {
    let before = "[functions.a]\nmemory = 1\n";
    let mut document = Document::parse(before);
    let missing = document.edit_all(&[
        set("functions.a.memory", 2),
        rename("functions.x", "y"),
        set("functions.a.timeout", 2),
    ]);
    assert_eq!(
        missing.unwrap_err().to_string(),
        "there is no `functions.x` in the file"
    );
    // A literal with the same key twice is not TOML; the edit that brings it is named.
    let twice = Literal::Table(vec![
        ("X".to_owned(), "1".into()),
        ("X".to_owned(), "2".into()),
    ]);
    let breaks = document.edit_all(&[
        set("functions.a.memory", 2),
        set("functions.a.timeout", 3),
        set("functions.a.env", twice),
        set("functions.a.title", "A"),
    ]);
    match breaks.unwrap_err() {
        EditError::WouldBreak { path: at, .. } => assert_eq!(at, path("functions.a.env")),
        other => panic!("{other}"),
    }
    assert_eq!(document.text(), before);
    let infinite = document.edit_all(&[
        set("functions.a.memory", 2),
        set("functions.a.timeout", Literal::Float(f64::INFINITY)),
    ]);
    assert_eq!(infinite.unwrap_err(), EditError::NotFinite);
    assert_eq!(document.text(), before);
    assert_eq!(document.edit_all(&[]), Ok(TextEdits::default()));
}

/// Places that are in the file and places that are not.
const PLACES: [&str; 22] = [
    "name",
    "defaults.env.LOG",
    "defaults.memory",
    "functions.orders",
    "functions.orders.memory",
    "functions.orders.env",
    "functions.orders.env.MORE",
    "functions.orders.allow[0]",
    "functions.orders.allow[0].actions[1]",
    "functions.orders.allow[1]",
    "functions.auth",
    "functions.fresh",
    "functions.fresh.image",
    "services.web.containers.metrics",
    "services.web.count.min",
    "apis.public.routes",
    "apis.public.routes.\"POST /orders\".authorizer",
    "apis.public.routes.\"GET /orders/{id}\"",
    "apis.live.authorizers.socket.to",
    "environments.prod.functions.orders",
    "environments.prod.functions.auth.memory",
    "environments.dev",
];

fn edit() -> impl Strategy<Value = Edit> {
    let value = prop_oneof![
        any::<i64>().prop_map(Literal::Integer),
        ".{0,9}".prop_map(Literal::String),
        Just(Literal::String("long ".repeat(30))),
        Just(Literal::Array(Vec::new())),
        "[A-Z]{1,3}".prop_map(|key| Literal::Table(vec![(key, "v".into())])),
    ];
    (0..PLACES.len(), 0..4u8, value, "[a-z]{1,2}").prop_map(|(place, kind, value, key)| {
        let path = path(PLACES[place]);
        match kind {
            0 => Edit::Set { path, value },
            1 => Edit::Insert { path, value },
            2 => Edit::Remove { path },
            _ => Edit::RenameKey { path, key },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_same_as_one_after_the_other(steps in prop::collection::vec(edit(), 1..14), crlf: bool, bom: bool) {
        let mut before = FULL.to_owned();
        if crlf {
            before = before.replace('\n', "\r\n");
        }
        if bom {
            before.insert(0, '\u{feff}');
        }
        let mut one_by_one = Document::parse(&before);
        let mut made = Vec::new();
        for step in steps {
            if one_by_one.edit(&step).is_ok() {
                made.push(step);
            }
        }
        let mut at_once = Document::parse(&before);
        let edits = at_once.edit_all(&made).unwrap_or_else(|error| panic!("{error}: {made:?}"));
        prop_assert_eq!(at_once.text(), one_by_one.text());
        prop_assert_eq!(at_once.diagnostics(), one_by_one.diagnostics());
        prop_assert_eq!(edits.apply(&before), at_once.text());
        prop_assert_eq!(edits.inverse(&before).apply(at_once.text()), before);
    }
}
