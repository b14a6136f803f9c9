//! Two people went on from one file, and both keep what they did.

use proptest::prelude::*;
use slipway_design::*;

const FULL: &str = include_str!("files/full.toml");

#[track_caller]
fn clean(base: &str, ours: &str, theirs: &str, expect: &str) {
    assert_eq!(merge(base, ours, theirs), Merge::Clean(expect.to_owned()));
}

#[track_caller]
fn conflicts(base: &str, ours: &str, theirs: &str) -> Conflicts {
    match merge(base, ours, theirs) {
        Merge::Conflicts(conflicts) => conflicts,
        other => panic!("{other:?}"),
    }
}

fn shown(conflicts: &Conflicts) -> Vec<(String, [Option<&str>; 3])> {
    conflicts
        .list()
        .map(|it| {
            let texts = [&it.base, &it.ours, &it.theirs].map(|text| text.as_deref());
            (it.path.to_string(), texts)
        })
        .collect()
}

const BASE: &str = "schema = 1\n[functions.a] # first\nmemory = 128\ntimeout = 3\n\n[functions.b]\nmemory = 128\n\n[apis.p.routes]\n\"GET /\" = \"a\"\n";

#[test]
fn one_side_only_is_that_side() {
    let other = BASE.replace("128", "256");
    clean(BASE, BASE, &other, &other);
    clean(BASE, &other, BASE, &other);
    clean(BASE, &other, &other, &other);
    // Even when it is no TOML.
    clean(BASE, BASE, "x = ", "x = ");
}

#[test]
fn changes_of_different_places_are_both_kept() {
    let ours = BASE
        .replace("timeout = 3", "timeout = 10")
        .replace("[functions.b]\nmemory = 128\n\n", "");
    let theirs = BASE
        .replace("# first", "# the first one")
        .replace("memory = 128\ntimeout", "memory = 256 # more\ntimeout")
        .replace(
            "\"GET /\" = \"a\"\n",
            "\"GET /\" = \"a\"\n# later\n\"PUT /\" = \"a\"\n",
        );
    clean(
        BASE,
        &ours,
        &theirs,
        "schema = 1\n[functions.a] # the first one\nmemory = 256 # more\ntimeout = 10\n\n\n[apis.p.routes]\n\"GET /\" = \"a\"\n# later\n\"PUT /\" = \"a\"\n",
    );
}

#[test]
fn additions_to_one_table_do_not_clash() {
    let add = |key: &str| format!("{BASE}\n[functions.{key}]\nimage = {{ build = \"{key}\" }}\n");
    let Merge::Clean(text) = merge(BASE, &add("ours"), &add("theirs")) else {
        panic!("nothing clashes");
    };
    let document = Document::parse(&text);
    let keys: Vec<&String> = document.design().unwrap().functions.keys().collect();
    assert_eq!(keys, ["a", "b", "theirs", "ours"]);
    assert!(
        text.contains("\n[functions.ours]\nimage = { build = \"ours\" }\n"),
        "{text}"
    );
    // The same addition on both sides is one.
    let theirs = add("x").replace("timeout = 3", "timeout = 4");
    clean(BASE, &add("x"), &theirs, &theirs);
    // The last one of a collection removed, and another one added meanwhile.
    let base = "schema = 1\n[functions.a]\nmemory = 1\n";
    let theirs = "schema = 1\n[functions.a]\nmemory = 1\n[functions.b]\nmemory = 2\n";
    let expect = "schema = 1\n[functions.b]\nmemory = 2\n";
    clean(base, "schema = 1\n", theirs, expect);
}

#[test]
fn different_changes_of_one_value_are_a_conflict() {
    let ours = BASE
        .replace("timeout = 3", "timeout = 5")
        .replace("\"a\"", "\"b\"");
    let theirs = BASE
        .replace("timeout = 3", "timeout = 7 # long")
        .replace("[functions.b]\nmemory = 128", "[functions.b]\nmemory = 256");
    let found = conflicts(BASE, &ours, &theirs);
    assert_eq!(
        shown(&found),
        [(
            "functions.a.timeout".to_owned(),
            [Some("3"), Some("5"), Some("7")]
        )]
    );
    let mine = theirs.replace("\"a\"", "\"b\"");
    assert_eq!(found.resolve(&[Side::Theirs]).unwrap(), mine);
    assert_eq!(found.resolve(&[]).unwrap(), mine);
    assert_eq!(
        found.resolve(&[Side::Ours]).unwrap(),
        mine.replace("timeout = 7", "timeout = 5")
    );
}

#[test]
fn removed_here_and_changed_there_is_a_conflict() {
    let ours = BASE.replace("[functions.b]\nmemory = 128\n\n", "");
    let theirs = BASE.replace("[functions.b]\nmemory = 128", "[functions.b]\nmemory = 256");
    let found = conflicts(BASE, &ours, &theirs);
    assert_eq!(
        shown(&found),
        [(
            "functions.b".to_owned(),
            [Some("{ memory = 128 }"), None, Some("{ memory = 256 }")]
        )]
    );
    assert_eq!(found.resolve(&[Side::Theirs]).unwrap(), theirs);
    let text = found.resolve(&[Side::Ours]).unwrap();
    assert!(!text.contains("functions.b"), "{text}");
    // The other way round.
    let found = conflicts(BASE, &theirs, &ours);
    assert_eq!(found.resolve(&[Side::Theirs]).unwrap(), ours);
    let text = found.resolve(&[Side::Ours]).unwrap();
    let design = Document::parse(&text);
    assert_eq!(
        design.design().unwrap().functions["b"].memory,
        Some(256),
        "{text}"
    );
}

#[test]
fn sources_of_an_image_are_not_mixed() {
    let base = "[functions.a]\nimage = { build = \"a\" }\n";
    let ours = "[functions.a]\nimage = { ecr = \"team/a\", tag = \"1\" }\n";
    let theirs = "[functions.a]\nimage = { build = \"a\", target = \"prod\" }\n";
    let found = conflicts(base, ours, theirs);
    assert_eq!(shown(&found)[0].0, "functions.a.image");
    assert_eq!(
        Document::parse(&found.resolve(&[Side::Ours]).unwrap()).design(),
        Document::parse(ours).design()
    );
}

#[test]
fn what_is_not_toml_is_not_merged() {
    let other = BASE.replace("128", "256");
    for (base, ours, theirs, version) in [
        ("x =", other.as_str(), BASE, Version::Base),
        (BASE, "x =", other.as_str(), Version::Ours),
        (BASE, other.as_str(), "x =", Version::Theirs),
    ] {
        assert_eq!(merge(base, ours, theirs), Merge::NotToml(version));
    }
}

#[test]
fn tables_with_headers_and_values_of_all_kinds() {
    let base = "x = 1\n[[list]]\na = 1\n[[list]]\na = 2\n[t]\nd = 2020-01-01\n[t.u]\nf = 1.5\n";
    let touched = |text: &str| text.replace("x = 1", "x = 2");
    for ours in [
        "x = 1\nlist = [1, { a = 2 }]\n[t]\nd = 2020-01-02T00:00:00Z\nu = \"v\"\n",
        "x = 1\n[[list]]\na = 1\n[t]\nd = 00:00:01\n[t.u]\n",
        "x = 1\nlist = {}\n",
        "x = 1\nt = 5\n[[list]]\na = 1\n[[list.b]]\nc = 1\n",
    ] {
        let Merge::Clean(text) = merge(base, ours, &touched(base)) else {
            panic!("{ours}");
        };
        assert_eq!(meaning(&text), meaning(&touched(ours)), "{text}");
    }
}

/// What a text says, in no order.
fn meaning(text: &str) -> String {
    fn sorted(value: &toml_edit::Item) -> String {
        if let Some(table) = value.as_table_like() {
            let mut all: Vec<String> = table
                .iter()
                .map(|(key, item)| format!("{key:?}: {}", sorted(item)))
                .collect();
            all.sort();
            return format!("{{{}}}", all.join(", "));
        }
        if let Some(array) = value.as_array() {
            let all: Vec<String> = array
                .iter()
                .map(|it| sorted(&toml_edit::Item::Value(it.clone())))
                .collect();
            return format!("{all:?}");
        }
        if let Some(tables) = value.as_array_of_tables() {
            let all: Vec<String> = tables
                .iter()
                .map(|it| sorted(&toml_edit::Item::Table(it.clone())))
                .collect();
            return format!("{all:?}");
        }
        match value.as_str() {
            Some(text) => format!("{text:?}"),
            None => value.to_string().trim().to_owned(),
        }
    }
    let tree = toml_edit::Document::parse(text).expect("TOML");
    sorted(&toml_edit::Item::Table(tree.as_table().clone()))
}

/// Places of the file in three groups that have nothing to do with each other.
const PLACES: [&[&str]; 3] = [
    &[
        "functions.orders",
        "functions.orders.memory",
        "functions.orders.env.TABLE",
        "functions.orders.env.MORE",
        "functions.orders.allow[0].actions[0]",
        "functions.orders.image.target",
        "functions.first.memory",
    ],
    &[
        "services.web.count.max",
        "services.web.containers.metrics",
        "services.web.containers.more.essential",
        "services.web.health",
        "services.other",
    ],
    &[
        "apis.public.routes.\"POST /orders\"",
        "apis.public.routes.\"GET /new\"",
        "apis.public.routes.\"$default\"",
        "apis.public.cors",
        "apis.public.authorizers.users.audience",
        "environments.prod",
        "environments.dev.tags.a",
    ],
];

fn edit(group: usize) -> impl Strategy<Value = Edit> {
    let value = prop_oneof![
        (0..3i64).prop_map(Literal::Integer),
        "[a-c]{1,2}".prop_map(Literal::String),
        Just(Literal::Array(vec![Literal::Integer(1)])),
        "[A-C]".prop_map(|key| Literal::Table(vec![(key, "v".into())])),
    ];
    (0..PLACES[group].len(), 0..3u8, value).prop_map(move |(place, kind, value)| {
        let path = Path::parse(PLACES[group][place]).expect("the places are paths");
        match kind {
            0 | 1 => Edit::Set { path, value },
            _ => Edit::Remove { path },
        }
    })
}

fn edits(group: usize) -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(edit(group), 0..5)
}

fn any_edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec((0..3usize).prop_flat_map(edit), 0..6)
}

/// The text after those edits that can be made, with a comment of its own.
fn edited(edits: &[Edit], comment: &str) -> String {
    let mut document = Document::parse(FULL);
    for edit in edits {
        let _ = document.edit(edit);
    }
    format!("{}\n# {comment}\n", document.text())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn what_one_side_leaves_alone_is_the_other_sides(edits in any_edits()) {
        // The comments keep the texts from being the same.
        let base = edited(&[], "base");
        let changed = edited(&edits, "ours");
        let untouched = edited(&[], "theirs");
        let merged = merge(&base, &changed, &untouched);
        prop_assert!(matches!(&merged, Merge::Clean(text) if meaning(text) == meaning(&changed)), "{merged:?}");
        let merged = merge(&base, &untouched, &changed);
        prop_assert_eq!(merged, Merge::Clean(changed));
    }

    #[test]
    fn edits_of_different_places_commute(first in edits(0), second in edits(1), third in edits(2), which in 0..3usize) {
        let all = [first, second, third];
        let (one, two) = (&all[which], &all[(which + 1) % 3]);
        let both: Vec<Edit> = one.iter().chain(two).cloned().collect();
        let expect = meaning(&edited(&both, "both"));
        let (one, two) = (edited(one, "one"), edited(two, "two"));
        for (ours, theirs, comment) in [(&one, &two, "# two"), (&two, &one, "# one")] {
            let merged = merge(FULL, ours, theirs);
            let Merge::Clean(text) = &merged else {
                return Err(TestCaseError::fail(format!("{merged:?}")));
            };
            prop_assert_eq!(meaning(text), expect.clone());
            prop_assert!(text.contains(comment), "the text is that of theirs");
        }
    }

    #[test]
    fn every_conflict_can_be_resolved(one in any_edits(), two in any_edits(), picks in prop::collection::vec(any::<bool>(), 40)) {
        let (one, two) = (edited(&one, "one"), edited(&two, "two"));
        if let Merge::Conflicts(conflicts) = merge(FULL, &one, &two) {
            prop_assert!(conflicts.list().len() > 0);
            let choices: Vec<Side> = picks.iter().map(|pick| if *pick { Side::Ours } else { Side::Theirs }).collect();
            let text = conflicts.resolve(&choices);
            prop_assert!(text.is_ok(), "{text:?}");
            // Decided, there is nothing left to decide.
            let ours = conflicts.resolve(&[Side::Ours; 40]).unwrap();
            for conflict in conflicts.list().filter(|it| it.ours.is_none()) {
                prop_assert!(Document::parse(&ours).source().get(&conflict.path).is_none(), "{}", conflict.path);
            }
        }
    }

    #[test]
    fn merging_never_panics(base in any::<String>(), ours in any::<String>(), theirs in any::<String>()) {
        let _ = merge(&base, &ours, &theirs);
        let _ = merge(FULL, &ours, &theirs);
    }
}
