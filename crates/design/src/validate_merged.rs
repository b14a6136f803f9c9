//! The rules for what only shows once defaults and overrides are merged.
//!
//! Nothing is merged as a whole here: with many environments and many things in them that would take the product
//! of the two. Each thing is judged once as it is without overrides, and each override by what it changes.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use indexmap::IndexMap;

use crate::findings::Findings;
use crate::grammar::is_account;
use crate::model::{ApiKind, Design, Environment, Function, Service, TextMap};
use crate::names::{ENVIRONMENT_LIMIT, function_name, is_name};
use crate::route::{RouteKey, RouteSegment};
use crate::{Diagnostic, Path, SERVICE_CPU, SERVICE_MEMORY};
use crate::{validate_node as node, validate_timeout, validate_variable as variable};

/// All of them.
pub(crate) fn merged(out: &mut Findings, design: &Design) {
    env_sizes(out, design);
    task_sizes(out, design);
    collisions(out, design);
    domains(out, design);
    owned_roles(out, design);
    validate_timeout::timeouts(out, design);
}

/// How many environments override this of each function or service.
fn overriders<'a, T: 'a>(
    design: &'a Design,
    part: impl Fn(&'a Environment) -> &'a IndexMap<String, T>,
    changes: impl Fn(&T) -> bool,
) -> HashMap<&'a str, usize> {
    let mut count = HashMap::new();
    for (key, over) in design.environments.values().flat_map(part) {
        if changes(over) {
            *count.entry(key.as_str()).or_default() += 1;
        }
    }
    count
}

/// Bytes of the variables in `vars` on top of what is there already, of which they replace some.
fn added(vars: &TextMap, below: &[&TextMap]) -> i64 {
    let bytes = |key: &str, value: &str| i64::try_from(key.len() + value.len()).unwrap_or(i64::MAX);
    vars.iter()
        .map(|(key, value)| {
            let old = below.iter().find_map(|map| map.get(key));
            bytes(key, value) - old.map_or(0, |old| bytes(key, old))
        })
        .sum()
}

fn env_sizes(out: &mut Findings, design: &Design) {
    let defaults = &design.defaults.env;
    let shared = added(defaults, &[]);
    let changed = overriders(design, |it| &it.functions, |it| !it.env.is_empty());
    for (key, function) in &design.functions {
        // Where every environment overrides it, only those count.
        if changed
            .get(key.as_str())
            .is_none_or(|count| *count < design.environments.len())
        {
            let bytes = shared + added(&function.env, &[defaults]);
            variable::env_size(out, &Path::function(key), bytes);
        }
    }
    for (name, environment) in &design.environments {
        for (key, over) in environment
            .functions
            .iter()
            .filter(|(_, it)| !it.env.is_empty())
        {
            if let Some(base) = design.functions.get(key) {
                let bytes = shared
                    + added(&base.env, &[defaults])
                    + added(&over.env, &[&base.env, defaults]);
                variable::env_size(
                    out,
                    &Path::environment(name).key("functions").key(key),
                    bytes,
                );
            }
        }
    }
}

fn task_sizes(out: &mut Findings, design: &Design) {
    let resizes = |it: &Service| it.cpu.is_some() || it.memory.is_some();
    let changed = overriders(design, |it| &it.services, resizes);
    let size = |base: &Service, over: Option<&Service>| {
        let cpu = over
            .and_then(|it| it.cpu)
            .or(base.cpu)
            .unwrap_or(SERVICE_CPU);
        let memory = over
            .and_then(|it| it.memory)
            .or(base.memory)
            .or(design.defaults.memory);
        (cpu, memory.unwrap_or(SERVICE_MEMORY))
    };
    for (key, service) in &design.services {
        if changed
            .get(key.as_str())
            .is_none_or(|count| *count < design.environments.len())
        {
            let (cpu, memory) = size(service, None);
            node::size(out, &Path::service(key), cpu, memory);
        }
    }
    for (name, environment) in &design.environments {
        for (key, over) in environment.services.iter().filter(|(_, it)| resizes(it)) {
            if let Some(base) = design.services.get(key) {
                let (cpu, memory) = size(base, Some(over));
                node::size(
                    out,
                    &Path::environment(name).key("services").key(key),
                    cpu,
                    memory,
                );
            }
        }
    }
}

/// Names in AWS join project, environment and key, so `a` with `b-c` and `a-b` with `c` would be one. Roles belong
/// to the account, so this holds between all environments of an account.
fn collisions(out: &mut Findings, design: &Design) {
    let keys: BTreeSet<&str> = design
        .functions
        .keys()
        .chain(design.services.keys())
        .map(String::as_str)
        .collect();
    // The first part that a longer environment name has more, to two keys that it makes one of.
    let mut found: HashMap<&str, Option<(&str, &str)>> = HashMap::new();
    for (name, environment) in &design.environments {
        if !is_name(name, ENVIRONMENT_LIMIT) {
            continue;
        }
        for (at, _) in name.match_indices('-') {
            let (short, rest) = (&name[..at], &name[at + 1..]);
            let same_account = design
                .environments
                .get(short)
                .is_some_and(|it| it.account == environment.account);
            if !same_account {
                continue;
            }
            let pair = *found.entry(rest).or_insert_with(|| {
                let start = format!("{rest}-");
                keys.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded))
                    .take_while(|key| key.starts_with(&start))
                    .find_map(|key| Some((*key, *keys.get(&key[start.len()..])?)))
            });
            if let Some((other_key, key)) = pair {
                out.push(
                    Diagnostic::error(
                        "name-collision",
                        &Path::environment(name),
                        format!(
                            "`{key}` here and `{other_key}` in `{short}` would both be called {}",
                            function_name(&design.name, name, key)
                        ),
                    )
                    .detail(
                        "Names in AWS are made of project, environment and key, joined by hyphens.",
                    )
                    .fix("Rename the environment or one of the two"),
                );
            }
        }
    }
}

/// Custom domains: each leads to one API, and keeps two paths for itself.
fn domains(out: &mut Findings, design: &Design) {
    let mut taken: HashMap<(&str, String), (&str, &str)> = HashMap::new();
    let mut first: IndexMap<&str, &str> = IndexMap::new();
    for (name, environment) in &design.environments {
        let place = environment
            .endpoint
            .as_deref()
            .unwrap_or(&environment.region);
        for (api, domain) in &environment.domains {
            first.entry(api).or_insert(domain);
            let id = (place, domain.to_ascii_lowercase());
            if let Some((other, other_api)) = taken.insert(id, (name, api)) {
                out.push(
                    Diagnostic::error(
                        "domain-taken",
                        &Path::environment(name).key("domains").key(api),
                        format!("`{domain}` leads to `{other_api}` in `{other}` already"),
                    )
                    .detail("A region has one custom domain of a name, and its root leads to one API (\"Setting up custom domain names for HTTP APIs\").")
                    .fix("Give one of them another domain"),
                );
            }
        }
    }
    for (api, domain) in first {
        let at = Path::api(api).key("routes");
        let Some(api) = design.apis.get(api).filter(|api| api.kind == ApiKind::Http) else {
            continue;
        };
        for key in api.routes.keys().filter(|key| is_reserved(key)) {
            out.push(
                Diagnostic::warning("path-reserved", &at.key(key), format!("`{key}` is not reached through {domain}"))
                    .detail("API Gateway answers /ping and /sping of a custom domain itself (\"Amazon API Gateway important notes\").")
                    .fix("Use another path, such as /health"),
            );
        }
    }
}

/// Whether the key is of `/ping` or `/sping`, whatever the method.
fn is_reserved(key: &str) -> bool {
    matches!(RouteKey::parse(ApiKind::Http, key), Ok(RouteKey::Http { path, .. })
        if matches!(path.segments.as_slice(), [RouteSegment::Literal(word)] if word == "ping" || word == "sping"))
}

/// Account of the role that an ARN names.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| is_account(account))
}

/// Lambda and ECS take roles of their own account only, so a role that is named for all environments must not
/// reach one of another account.
fn owned_roles(out: &mut Findings, design: &Design) {
    let mut accounts: IndexMap<&str, Vec<(&str, &Environment)>> = IndexMap::new();
    for (name, it) in design
        .environments
        .iter()
        .filter(|(_, it)| !it.is_emulator())
    {
        if is_account(&it.account) {
            accounts.entry(&it.account).or_default().push((name, it));
        }
    }
    let functions = design.functions.iter().map(|(key, it)| {
        let replaced = |env: &Environment| {
            env.functions.get(key).is_some_and(|it: &Function| {
                it.role.is_some() || !it.allow.is_empty() || it.cleared.contains("allow")
            })
        };
        (
            Path::function(key),
            it.role.as_deref(),
            Box::new(replaced) as Box<dyn Fn(&Environment) -> bool>,
        )
    });
    let services = design.services.iter().map(|(key, it)| {
        let replaced = |env: &Environment| {
            env.services.get(key).is_some_and(|it: &Service| {
                it.role.is_some() || !it.allow.is_empty() || it.cleared.contains("allow")
            })
        };
        (
            Path::service(key),
            it.role.as_deref(),
            Box::new(replaced) as Box<dyn Fn(&Environment) -> bool>,
        )
    });
    for (at, role, replaced) in functions.chain(services) {
        let Some(owner) = role.and_then(account_of) else {
            continue;
        };
        // Each environment that is passed over has an override of this thing, so this stays in proportion to the file.
        let foreign = accounts
            .iter()
            .filter(|(account, _)| **account != owner)
            .flat_map(|(_, environments)| environments)
            .find(|(_, environment)| !replaced(environment));
        if let Some((name, environment)) = foreign {
            out.push(foreign_role(&at, owner, name, &environment.account));
        }
    }
    for (name, environment) in accounts.values().flatten() {
        let at = Path::environment(name);
        let functions = environment
            .functions
            .iter()
            .map(|(key, it)| (at.key("functions").key(key), &it.role));
        let services = environment
            .services
            .iter()
            .map(|(key, it)| (at.key("services").key(key), &it.role));
        for (at, role) in functions.chain(services) {
            if let Some(owner) = role.as_deref().and_then(account_of)
                && owner != environment.account
            {
                out.push(foreign_role(&at, owner, name, &environment.account));
            }
        }
        if let Some(owner) = environment
            .permissions_boundary
            .as_deref()
            .and_then(account_of)
            && owner != environment.account
        {
            out.push(
                Diagnostic::error("account-differs", &at.key("permissions_boundary"), format!("The policy is of account {owner}, and `{name}` is account {}", environment.account))
                    .detail("A permissions boundary is a policy of the account that the roles are made in (\"Permissions boundaries for IAM entities\").")
                    .fix("Name a policy of this account"),
            );
        }
    }
}

fn foreign_role(at: &Path, owner: &str, name: &str, account: &str) -> Diagnostic {
    Diagnostic::error("account-differs", &at.key("role"), format!("The role is of account {owner}, and `{name}` is account {account}"))
        .detail("Lambda and ECS take only roles of their own account.")
        .fix(format!("Name a role of account {account} in [environments.{name}], or write `allow` and let Slipway make one"))
}
