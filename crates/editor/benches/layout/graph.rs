//! Generated designs: the same number of nodes, shape and seed give the same one everywhere.

use serde_json::{Value, json};
use slipway_editor::{API_WIDTH, FOOT_HEIGHT, HEAD_HEIGHT, Link, NODE_WIDTH, ROW_HEIGHT, Size};

/// Which targets routes lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Mostly to those of the own API, some to its neighbours', few anywhere.
    Local,
    /// Anywhere.
    Random,
}

/// One API for four targets, ten routes for each API: twice as many edges as nodes.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) left: Vec<Size>,
    pub(crate) right: Vec<Size>,
    pub(crate) links: Vec<Link>,
}

const ROUTES: usize = 10;

impl Graph {
    pub(crate) const TARGET_PORT: f64 = HEAD_HEIGHT / 2.0;

    /// Height of a row's port in its card.
    pub(crate) fn row_port(row: usize) -> f64 {
        HEAD_HEIGHT + ROW_HEIGHT * (f64::from(u32::try_from(row).expect("few rows")) + 0.5)
    }

    pub(crate) fn new(nodes: usize, shape: Shape, seed: u64) -> Self {
        let left = (nodes / 5).max(1);
        let right = nodes - left;
        let mut dice = Dice(seed);
        // The file has them in any order.
        let (lefts, rights) = (dice.shuffled(left), dice.shuffled(right));
        let mut links = Vec::new();
        for (api, &card) in lefts.iter().enumerate() {
            let own = api * right / left;
            for row in 0..ROUTES {
                let target = match (shape, dice.below(100)) {
                    (Shape::Local, 0..70) => own + dice.below(4),
                    (Shape::Local, 70..95) => (own + right + dice.below(16) - 6) % right,
                    _ => dice.below(right),
                };
                links.push(Link {
                    left: card,
                    row,
                    right: rights[target % right],
                });
            }
        }
        let rows = f64::from(u32::try_from(ROUTES).expect("few rows"));
        Self {
            left: vec![Size::new(API_WIDTH, HEAD_HEIGHT + ROW_HEIGHT * rows + FOOT_HEIGHT); left],
            right: vec![Size::new(NODE_WIDTH, 124.0); right],
            links,
        }
    }

    /// Nodes with their ports' heights, APIs first; edges by node and by port of their source.
    pub(crate) fn to_json(&self) -> Value {
        let node = |size: &Size, ports: Vec<f64>| json!({ "width": size.width, "height": size.height, "ports": ports });
        let rows: Vec<f64> = (0..ROUTES).map(Self::row_port).collect();
        let lefts = self.left.iter().map(|size| node(size, rows.clone()));
        let rights = self
            .right
            .iter()
            .map(|size| node(size, vec![Self::TARGET_PORT]));
        let edges = self.links.iter().map(|link| {
            json!({ "source": link.left, "port": link.row, "target": self.left.len() + link.right })
        });
        json!({
            "nodes": lefts.chain(rights).collect::<Vec<_>>(),
            "edges": edges.collect::<Vec<_>>(),
        })
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a number of nodes");
        usize::try_from(self.next() % end).expect("below a number of nodes")
    }

    fn shuffled(&mut self, number: usize) -> Vec<usize> {
        let mut items: Vec<usize> = (0..number).collect();
        for last in (1..number).rev() {
            items.swap(last, self.below(last + 1));
        }
        items
    }
}
