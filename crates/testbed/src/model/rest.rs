//! Requests of the rest-json protocol: members in the URI, the query string, headers and the body.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::decode::{form, json_body, scalar};
use super::shape::{Kind, Member, Model, Operation};
use super::{Problem, RequestParts};

impl Model {
    pub(super) fn rest(
        &self,
        operation: &Operation,
        request: &RequestParts<'_>,
        problems: &mut Vec<Problem>,
    ) -> Value {
        let structure = operation
            .input
            .as_ref()
            .and_then(|input| self.shapes.get(input))
            .map(|shape| &shape.kind);
        let Some(Kind::Structure {
            members, payload, ..
        }) = structure
        else {
            refuse_body(request.body, problems);
            refuse_query(request.query, operation, &BTreeSet::new(), problems);
            return Value::Object(Map::new());
        };
        let mut object = Map::new();
        let labels = self
            .by_path(request)
            .map(|(_, labels)| labels)
            .unwrap_or_default();
        let query: Vec<(String, String)> = form(request.query).collect();
        let mut known = BTreeSet::new();
        let mut in_body = Map::new();
        for (name, member) in members {
            let value = match member.location.as_deref() {
                Some("uri") => labels
                    .get(&member.wire_name)
                    .map(|text| self.text(member, text)),
                Some("querystring") => {
                    known.insert(member.wire_name.as_str());
                    self.in_query(member, &query)
                }
                Some("header") => request
                    .headers
                    .get(&member.wire_name.to_ascii_lowercase())
                    .map(|text| self.text(member, text)),
                Some("headers") => prefixed(&member.wire_name, request),
                _ => {
                    in_body.insert(member.wire_name.clone(), Value::String(name.clone()));
                    None
                }
            };
            if let Some(value) = value {
                object.insert(name.clone(), value);
            }
        }
        refuse_query(request.query, operation, &known, problems);
        match payload {
            Some(name) => self.payload(name, members.get(name), request, &mut object, problems),
            None if in_body.is_empty() => refuse_body(request.body, problems),
            None => self.body(&in_body, request, &mut object, problems),
        }
        Value::Object(object)
    }

    /// The members that have no place of their own, as one JSON object.
    fn body(
        &self,
        names: &Map<String, Value>,
        request: &RequestParts<'_>,
        object: &mut Map<String, Value>,
        problems: &mut Vec<Problem>,
    ) {
        if !request.body.is_empty() {
            let sent = request
                .headers
                .get("content-type")
                .map_or("", String::as_str);
            // Clients send both; AWS takes both.
            if !matches!(sent, "application/json" | "application/x-amz-json-1.1") {
                let text = format!("content-type is {sent:?}, expected application/json");
                problems.push(Problem {
                    path: String::new(),
                    text,
                });
            }
        }
        let Value::Object(body) = json_body(request.body, problems) else {
            problems.push(Problem {
                path: String::new(),
                text: "the body is not a JSON object".to_owned(),
            });
            return;
        };
        for (wire_name, value) in body {
            match names.get(&wire_name) {
                Some(Value::String(name)) => {
                    object.insert(name.clone(), value);
                }
                _ => problems.push(Problem {
                    path: wire_name,
                    text: "AWS knows no such member".to_owned(),
                }),
            }
        }
    }

    /// A member that is the whole body.
    fn payload(
        &self,
        name: &str,
        member: Option<&Member>,
        request: &RequestParts<'_>,
        object: &mut Map<String, Value>,
        problems: &mut Vec<Problem>,
    ) {
        let kind = member
            .and_then(|member| self.shapes.get(&member.shape))
            .map(|shape| &shape.kind);
        if request.body.is_empty() {
            return;
        }
        let value = match kind {
            Some(Kind::Structure { .. }) => json_body(request.body, problems),
            // As base64, as every blob stands in these values.
            _ => Value::String(base64::Engine::encode(
                &base64::engine::general_purpose::STANDARD,
                request.body,
            )),
        };
        object.insert(name.to_owned(), value);
    }

    fn text(&self, member: &Member, text: &str) -> Value {
        match self.shapes.get(&member.shape) {
            Some(shape) => scalar(&shape.kind, text),
            None => Value::String(text.to_owned()),
        }
    }

    fn in_query(&self, member: &Member, query: &[(String, String)]) -> Option<Value> {
        let mut given = query
            .iter()
            .filter(|(key, _)| *key == member.wire_name)
            .map(|(_, value)| value.as_str());
        match &self.shapes.get(&member.shape)?.kind {
            Kind::List { member, .. } => {
                let kind = &self.shapes.get(member)?.kind;
                let items: Vec<Value> = given.map(|text| scalar(kind, text)).collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            kind => given.next().map(|text| scalar(kind, text)),
        }
    }
}

fn prefixed(prefix: &str, request: &RequestParts<'_>) -> Option<Value> {
    let prefix = prefix.to_ascii_lowercase();
    let object: Map<String, Value> = request
        .headers
        .iter()
        .filter_map(|(key, value)| {
            Some((
                key.strip_prefix(&prefix)?.to_owned(),
                Value::String(value.clone()),
            ))
        })
        .collect();
    (!object.is_empty()).then_some(Value::Object(object))
}

fn refuse_body(body: &[u8], problems: &mut Vec<Problem>) {
    // An empty object is what some clients send for "no body".
    if !body.is_empty() && body != b"{}" {
        problems.push(Problem {
            path: String::new(),
            text: "this operation has no body".to_owned(),
        });
    }
}

fn refuse_query(
    query: &str,
    operation: &Operation,
    known: &BTreeSet<&str>,
    problems: &mut Vec<Problem>,
) {
    for (key, _) in form(query) {
        if !known.contains(key.as_str())
            && !operation.query.iter().any(|(constant, _)| *constant == key)
        {
            problems.push(Problem {
                path: key,
                text: "AWS knows no such query parameter".to_owned(),
            });
        }
    }
}
