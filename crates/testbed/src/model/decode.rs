//! Bodies and forms as a tree of values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::shape::{Kind, Model, Operation, Protocol};
use super::{Checked, Problem, RequestParts};

/// Percent-decodes; what is no UTF-8 is replaced, which the checks then see.
pub(super) fn unescape(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// The pairs of a form or a query string.
pub(super) fn form(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |part: &str| unescape(&part.replace('+', " "));
        (plain(key), plain(value))
    })
}

impl Model {
    /// Decodes a request of `operation` and says what AWS would object to.
    #[must_use]
    pub fn check(&self, operation: &Operation, request: &RequestParts<'_>) -> Checked {
        let mut problems = Vec::new();
        let parameters = match self.protocol {
            Protocol::RestJson => self.rest(operation, request, &mut problems),
            Protocol::Json => self.json(request, &mut problems),
            Protocol::Query | Protocol::Ec2 => self.query(operation, request, &mut problems),
        };
        if let Some(input) = &operation.input {
            self.inspect(input, &parameters, "", &mut problems);
        }
        Checked {
            parameters,
            problems,
        }
    }

    fn json(&self, request: &RequestParts<'_>, problems: &mut Vec<Problem>) -> Value {
        let expected = format!("application/x-amz-json-{}", self.json_version);
        let sent = request
            .headers
            .get("content-type")
            .map_or("", String::as_str);
        if sent != expected {
            problems.push(Problem {
                path: String::new(),
                text: format!("content-type is {sent:?}, expected {expected}"),
            });
        }
        if (request.method, request.path) != ("POST", "/") {
            let text = format!(
                "sent as {} {}, expected POST /",
                request.method, request.path
            );
            problems.push(Problem {
                path: String::new(),
                text,
            });
        }
        json_body(request.body, problems)
    }

    fn query(
        &self,
        operation: &Operation,
        request: &RequestParts<'_>,
        problems: &mut Vec<Problem>,
    ) -> Value {
        let text = String::from_utf8_lossy(request.body);
        let pairs: BTreeMap<String, String> = form(&text).chain(form(request.query)).collect();
        let mut taken: BTreeSet<String> =
            BTreeSet::from(["Action".to_owned(), "Version".to_owned()]);
        let version = pairs.get("Version").map_or("", String::as_str);
        if version != self.api_version {
            let text = format!("is {version:?}, expected {:?}", self.api_version);
            problems.push(Problem {
                path: "Version".to_owned(),
                text,
            });
        }
        let value = operation
            .input
            .as_ref()
            .and_then(|input| self.in_form(input, "", &pairs, &mut taken))
            .unwrap_or_else(|| Value::Object(Map::new()));
        for key in pairs.keys().filter(|key| !taken.contains(*key)) {
            problems.push(Problem {
                path: key.clone(),
                text: "AWS knows no such member".to_owned(),
            });
        }
        value
    }

    /// The value under `prefix`, as its shape reads it; `None` when the form says nothing about it.
    fn in_form(
        &self,
        shape: &str,
        prefix: &str,
        pairs: &BTreeMap<String, String>,
        taken: &mut BTreeSet<String>,
    ) -> Option<Value> {
        let below = |name: &str| {
            if prefix.is_empty() {
                name.to_owned()
            } else {
                format!("{prefix}.{name}")
            }
        };
        let mentioned = |prefix: &str| {
            pairs.keys().any(|key| {
                key.strip_prefix(prefix)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match &self.shapes.get(shape)?.kind {
            Kind::Structure { members, .. } => {
                let mut object = Map::new();
                for (name, member) in members {
                    let key = below(&member.wire_name);
                    if let Some(value) = self.in_form(&member.shape, &key, pairs, taken) {
                        object.insert(name.clone(), value);
                    }
                }
                (prefix.is_empty() || mentioned(prefix)).then_some(Value::Object(object))
            }
            Kind::List {
                member,
                member_name,
                flattened,
            } => {
                let base = match (flattened, member_name) {
                    (false, name) => below(name.as_deref().unwrap_or("member")),
                    (true, Some(name)) => prefix
                        .rsplit_once('.')
                        .map_or_else(|| name.clone(), |(outer, _)| format!("{outer}.{name}")),
                    (true, None) => prefix.to_owned(),
                };
                let items: Vec<Value> = (1..)
                    .map(|index| format!("{base}.{index}"))
                    .take_while(|key| mentioned(key))
                    .filter_map(|key| self.in_form(member, &key, pairs, taken))
                    .collect();
                // An empty list is written as the bare name.
                let empty = pairs.get(prefix).is_some_and(String::is_empty)
                    && taken.insert(prefix.to_owned());
                (!items.is_empty() || empty).then_some(Value::Array(items))
            }
            Kind::Map {
                value,
                flattened,
                key_name,
                value_name,
                ..
            } => {
                let base = if *flattened {
                    prefix.to_owned()
                } else {
                    below("entry")
                };
                let mut object = Map::new();
                for key in (1..)
                    .map(|index| format!("{base}.{index}"))
                    .take_while(|key| mentioned(key))
                {
                    let name = format!("{key}.{key_name}");
                    let Some(text) = pairs.get(&name) else { break };
                    taken.insert(name);
                    let item = self.in_form(value, &format!("{key}.{value_name}"), pairs, taken)?;
                    object.insert(text.clone(), item);
                }
                (!object.is_empty()).then_some(Value::Object(object))
            }
            kind => {
                let text = pairs.get(prefix)?;
                taken.insert(prefix.to_owned());
                Some(scalar(kind, text))
            }
        }
    }
}

/// A value that travelled as text. What does not read as its type stays text, which the checks then see.
pub(super) fn scalar(kind: &Kind, text: &str) -> Value {
    let read = match kind {
        Kind::Integer => text.parse::<i64>().ok().map(Value::from),
        Kind::Float => text.parse::<f64>().ok().map(Value::from),
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

pub(super) fn json_body(body: &[u8], problems: &mut Vec<Problem>) -> Value {
    if body.is_empty() {
        return Value::Object(Map::new());
    }
    serde_json::from_slice(body).unwrap_or_else(|error| {
        problems.push(Problem {
            path: String::new(),
            text: format!("the body is not JSON: {error}"),
        });
        Value::Object(Map::new())
    })
}
