//! AWS's own description of its calls, as botocore ships it, and the check of a request against it.
//!
//! A [`Model`] is one `service-2.json`. It names the operation of a request ([`Model::identify`]) and says what
//! AWS would not accept about it ([`Model::check`]): unknown and missing members, types, enums, lengths,
//! ranges and patterns, wherever a member travels (URI, query string, header, body, form).
//!
//! Protocols: rest-json (lambda, apigatewayv2), json (ecr, logs, ecs, servicediscovery), query (iam, sts, elbv2), ec2.

mod decode;
mod identify;
mod rest;
mod shape;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

pub use shape::{Model, Operation, Protocol};

/// Why a service model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The files cannot be read.
    #[error("botocore's model of {service} cannot be read: {reason}")]
    Unreadable {
        /// botocore's folder name.
        service: String,
        /// The system's or the decoder's reason.
        reason: String,
    },
    /// The file is no service model of a supported protocol.
    #[error("botocore's model of {service} is not understood: {reason}")]
    Unknown {
        /// botocore's folder name.
        service: String,
        /// What is missing or unexpected.
        reason: String,
    },
}

/// What is wrong with one member of a request, or with the request as such (empty path).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Members from the outside in, as in `Tags[0].Key`.
    pub path: String,
    /// What AWS would object to.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.text)
        } else {
            write!(formatter, "{}: {}", self.path, self.text)
        }
    }
}

/// The parts of an HTTP request that a model looks at. Path and query as they stood on the request line.
#[derive(Debug, Clone, Copy)]
pub struct RequestParts<'a> {
    /// GET, POST ...
    pub method: &'a str,
    /// Percent-encoded, without the query.
    pub path: &'a str,
    /// Percent-encoded, without the question mark.
    pub query: &'a str,
    /// Names in lower case.
    pub headers: &'a BTreeMap<String, String>,
    /// The whole body.
    pub body: &'a [u8],
}

/// What a model says of a request that it could name.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The members as an object, decoded from wherever they travelled.
    pub parameters: Value,
    /// In no particular order.
    pub problems: Vec<Problem>,
}

/// botocore's folder names of the services that the bed knows, with the name requests are signed for.
const SERVICES: [(&str, &str); 11] = [
    ("apigatewayv2", "apigateway"),
    ("application-autoscaling", "application-autoscaling"),
    ("ec2", "ec2"),
    ("ecr", "ecr"),
    ("ecs", "ecs"),
    ("elbv2", "elasticloadbalancing"),
    ("iam", "iam"),
    ("lambda", "lambda"),
    ("logs", "logs"),
    ("servicediscovery", "servicediscovery"),
    ("sts", "sts"),
];

/// The models of a botocore installation, each read when it is first needed.
#[derive(Debug)]
pub struct Models {
    folder: PathBuf,
    read: [OnceLock<Result<Model, String>>; SERVICES.len()],
}

impl Models {
    /// Takes botocore's `data` folder.
    ///
    /// # Errors
    /// [`ModelError::Unreadable`] when a model that the bed needs is not there.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let models = Self {
            folder: folder.to_owned(),
            read: Default::default(),
        };
        for (service, _) in SERVICES {
            models.file(service)?;
        }
        Ok(models)
    }

    /// botocore's folder name for the service that a request is signed for.
    #[must_use]
    pub fn signed_for(signing_name: &str) -> Option<&'static str> {
        SERVICES
            .iter()
            .find(|(_, name)| *name == signing_name)
            .map(|(service, _)| *service)
    }

    /// The model of a service by botocore's folder name; `None` for a service the bed does not know.
    ///
    /// # Errors
    /// [`ModelError`] when its file cannot be read or understood.
    pub fn get(&self, service: &str) -> Option<Result<&Model, ModelError>> {
        let index = SERVICES.iter().position(|(name, _)| *name == service)?;
        let read =
            self.read[index].get_or_init(|| self.load(service).map_err(|error| error.to_string()));
        Some(read.as_ref().map_err(|reason| ModelError::Unknown {
            service: service.to_owned(),
            reason: reason.clone(),
        }))
    }

    fn load(&self, service: &str) -> Result<Model, ModelError> {
        let unreadable = |error: std::io::Error| ModelError::Unreadable {
            service: service.to_owned(),
            reason: error.to_string(),
        };
        let path = self.file(service)?;
        let bytes = fs::read(&path).map_err(unreadable)?;
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice())
                .read_to_end(&mut text)
                .map_err(unreadable)?;
            return Model::parse(service, &text);
        }
        Model::parse(service, &bytes)
    }

    /// The newest version's file.
    fn file(&self, service: &str) -> Result<PathBuf, ModelError> {
        let folder = self.folder.join(service);
        let unreadable = |reason: String| ModelError::Unreadable {
            service: service.to_owned(),
            reason,
        };
        let mut versions: Vec<PathBuf> = fs::read_dir(&folder)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect()
            })
            .map_err(|error| unreadable(format!("{}: {error}", folder.display())))?;
        versions.sort();
        versions
            .iter()
            .rev()
            .flat_map(|version| {
                [
                    version.join("service-2.json.gz"),
                    version.join("service-2.json"),
                ]
            })
            .find(|path| path.is_file())
            .ok_or_else(|| unreadable(format!("no service-2.json in {}", folder.display())))
    }
}
