//! Prints the JSON schema of `slipway.toml`: `cargo run -p slipway-design --example schema > docs/slipway.schema.json`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(&slipway_design::json_schema())?;
    writeln!(std::io::stdout(), "{text}")
}
