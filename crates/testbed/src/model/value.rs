//! A decoded value against its shape.

use base64::Engine as _;
use serde_json::Value;

use super::Problem;
use super::shape::{Kind, Member, Model, Protocol, Shape};

impl Model {
    /// Adds what AWS would object to about `value`. `path` is empty for the request as a whole.
    pub(super) fn inspect(
        &self,
        shape: &str,
        value: &Value,
        path: &str,
        problems: &mut Vec<Problem>,
    ) {
        let Some(shape) = self.shapes.get(shape) else {
            // The models are closed: a reference to nothing would be a fault of the model itself.
            problems.push(Problem {
                path: path.to_owned(),
                text: format!("the model has no shape {shape}"),
            });
            return;
        };
        let mut object_to = |text: String| {
            problems.push(Problem {
                path: path.to_owned(),
                text,
            })
        };
        match (&shape.kind, value) {
            (Kind::Structure { .. }, Value::Object(_)) => {
                self.inspect_structure(shape, value, path, problems)
            }
            (Kind::List { member, .. }, Value::Array(items)) => {
                within(shape, items.len() as f64, "items", &mut object_to);
                for (index, item) in items.iter().enumerate() {
                    self.inspect(member, item, &format!("{path}[{index}]"), problems);
                }
            }
            (Kind::Map { key, value, .. }, Value::Object(entries)) => {
                within(shape, entries.len() as f64, "entries", &mut object_to);
                for (name, entry) in entries {
                    self.inspect(
                        key,
                        &Value::String(name.clone()),
                        &format!("{path}{{{name}}}"),
                        problems,
                    );
                    self.inspect(value, entry, &format!("{path}[{name:?}]"), problems);
                }
            }
            (Kind::String, Value::String(text)) => {
                within(
                    shape,
                    text.chars().count() as f64,
                    "characters",
                    &mut object_to,
                );
                if let Some(pattern) = &shape.pattern
                    && !pattern.is_match(text)
                {
                    object_to(format!("{text:?} does not match {}", plain(pattern)));
                }
                if !shape.choices.is_empty() && !shape.choices.contains(text) {
                    object_to(format!("{text:?} is none of {}", shape.choices.join(", ")));
                }
            }
            (Kind::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                within(
                    shape,
                    number.as_f64().unwrap_or_default(),
                    "",
                    &mut object_to,
                );
            }
            (Kind::Float, Value::Number(number)) => within(
                shape,
                number.as_f64().unwrap_or_default(),
                "",
                &mut object_to,
            ),
            (Kind::Boolean, Value::Bool(_)) => {}
            // Seconds in JSON, ISO 8601 in a form, either in a query string.
            (Kind::Timestamp, Value::Number(_)) if !self.protocol.is_form() => {}
            (Kind::Timestamp, Value::String(_)) if self.protocol != Protocol::Json => {}
            (Kind::Blob, Value::String(text)) => {
                match base64::engine::general_purpose::STANDARD.decode(text) {
                    Ok(bytes) => within(shape, bytes.len() as f64, "bytes", &mut object_to),
                    Err(error) => object_to(format!("is not base64: {error}")),
                }
            }
            (kind, other) => {
                object_to(format!("is {}, expected {}", kind_of(other), name_of(kind)))
            }
        }
    }

    fn inspect_structure(
        &self,
        shape: &Shape,
        value: &Value,
        path: &str,
        problems: &mut Vec<Problem>,
    ) {
        let (
            Kind::Structure {
                members,
                required,
                union,
                ..
            },
            Value::Object(object),
        ) = (&shape.kind, value)
        else {
            return;
        };
        let below = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        // What was gathered from several places or from a form is named as the model names it, JSON as it travels.
        let as_it_travels = match self.protocol {
            Protocol::Json => true,
            Protocol::RestJson => !path.is_empty(),
            Protocol::Query | Protocol::Ec2 => false,
        };
        let named = |key: &str| -> Option<(&String, &Member)> {
            if as_it_travels {
                members.iter().find(|(_, member)| member.wire_name == key)
            } else {
                members.get_key_value(key)
            }
        };
        let mut present = Vec::new();
        for (key, entry) in object {
            let Some((name, member)) = named(key) else {
                problems.push(Problem {
                    path: below(key),
                    text: "AWS knows no such member".to_owned(),
                });
                continue;
            };
            // An explicit null is taken as absent.
            if !entry.is_null() {
                present.push(name);
                self.inspect(&member.shape, entry, &below(name), problems);
            }
        }
        for name in required.iter().filter(|name| !present.contains(name)) {
            problems.push(Problem {
                path: below(name),
                text: "is required and missing".to_owned(),
            });
        }
        if *union && present.len() != 1 {
            let text = format!("has {} members of a union, expected one", present.len());
            problems.push(Problem {
                path: path.to_owned(),
                text,
            });
        }
    }
}

fn within(shape: &Shape, size: f64, unit: &str, object_to: &mut impl FnMut(String)) {
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    if let Some(min) = shape.min.filter(|min| size < *min) {
        object_to(format!("{size}{unit} is below the least of {min}"));
    }
    if let Some(max) = shape.max.filter(|max| size > *max) {
        object_to(format!("{size}{unit} is above the most of {max}"));
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn name_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Structure { .. } | Kind::Map { .. } => "an object",
        Kind::List { .. } => "a list",
        Kind::String => "a string",
        Kind::Integer => "a whole number",
        Kind::Float => "a number",
        Kind::Boolean => "a boolean",
        Kind::Timestamp => "a time",
        Kind::Blob => "base64 text",
    }
}

/// A pattern as the model writes it, without the frame that makes it match the whole.
fn plain(pattern: &regex::Regex) -> &str {
    let text = pattern.as_str();
    text.strip_prefix("^(?s:")
        .and_then(|rest| rest.strip_suffix(")$"))
        .unwrap_or(text)
}
