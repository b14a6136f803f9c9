//! How long each thing that people do keeps the page from answering.

use crate::{Browser, Options};
use anyhow::Result;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Acts in their order, each with its longest block in milliseconds.
#[derive(Debug, Deserialize)]
pub(crate) struct Acts {
    pub(crate) error: Option<String>,
    #[serde(default)]
    blocks: serde_json::Map<String, serde_json::Value>,
}

/// Measures all sizes and prints one table.
pub(crate) async fn run(options: &Options, browser: &Browser) -> Result<String> {
    let mut names = Vec::new();
    let mut columns = Vec::new();
    for &nodes in &options.sizes {
        let edges = nodes * 2;
        let mut found: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for time in 0..options.times {
            crate::tell(format_args!(
                "{nodes} nodes, {edges} edges: {} of {}",
                time + 1,
                options.times
            ));
            let acts = browser.act(&options.drawing(nodes, edges)).await?;
            for (name, block) in &acts.blocks {
                if !names.contains(name) {
                    names.push(name.clone());
                }
                let block = block.as_f64().unwrap_or(f64::NAN);
                found.entry(name.clone()).or_default().push(block);
            }
        }
        columns.push((nodes, edges, found));
    }
    Ok(table(&names, &columns))
}

type Column = (usize, usize, BTreeMap<String, Vec<f64>>);

/// A Markdown table: a line for each act, a column for each size, median and range.
fn table(names: &[String], columns: &[Column]) -> String {
    let mut out = String::from("\n| Longest block, ms |");
    for (nodes, edges, _) in columns {
        let _ = write!(out, " {nodes} / {edges} |");
    }
    out.push_str("\n|---|");
    out.push_str(&"---|".repeat(columns.len()));
    out.push('\n');
    for name in names {
        let _ = write!(out, "| {name} |");
        for (_, _, found) in columns {
            let mut blocks = found.get(name).cloned().unwrap_or_default();
            blocks.sort_by(f64::total_cmp);
            let (Some(low), Some(high)) = (blocks.first(), blocks.last()) else {
                out.push_str(" |");
                continue;
            };
            let middle = blocks[blocks.len() / 2];
            let _ = write!(out, " {middle:.0} ({low:.0} to {high:.0}) |");
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_is_a_line_with_the_median_and_the_range_of_each_size() {
        let names = ["open".to_owned(), "undo".to_owned()];
        let small = BTreeMap::from([("open".to_owned(), vec![30.0, 10.0, 20.4])]);
        let large = BTreeMap::from([("undo".to_owned(), vec![1.0])]);
        let text = table(&names, &[(10, 20, small), (30, 60, large)]);
        assert_eq!(
            text,
            "\n| Longest block, ms | 10 / 20 | 30 / 60 |\n|---|---|---|\n\
             | open | 20 (10 to 30) | |\n| undo | | 1 (1 to 1) |\n"
        );
    }
}
