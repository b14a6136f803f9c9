//! Layout and routing of one generated design, asked for line by line on standard input, answered with one line of JSON
//! each. `cargo xtask bench layout` asks, beside other layout programs that read the same lines.
//!
//! | Line | Answer |
//! |---|---|
//! | `graph` | the design as other programs read it |
//! | `run` | one layout and one routing, in milliseconds |
//! | `picture` | where everything stands and every edge as a line of places |
//! | `drag` | moving cards frame by frame: milliseconds for each frame, edges routed anew |
//! | `quality PICTURE` | overlaps, crossings, edges through cards of any program's picture |
#![expect(
    clippy::print_stdout,
    reason = "a benchmark talks to the chore that started it"
)]

mod graph;
mod picture;

use graph::{Graph, Shape};
use picture::{Picture, quality};
use serde_json::json;
use slipway_editor::{Arrangement, EdgePath, Ends, Point, Rect, Routes, arrange};
use std::hint::black_box;
use std::io::BufRead as _;
use std::time::Instant;

/// Cards that are dragged, and frames of each drag.
const DRAGGED: usize = 40;
const FRAMES: usize = 50;
const REPLAYS: usize = 3;

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let nodes = arguments.next().map(|nodes| {
        nodes
            .parse()
            .expect("the first argument is a number of nodes")
    });
    let Some(nodes) = nodes else {
        println!(
            "usage: layout NODES local|random SEED, then lines: graph, run, picture, drag, quality"
        );
        return;
    };
    let shape = match arguments.next().as_deref() {
        Some("random") => Shape::Random,
        _ => Shape::Local,
    };
    let seed = arguments.next().map_or(1, |seed| {
        seed.parse().expect("the third argument is a seed")
    });
    let graph = Graph::new(nodes, shape, seed);
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("standard input is text");
        let (command, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match command {
            "graph" => graph.to_json(),
            "run" => run(&graph),
            "picture" => own_picture(&graph).to_json(),
            "drag" => drag(&graph),
            "quality" => {
                let picture = serde_json::from_str(rest).expect("a picture is JSON");
                quality(&Picture::from_json(&picture), &graph)
            }
            other => json!({ "error": format!("there is no command {other}") }),
        };
        println!("{answer}");
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn arranged(graph: &Graph) -> Arrangement {
    arrange(&graph.left, &graph.right, &graph.links)
}

/// Rectangles of all cards, APIs first.
fn rects(graph: &Graph, arrangement: &Arrangement) -> Vec<Rect> {
    let lefts = arrangement.left.iter().zip(&graph.left);
    let rights = arrangement.right.iter().zip(&graph.right);
    lefts
        .chain(rights)
        .map(|(at, size)| Rect::new(at.x, at.y, size.width, size.height))
        .collect()
}

fn ends(graph: &Graph, rects: &[Rect]) -> Vec<Ends> {
    (0..graph.links.len())
        .map(|edge| {
            let link = graph.links[edge];
            let (source, target) = (link.left, graph.left.len() + link.right);
            let (a, b) = (rects[source], rects[target]);
            Ends {
                from: Point::new(a.right(), a.y + Graph::row_port(link.row)),
                to: Point::new(b.x, b.y + Graph::TARGET_PORT),
                source,
                target,
                track: u32::try_from(link.row).expect("few rows"),
            }
        })
        .collect()
}

fn run(graph: &Graph) -> serde_json::Value {
    let start = Instant::now();
    let arrangement = black_box(arranged(black_box(graph)));
    let layout = milliseconds(start);
    let rects = rects(graph, &arrangement);
    let ends = ends(graph, &rects);
    let start = Instant::now();
    let routes = black_box(Routes::new(black_box(&rects), black_box(&ends)));
    let route = milliseconds(start);
    let curves = (0..routes.len())
        .filter(|&edge| matches!(routes.path(edge), EdgePath::Curve(_)))
        .count();
    json!({ "ms": layout + route, "layout_ms": layout, "route_ms": route, "curves": curves })
}

fn own_picture(graph: &Graph) -> Picture {
    let rects = rects(graph, &arranged(graph));
    let routes = Routes::new(&rects, &ends(graph, &rects));
    let lines = (0..routes.len()).map(|edge| match routes.path(edge) {
        EdgePath::Curve(curve) => (0..=24).map(|t| curve.at(f64::from(t) / 24.0)).collect(),
        EdgePath::Bent(bent) => bent.corners().to_vec(),
    });
    Picture {
        edges: lines.collect(),
        nodes: rects
            .iter()
            .map(|rect| Point::new(rect.x, rect.y))
            .collect(),
    }
}

/// Moves cards frame by frame across their neighbours. Of each frame the fastest of some replays counts: whatever else
/// the machine does only adds.
fn drag(graph: &Graph) -> serde_json::Value {
    let rects = rects(graph, &arranged(graph));
    let mut frames = vec![f64::INFINITY; DRAGGED * (FRAMES + 1)];
    let mut changed = Vec::new();
    for _ in 0..REPLAYS {
        changed = replay(graph, &rects, &mut frames);
    }
    json!({ "frames_ms": frames, "changed": changed })
}

/// One replay: the edges that changed in each frame.
fn replay(graph: &Graph, start_rects: &[Rect], frames: &mut [f64]) -> Vec<usize> {
    let start_ends = ends(graph, start_rects);
    let mut routes = Routes::new(start_rects, &start_ends);
    let mut changed = Vec::with_capacity(frames.len());
    for turn in 0..DRAGGED {
        let card = turn * start_rects.len() / DRAGGED;
        let mut rects = start_rects.to_vec();
        let mut last = start_ends.clone();
        for frame in 0..=FRAMES {
            if frame == FRAMES {
                rects[card] = start_rects[card];
            } else {
                rects[card].x += if turn % 2 == 0 { 9.0 } else { -9.0 };
                rects[card].y += if turn % 3 == 0 { 7.0 } else { -5.0 };
            }
            let now = ends(graph, &rects);
            let moved: Vec<(usize, Ends)> = (0..now.len())
                .filter(|&edge| now[edge] != last[edge])
                .map(|edge| (edge, now[edge]))
                .collect();
            last = now;
            let start = Instant::now();
            let again = black_box(routes.moved(&[(card, rects[card])], &moved));
            let time = &mut frames[changed.len()];
            *time = time.min(milliseconds(start));
            changed.push(again.len());
        }
    }
    changed
}
