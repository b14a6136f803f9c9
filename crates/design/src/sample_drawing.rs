//! Big drawings: as many nodes and edges as asked for, for measuring and trying a canvas.

use std::fmt::Write;

use crate::Arch;
use crate::sample::Dice;
use crate::template::arch_word;

/// One API in so many nodes.
const NODES_PER_API: usize = 10;
/// One service in so many targets.
const TARGETS_PER_SERVICE: usize = 5;
/// What one API may hold.
const ROUTES_PER_API: usize = 300;

/// The text of a valid design with `nodes` cards (APIs, functions and services; at least two) and,
/// where the APIs have room for them, `edges` routes. The same seed always gives the same text.
pub fn drawing(seed: u64, nodes: usize, edges: usize, arch: Arch) -> String {
    let mut dice = Dice::new(seed);
    let nodes = nodes.max(2);
    let apis = (nodes / NODES_PER_API)
        .max(edges.div_ceil(ROUTES_PER_API))
        .clamp(1, nodes - 1);
    let targets = nodes - apis;
    let mut out = format!(
        "schema = 1\nname = \"drawing\"\n\n[defaults]\narch = \"{}\"\n",
        arch_word(arch)
    );
    // Writing to a string does not fail.
    let mut line = |text: std::fmt::Arguments<'_>| {
        let _ = writeln!(out, "{text}");
    };
    let mut keys = Vec::with_capacity(targets);
    for place in 0..targets {
        let word = dice.word(3, 10);
        if place % TARGETS_PER_SERVICE == TARGETS_PER_SERVICE - 1 {
            let key = format!("{word}-s{place}");
            line(format_args!(
                "\n[services.{key}]\nimage = {{ build = \"services/{key}\" }}\nport = 8080"
            ));
            keys.push(key);
        } else {
            let key = format!("{word}-f{place}");
            line(format_args!(
                "\n[functions.{key}]\nimage = {{ build = \"functions/{key}\" }}\nmemory = {}",
                128 * dice.between(1, 16)
            ));
            keys.push(key);
        }
    }
    for api in 0..apis {
        let key = format!("{}-a{api}", dice.word(3, 8));
        line(format_args!(
            "\n[apis.{key}]\nkind = \"http\"\n\n[apis.{key}.routes]"
        ));
        let share = (edges / apis + usize::from(api < edges % apis)).min(ROUTES_PER_API);
        for route in 0..share {
            let method = *dice.of(&["GET", "POST", "PUT", "PATCH", "DELETE"]);
            // Most routes of an API lead to what is near it, as in designs that people draw.
            let home = api * targets / apis;
            let target = if dice.between(0, 7) == 0 {
                dice.between(0, targets - 1)
            } else {
                (home + dice.between(0, NODES_PER_API - 1)) % targets
            };
            let path = dice.word(2, 9);
            line(format_args!(
                "\"{method} /{path}/r{route}/{{id}}\" = \"{}\"",
                keys[target]
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn drawings_have_the_size_that_was_asked_for() {
        for (seed, nodes, edges) in [
            (1, 2, 0),
            (2, 9, 30),
            (3, 200, 300),
            (4, 1000, 2000),
            (5, 40, 3000),
        ] {
            let text = drawing(seed, nodes, edges, Arch::X86_64);
            assert_eq!(text, drawing(seed, nodes, edges, Arch::X86_64));
            let document = Document::parse(&text);
            let wrong: Vec<_> = document
                .diagnostics()
                .iter()
                .filter(|it| it.is_error())
                .collect();
            assert!(wrong.is_empty(), "{wrong:#?}");
            let design = document.design().expect("it is TOML");
            let cards = design.apis.len() + design.functions.len() + design.services.len();
            let routes: usize = design.apis.values().map(|api| api.routes.len()).sum();
            assert_eq!((cards, routes), (nodes, edges));
        }
    }
}
