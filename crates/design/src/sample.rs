//! Big valid designs that nobody tuned, for tests of the whole program: names at
//! their limits, many routes with parameters, Dockerfiles in nested folders.
//! The same seed always gives the same text.

use std::collections::BTreeSet;
use std::fmt::Write;

pub use crate::sample_drawing::drawing;

use crate::model::{ApiKind, Arch};
use crate::names::{ENVIRONMENT_LIMIT, KEY_LIMIT, PROJECT_LIMIT};
use crate::path::toml_string;
use crate::route::RouteKey;
use crate::template::arch_word;

/// How big a generated design is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Functions, at least 1.
    pub functions: usize,
    /// Routes over all APIs; one API holds at most 300.
    pub routes: usize,
    /// HTTP APIs, at least 1.
    pub apis: usize,
    /// Services on Fargate; routes lead to every other one of them.
    pub services: usize,
    /// WebSocket APIs, beside `apis`.
    pub sockets: usize,
}

impl Default for Size {
    /// What the whole-program test deploys.
    fn default() -> Self {
        Self {
            functions: 5,
            routes: 40,
            apis: 1,
            services: 0,
            sockets: 0,
        }
    }
}

/// Name of the environment that every generated design has, besides one with the longest name there is.
pub const ENVIRONMENT: &str = "emulator";

/// The text of a valid `slipway.toml`: every setting in it is honoured on AWS in this release.
pub fn generate(seed: u64, size: Size, arch: Arch) -> String {
    let mut dice = Dice::new(seed);
    let project = dice.name(PROJECT_LIMIT);
    let mut out = format!(
        "schema = 1\nname = {}\n\n[defaults]\narch = \"{}\"\nlog_retention = {}\nenv = {{ SEED = \"{seed}\" }}\ntags = {{ seed = \"{seed}\" }}\n",
        toml_string(&project),
        arch_word(arch),
        dice.of(&[1, 7, 14, 365]),
    );
    let functions = dice.distinct(size.functions.max(1));
    for key in &functions {
        function(&mut out, &mut dice, key);
    }
    // Keys are distinct over all kinds: an environment's overrides name them.
    let mut taken = functions.clone();
    let mut apart = |dice: &mut Dice, count: usize| -> Vec<String> {
        let keys = dice.distinct_from(count, &taken);
        taken.extend(keys.iter().cloned());
        keys
    };
    let services = apart(&mut dice, size.services);
    let mut reached = Vec::new();
    for (place, key) in services.iter().enumerate() {
        let is_reached = place % 2 == 0;
        service(&mut out, &mut dice, key, is_reached);
        if is_reached {
            reached.push(key.clone());
        }
    }
    let apis = apart(&mut dice, size.apis.max(1));
    for (place, key) in apis.iter().enumerate() {
        let share = size.routes / apis.len() + usize::from(place < size.routes % apis.len());
        api(
            &mut out,
            &mut dice,
            key,
            share.min(300),
            &functions,
            &reached,
        );
    }
    for key in apart(&mut dice, size.sockets) {
        socket(&mut out, &mut dice, &key, &functions);
    }
    environments(&mut out, &mut dice, &functions);
    out
}

fn function(out: &mut String, dice: &mut Dice, key: &str) {
    let _ = writeln!(out, "\n[functions.{key}]");
    image(out, dice, key);
    let _ = writeln!(out, "memory = {}", 128 + dice.below(10_113));
    let _ = writeln!(out, "timeout = {}", 5 + dice.below(11));
    let _ = writeln!(out, "ephemeral_storage = {}", 512 + dice.below(9_729));
    surroundings(out, dice);
}

/// A service that listens, whether routes lead to it or not.
fn service(out: &mut String, dice: &mut Dice, key: &str, is_reached: bool) {
    let _ = writeln!(out, "\n[services.{key}]");
    image(out, dice, key);
    let port = 1024 + dice.below(60_000);
    let _ = writeln!(out, "port = {port}");
    // Of what Fargate has the small ones: they run on this computer in tests.
    let (cpu, memory) = *dice.of(&[(256, 512), (256, 1024), (512, 1024), (1024, 2048)]);
    let _ = writeln!(out, "cpu = {cpu}\nmemory = {memory}");
    let ingress = if is_reached { "cloud-map" } else { "none" };
    let _ = writeln!(out, "ingress = \"{ingress}\"");
    let _ = match dice.below(3) {
        0 => writeln!(
            out,
            "count = {{ min = 1, max = {}, cpu = {} }}",
            2 + dice.below(9),
            10 + dice.below(81)
        ),
        1 => writeln!(out, "count = 1\nspot = true"),
        _ => writeln!(out, "health = {{ command = [\"/bootstrap\", \"health\"] }}"),
    };
    surroundings(out, dice);
}

/// Dockerfiles where nobody looks for them.
fn image(out: &mut String, dice: &mut Dice, key: &str) {
    let depth = 1 + dice.below(4);
    let folder: Vec<String> = (0..depth).map(|_| dice.word(1, 8)).collect();
    let folder = format!("{}/{key}", folder.join("/"));
    let _ = match dice.below(3) {
        0 => writeln!(out, "image = {{ build = \"{folder}\" }}"),
        1 => writeln!(
            out,
            "image = {{ build = \"{folder}\", dockerfile = \"docker/{}/Dockerfile.{}\" }}",
            dice.word(1, 6),
            dice.word(1, 6)
        ),
        _ => writeln!(
            out,
            "image = {{ build = \"{folder}\", dockerfile = \"Dockerfile\", args = {{ REV = \"{}\" }} }}",
            dice.below(1000)
        ),
    };
    let _ = writeln!(
        out,
        "title = {}",
        toml_string(&format!(
            "{} \u{2192} \"{}\"",
            dice.word(3, 12),
            dice.word(1, 5)
        ))
    );
}

/// What the program may know and do.
fn surroundings(out: &mut String, dice: &mut Dice) {
    let _ = writeln!(
        out,
        "env = {{ NAME_{} = {} }}",
        dice.below(100),
        toml_string(&format!("ä \\ \"{}\"", dice.word(0, 40)))
    );
    if dice.below(2) == 0 {
        let _ = writeln!(
            out,
            "allow = [{{ actions = [\"s3:GetObject\"], resources = [\"arn:aws:s3:::{}/*\"] }}]",
            dice.word(3, 20)
        );
    }
}

fn api(
    out: &mut String,
    dice: &mut Dice,
    key: &str,
    routes: usize,
    functions: &[String],
    services: &[String],
) {
    let _ = writeln!(out, "\n[apis.{key}]\nkind = \"http\"");
    if dice.below(2) == 0 {
        let _ = writeln!(out, "variables = {{ channel = \"{}\" }}", dice.word(1, 20));
    }
    let _ = writeln!(out, "\n[apis.{key}.routes]");
    let mut shapes = BTreeSet::new();
    while shapes.len() < routes {
        let text = if shapes.is_empty() {
            "$default".to_owned()
        } else {
            dice.route_key()
        };
        let shape = RouteKey::parse(ApiKind::Http, &text).map(|it| it.shape());
        // A key that repeats another's shape is drawn again.
        if !shape.is_ok_and(|shape| shapes.insert(shape)) {
            continue;
        }
        // Each service gets a route, and some get more.
        let own = services.get(shapes.len() - 1);
        let other = (dice.below(6) == 0).then(|| services.first()).flatten();
        if let Some(service) = own.or(other) {
            let _ = writeln!(out, "{} = \"{service}\"", toml_string(&text));
            continue;
        }
        let to = dice.of(functions);
        let _ = match dice.below(4) {
            0 => writeln!(
                out,
                "{} = {{ to = \"{to}\", payload = \"1.0\" }}",
                toml_string(&text)
            ),
            1 => writeln!(
                out,
                "{} = {{ to = \"{to}\", timeout = {} }}",
                toml_string(&text),
                15 + dice.below(16)
            ),
            _ => writeln!(out, "{} = \"{to}\"", toml_string(&text)),
        };
    }
}

/// A WebSocket API with routes of its own names.
fn socket(out: &mut String, dice: &mut Dice, key: &str, functions: &[String]) {
    let _ = writeln!(
        out,
        "\n[apis.{key}]\nkind = \"websocket\"\nselect = \"$request.body.{}\"\n\n[apis.{key}.routes]",
        dice.word(1, 12)
    );
    for route in ["$connect", "$disconnect"] {
        let _ = writeln!(out, "\"{route}\" = \"{}\"", dice.of(functions));
    }
    let mut routes = BTreeSet::from(["$default".to_owned()]);
    while routes.len() < 6 {
        routes.insert(dice.word(1, 20));
    }
    for route in routes {
        let to = dice.of(functions);
        let _ = match dice.below(3) {
            0 => writeln!(out, "\"{route}\" = \"{to}\""),
            _ => writeln!(out, "\"{route}\" = {{ to = \"{to}\", reply = true }}"),
        };
    }
}

fn environments(out: &mut String, dice: &mut Dice, functions: &[String]) {
    let _ = writeln!(
        out,
        "\n[environments.{ENVIRONMENT}]\naccount = \"000000000000\"\nregion = \"us-east-1\"\nendpoint = \"http://localhost:4566\"\nregistry = \"localhost:4566\""
    );
    let name = dice.exact(ENVIRONMENT_LIMIT);
    let _ = writeln!(
        out,
        "\n[environments.{name}]\naccount = \"{:012}\"\nregion = \"{}\"\nprotected = true",
        dice.below(1_000_000_000_000),
        dice.of(&["eu-west-1", "ap-southeast-2", "us-gov-west-1"]),
    );
    let over = dice.of(functions);
    let _ = writeln!(
        out,
        "\n[environments.{name}.functions.{over}]\nmemory = {}",
        128 + dice.below(10_113)
    );
}

/// A small generator of numbers (SplitMix64): good enough for variety, the same everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        let span = (most - least) as u64 + 1;
        least + usize::try_from(self.below(span)).unwrap_or(0)
    }

    pub(crate) fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.between(0, choices.len() - 1)]
    }

    pub(crate) fn word(&mut self, least: usize, most: usize) -> String {
        let length = self.between(least, most);
        (0..length)
            .map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap_or(0)))
            .collect()
    }

    /// A name of exactly this length: letters, digits and hyphens.
    fn exact(&mut self, length: usize) -> String {
        let mut name = self.word(1, 1);
        while name.len() + 1 < length {
            name.push(
                *self
                    .of(b"abcdefghijklmnopqrstuvwxyz0123456789----")
                    .min(&b'z') as char,
            );
        }
        if name.len() < length {
            name.push_str(&self.word(1, 1));
        }
        name
    }

    /// A name that is as long as can be, or short, or something between.
    fn name(&mut self, limit: usize) -> String {
        let length = match self.below(4) {
            0 | 1 => limit,
            2 => self.between(1, 4),
            _ => self.between(1, limit),
        };
        self.exact(length)
    }

    /// Distinct keys, the first of them at the limit.
    fn distinct(&mut self, count: usize) -> Vec<String> {
        self.distinct_from(count, &[])
    }

    /// The same, none of them among `taken`.
    fn distinct_from(&mut self, count: usize, taken: &[String]) -> Vec<String> {
        let mut keys = Vec::new();
        while keys.len() < count {
            let key = match keys.len() {
                0 => self.exact(KEY_LIMIT),
                _ => self.name(KEY_LIMIT),
            };
            if !keys.contains(&key) && !taken.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    fn route_key(&mut self) -> String {
        let method = *self.of(&[
            "GET", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY",
        ]);
        let mut path = String::new();
        let depth = self.between(1, 5);
        for place in 0..depth {
            path.push('/');
            match self.below(6) {
                0 | 1 => {
                    let _ = write!(path, "{{p{place}}}");
                }
                2 if place + 1 == depth => path.push_str("{rest+}"),
                3 => path.push_str(self.of::<&str>(&["v1.0", "a-b", "~me", "x_y", "items:batch"])),
                _ => path.push_str(&self.word(1, 10)),
            }
        }
        format!("{method} {path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, support};

    #[test]
    fn generated_designs_are_right_and_deployable() {
        for seed in 0..60 {
            let size = Size {
                functions: 1 + seed as usize % 9,
                routes: 40 + 4 * seed as usize,
                apis: 1 + seed as usize % 3,
                services: seed as usize % 5,
                sockets: seed as usize % 3,
            };
            let text = generate(seed, size, Arch::X86_64);
            assert_eq!(text, generate(seed, size, Arch::X86_64));
            let document = Document::parse(&text);
            let wrong: Vec<_> = document
                .diagnostics()
                .iter()
                .filter(|it| it.severity < crate::Severity::Info)
                .collect();
            assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}\n{text}");
            let design = document.design().expect("it is TOML");
            let http = design.apis.values().filter(|api| api.kind == ApiKind::Http);
            let routes: usize = http.map(|api| api.routes.len()).sum();
            assert_eq!(routes, size.routes);
            assert_eq!(design.apis.len(), size.apis + size.sockets);
            assert_eq!(design.functions.len(), size.functions);
            assert_eq!(design.services.len(), size.services);
            assert!(design.functions.keys().any(|key| key.len() == KEY_LIMIT));
            for environment in design.environments.keys() {
                assert_eq!(
                    support::unsupported(design, environment, support::Target::Aws),
                    []
                );
            }
        }
    }

    #[test]
    fn seeds_differ() {
        assert_ne!(
            generate(1, Size::default(), Arch::Arm64),
            generate(2, Size::default(), Arch::Arm64)
        );
    }
}
