//! Functions, services and what they are made of.

use toml_edit::Item;

use crate::Diagnostic;
use crate::Path;
use crate::model::{
    Arch, Build, Container, Count, Function, Health, Image, Ingress, SecretRef, Service, Statement,
};
use crate::read::{Reader, TableReader};

pub(crate) const ARCHES: &[(&str, Arch)] = &[("arm64", Arch::Arm64), ("x86_64", Arch::X86_64)];

pub(crate) fn function(reader: &Reader, item: &Item, path: Path) -> Option<Function> {
    let mut t = reader.table(item, path)?;
    let function = Function {
        title: t.string("title"),
        was: t.string("was"),
        image: image(&mut t),
        arch: t.word("arch", ARCHES),
        memory: t.u32("memory"),
        timeout: t.u32("timeout"),
        ephemeral_storage: t.u32("ephemeral_storage"),
        concurrency: t.u32("concurrency"),
        network: t.bool("network"),
        env: t.texts("env"),
        secrets: t.each("secrets", secret),
        tags: t.texts("tags"),
        allow: t.tables("allow", statement),
        role: t.string("role"),
        policies: t.strings("policies"),
        log_retention: t.u32("log_retention"),
        cleared: t.cleared(&["allow", "policies", "secrets"]),
    };
    t.finish();
    Some(function)
}

pub(crate) fn service(reader: &Reader, item: &Item, path: Path) -> Option<Service> {
    let mut t = reader.table(item, path)?;
    let service = Service {
        title: t.string("title"),
        was: t.string("was"),
        image: image(&mut t),
        arch: t.word("arch", ARCHES),
        port: t.u16("port"),
        cpu: t.u32("cpu"),
        memory: t.u32("memory"),
        count: count(&mut t),
        ingress: t.word(
            "ingress",
            &[
                ("cloud-map", Ingress::CloudMap),
                ("alb", Ingress::Alb),
                ("none", Ingress::None),
            ],
        ),
        health: health(&mut t),
        command: t.strings("command"),
        entrypoint: t.strings("entrypoint"),
        env: t.texts("env"),
        secrets: t.each("secrets", secret),
        tags: t.texts("tags"),
        allow: t.tables("allow", statement),
        role: t.string("role"),
        policies: t.strings("policies"),
        log_retention: t.u32("log_retention"),
        ephemeral_storage: t.u32("ephemeral_storage"),
        spot: t.bool("spot"),
        exec: t.bool("exec"),
        cluster: t.string("cluster"),
        vpc_link: t.string("vpc_link"),
        containers: t.each("containers", container),
        cleared: t.cleared(&["allow", "policies", "secrets", "command", "entrypoint"]),
    };
    t.finish();
    Some(service)
}

fn container(reader: &Reader, item: &Item, path: Path) -> Option<Container> {
    let mut t = reader.table(item, path)?;
    let container = Container {
        image: image(&mut t),
        essential: t.bool("essential"),
        port: t.u16("port"),
        command: t.strings("command"),
        entrypoint: t.strings("entrypoint"),
        env: t.texts("env"),
        secrets: t.each("secrets", secret),
        health: health(&mut t),
    };
    t.finish();
    Some(container)
}

fn image(parent: &mut TableReader<'_>) -> Option<Image> {
    let mut t = parent.child("image")?;
    let given: Vec<&str> = ["build", "ecr", "registry"]
        .into_iter()
        .filter(|kind| t.has(kind))
        .collect();
    let path = t.path().clone();
    let reader = t.reader();
    match given.as_slice() {
        [_] => {}
        [] => reader.report(
            Diagnostic::error("image-missing", &path, "The image has no source")
                .detail("An image comes from exactly one of `build`, `ecr` and `registry`.")
                .fix("Write image = { build = \"folder\" }"),
        ),
        many => reader.report(
            Diagnostic::error(
                "image-ambiguous",
                &path,
                format!("The image has {} sources: {}", many.len(), many.join(", ")),
            )
            .detail("An image comes from exactly one of `build`, `ecr` and `registry`.")
            .fix(format!("Keep `{}` and remove the rest", many[0])),
        ),
    }
    let build = t.string("build");
    let dockerfile = t.string("dockerfile");
    let target = t.string("target");
    let args = t.texts("args");
    let ecr = t.string("ecr");
    let digest = t.string("digest");
    let tag = t.string("tag");
    let registry = t.string("registry");
    let kind = given.first().copied();
    for (key, belongs) in [
        ("dockerfile", "build"),
        ("target", "build"),
        ("args", "build"),
        ("digest", "ecr"),
        ("tag", "ecr"),
    ] {
        if t.has(key) && kind.is_some_and(|kind| kind != belongs) {
            reader.report(
                Diagnostic::error(
                    "image-key-misplaced",
                    &path.key(key),
                    format!("`{key}` needs `{belongs}`"),
                )
                .detail(format!(
                    "`{key}` says something about an image from `{belongs}` only."
                ))
                .fix(format!("Remove `{key}`")),
            );
        }
    }
    t.finish();
    match kind? {
        "build" => Some(Image::Build(Build {
            context: build?,
            dockerfile,
            target,
            args,
        })),
        "ecr" => Some(Image::Ecr {
            repository: ecr?,
            digest,
            tag,
        }),
        _ => Some(Image::Registry {
            reference: registry?,
        }),
    }
}

fn count(parent: &mut TableReader<'_>) -> Option<Count> {
    let (item, path) = parent.item("count")?;
    let reader = parent.reader();
    if item.as_integer().is_some() {
        return reader.u32(item, &path).map(Count::Fixed);
    }
    if !item.is_table_like() {
        reader.wrong_type(
            &path,
            "a whole number or a table with `min` and `max`",
            item.type_name(),
        );
        return None;
    }
    let mut t = reader.table(item, path.clone())?;
    let (min, max) = (t.u32("min"), t.u32("max"));
    let (cpu, memory) = (t.u32("cpu"), t.u32("memory"));
    for key in ["min", "max"] {
        if !t.has(key) {
            reader.report(
                Diagnostic::error("count-incomplete", &path, format!("`count` has no `{key}`"))
                    .fix("Write count = { min = 1, max = 4, cpu = 60 }, or count = 2"),
            );
        }
    }
    t.finish();
    Some(Count::Range {
        min: min?,
        max: max?,
        cpu,
        memory,
    })
}

fn health(parent: &mut TableReader<'_>) -> Option<Health> {
    let mut t = parent.child("health")?;
    let health = Health {
        command: t.strings("command"),
        path: t.string("path"),
        interval: t.u32("interval"),
        timeout: t.u32("timeout"),
        retries: t.u32("retries"),
        start_period: t.u32("start_period"),
    };
    t.finish();
    Some(health)
}

fn statement(mut t: TableReader<'_>) -> Statement {
    let statement = Statement {
        actions: t.strings("actions"),
        resources: t.strings("resources"),
    };
    t.finish();
    statement
}

/// `secretsmanager:NAME`, `ssm:/PATH` or `keychain:NAME`.
pub(crate) fn secret(reader: &Reader, item: &Item, path: Path) -> Option<SecretRef> {
    let text = reader.string(item, &path)?;
    let found = match text.split_once(':') {
        Some((_, "")) | None => None,
        Some(("secretsmanager", name)) => Some(SecretRef::SecretsManager(name.to_owned())),
        Some(("ssm", name)) => Some(SecretRef::Ssm(name.to_owned())),
        Some(("keychain", name)) => Some(SecretRef::Keychain(name.to_owned())),
        Some(_) => None,
    };
    if found.is_none() {
        let fix = if text.starts_with("arn:") && text.contains(":secretsmanager:") {
            "Put secretsmanager: before the ARN"
        } else if text.starts_with("arn:") && text.contains(":ssm:") {
            "Put ssm: before the ARN"
        } else {
            "Write \"secretsmanager:NAME\" or \"ssm:/PATH\"; under [local.secrets] \"keychain:NAME\""
        };
        // The text is not repeated: it may be a secret that was pasted here.
        reader.report(
            Diagnostic::error(
                "secret-not-a-reference",
                &path,
                "A secret must be a reference, never a value",
            )
            .detail("The file is shared and reviewed, so no secret ever stands in it.")
            .fix(fix),
        );
    }
    found
}
