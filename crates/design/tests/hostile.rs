//! Files that are cut, damaged, or made to hurt: nothing panics, nothing takes long, and every answer has words.

use std::fmt::Write;

use slipway_design::*;

const FULL: &str = include_str!("files/full.toml");

/// Everything that is done with a file that somebody opens: reading, finding, mending, renaming, merging.
fn used(text: &str) {
    let document = Document::parse(text);
    assert_eq!(document.text(), text);
    for finding in document.diagnostics() {
        assert!(finding.position.is_some() && !finding.summary.is_empty());
        for fix in fixes(&document, finding) {
            let mut after = document.clone();
            if let Ok(edits) = after.edit_all(&fix.edits) {
                assert_eq!(edits.inverse(text).apply(after.text()), text);
            }
        }
    }
    let _ = merge(FULL, text, text);
}

/// Renames and removes everything that the design has.
fn changed(text: &str) {
    let document = Document::parse(text);
    let Some(design) = document.design() else {
        return;
    };
    let apis = design.apis.iter();
    let routes = apis.clone().flat_map(|(api, it)| {
        it.routes.keys().map(move |key| Keyed::Route {
            api: api.clone(),
            key: key.clone(),
        })
    });
    let all = (design.functions.keys().cloned().map(Keyed::Function))
        .chain(design.services.keys().cloned().map(Keyed::Service))
        .chain(apis.map(|(key, _)| Keyed::Api(key.clone())))
        .chain(design.environments.keys().cloned().map(Keyed::Environment))
        .chain(routes);
    for it in all {
        for edits in [rename(&document, &it, "zz", true), remove(&document, &it)] {
            let Ok(edits) = edits else { continue };
            let mut after = document.clone();
            let made = after
                .edit_all(&edits)
                .unwrap_or_else(|error| panic!("{it:?}: {error}\n{text}"));
            assert_eq!(made.inverse(text).apply(after.text()), text);
        }
    }
}

#[test]
fn truncated_at_every_byte() {
    for end in 0..FULL.len() {
        if !FULL.is_char_boundary(end) {
            continue;
        }
        let text = &FULL[..end];
        assert_eq!(Document::parse(text).text(), text);
        if end % 5 == 0 {
            used(text);
        }
    }
    // A cut at the end of a line leaves the most to work with.
    for (end, _) in FULL.match_indices('\n') {
        changed(&FULL[..end]);
    }
}

#[test]
fn one_bit_flipped_in_every_byte() {
    for at in 0..FULL.len() {
        let mut bytes = FULL.as_bytes().to_vec();
        bytes[at] ^= 1 << (at % 8);
        if let Ok(text) = String::from_utf8(bytes) {
            assert_eq!(Document::parse(&text).text(), text);
            if at % 10 == 0 {
                used(&text);
            }
            if at % 100 == 0 {
                changed(&text);
            }
        }
    }
}

#[test]
fn a_hundred_thousand_nodes() {
    const NODES: usize = 100_000;
    let mut text = String::from("schema = 1\nname = \"shop\"\n");
    for number in 0..NODES {
        let _ = write!(text, "[functions.f{number}]\nimage.build = \"f\"\n");
    }
    let mut document = Document::parse(&text);
    let design = document.design().expect("it is TOML");
    assert_eq!(design.functions.len(), NODES);
    assert!(!document.has_errors());
    let edits = [
        Edit::Set {
            path: Path::function("f99999").key("memory"),
            value: 512.into(),
        },
        Edit::Remove {
            path: Path::function("f50000"),
        },
    ];
    let made = document.edit_all(&edits).expect("they can be made");
    assert_eq!(made.inverse(&text).apply(document.text()), text);
}

#[test]
fn deep_nesting_is_refused() {
    const DEPTH: usize = 100_000;
    let deep =
        |open: &str, close: &str| format!("a = {}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
    let keys = vec!["a"; DEPTH].join(".");
    for text in [
        deep("[", "]"),
        deep("{ a = ", " }"),
        format!("a = {}", "[".repeat(DEPTH)),
        format!("a = {}", "{a=".repeat(DEPTH)),
        format!("{keys} = 1"),
        format!("[{keys}]"),
        format!("[[{keys}]]"),
        format!("a = {{ {keys} = 1 }}"),
    ] {
        let document = Document::parse(&text);
        let codes: Vec<&str> = document
            .diagnostics()
            .iter()
            .map(|it| it.code.as_str())
            .collect();
        assert_eq!(codes, ["toml-syntax"], "{}", &text[..20]);
        used(&text);
    }
}

#[test]
fn the_same_key_twice_is_named() {
    for (text, line) in [
        ("a = 1\na = 2\n", 2),
        ("[functions.a]\n[functions.b]\n[functions.a]\n", 3),
        ("[functions]\na = {}\n[functions.a]\n", 3),
        ("[apis.p.routes]\n\"GET /\" = \"a\"\n'GET /' = \"b\"\n", 3),
        ("x = { a = 1, a = 2 }\n", 1),
        ("[[t]]\n[t]\n", 2),
        ("t = [1]\n[[t]]\n", 2),
        ("a.b = 1\na.b.c = 2\n", 2),
    ] {
        let document = Document::parse(text);
        let found = &document.diagnostics()[0];
        assert_eq!(found.code, "toml-syntax", "{text}");
        assert_eq!(found.position.map(|at| at.line), Some(line), "{text}");
    }
}

#[test]
fn odd_bytes_and_odd_numbers() {
    for text in [
        "\0",
        "\u{feff}",
        "\u{feff}\u{feff}schema = 1",
        "schema = 1\r",
        "schema = 99999999999999999999",
        "schema = -1",
        "schema = 1e400",
        "schema = nan",
        "schema = 0x7fffffffffffffff",
        "[apis.p.throttle]\nrate = inf\nburst = -9223372036854775808",
        "[functions.\"\"]\nimage = { build = \"\" }",
        "[functions.\"\\u0000\"]",
        "[functions.'a\u{202e}b']\ntitle = \"\u{202e}\"",
        "[services.s]\nport = 65536\ncount = { min = 4294967296, max = -1 }",
        "[functions.f]\nimage = { build = \"../../../etc\" }",
        "[functions.f]\nimage = { build = \"/etc\" }",
    ] {
        used(text);
        changed(text);
    }
}
