//! Shapes and operations of a service model.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::ModelError;

/// How a service's requests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Members in URI, query string, headers and a JSON body.
    RestJson,
    /// One JSON body, the operation in `X-Amz-Target`.
    Json,
    /// A form, the operation in `Action`.
    Query,
    /// EC2's own: as `Query`, with names of its own and every list flattened.
    Ec2,
}

impl Protocol {
    /// Whether everything travels as text.
    pub(super) fn is_form(self) -> bool {
        matches!(self, Self::Query | Self::Ec2)
    }
}

/// One service as AWS describes it.
#[derive(Debug)]
pub struct Model {
    pub(super) service: String,
    pub(super) protocol: Protocol,
    pub(super) target_prefix: String,
    pub(super) json_version: String,
    pub(super) api_version: String,
    pub(super) operations: BTreeMap<String, Operation>,
    pub(super) shapes: BTreeMap<String, Shape>,
}

/// One call.
#[derive(Debug)]
pub struct Operation {
    /// As AWS writes it: `CreateFunction`.
    pub name: String,
    /// Whether it can change something. By the HTTP method for rest-json, else by its verb.
    pub mutating: bool,
    pub(super) method: String,
    /// Path template, without its query part.
    pub(super) path: String,
    /// Constants of the query string that belong to the template.
    pub(super) query: Vec<(String, String)>,
    pub(super) input: Option<String>,
}

#[derive(Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    /// Matches the whole of a value; `None` when there is none or it uses what the engine lacks.
    pub(super) pattern: Option<Regex>,
    pub(super) choices: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Kind {
    Structure {
        members: BTreeMap<String, Member>,
        required: Vec<String>,
        union: bool,
        payload: Option<String>,
    },
    List {
        member: String,
        member_name: Option<String>,
        flattened: bool,
    },
    Map {
        key: String,
        value: String,
        flattened: bool,
        key_name: String,
        value_name: String,
    },
    String,
    Integer,
    Float,
    Boolean,
    Timestamp,
    Blob,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) shape: String,
    pub(super) location: Option<String>,
    pub(super) wire_name: String,
}

#[derive(Deserialize)]
struct RawModel {
    metadata: RawMetadata,
    operations: BTreeMap<String, RawOperation>,
    shapes: BTreeMap<String, RawShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMetadata {
    api_version: String,
    protocol: String,
    #[serde(default)]
    target_prefix: String,
    #[serde(default)]
    json_version: String,
}

#[derive(Deserialize)]
struct RawOperation {
    #[serde(default)]
    http: RawHttp,
    input: Option<RawReference>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct RawHttp {
    #[serde(default)]
    method: String,
    #[serde(default)]
    request_uri: String,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
struct RawReference {
    shape: String,
    location: Option<String>,
    location_name: Option<String>,
    query_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawShape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    members: BTreeMap<String, RawReference>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    union: bool,
    payload: Option<String>,
    member: Option<RawReference>,
    key: Option<RawReference>,
    value: Option<RawReference>,
    #[serde(default)]
    flattened: bool,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<String>,
    #[serde(default, rename = "enum")]
    choices: Vec<String>,
}

/// Verbs that only look. Everything else is taken as changing something.
const READING: [&str; 12] = [
    "Get",
    "List",
    "Describe",
    "BatchGet",
    "BatchCheck",
    "Search",
    "Lookup",
    "Filter",
    "Discover",
    "Simulate",
    "Test",
    "Decode",
];

impl Model {
    /// Reads a `service-2.json`.
    ///
    /// # Errors
    /// [`ModelError::Unknown`] when it is something else, or of a protocol that is not supported.
    pub fn parse(service: &str, text: &[u8]) -> Result<Self, ModelError> {
        let unknown = |reason: String| ModelError::Unknown {
            service: service.to_owned(),
            reason,
        };
        let raw: RawModel =
            serde_json::from_slice(text).map_err(|error| unknown(error.to_string()))?;
        let protocol = match raw.metadata.protocol.as_str() {
            "rest-json" => Protocol::RestJson,
            "json" => Protocol::Json,
            "query" => Protocol::Query,
            "ec2" => Protocol::Ec2,
            other => return Err(unknown(format!("its protocol is {other}"))),
        };
        let operations = raw
            .operations
            .into_iter()
            .map(|(name, raw)| (name.clone(), operation(name, raw, protocol)));
        let shapes = raw
            .shapes
            .into_iter()
            .map(|(name, raw)| {
                shape(raw, protocol)
                    .map(|shape| (name.clone(), shape))
                    .map_err(|reason| unknown(format!("shape {name}: {reason}")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            service: service.to_owned(),
            protocol,
            target_prefix: raw.metadata.target_prefix,
            json_version: raw.metadata.json_version,
            api_version: raw.metadata.api_version,
            operations: operations.collect(),
            shapes,
        })
    }

    /// botocore's folder name of the service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// How its requests are written.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }
}

fn operation(name: String, raw: RawOperation, protocol: Protocol) -> Operation {
    let (path, query) = raw
        .http
        .request_uri
        .split_once('?')
        .unwrap_or((&raw.http.request_uri, ""));
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let mutating = match protocol {
        Protocol::RestJson => !matches!(raw.http.method.as_str(), "GET" | "HEAD"),
        Protocol::Json | Protocol::Query | Protocol::Ec2 => {
            !READING.iter().any(|verb| name.starts_with(verb))
        }
    };
    Operation {
        mutating,
        method: raw.http.method,
        path: path.to_owned(),
        query,
        input: raw.input.map(|input| input.shape),
        name,
    }
}

/// EC2 capitalises the name of a location, unless the form has a name of its own.
fn wire_name(name: &str, reference: &RawReference, protocol: Protocol) -> String {
    let located = reference.location_name.clone();
    if protocol != Protocol::Ec2 {
        return located.unwrap_or_else(|| name.to_owned());
    }
    reference.query_name.clone().unwrap_or_else(|| {
        let located = located.unwrap_or_else(|| name.to_owned());
        let mut letters = located.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    })
}

fn shape(raw: RawShape, protocol: Protocol) -> Result<Shape, String> {
    let needed = |reference: Option<RawReference>, what: &str| {
        reference.ok_or_else(|| format!("it has no {what}"))
    };
    let kind = match raw.kind.as_str() {
        "structure" => Kind::Structure {
            members: raw
                .members
                .into_iter()
                .map(|(name, reference)| {
                    let wire_name = wire_name(&name, &reference, protocol);
                    (
                        name,
                        Member {
                            shape: reference.shape,
                            location: reference.location,
                            wire_name,
                        },
                    )
                })
                .collect(),
            required: raw.required,
            union: raw.union,
            payload: raw.payload,
        },
        "list" => {
            let member = needed(raw.member, "member")?;
            Kind::List {
                member: member.shape,
                member_name: member.location_name.filter(|_| protocol != Protocol::Ec2),
                flattened: raw.flattened || protocol == Protocol::Ec2,
            }
        }
        "map" => {
            let (key, value) = (needed(raw.key, "key")?, needed(raw.value, "value")?);
            Kind::Map {
                key_name: key.location_name.unwrap_or_else(|| "key".to_owned()),
                value_name: value.location_name.unwrap_or_else(|| "value".to_owned()),
                key: key.shape,
                value: value.shape,
                flattened: raw.flattened,
            }
        }
        "string" | "character" => Kind::String,
        "integer" | "long" | "short" | "byte" | "bigInteger" => Kind::Integer,
        "float" | "double" | "bigDecimal" => Kind::Float,
        "boolean" => Kind::Boolean,
        "timestamp" => Kind::Timestamp,
        "blob" => Kind::Blob,
        other => return Err(format!("its type is {other}")),
    };
    // AWS matches the whole value. A few patterns look around, which this engine does not: those go unchecked.
    let pattern = raw
        .pattern
        .and_then(|pattern| Regex::new(&format!("^(?s:{pattern})$")).ok());
    Ok(Shape {
        kind,
        min: raw.min,
        max: raw.max,
        pattern,
        choices: raw.choices,
    })
}
