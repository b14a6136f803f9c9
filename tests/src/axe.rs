//! axe-core in the real window: what it finds on a screen, in both themes.

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use thirtyfour::prelude::*;

/// Where `cargo xtask setup` puts it, in the target folder.
const SCRIPT: &str = "axe/node_modules/axe-core/axe.min.js";

/// Brings what moves to its end, then asks axe for what is wrong. Arguments: the theme.
const CHECK: &str = r#"
const [theme, done] = arguments;
const root = document.documentElement;
const before = root.dataset.theme;
const finite = animation => animation.effect.getComputedTiming().endTime !== Infinity;
const settle = () => document.getAnimations().filter(finite).forEach(animation => animation.finish());
(async () => {
  root.dataset.theme = theme;
  settle();
  const { violations, passes } = await axe.run(document, { resultTypes: ["violations"], preload: false });
  root.dataset.theme = before;
  return {
    passes: passes.length,
    findings: violations.flatMap(rule => rule.nodes.map(node => ({
      rule: rule.id, impact: node.impact ?? rule.impact ?? "unknown",
      place: node.target.join(" "), why: (node.failureSummary ?? "").split("\n").slice(1).join(" ").trim(),
    }))),
  };
})().then(done, error => done({ error: String(error) }));
"#;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Finding {
    pub rule: String,
    /// In axe's words: `minor`, `moderate`, `serious` or `critical`.
    pub impact: String,
    /// A selector.
    pub place: String,
    pub why: String,
}

impl Finding {
    pub fn is_serious(&self) -> bool {
        !matches!(self.impact.as_str(), "minor" | "moderate")
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    passes: usize,
    #[serde(default)]
    findings: Vec<Finding>,
    error: Option<String>,
}

/// What was found so far, screen by screen, so that one run tells all.
#[derive(Debug, Default)]
pub struct Inspection {
    looks: usize,
    found: Vec<(String, Finding)>,
}

impl Inspection {
    /// Looks at the window as it is now, in both themes.
    pub async fn look(&mut self, window: &WebDriver, screen: &str) -> Result<()> {
        let is_there = window.execute("return typeof axe === 'object'", vec![]);
        if is_there.await?.json() != true {
            window.execute(script()?, vec![]).await?;
        }
        for theme in ["light", "dark"] {
            let answer: Answer = window
                .execute_async(CHECK, vec![theme.into()])
                .await
                .with_context(|| format!("axe did not answer on {screen}"))?
                .convert()?;
            if let Some(error) = answer.error {
                bail!("axe failed on {screen}: {error}");
            }
            // A check that looks at nothing finds nothing.
            ensure!(answer.passes > 5, "axe saw next to nothing on {screen}");
            self.looks += 1;
            let named = answer.findings.into_iter();
            self.found
                .extend(named.map(|finding| (format!("{screen}, {theme}"), finding)));
        }
        Ok(())
    }

    /// Takes over what another one found.
    pub fn add(&mut self, other: Self) {
        self.looks += other.looks;
        self.found.extend(other.found);
    }

    /// # Errors
    /// Everything that is serious, one line each.
    pub fn verdict(&self) -> Result<()> {
        ensure!(self.looks > 0, "nothing was looked at");
        let mut text = String::new();
        for (screen, finding) in self.found.iter().filter(|(_, found)| found.is_serious()) {
            let Finding {
                rule,
                impact,
                place,
                why,
            } = finding;
            writeln!(text, "{screen}: {impact} {rule} at {place}: {why}")?;
        }
        ensure!(text.is_empty(), "axe found:\n{text}");
        Ok(())
    }
}

fn script() -> Result<String> {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::current_exe()?
            .ancestors()
            .nth(3)
            .map(Path::to_owned)
            .context("a test lies in a target folder")?,
    };
    let path = target.join(SCRIPT);
    std::fs::read_to_string(&path).with_context(|| {
        format!(
            "{} is not there: run `cargo xtask setup` first",
            path.display()
        )
    })
}
