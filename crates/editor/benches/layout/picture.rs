//! What a layout program drew, and how good it is: measured in the same way for all.

use crate::graph::Graph;
use serde_json::{Value, json};
use slipway_editor::{Grid, Point, Rect};

/// Left upper corners of all nodes, and every edge as a line of places.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) nodes: Vec<Point>,
    pub(crate) edges: Vec<Vec<Point>>,
}

impl Picture {
    pub(crate) fn to_json(&self) -> Value {
        let pair = |at: &Point| json!([at.x, at.y]);
        json!({
            "nodes": self.nodes.iter().map(pair).collect::<Vec<_>>(),
            "edges": self.edges.iter().map(|line| line.iter().map(pair).collect::<Vec<_>>()).collect::<Vec<_>>(),
        })
    }

    pub(crate) fn from_json(value: &Value) -> Self {
        let number = |value: &Value| value.as_f64().expect("a coordinate");
        let place = |value: &Value| Point::new(number(&value[0]), number(&value[1]));
        let places = |value: &Value| -> Vec<Point> {
            value
                .as_array()
                .expect("a list of places")
                .iter()
                .map(place)
                .collect()
        };
        let edges = value["edges"].as_array().expect("a list of edges");
        Self {
            nodes: places(&value["nodes"]),
            edges: edges.iter().map(places).collect(),
        }
    }
}

#[derive(Clone, Copy)]
struct Leg {
    edge: usize,
    from: Point,
    to: Point,
}

impl Leg {
    fn bounds(&self) -> Rect {
        let (from, to) = (self.from, self.to);
        Rect::new(from.x, from.y, 0.0, 0.0).union(Rect::new(to.x, to.y, 0.0, 0.0))
    }

    /// Whether the two cross at a place inside both.
    fn crosses(&self, other: &Self) -> bool {
        let side =
            |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
        let apart = |a: f64, b: f64| (a > 1e-6 && b < -1e-6) || (a < -1e-6 && b > 1e-6);
        apart(
            side(self.from, self.to, other.from),
            side(self.from, self.to, other.to),
        ) && apart(
            side(other.from, other.to, self.from),
            side(other.from, other.to, self.to),
        )
    }

    /// Whether it runs more than a unit deep through a rectangle.
    fn enters(&self, rect: Rect) -> bool {
        let rect = rect.grown(-1.0);
        let (mut first, mut last) = (0.0_f64, 1.0_f64);
        let axes = [
            (self.from.x, self.to.x, rect.x, rect.right()),
            (self.from.y, self.to.y, rect.y, rect.bottom()),
        ];
        for (from, to, low, high) in axes {
            let way = to - from;
            if way.abs() < 1e-9 {
                if from <= low || from >= high {
                    return false;
                }
                continue;
            }
            let (a, b) = ((low - from) / way, (high - from) / way);
            first = first.max(a.min(b));
            last = last.min(a.max(b));
        }
        first < last
    }
}

/// Overlapping pairs of nodes, crossings between drawn edges, edges through a node that is not their end, and the shape.
pub(crate) fn quality(picture: &Picture, graph: &Graph) -> Value {
    let sizes = graph.left.iter().chain(&graph.right);
    let rects: Vec<Rect> = picture
        .nodes
        .iter()
        .zip(sizes)
        .map(|(at, size)| Rect::new(at.x, at.y, size.width, size.height))
        .collect();
    let nodes = Grid::new(rects.clone());
    let overlaps: usize = rects
        .iter()
        .enumerate()
        .map(|(index, rect)| {
            let others = nodes.touching(rect.grown(-0.5)).into_iter();
            others.filter(|&other| other > index).count()
        })
        .sum();
    let legs: Vec<Leg> = picture
        .edges
        .iter()
        .enumerate()
        .flat_map(|(edge, line)| {
            line.windows(2).map(move |pair| Leg {
                edge,
                from: pair[0],
                to: pair[1],
            })
        })
        .collect();
    let grid = Grid::new(legs.iter().map(Leg::bounds).collect());
    let mut crossings = 0_usize;
    let mut through = vec![false; picture.edges.len()];
    for (index, leg) in legs.iter().enumerate() {
        crossings += grid
            .touching(leg.bounds())
            .into_iter()
            .filter(|&other| {
                other > index && legs[other].edge != leg.edge && leg.crosses(&legs[other])
            })
            .count();
        let link = graph.links[leg.edge];
        let ends = [link.left, graph.left.len() + link.right];
        through[leg.edge] |= nodes
            .touching(leg.bounds())
            .into_iter()
            .any(|node| !ends.contains(&node) && leg.enters(rects[node]));
    }
    let length: f64 = legs.iter().map(|leg| leg.from.distance(leg.to)).sum();
    let bounds = rects
        .iter()
        .copied()
        .reduce(Rect::union)
        .unwrap_or_default();
    json!({
        "overlaps": overlaps,
        "crossings": crossings,
        "through": through.iter().filter(|&&through| through).count(),
        "length": length,
        "width": bounds.width,
        "height": bounds.height,
    })
}
