//! Fields that several kinds of elements share.

use super::{Field, Section};
use crate::card::short_digest;
use crate::{Effective, ElementId, Origin};
use slipway_design::{
    Build, Count, Design, Health, Image, SecretRef, Statement, Target, TextMap, Throttle,
};

pub(super) fn section(title: &'static str, fields: Vec<Field>) -> Section {
    Section { title, fields }
}

pub(super) fn image(image: Option<Effective<&Image>>) -> Vec<Field> {
    let Some(Effective { value, origin }) = image else {
        return vec![Field::new("Source", "none yet")];
    };
    let origin = Some(origin);
    match value {
        Image::Build(build) => build_fields(build, origin),
        Image::Ecr {
            repository,
            digest,
            tag,
        } => {
            let mut fields = vec![Field {
                origin,
                ..Field::new("ECR repository", repository).code()
            }];
            fields.extend(digest.as_ref().map(|digest| Field {
                origin,
                ..Field::new("Digest", short_digest(digest)).code()
            }));
            fields.extend(tag.as_ref().map(|tag| Field {
                origin,
                ..Field::new("Tag", tag).code()
            }));
            fields
        }
        Image::Registry { reference } => vec![Field {
            origin,
            ..Field::new("Image", reference).code()
        }],
    }
}

pub(super) fn build_fields(build: &Build, origin: Option<Origin>) -> Vec<Field> {
    let mut fields = vec![Field {
        origin,
        ..Field::new("Folder", &build.context).code()
    }];
    fields.push(match &build.dockerfile {
        Some(path) => Field {
            origin,
            ..Field::new("Dockerfile", path).code()
        },
        None => Field::new("Dockerfile", "Dockerfile").code().implied(),
    });
    fields.extend(build.target.as_ref().map(|stage| Field {
        origin,
        ..Field::new("Stage", stage).code()
    }));
    fields.extend(build.args.iter().map(|(name, value)| Field {
        origin,
        ..Field::new(format!("Argument {name}"), value).code()
    }));
    fields
}

pub(super) fn image_words(image: &Image) -> String {
    match image {
        Image::Build(build) => build.context.clone(),
        Image::Ecr { repository, .. } => repository.clone(),
        Image::Registry { reference } => reference.clone(),
    }
}

pub(super) fn tasks(count: &Count) -> String {
    match count {
        Count::Fixed(number) => number.to_string(),
        Count::Range {
            min,
            max,
            cpu,
            memory,
        } => {
            let mut text = format!("{min} to {max}");
            if let Some(percent) = cpu {
                text.push_str(&format!(", at {percent} % CPU"));
            }
            if let Some(percent) = memory {
                text.push_str(&format!(", at {percent} % memory"));
            }
            text
        }
    }
}

pub(super) fn health(health: &Health) -> Vec<Field> {
    let mut fields: Vec<Field> = words("Command", &health.command).into_iter().collect();
    fields.extend(
        health
            .path
            .as_ref()
            .map(|path| Field::new("Path", path).code().own()),
    );
    let seconds = |label, value: Option<u32>| {
        value.map(|value| Field::new(label, value.to_string()).unit("s").own())
    };
    fields.extend(seconds("Interval", health.interval));
    fields.extend(seconds("Timeout", health.timeout));
    fields.extend(seconds("Start period", health.start_period));
    fields.extend(
        health
            .retries
            .map(|retries| Field::new("Retries", retries.to_string()).own()),
    );
    fields
}

pub(super) fn env(variables: Vec<(&str, Effective<&str>)>) -> Vec<Field> {
    variables
        .into_iter()
        .map(|(name, value)| Field::of(name, &value).code())
        .collect()
}

pub(super) fn table(table: &TextMap) -> Vec<Field> {
    table
        .iter()
        .map(|(name, value)| Field::new(name, value).code().own())
        .collect()
}

/// A Lambda variable holds the ARN; a Fargate variable holds the value.
pub(super) fn secrets<'a>(
    secrets: impl IntoIterator<Item = (&'a String, &'a SecretRef)>,
    lambda: bool,
) -> Vec<Field> {
    secrets
        .into_iter()
        .map(|(name, secret)| {
            let place = match secret {
                SecretRef::SecretsManager(id) => format!("Secrets Manager {id}"),
                SecretRef::Ssm(path) => format!("SSM {path}"),
                SecretRef::Keychain(id) => format!("keychain {id}"),
            };
            Field::new(name, place)
                .code()
                .own()
                .unit(if lambda { "ARN" } else { "value" })
        })
        .collect()
}

pub(super) fn role(role: Option<&str>, allow: &[Statement], policies: &[String]) -> Vec<Field> {
    if let Some(arn) = role {
        return vec![Field::new("Yours", arn).code().own()];
    }
    let mut fields: Vec<Field> = allow
        .iter()
        .map(|statement| {
            Field::new(statement.actions.join(", "), statement.resources.join(", "))
                .code()
                .own()
        })
        .collect();
    fields.extend(
        policies
            .iter()
            .map(|arn| Field::new("Policy", arn).code().own()),
    );
    if fields.is_empty() {
        fields.push(Field::new("May", "its own log only").implied());
    }
    fields
}

pub(super) fn used_by(design: &Design, key: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    for (api_key, api) in &design.apis {
        for (route, value) in &api.routes {
            if matches!(&value.target, Target::Node(to) if to == key) {
                fields.push(
                    Field::new(api.title.as_deref().unwrap_or(api_key), route)
                        .code()
                        .leads(Some(ElementId::Route {
                            api: api_key.clone(),
                            key: route.clone(),
                        })),
                );
            }
        }
        for (name, authorizer) in &api.authorizers {
            if matches!(authorizer, slipway_design::Authorizer::Lambda { to, .. } if to == key) {
                fields.push(
                    Field::new(
                        api.title.as_deref().unwrap_or(api_key),
                        format!("authorizer {name}"),
                    )
                    .leads(Some(ElementId::Api(api_key.clone()))),
                );
            }
        }
    }
    if fields.is_empty() {
        fields.push(Field::new("Routes", "none leads here"));
    }
    fields
}

pub(super) fn throttle(throttle: Option<Throttle>) -> Vec<Field> {
    let Some(throttle) = throttle else {
        return vec![Field::new("Throttle", "the account's").implied()];
    };
    let mut fields = Vec::new();
    if let Some(rate) = throttle.rate {
        fields.push(Field::new("Rate", rate.to_string()).unit("/s").own());
    }
    if let Some(burst) = throttle.burst {
        fields.push(Field::new("Burst", burst.to_string()).own());
    }
    fields
}

pub(super) fn identity(key: &str, was: Option<&str>) -> Vec<Field> {
    let mut fields = vec![Field::new("Key", key).code()];
    fields.extend(was.map(|was| Field::new("Formerly", was).code()));
    fields
}

pub(super) fn target_words(target: &Target) -> String {
    match target {
        Target::Node(key) => key.clone(),
        Target::Url(url) => url.clone(),
        Target::Open => "nothing yet".to_owned(),
    }
}

pub(super) fn words(label: &'static str, words: &[String]) -> Option<Field> {
    (!words.is_empty()).then(|| Field::new(label, words.join(" ")).code().own())
}

pub(super) fn flag(label: &'static str, value: Option<bool>) -> Field {
    let field = Field::new(label, on_off(value.unwrap_or(false)));
    if value.is_some() {
        field.own()
    } else {
        field.implied()
    }
}

pub(super) fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
