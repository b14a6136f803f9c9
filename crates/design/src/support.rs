//! Which settings each target honours, in this release: one table, asked by the
//! planner, the inspector and the documentation.

use std::cmp::Reverse;
use std::sync::LazyLock;

use indexmap::IndexMap;

use crate::settings::{Setting, settings};
use crate::{Design, Diagnostic, Path, Segment};

/// What a design can be turned into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Served by Docker on this computer.
    ThisComputer,
    /// Deployed to AWS.
    Aws,
}

/// Whether a target does what a setting says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It does.
    Honoured,
    /// It could, and a later release will. The sentence says what is missing.
    NotYet(&'static str),
    /// It never can. The sentence says why.
    Impossible(&'static str),
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Dotted path where `*` stands for any key; it covers everything below it that has no line of
    /// its own. `=case` at the end limits it to one kind of value. What an environment overrides
    /// follows the line of what it overrides.
    pub pattern: &'static str,
    pub this_computer: Support,
    pub aws: Support,
}

const LOCAL: Support = Support::NotYet("A design cannot be served on this computer yet");

const fn yes(pattern: &'static str) -> Rule {
    Rule {
        pattern,
        this_computer: LOCAL,
        aws: Support::Honoured,
    }
}

const fn later(pattern: &'static str, why: &'static str) -> Rule {
    Rule {
        pattern,
        this_computer: LOCAL,
        aws: Support::NotYet(why),
    }
}

const fn never(pattern: &'static str, why: &'static str) -> Rule {
    Rule {
        pattern,
        this_computer: LOCAL,
        aws: Support::Impossible(why),
    }
}

/// Settings of the window and of the file itself: every target is indifferent to them.
const fn neutral(pattern: &'static str) -> Rule {
    Rule {
        pattern,
        this_computer: Support::Honoured,
        aws: Support::Honoured,
    }
}

/// The table. A setting without a line would be dropped silently, so a test holds that there is none.
pub const TABLE: &[Rule] = &[
    neutral("schema"),
    neutral("name"),
    yes("defaults"),
    yes("functions"),
    later(
        "functions.*.was",
        "A rename is not carried out yet; the function would be made anew under its new name",
    ),
    later(
        "functions.*.image.ecr=tag",
        "An image that is named by its tag is not looked up yet; give its digest",
    ),
    later(
        "functions.*.image.tag",
        "The tag of an image is not looked up yet; its digest alone is deployed",
    ),
    never(
        "functions.*.image.registry",
        "Lambda takes images from a private ECR repository only",
    ),
    later(
        "functions.*.network=default",
        "The default network is not looked up yet; name `subnets` and `security_groups` in the environment's `network`",
    ),
    never(
        "functions.*.secrets.*=keychain",
        "The keychain of this computer is out of AWS's reach",
    ),
    yes("services"),
    later(
        "services.*.was",
        "A rename is not carried out yet; the service would be made anew under its new name",
    ),
    later(
        "services.*.image.ecr=tag",
        "An image that is named by its tag is not looked up yet; give its digest",
    ),
    later(
        "services.*.image.tag",
        "The tag of an image is not looked up yet; its digest alone is deployed",
    ),
    later(
        "services.*.ingress=alb",
        "A load balancer is not made yet; `ingress = \"cloud-map\"` reaches the service without one",
    ),
    later(
        "services.*.health=path",
        "A health path needs a load balancer, which is not made yet; give a `command`",
    ),
    never(
        "services.*.secrets.*=keychain",
        "The keychain of this computer is out of AWS's reach",
    ),
    later(
        "services.*.vpc_link",
        "A VPC link that exists is not joined yet; leave it out, and one is made and shared",
    ),
    later(
        "services.*.containers",
        "Further containers of a task are not deployed yet",
    ),
    yes("apis"),
    later(
        "apis.*.was",
        "A rename is not carried out yet; the API would be made anew under its new name",
    ),
    later(
        "apis.*.access_log=websocket",
        "Access logs of WebSocket APIs are not switched on yet",
    ),
    never(
        "apis.*.routes.*.to=websocket-service",
        "A WebSocket API does not reach a service: VPC links to services are for HTTP APIs. Lead the route to a function that calls the service",
    ),
    later(
        "apis.*.routes.*.url=websocket",
        "Routes of a WebSocket API to an address are not deployed yet; lead them to a function",
    ),
    Rule {
        pattern: "local",
        this_computer: LOCAL,
        aws: Support::Honoured,
    },
    neutral("environments"),
    later("environments.*.domains", "Custom domains are not made yet"),
];

/// Whether the target honours the setting at a path; `case` as in [`Rule::pattern`], or empty.
/// A path that no line covers is not a setting, and so nothing that is dropped.
pub fn support(path: &Path, case: &str, target: Target) -> Support {
    match rule(path, case) {
        Some((rule, _)) => rule.of(target),
        None => Support::Honoured,
    }
}

/// Names each setting that this target would drop, with the reason; empty when the design is honoured as a whole.
///
/// A thing that is not supported at all (an API, on this computer) is named once and not setting by setting.
pub fn unsupported(design: &Design, environment: &str, target: Target) -> Vec<Diagnostic> {
    let mut dropped: IndexMap<Path, Diagnostic> = IndexMap::new();
    for Setting { path, case } in settings(design, environment) {
        let inside =
            (1..=path.segments().len()).any(|depth| dropped.contains_key(&path.first(depth)));
        if inside {
            continue;
        }
        let Some((rule, depth)) = rule(&path, case) else {
            continue;
        };
        let subject = path.first(depth);
        let diagnostic = match rule.of(target) {
            Support::Honoured => continue,
            Support::NotYet(why) => Diagnostic::error("setting-not-yet", &subject, format!("{subject}: {why}"))
                .detail(format!(
                    "{} does not honour this in this release, and nothing that the file says is dropped silently.",
                    target.name()
                ))
                .fix("Remove it for now, or keep it out of this environment"),
            Support::Impossible(why) => Diagnostic::error("setting-impossible", &subject, format!("{subject}: {why}"))
                .detail(format!("{} can never honour this.", target.name()))
                .fix("Remove it"),
        };
        dropped.insert(subject, diagnostic);
    }
    dropped.into_values().collect()
}

/// Why this target refuses the design in this release, each reason once; empty when it takes all of it.
/// Environments are looked at in the order of the file, what is outside of them even without one.
pub fn reasons(design: &Design, target: Target) -> Vec<String> {
    let names = design.environments.keys().map(String::as_str);
    let names: Vec<&str> = match design.environments.is_empty() {
        true => vec![""],
        false => names.collect(),
    };
    let mut reasons: Vec<String> = Vec::new();
    for finding in names
        .iter()
        .flat_map(|name| unsupported(design, name, target))
    {
        let reason = reason(&finding);
        if !reasons.iter().any(|known| known == reason) {
            reasons.push(reason.to_owned());
        }
    }
    reasons
}

/// The reason alone of a finding of [`unsupported`], without its place.
pub fn reason(finding: &Diagnostic) -> &str {
    let told = finding.summary.strip_prefix(&finding.subject);
    told.map_or(finding.summary.as_str(), |rest| {
        rest.trim_start_matches(": ")
    })
}

impl Target {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::ThisComputer, Self::Aws];

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ThisComputer => "This computer",
            Self::Aws => "AWS",
        }
    }
}

impl Rule {
    /// What this line says of a target.
    pub fn of(&self, target: Target) -> Support {
        match target {
            Target::ThisComputer => self.this_computer,
            Target::Aws => self.aws,
        }
    }
}

/// A pattern taken apart.
struct Compiled {
    keys: Vec<&'static str>,
    case: Option<&'static str>,
    rule: &'static Rule,
}

static COMPILED: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let mut compiled: Vec<Compiled> = TABLE
        .iter()
        .map(|rule| {
            let (keys, case) = match rule.pattern.split_once('=') {
                Some((keys, case)) => (keys, Some(case)),
                None => (rule.pattern, None),
            };
            Compiled {
                keys: keys.split('.').collect(),
                case,
                rule,
            }
        })
        .collect();
    // The most exact line first: the deepest, and of two equally deep the one that looks at the value.
    compiled.sort_by_key(|it| (Reverse(it.keys.len()), it.case.is_none()));
    compiled
});

/// The most exact line for a path, and how many of the path's steps name what it is about.
fn rule(path: &Path, case: &str) -> Option<(&'static Rule, usize)> {
    let keys: Vec<&str> = path
        .segments()
        .iter()
        .map_while(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) => None,
        })
        .collect();
    // What an environment overrides follows the line of what it overrides.
    let skipped = match keys.as_slice() {
        ["environments", _, "functions" | "services" | "apis", ..] => 2,
        _ => 0,
    };
    let keys = &keys[skipped..];
    let found = COMPILED.iter().find(|it| {
        keys.len() >= it.keys.len()
            && it
                .keys
                .iter()
                .zip(keys)
                .all(|(want, have)| *want == "*" || want == have)
            && it
                .case
                .is_none_or(|want| want == case && keys.len() == it.keys.len())
    })?;
    // `functions` covers each function; each is named.
    let about = found.keys.len().max(2).min(keys.len());
    Some((found.rule, skipped + about))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn dropped(text: &str, target: Target) -> Vec<String> {
        let document = Document::parse(text);
        unsupported(document.design().expect("the text is TOML"), "dev", target)
            .into_iter()
            .map(|it| format!("{} {}", it.code, it.subject))
            .collect()
    }

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(dropped(text, Target::Aws), expect);
    }

    #[test]
    fn what_this_release_deploys_is_honoured() {
        check(
            r#"
            [defaults]
            arch = "arm64"
            log_retention = 14
            env = { A = "1" }
            tags = { team = "web" }
            [functions.a]
            title = "A"
            image = { build = "a", dockerfile = "D", target = "t", args = { X = "1" } }
            arch = "arm64"
            memory = 128
            timeout = 3
            ephemeral_storage = 512
            network = true
            concurrency = 1
            secrets = { K = "ssm:/k" }
            policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
            env = { B = "2" }
            tags = { x = "y" }
            allow = [{ actions = ["s3:GetObject"], resources = ["*"] }]
            log_retention = 7
            [functions.b]
            image = { ecr = "x/y", digest = "sha256:0" }
            role = "arn:aws:iam::123456789012:role/b"
            [services.w]
            title = "W"
            image = { build = "w", args = { X = "1" } }
            arch = "arm64"
            port = 80
            cpu = 256
            memory = 512
            count = { min = 1, max = 2, cpu = 50, memory = 60 }
            ingress = "cloud-map"
            health = { command = ["/ok"], interval = 5, timeout = 2, retries = 1, start_period = 3 }
            command = ["serve"]
            entrypoint = ["/app"]
            env = { A = "1" }
            secrets = { K = "ssm:/k" }
            tags = { x = "y" }
            allow = [{ actions = ["s3:GetObject"], resources = ["*"] }]
            policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
            log_retention = 7
            ephemeral_storage = 30
            spot = true
            exec = true
            cluster = "theirs"
            [services.k]
            image = { registry = "public.ecr.aws/nginx/nginx:1" }
            ingress = "none"
            count = 2
            role = "arn:aws:iam::123456789012:role/k"
            [apis.p]
            kind = "http"
            title = "P"
            variables = { v = "1" }
            tags = { x = "y" }
            access_log = true
            cors = { origins = ["*"] }
            stage = "v1"
            throttle = { rate = 1 }
            authorizers = { j = { kind = "iam" } }
            [apis.p.routes]
            "GET /a" = "a"
            "GET /u" = { url = "https://x.example" }
            "GET /w" = "w"
            "GET /s" = { to = "a", authorizer = "j", scopes = ["x"], throttle = { rate = 1 } }
            "GET /b" = { to = "b", payload = "1.0", timeout = 3, authorizer = "none" }
            [apis.l]
            kind = "websocket"
            select = "$request.body.action"
            stage = "v1"
            variables = { v = "1" }
            [apis.l.routes]
            "$connect" = "a"
            "say" = { to = "a", reply = true, timeout = 5 }
            [local]
            secrets = { K = "keychain:k" }
            [environments.dev]
            apis.l = { stage = "v2" }
            account = "123456789012"
            region = "eu-west-1"
            protected = true
            endpoint = "http://localhost:4566"
            registry = "localhost:5000"
            color = "red"
            permissions_boundary = "arn:aws:iam::123456789012:policy/b"
            network = { vpc = "vpc-0", subnets = ["subnet-0"], security_groups = ["sg-0"] }
            tags = { e = "f" }
            functions.a = { memory = 256, env = { B = "3" } }
            apis.p = { title = "Q" }
            "#,
            &[],
        );
    }

    #[test]
    fn what_would_be_dropped_is_named() {
        check(
            r#"
            [functions.a]
            was = "b"
            network = true
            secrets = { K = "ssm:/k", L = "keychain:l" }
            image = { ecr = "x/y", tag = "v1" }
            [functions.r]
            image = { registry = "docker.io/library/nginx" }
            [services.w]
            was = "v"
            image = { ecr = "x/y", tag = "v1" }
            ingress = "alb"
            health = { path = "/ok" }
            secrets = { L = "keychain:l" }
            vpc_link = "abc123"
            containers.side = { image = { build = "side" } }
            [apis.l]
            kind = "websocket"
            select = "$request.body.action"
            [apis.l.routes]
            "$connect" = "w"
            "away" = { url = "https://x.example" }
            [environments.dev]
            network = { vpc = "vpc-0" }
            domains = { p = "x.example" }
            functions.a = { was = "c" }
            [environments.other]
            network = { vpc = "vpc-0" }
            "#,
            &[
                "setting-not-yet functions.a.was",
                "setting-not-yet functions.a.image.ecr",
                "setting-not-yet functions.a.image.tag",
                "setting-not-yet functions.a.network",
                "setting-impossible functions.a.secrets.L",
                "setting-impossible functions.r.image.registry",
                "setting-not-yet services.w.was",
                "setting-not-yet services.w.image.ecr",
                "setting-not-yet services.w.image.tag",
                "setting-not-yet services.w.ingress",
                "setting-not-yet services.w.health",
                "setting-impossible services.w.secrets.L",
                "setting-not-yet services.w.vpc_link",
                "setting-not-yet services.w.containers",
                "setting-impossible apis.l.routes.\"$connect\".to",
                "setting-not-yet apis.l.routes.away.url",
                "setting-not-yet environments.dev.domains",
                "setting-not-yet environments.dev.functions.a.was",
            ],
        );
    }

    #[test]
    fn reasons_are_told_once_and_without_a_place() {
        let text = "[services.a]\n[services.b]\n[apis.l]\nkind = \"websocket\"\n";
        let environments = "[environments.dev]\n[environments.prod]\n";
        for text in [text.to_owned(), format!("{text}{environments}")] {
            let document = Document::parse(&text);
            let reasons = reasons(document.design().unwrap(), Target::Aws);
            let expect: Vec<String> = ["services", "apis.*.kind=websocket"]
                .into_iter()
                .filter_map(|pattern| {
                    let rule = TABLE.iter().find(|rule| rule.pattern == pattern)?;
                    match rule.aws {
                        Support::Honoured => None,
                        Support::NotYet(why) | Support::Impossible(why) => Some(why.to_owned()),
                    }
                })
                .collect();
            assert_eq!(reasons, expect);
        }
    }

    #[test]
    fn this_computer_serves_nothing_yet_and_says_so_once_a_thing() {
        let text = "[functions.a]\nmemory = 1\ntimeout = 1\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /\" = \"a\"\n";
        let found = dropped(text, Target::ThisComputer);
        assert_eq!(
            found,
            ["setting-not-yet functions.a", "setting-not-yet apis.p"]
        );
    }

    #[test]
    fn every_line_is_reachable_and_every_setting_has_a_line() {
        for (place, rule) in TABLE.iter().enumerate() {
            assert!(
                !TABLE[..place]
                    .iter()
                    .any(|other| other.pattern == rule.pattern),
                "{} stands twice",
                rule.pattern
            );
        }
        let full = Document::parse(include_str!("../tests/files/full.toml"));
        let design = full.design().expect("the text is TOML");
        for environment in design.environments.keys() {
            for Setting { path, case } in settings(design, environment) {
                assert!(rule(&path, case).is_some(), "{path} has no line");
            }
        }
    }
}
