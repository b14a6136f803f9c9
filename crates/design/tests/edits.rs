//! Edits: each changes its tokens and nothing else.

#[path = "common/spelled.rs"]
mod spelled;

use std::collections::BTreeMap;

use proptest::prelude::*;
use slipway_design::*;
use spelled::{path, remove, rename, set};
use toml_edit::{Item, TableLike, Value};

const FULL: &str = include_str!("files/full.toml");

fn table(entries: &[(&str, Literal)]) -> Literal {
    Literal::Table(
        entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
    )
}

/// The edit turns one text into the other, and its inverse turns it back.
#[track_caller]
fn check(before: &str, edit: Edit, after: &str) {
    for (before, after) in [
        (before.to_owned(), after.to_owned()),
        (before.replace('\n', "\r\n"), after.replace('\n', "\r\n")),
        (format!("\u{feff}{before}"), format!("\u{feff}{after}")),
    ] {
        // One line says nothing about the line ends that are wanted.
        if before.contains('\r') != after.contains('\r') {
            continue;
        }
        let mut document = Document::parse(&before);
        let edits = document
            .edit(&edit)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(document.text(), after);
        assert_eq!(edits.inverse(&before).apply(document.text()), before);
    }
}

#[test]
fn set_replaces_the_value_only() {
    check("a = 1 # why\n", set("a", 2), "a = 2 # why\n");
    check(
        "a   =\t'x'   # why\nb=2",
        set("a", "y\"z"),
        "a   =\t\"y\\\"z\"   # why\nb=2",
    );
    check(
        "[t]\na = { b = 1, c = [1, 2 ] }\n",
        set("t.a.c[1]", 3),
        "[t]\na = { b = 1, c = [1, 3 ] }\n",
    );
    check(
        "a.\"b c\" = 1\n",
        set("a.\"b c\"", true),
        "a.\"b c\" = true\n",
    );
    check(
        "[[t]]\na = 1\n[[t]]\na = 2\n[t.s]\nb = 1\n",
        set("t[1].s.b", 2),
        "[[t]]\na = 1\n[[t]]\na = 2\n[t.s]\nb = 2\n",
    );
    check(
        "a = \"\"\"\nx\n\"\"\" # c\nb = 1\n",
        set("a", "y"),
        "a = \"y\" # c\nb = 1\n",
    );
}

#[test]
fn set_adds_what_is_missing() {
    check(
        "[t]\na = 1 # c\n\n# next\n[u]\n",
        set("t.b", 2),
        "[t]\na = 1 # c\nb = 2\n\n# next\n[u]\n",
    );
    check("[t]\n  a = 1\n", set("t.b", 2), "[t]\n  a = 1\n  b = 2\n");
    check("[t]\na = 1\n[u]", set("u.b", 2), "[t]\na = 1\n[u]\nb = 2");
    check(
        "[t]\na = { b = 1 }\n",
        set("t.a.c", 2),
        "[t]\na = { b = 1, c = 2 }\n",
    );
    check("[t]\na = {}\n", set("t.a.c", 2), "[t]\na = { c = 2 }\n");
    check(
        "[t]\na.b = 1\nc = 1\n",
        set("t.a.d", 2),
        "[t]\na.b = 1\na.d = 2\nc = 1\n",
    );
    check(
        "[t]\nx = 1\n",
        set("t.env.LOG", "info"),
        "[t]\nx = 1\nenv = { LOG = \"info\" }\n",
    );
    check("[t]\n", set("name", "a"), "name = \"a\"\n\n[t]\n");
    check(
        "schema = 1\n",
        set("defaults.arch", "arm64"),
        "schema = 1\n\n[defaults]\narch = \"arm64\"\n",
    );
    check(
        "[t.u]\na = 1\n",
        set("t.b", 1),
        "[t.u]\na = 1\n\n[t]\nb = 1\n",
    );
    check(
        "[functions.a]\nmemory = 1\n\n[apis.p]\n",
        Edit::Insert {
            path: path("functions.b"),
            value: table(&[
                ("image", table(&[("build", "b".into())])),
                ("memory", 2.into()),
            ]),
        },
        "[functions.a]\nmemory = 1\n\n[functions.b]\nimage = { build = \"b\" }\nmemory = 2\n\n[apis.p]\n",
    );
    check(
        "[apis.p.routes]\n\"GET /\" = \"f\"\n",
        set("apis.p.routes.\"POST /{x}\"", "g"),
        "[apis.p.routes]\n\"GET /\" = \"f\"\n\"POST /{x}\" = \"g\"\n",
    );
    check(
        "[environments.dev]\nregion = \"x\"\n",
        set("environments.dev.functions.f.memory", 5),
        "[environments.dev]\nregion = \"x\"\n\n[environments.dev.functions.f]\nmemory = 5\n",
    );
    check(
        "a = [1]\n",
        Edit::Insert {
            path: path("a[1]"),
            value: 2.into(),
        },
        "a = [1, 2]\n",
    );
    check(
        "a = []\n",
        Edit::Insert {
            path: path("a[0]"),
            value: 2.into(),
        },
        "a = [2]\n",
    );
}

#[test]
fn long_inline_tables_become_tables() {
    let long = "x".repeat(90);
    check(
        "[functions.f]\nimage = { build = \"a\" } # ours\nmemory = 1\n\n[apis.p]\n",
        set("functions.f.image.target", long.as_str()),
        &format!(
            "[functions.f]\nmemory = 1\n\n[functions.f.image] # ours\nbuild = \"a\"\ntarget = \"{long}\"\n\n[apis.p]\n"
        ),
    );
    check(
        "[functions.f]\nimage = { build = \"a\" }\n",
        set(
            "functions.f.image",
            table(&[("build", long.as_str().into())]),
        ),
        &format!("[functions.f]\n\n[functions.f.image]\nbuild = \"{long}\"\n"),
    );
    check(
        "[functions.f]\nmemory = 1\n",
        set("functions.f.env.LONG", long.as_str()),
        &format!("[functions.f]\nmemory = 1\n\n[functions.f.env]\nLONG = \"{long}\"\n"),
    );
    // Inside an array there is no header that could name it.
    check(
        "[t]\na = [{ b = 1 }]\n",
        set("t.a[0].c", long.as_str()),
        &format!("[t]\na = [{{ b = 1, c = \"{long}\" }}]\n"),
    );
}

#[test]
fn remove_takes_whole_lines_and_leaves_comments() {
    check(
        "# top\na = 1 # why\n# b\nb = 2\n",
        remove("a"),
        "# top\n# b\nb = 2\n",
    );
    check(
        "[t]\na = { b = 1, c = 2, d = 3 }\n",
        remove("t.a.c"),
        "[t]\na = { b = 1, d = 3 }\n",
    );
    check(
        "[t]\na = { b = 1, c = 2 }\n",
        remove("t.a.c"),
        "[t]\na = { b = 1 }\n",
    );
    check(
        "[t]\na = { b = 1, c = 2 }\n",
        remove("t.a.b"),
        "[t]\na = { c = 2 }\n",
    );
    check("a = [1, 2, 3]\n", remove("a[0]"), "a = [2, 3]\n");
    check("a = [1]\n", remove("a[0]"), "a = []\n");
    check("a = [\n  1, # c\n]\n", remove("a[0]"), "a = [\n   # c\n]\n");
    check(
        "a = [\n  1 # c\n  ,\n]\n",
        remove("a[0]"),
        "a = [\n   # c\n  \n]\n",
    );
    check(
        "[functions.a]\nx = 1\n[functions.a.image]\nbuild = \"a\"\n\n# about b\n[functions.b]\nx = 2\n",
        remove("functions.a"),
        "\n# about b\n[functions.b]\nx = 2\n",
    );
    check(
        "[t]\na.b = 1\na.c = 2\nd = 3\n",
        remove("t.a"),
        "[t]\nd = 3\n",
    );
    check(
        "a = 1\nb = [\n  1,\n  2,\n]\nc = 1\n",
        remove("b"),
        "a = 1\nc = 1\n",
    );
}

#[test]
fn rename_follows_the_key_everywhere() {
    check(
        "[functions.a] # x\nm = 1\n[functions.a.env]\nB = \"1\"\n[functions.b]\nm = 2\n",
        rename("functions.a", "c"),
        "[functions.c] # x\nm = 1\n[functions.c.env]\nB = \"1\"\n[functions.b]\nm = 2\n",
    );
    check(
        "[r]\n\"GET /\" = \"f\"\n",
        rename("r.\"GET /\"", "POST /"),
        "[r]\n\"POST /\" = \"f\"\n",
    );
    check(
        "a = { b = 1 }\n",
        rename("a.b", "c d"),
        "a = { \"c d\" = 1 }\n",
    );
    check(
        "[t]\na.b = 1\na.c = 2\n",
        rename("t.a", "x"),
        "[t]\nx.b = 1\nx.c = 2\n",
    );
    check(
        "[[t]]\na.b = 1\n[[t]]\na.b = 1\n[t.u]\nx = 1\n",
        rename("t[1].u", "v"),
        "[[t]]\na.b = 1\n[[t]]\na.b = 1\n[t.v]\nx = 1\n",
    );
    check(
        "[[t]]\na.b = 1\n[[t]]\na.b = 1\n",
        rename("t", "s"),
        "[[s]]\na.b = 1\n[[s]]\na.b = 1\n",
    );
}

/// Every scalar of the file by its path.
fn flat(text: &str) -> BTreeMap<String, String> {
    fn table(table: &dyn TableLike, at: &Path, out: &mut BTreeMap<String, String>) {
        for (key, it) in table.iter() {
            item(it, &at.key(key), out);
        }
    }
    fn item(it: &Item, at: &Path, out: &mut BTreeMap<String, String>) {
        match it {
            Item::Table(it) => table(it, at, out),
            Item::ArrayOfTables(it) => it
                .iter()
                .enumerate()
                .for_each(|(n, it)| table(it, &at.index(n), out)),
            Item::Value(it) => value(it, at, out),
            Item::None => {}
        }
    }
    fn value(it: &Value, at: &Path, out: &mut BTreeMap<String, String>) {
        match it {
            Value::InlineTable(it) => table(it, at, out),
            Value::Array(it) => it
                .iter()
                .enumerate()
                .for_each(|(n, it)| value(it, &at.index(n), out)),
            Value::String(it) => drop(out.insert(at.to_string(), format!("{:?}", it.value()))),
            it => drop(out.insert(at.to_string(), it.to_string().trim().to_owned())),
        }
    }
    let tree = toml_edit::Document::parse(text).expect("an edit leaves TOML");
    let mut out = BTreeMap::new();
    table(tree.as_table(), &Path::root(), &mut out);
    out
}

/// In no order: a comment moves with its table.
fn comments(text: &str) -> Vec<&str> {
    // No string of these files holds a hash sign after a space.
    let mut all: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            line.split_once(" # ")
                .map(|it| it.1)
                .or(line.strip_prefix("# "))
        })
        .collect();
    all.sort_unstable();
    all
}

/// Texts of all kinds, the same for the same seed.
fn text_of(seed: u64, crlf: bool, bom: bool) -> String {
    let mut text = match seed % 3 {
        0 => FULL.to_owned(),
        1 => sample::generate(
            seed,
            sample::Size {
                functions: 4,
                routes: 12,
                apis: 2,
                ..sample::Size::default()
            },
            Arch::Arm64,
        ),
        _ => template::new_project("shop", Arch::X86_64),
    };
    if crlf {
        text = text.replace('\n', "\r\n");
    }
    if bom {
        text.insert(0, '\u{feff}');
    }
    text
}

fn literal() -> impl Strategy<Value = Literal> {
    let leaf = prop_oneof![
        ".{0,20}".prop_map(Literal::String),
        any::<i64>().prop_map(Literal::Integer),
        (-1e9..1e9f64).prop_map(Literal::Float),
        any::<bool>().prop_map(Literal::Boolean),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Literal::Array),
            prop::collection::btree_map("[a-zA-Z0-9 .\"é-]{0,6}", inner, 0..3)
                .prop_map(|it| Literal::Table(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn opening_and_saving_changes_no_byte(text in any::<String>()) {
        let document = Document::parse(&text);
        prop_assert_eq!(document.text(), text);
    }

    #[test]
    fn setting_a_value_changes_its_token_only(seed in 0u64..30, crlf: bool, bom: bool, pick: prop::sample::Index, number: i64) {
        let before = text_of(seed, crlf, bom);
        let values = flat(&before);
        let (at, _) = values.iter().nth(pick.index(values.len())).unwrap();
        let mut document = Document::parse(&before);
        let span = document.source().get(&path(at)).unwrap().value.range();
        document.edit(&set(at, number)).unwrap_or_else(|error| panic!("{at}: {error}"));
        let expect = format!("{}{number}{}", &before[..span.start], &before[span.end..]);
        if at != "schema" {
            prop_assert_eq!(document.text(), expect);
        }
    }

    #[test]
    fn adding_changes_that_setting_only(
        seed in 0u64..30, crlf: bool, bom: bool, pick: prop::sample::Index, up in 1usize..4,
        keys in prop::collection::vec("[a-z]{1,3}|[a-z /{}.\"é]{1,8}", 1..3), value in literal(),
    ) {
        let before = text_of(seed, crlf, bom);
        let values = flat(&before);
        let (near, _) = values.iter().nth(pick.index(values.len())).unwrap();
        let mut at = path(near);
        for _ in 0..up {
            at = at.parent().unwrap_or_default();
        }
        for key in &keys {
            at = at.key(key);
        }
        let mut document = Document::parse(&before);
        match document.edit(&Edit::Insert { path: at.clone(), value }) {
            Err(EditError::Exists { .. } | EditError::NoPlace { .. }) => prop_assert_eq!(document.text(), before),
            Err(error) => prop_assert!(false, "{at}: {error}"),
            Ok(edits) => {
                let after = document.text();
                let new = flat(after);
                for (key, old) in &values {
                    prop_assert_eq!(new.get(key), Some(old), "{} after {}", key, at);
                }
                for key in new.keys().filter(|key| !values.contains_key(*key)) {
                    prop_assert!(at.contains(&path(key)), "{key} came with {at}");
                }
                prop_assert_eq!(comments(&before), comments(after));
                prop_assert_eq!(edits.inverse(&before).apply(after), before.clone());
                if crlf {
                    prop_assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
                }
            }
        }
    }

    #[test]
    fn removing_takes_that_setting_only(seed in 0u64..30, crlf: bool, bom: bool, pick: prop::sample::Index, up in 0usize..4) {
        let before = text_of(seed, crlf, bom);
        let values = flat(&before);
        let (near, _) = values.iter().nth(pick.index(values.len())).unwrap();
        let mut at = path(near);
        for _ in 0..up {
            at = at.parent().unwrap_or_default();
        }
        let mut document = Document::parse(&before);
        match document.edit(&Edit::Remove { path: at.clone() }) {
            Err(EditError::Missing { .. }) => prop_assert!(at.is_root()),
            Err(error) => prop_assert!(false, "{at}: {error}"),
            Ok(edits) => {
                let new = flat(document.text());
                // What follows in an array moves up, so arrays are looked at as a whole.
                let whole = at.segments().iter().position(|it| matches!(it, Segment::Index(_))).map_or(at.clone(), |n| at.first(n));
                let others = |all: &BTreeMap<String, String>| all.iter().filter(|(key, _)| !whole.contains(&path(key))).map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>();
                prop_assert_eq!(others(&values), others(&new));
                prop_assert!(new.len() < values.len());
                prop_assert_eq!(edits.inverse(&before).apply(document.text()), before);
            }
        }
    }

    #[test]
    fn renaming_keeps_all_values(seed in 0u64..30, crlf: bool, bom: bool, pick: prop::sample::Index, up in 0usize..4) {
        let before = text_of(seed, crlf, bom);
        let values = flat(&before);
        let (near, _) = values.iter().nth(pick.index(values.len())).unwrap();
        let mut at = path(near);
        for _ in 0..up {
            at = at.parent().unwrap_or_default();
        }
        let mut document = Document::parse(&before);
        match document.edit(&Edit::RenameKey { path: at.clone(), key: "new key".to_owned() }) {
            Err(EditError::Missing { .. }) => prop_assert!(at.last_key().is_none(), "{at}"),
            Err(error) => prop_assert!(false, "{at}: {error}"),
            Ok(edits) => {
                let to = at.parent().unwrap().key("new key");
                let moved: BTreeMap<String, String> = values
                    .iter()
                    .map(|(key, value)| {
                        let key = path(key);
                        let key = if at.contains(&key) {
                            key.segments()[at.segments().len()..].iter().fold(to.clone(), |it, segment| match segment {
                                Segment::Key(key) => it.key(key),
                                Segment::Index(index) => it.index(*index),
                            })
                        } else {
                            key
                        };
                        (key.to_string(), value.clone())
                    })
                    .collect();
                prop_assert_eq!(flat(document.text()), moved);
                prop_assert_eq!(comments(&before), comments(document.text()));
                prop_assert_eq!(edits.inverse(&before).apply(document.text()), before);
            }
        }
    }

    #[test]
    fn undoing_everything_gives_the_first_text(
        seed in 0u64..30, crlf: bool, steps in prop::collection::vec((any::<prop::sample::Index>(), 0u8..3, literal()), 1..12),
    ) {
        let first = text_of(seed, crlf, false);
        let mut document = Document::parse(&first);
        let mut history = Vec::new();
        for (pick, kind, value) in steps {
            let values = flat(document.text());
            let Some((at, _)) = values.iter().nth(pick.index(values.len().max(1))) else { break };
            let at = path(at);
            let edit = match kind {
                0 => Edit::Set { path: at, value },
                1 => Edit::Remove { path: at },
                _ => Edit::RenameKey { path: at, key: "zz".to_owned() },
            };
            let before = document.text().to_owned();
            if let Ok(edits) = document.edit(&edit) {
                history.push(edits.inverse(&before));
            }
        }
        let mut text = document.text().to_owned();
        for back in history.iter().rev() {
            text = back.apply(&text);
        }
        prop_assert_eq!(text, first);
    }
}

#[test]
fn the_first_route_begins_a_table_of_routes() {
    let route = |value: Literal| Edit::Insert {
        path: Path::route("a", "GET /x"),
        value,
    };
    check(
        "[apis.a]\nkind = \"http\"\n\n[local]\n",
        route("f".into()),
        "[apis.a]\nkind = \"http\"\n\n[apis.a.routes]\n\"GET /x\" = \"f\"\n\n[local]\n",
    );
    check(
        "[apis.a]\nkind = \"http\"\n",
        route(table(&[])),
        "[apis.a]\nkind = \"http\"\n\n[apis.a.routes]\n\"GET /x\" = {}\n",
    );
    // Where routes stand on one line already, they go on doing so.
    check(
        "[apis.a]\nroutes = { \"GET /y\" = \"f\" }\n",
        route("f".into()),
        "[apis.a]\nroutes = { \"GET /y\" = \"f\", \"GET /x\" = \"f\" }\n",
    );
    check(
        "[apis]\na = { kind = \"http\" }\n",
        route("f".into()),
        "[apis]\na = { kind = \"http\", routes = { \"GET /x\" = \"f\" } }\n",
    );
}
