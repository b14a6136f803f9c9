//! Deploying a project with the terminal program and asking the URL it was given.
//!
//! Knows no project: routes come from its `slipway.toml`, URLs from the last line of the deployment.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::programs::Programs;
use crate::shell;

/// A cold start in an emulator takes some seconds.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    status: Option<String>,
    error: Option<Failure>,
    #[serde(default)]
    outputs: Outputs,
}

#[derive(Debug, Deserialize)]
struct Failure {
    code: String,
    message: String,
    hint: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Outputs {
    #[serde(default)]
    apis: BTreeMap<String, Api>,
}

#[derive(Debug, Deserialize)]
struct Api {
    url: Option<String>,
}

/// Deploys the project; returns the URL of each API by its name in the file.
pub(crate) fn deploy(
    programs: &Programs,
    project: &Path,
    environment: &str,
    variables: &[(&'static str, String)],
) -> Result<BTreeMap<String, String>> {
    let mut command = shell::command(&programs.terminal);
    command
        .arg("deploy")
        .arg("--project")
        .arg(project)
        .args(["--env", environment, "--yes", "--json"])
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let line = shell::shown(&command);
    println!("    $ {line}");
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start `{line}`"))?;
    let stdout = child.stdout.take().context("its output is a pipe")?;
    let mut last = None;
    for text in BufReader::new(stdout).lines() {
        let text = text?;
        if let Ok(event) = serde_json::from_str::<Event>(&text)
            && event.kind == "run_finished"
        {
            last = Some(event);
        }
    }
    let status = child.wait()?;
    let Some(event) = last else {
        bail!("`{line}` ended with {status} and without a run_finished event");
    };
    if event.status.as_deref() != Some("succeeded") || !status.success() {
        let why = event.error.map_or_else(String::new, |error| {
            let hint = error
                .hint
                .map_or_else(String::new, |hint| format!(" ({hint})"));
            format!(": {} [{}]{hint}", error.message, error.code)
        });
        bail!(
            "the deployment {}{why}",
            event.status.as_deref().unwrap_or("has no status")
        );
    }
    Ok(event
        .outputs
        .apis
        .into_iter()
        .filter_map(|(name, api)| Some((name, api.url?)))
        .collect())
}

/// Asks one route of an HTTP API of the project; prints the answer.
pub(crate) fn ask(project: &Path, urls: &BTreeMap<String, String>) -> Result<()> {
    let (api, path) = route(project)?;
    let base = urls
        .get(&api)
        .with_context(|| format!("the deployment named no URL for the API {api}"))?;
    let url = format!("{}{path}", base.trim_end_matches('/'));
    let (address, host) = on_this_computer(&url);
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build(),
    );
    let mut request = agent.get(&address);
    if let Some(host) = host {
        request = request.header("Host", host);
    }
    let mut answer = request
        .call()
        .with_context(|| format!("{url} does not answer"))?;
    let status = answer.status().as_u16();
    let body = answer
        .body_mut()
        .read_to_string()
        .with_context(|| format!("{url} answered {status} and broke off"))?;
    let start: String = body.chars().take(200).collect();
    println!("    GET {url}\n    {status} {start}");
    if !(200..400).contains(&status) {
        bail!("GET {url} answered {status}");
    }
    Ok(())
}

/// Names below `localhost` mean this computer, but not every resolver knows: the address to call, and the host to name.
fn on_this_computer(url: &str) -> (String, Option<String>) {
    let Some(rest) = url.strip_prefix("http://") else {
        return (url.to_owned(), None);
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    if host.ends_with(".localhost") {
        (
            format!("http://127.0.0.1:{port}{path}"),
            Some(authority.to_owned()),
        )
    } else {
        (url.to_owned(), None)
    }
}

/// An API of the project with a path that a GET reaches; a path without parameters is preferred, since what a parameter may
/// be is only known inside the function.
fn route(project: &Path) -> Result<(String, String)> {
    let file = project.join("slipway.toml");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    first_route(&text)
        .with_context(|| format!("no HTTP API in {} has a route for GET", file.display()))
}

fn first_route(text: &str) -> Option<(String, String)> {
    let design: toml::Table = toml::from_str(text).ok()?;
    let mut candidates = Vec::new();
    for (name, api) in design.get("apis")?.as_table()? {
        if api.get("kind").and_then(toml::Value::as_str) != Some("http") {
            continue;
        }
        for key in api.get("routes")?.as_table()?.keys() {
            let path = match key.split_once(' ') {
                Some(("GET" | "ANY", path)) => path,
                None if key == "$default" => "/",
                _ => continue,
            };
            candidates.push((name.clone(), path.to_owned()));
        }
    }
    candidates.sort_by_key(|(_, path)| (path.contains('{'), path == "/", path.len()));
    let (name, path) = candidates.into_iter().next()?;
    let filled: Vec<&str> = path
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part })
        .collect();
    Some((name, filled.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_get_route_is_preferred() {
        let check = |routes: &str, expect: Option<&str>| {
            let text = format!(
                "[apis.live]\nkind = \"websocket\"\n[apis.web]\nkind = \"http\"\n[apis.web.routes]\n{routes}"
            );
            assert_eq!(
                first_route(&text)
                    .map(|(api, path)| format!("{api} {path}"))
                    .as_deref(),
                expect,
                "{routes}"
            );
        };
        check(
            "\"GET /things/{id}\" = \"a\"\n\"GET /things\" = \"a\"",
            Some("web /things"),
        );
        check(
            "\"GET /things/{id}/parts/{rest+}\" = \"a\"",
            Some("web /things/1/parts/1"),
        );
        check(
            "\"POST /things\" = \"a\"\n\"$default\" = \"a\"",
            Some("web /"),
        );
        check("\"POST /things\" = \"a\"", None);
    }

    #[test]
    fn names_below_localhost_are_this_computer() {
        assert_eq!(
            on_this_computer("http://abc.execute-api.localhost:4566/x?y=1"),
            (
                "http://127.0.0.1:4566/x?y=1".to_owned(),
                Some("abc.execute-api.localhost:4566".to_owned())
            )
        );
        assert_eq!(
            on_this_computer("http://10.0.0.1/x"),
            ("http://10.0.0.1/x".to_owned(), None)
        );
    }
}
