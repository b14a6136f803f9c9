//! How a setting is entered, and how what was entered becomes a value of the file.

use super::field::Wrong;
use slipway_design::{Keyed, Literal};

/// One of the values that a setting can have.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub label: String,
    pub value: Literal,
}

/// Where a secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretKind {
    /// As the file writes it: `ssm`.
    pub word: &'static str,
    pub name: &'static str,
    /// What the rest of the reference looks like.
    pub example: &'static str,
}

/// The places that AWS reads a secret from.
pub(crate) const CLOUD_SECRETS: &[SecretKind] = &[
    SecretKind {
        word: "secretsmanager",
        name: "Secrets Manager",
        example: "shop/api-key",
    },
    SecretKind {
        word: "ssm",
        name: "Parameter Store",
        example: "/shop/db-url",
    },
];

/// The place that this computer reads a secret from.
pub(crate) const LOCAL_SECRETS: &[SecretKind] = &[SecretKind {
    word: "keychain",
    name: "Keychain",
    example: "shop-api-key",
}];

/// How a setting is entered.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// A line of text.
    Text {
        suggestions: Vec<String>,
        example: &'static str,
    },
    /// A number; whole where the step is. An infinite `max` is none.
    Number { min: f64, max: f64, step: f64 },
    /// One of a few values.
    Choice { options: Vec<Choice> },
    /// On or off.
    Toggle,
    /// Names and texts.
    KeyValues {
        key: &'static str,
        value: &'static str,
        names: Vec<String>,
    },
    /// Names and references to secrets, never their values.
    Secrets { kinds: &'static [SecretKind] },
    /// Texts in order.
    List {
        item: &'static str,
        suggestions: Vec<String>,
    },
    /// Where an image comes from; only Fargate takes one from any registry.
    Image { any_registry: bool },
    /// A number of tasks, or a range of it with what it follows.
    Count,
    /// What a role may do.
    Statements,
    /// What a route leads to: `{}`, `{ to = "orders" }` or `{ url = "https://…" }`.
    Target { nodes: Vec<Choice> },
    /// The key, which is changed by a rename.
    Key { keyed: Keyed },
    /// Said and not changed here.
    Fact,
}

impl Control {
    pub(crate) fn text(example: &'static str) -> Self {
        Self::Text {
            suggestions: Vec::new(),
            example,
        }
    }

    pub(crate) fn number(min: u32, max: u32) -> Self {
        Self::Number {
            min: f64::from(min),
            max: f64::from(max),
            step: 1.0,
        }
    }

    pub(crate) fn words<I: IntoIterator<Item = (&'static str, &'static str)>>(options: I) -> Self {
        Self::Choice {
            options: options
                .into_iter()
                .map(|(value, label)| Choice {
                    label: label.to_owned(),
                    value: value.into(),
                })
                .collect(),
        }
    }

    pub(crate) fn list(item: &'static str, suggestions: &[&str]) -> Self {
        Self::List {
            item,
            suggestions: suggestions.iter().map(|&it| it.to_owned()).collect(),
        }
    }

    /// What of the file below its own path the control can write; empty for a single value.
    pub fn parts(&self) -> &'static [&'static str] {
        match self {
            Self::Image { any_registry: true } => &[
                "build",
                "dockerfile",
                "target",
                "args",
                "ecr",
                "digest",
                "tag",
                "registry",
            ],
            Self::Image {
                any_registry: false,
            } => &[
                "build",
                "dockerfile",
                "target",
                "args",
                "ecr",
                "digest",
                "tag",
            ],
            Self::Count => &["min", "max", "cpu", "memory"],
            Self::Statements => &["actions", "resources"],
            Self::Target { .. } => &["to", "url"],
            _ => &[],
        }
    }

    /// Whether it makes sense to set it for several elements at once.
    pub(crate) fn is_common(&self) -> bool {
        matches!(
            self,
            Self::Number { .. } | Self::Choice { .. } | Self::Toggle
        )
    }

    /// The limit in words; empty when the control itself shows it.
    pub(crate) fn limit(&self, unit: &str) -> String {
        match self {
            Self::Number { min, max, .. } if *max >= f64::from(u32::MAX) => {
                format!("{min} or more")
            }
            Self::Number { min, max, .. } => {
                let space = if unit.is_empty() { "" } else { " " };
                format!("{} to {}{space}{unit}", grouped(*min), grouped(*max))
            }
            _ => String::new(),
        }
    }

    /// What was entered as a value of the file, as far as the shape goes.
    pub(crate) fn take(&self, input: &Literal) -> Result<Literal, Wrong> {
        match (self, input) {
            (Self::Number { step, min, .. }, Literal::String(text)) => number(text, *step, *min),
            (Self::Number { .. }, Literal::Integer(_) | Literal::Float(_)) => Ok(input.clone()),
            (Self::Choice { options }, input) => options
                .iter()
                .find(|option| option.value == *input || spelled(&option.value) == spelled(input))
                .map(|option| option.value.clone())
                .ok_or_else(|| {
                    let known: Vec<&str> =
                        options.iter().map(|option| option.label.as_str()).collect();
                    Wrong::new(format!(
                        "`{}` is none of the choices. Choose {}",
                        spelled(input),
                        known.join(", ")
                    ))
                }),
            (Self::Toggle, Literal::Boolean(_)) => Ok(input.clone()),
            (Self::Text { .. }, Literal::String(text)) => {
                let text = text.trim();
                if text.is_empty() {
                    return Err(Wrong::new(
                        "It is empty. Write something, or reset it to its default",
                    ));
                }
                Ok(text.into())
            }
            (Self::KeyValues { .. } | Self::Secrets { .. }, Literal::Table(rows)) => {
                for (at, (key, value)) in rows.iter().enumerate() {
                    if key.trim().is_empty() {
                        return Err(Wrong::new(
                            "The name is missing. Write one, or remove the row",
                        )
                        .row(at));
                    }
                    if rows[..at].iter().any(|(other, _)| other == key) {
                        return Err(Wrong::new(format!(
                            "`{key}` stands there twice. Give one of them another name"
                        ))
                        .row(at));
                    }
                    if let (Self::Secrets { kinds }, Literal::String(text)) = (self, value) {
                        reference(text, kinds).map_err(|wrong| wrong.row(at))?;
                    }
                }
                Ok(input.clone())
            }
            (Self::List { item, .. }, Literal::Array(items)) => {
                for (at, value) in items.iter().enumerate() {
                    let empty = matches!(value, Literal::String(text) if text.trim().is_empty());
                    if empty {
                        return Err(Wrong::new(format!(
                            "The {item} is empty. Write it, or remove the row"
                        ))
                        .row(at));
                    }
                }
                Ok(input.clone())
            }
            (Self::Statements, Literal::Array(_))
            | (Self::Image { .. } | Self::Target { .. }, Literal::Table(_))
            | (Self::Count, Literal::Table(_) | Literal::Integer(_)) => Ok(input.clone()),
            (Self::Count, Literal::String(text)) => number(text, 1.0, 0.0),
            _ => Err(Wrong::new("This cannot be entered here")),
        }
    }
}

fn reference(text: &str, kinds: &[SecretKind]) -> Result<(), Wrong> {
    let known = text.split_once(':').and_then(|(word, rest)| {
        let kind = kinds.iter().find(|kind| kind.word == word)?;
        Some((kind, rest))
    });
    match known {
        None => Err(Wrong::new(format!(
            "It does not say where the secret is kept. Choose {}",
            kinds
                .iter()
                .map(|kind| kind.name)
                .collect::<Vec<_>>()
                .join(" or ")
        ))),
        Some((kind, rest)) if rest.trim().is_empty() => Err(Wrong::new(format!(
            "The name of the secret is missing. Write it like {}",
            kind.example
        ))),
        Some(_) => Ok(()),
    }
}

fn number(text: &str, step: f64, example: f64) -> Result<Literal, Wrong> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '_'))
        .collect();
    if let Ok(whole) = plain.parse::<i64>() {
        return Ok(Literal::Integer(whole));
    }
    let value = plain
        .replace(',', ".")
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite());
    match value {
        None => Err(Wrong::new(format!(
            "`{text}` is not a number. Write digits, such as {example}"
        ))),
        Some(value) if step.fract() == 0.0 && value.fract() != 0.0 => Err(Wrong::new(format!(
            "`{text}` is not a whole number. Write {}",
            value.round()
        ))),
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
            Ok(Literal::Integer(value as i64))
        }
        Some(value) => Ok(Literal::Float(value)),
    }
}

/// A value as people write it in a field.
pub(crate) fn spelled(value: &Literal) -> String {
    match value {
        Literal::String(text) => text.clone(),
        other => other.to_toml(),
    }
}

fn grouped(number: f64) -> String {
    if number.fract() != 0.0 || number.abs() < 10_000.0 {
        return number.to_string();
    }
    let digits = format!("{}", number.abs());
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
