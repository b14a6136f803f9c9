//! How long big designs take to be read, and to be edited: `cargo run --release -p slipway-design --example measure`.
//!
//! Medians of several runs, in milliseconds.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::time::Instant;

use slipway_design::sample::{self, Size};
use slipway_design::{Arch, Document, Edit, Keyed, Literal, Path, merge, remove};

const RUNS: usize = 7;

fn main() {
    println!("nodes  routes  bytes    parse  edit one  200 edits  remove all  merge");
    for nodes in [200, 1_000, 2_000, 5_000] {
        let text = big(nodes);
        let parse = median(
            || (),
            |()| {
                let document = Document::parse(&text);
                assert!(document.design().is_some());
                document
            },
        );
        let document = Document::parse(&text);
        let edits = edits(&document);
        let copy = || document.clone();
        let one = median(copy, |document| edited(document, &edits[..1]));
        let many = median(copy, |document| edited(document, &edits));
        let removals = removals(&document);
        let all = median(copy, |document| edited(document, &removals));
        let ours = edited(document.clone(), &edits[..100]);
        let theirs = edited(document.clone(), &edits[100..]);
        let merge = median(|| (), |()| merge(&text, ours.text(), theirs.text()));
        println!(
            "{nodes:5}  {:6}  {:7}  {parse:5.1}  {one:8.1}  {many:9.1}  {all:10.1}  {merge:5.1}",
            nodes * 3 / 2,
            text.len()
        );
    }
}

/// A design of so many functions, with three routes to two of them.
fn big(nodes: usize) -> String {
    let routes = nodes * 3 / 2;
    let size = Size {
        functions: nodes,
        routes,
        apis: routes.div_ceil(200),
        ..Size::default()
    };
    sample::generate(7, size, Arch::Arm64)
}

/// Two hundred edits of all kinds, all over the file.
fn edits(document: &Document) -> Vec<Edit> {
    let Some(design) = document.design() else {
        return Vec::new();
    };
    let keys: Vec<&String> = design.functions.keys().collect();
    let routes: Vec<Path> = design
        .apis
        .iter()
        .flat_map(|(api, it)| it.routes.keys().map(|key| Path::route(api, key)))
        .collect();
    (0..50)
        .flat_map(|number| {
            let key = keys[number * keys.len() / 50];
            [
                Edit::Set {
                    path: Path::function(key).key("memory"),
                    value: Literal::Integer(256),
                },
                Edit::Insert {
                    path: Path::function(&format!("copy-{number}")),
                    value: Literal::Table(vec![("memory".to_owned(), Literal::Integer(512))]),
                },
                Edit::Remove {
                    path: routes[number * routes.len() / 50].clone(),
                },
                Edit::RenameKey {
                    path: Path::function(key),
                    key: format!("renamed-{number}"),
                },
            ]
        })
        .collect()
}

/// Takes every function away, and opens every route.
fn removals(document: &Document) -> Vec<Edit> {
    let keys = document
        .design()
        .into_iter()
        .flat_map(|it| it.functions.keys());
    keys.flat_map(|key| {
        remove(document, &Keyed::Function(key.clone())).unwrap_or_else(|error| {
            unreachable!("it is there: {error}");
        })
    })
    .collect()
}

fn edited(mut document: Document, edits: &[Edit]) -> Document {
    match document.edit_all(edits) {
        Ok(_) => document,
        Err(error) => unreachable!("they can be made: {error}"),
    }
}

/// The median time of some runs, in milliseconds. What a run needs is made before its time begins, and what it gives
/// is dropped after it.
fn median<T, U>(prepare: impl Fn() -> T, run: impl Fn(T) -> U) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let prepared = prepare();
            let start = Instant::now();
            let given = run(prepared);
            let time = start.elapsed().as_secs_f64() * 1e3;
            drop(given);
            time
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}
