//! What can go wrong on the way, on demand.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::model::Protocol;

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FaultEffect {
    /// Passed on after this long.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Applied by AWS; the connection is closed in place of the answer.
    DropReply,
    /// Never reaches AWS; the connection is closed.
    DropRequest,
    /// Never reaches AWS; the connection is reset.
    Reset,
    /// Never reaches AWS; refused for going too fast, as the service words it: 429 `TooManyRequestsException`
    /// for rest-json, 400 `ThrottlingException` for json, 400 `Throttling` for query, 429 for the registry.
    Throttle,
    /// Never reaches AWS; a failure of the service.
    ServerError {
        /// 500 to 599.
        status: u16,
    },
    /// Never reaches AWS; refused with this error, in the service's shape.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// `AccessDeniedException`, for the registry `DENIED`.
        code: String,
        /// For people.
        message: String,
    },
    /// Applied by AWS; half of the answer's body arrives as if it were whole.
    TruncateReply,
    /// Applied by AWS; the answer arrives with its status and without its body.
    EmptyReply,
    /// Never reaches AWS; something between answers 200 with a page of its own.
    ForeignPage,
}

impl FaultEffect {
    /// The name under which a call says that it met this.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::DropReply => "drop_reply",
            Self::DropRequest => "drop_request",
            Self::Reset => "reset",
            Self::Throttle => "throttle",
            Self::ServerError { .. } => "server_error",
            Self::Refuse { .. } => "refuse",
            Self::TruncateReply => "truncate_reply",
            Self::EmptyReply => "empty_reply",
            Self::ForeignPage => "foreign_page",
        }
    }
}

/// How long a fault stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultLimit {
    /// For this many calls.
    Times(u32),
    /// For this many milliseconds from the moment it was added.
    Milliseconds(u64),
    /// Until faults are cleared.
    Always,
}

/// A fault and the calls it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// As in [`super::Call::service`]; every service when `None`.
    #[serde(default)]
    pub service: Option<String>,
    /// As in [`super::Call::operation`]; every operation when `None`.
    #[serde(default)]
    pub operation: Option<String>,
    /// This many fitting calls pass first.
    #[serde(default)]
    pub skip: u32,
    /// What happens.
    pub effect: FaultEffect,
    /// How long it stays.
    pub limit: FaultLimit,
}

impl Fault {
    /// A fault for one operation of one service, once.
    #[must_use]
    pub fn once(service: &str, operation: &str, effect: FaultEffect) -> Self {
        Self {
            service: Some(service.to_owned()),
            operation: Some(operation.to_owned()),
            skip: 0,
            effect,
            limit: FaultLimit::Times(1),
        }
    }

    fn fits(&self, service: &str, operation: &str) -> bool {
        self.service.as_ref().is_none_or(|name| name == service)
            && self.operation.as_ref().is_none_or(|name| name == operation)
    }
}

/// The faults that are set.
#[derive(Debug, Default)]
pub(super) struct Faults {
    set: Mutex<Vec<Set>>,
}

#[derive(Debug)]
struct Set {
    fault: Fault,
    added: Instant,
}

impl Faults {
    fn set(&self) -> MutexGuard<'_, Vec<Set>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, fault: Fault) {
        self.set().push(Set {
            fault,
            added: Instant::now(),
        });
    }

    pub(super) fn clear(&self) {
        self.set().clear();
    }

    /// Whether each that is for a number of calls has met them.
    pub(super) fn are_met(&self) -> bool {
        (self.set().iter())
            .filter(|set| matches!(set.fault.limit, FaultLimit::Times(_)))
            .all(|set| set.fault.limit == FaultLimit::Times(0))
    }

    /// Uses up and returns what is to happen to this call.
    pub(super) fn take(&self, service: &str, operation: &str) -> Option<FaultEffect> {
        let mut faults = self.set();
        faults.retain(|set| match set.fault.limit {
            FaultLimit::Times(left) => left > 0,
            FaultLimit::Milliseconds(ms) => set.added.elapsed() < Duration::from_millis(ms),
            FaultLimit::Always => true,
        });
        for set in faults
            .iter_mut()
            .filter(|set| set.fault.fits(service, operation))
        {
            if set.fault.skip > 0 {
                set.fault.skip -= 1;
                continue;
            }
            if let FaultLimit::Times(left) = &mut set.fault.limit {
                *left -= 1;
            }
            return Some(set.fault.effect.clone());
        }
        None
    }
}

/// An error answer as a service words it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ErrorAnswer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    /// The `x-amzn-errortype` header.
    pub(super) error_type: Option<String>,
    pub(super) body: Bytes,
}

/// Who is asked, hence how an error is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    Aws(Protocol),
    Registry,
}

impl ErrorAnswer {
    /// What an effect answers in place of AWS; `None` for the effects that do not.
    pub(super) fn for_effect(effect: &FaultEffect, wording: Wording) -> Option<Self> {
        if *effect == FaultEffect::ForeignPage {
            return Some(Self {
                status: 200,
                content_type: "text/html",
                error_type: None,
                body: Bytes::from_static(
                    b"<!doctype html><title>Sign in</title><p>Sign in to this network.",
                ),
            });
        }
        let (status, code, message) = match (effect, wording) {
            (FaultEffect::Throttle, Wording::Aws(Protocol::RestJson)) => {
                (429, "TooManyRequestsException", "Rate exceeded")
            }
            (FaultEffect::Throttle, Wording::Aws(Protocol::Json)) => {
                (400, "ThrottlingException", "Rate exceeded")
            }
            (FaultEffect::Throttle, Wording::Aws(Protocol::Query)) => {
                (400, "Throttling", "Rate exceeded")
            }
            (FaultEffect::Throttle, Wording::Aws(Protocol::Ec2)) => {
                (503, "RequestLimitExceeded", "Request limit exceeded.")
            }
            (FaultEffect::Throttle, Wording::Registry) => (429, "TOOMANYREQUESTS", "Rate exceeded"),
            (FaultEffect::ServerError { status: 503 }, _) => {
                (503, "ServiceUnavailable", "Service Unavailable")
            }
            (FaultEffect::ServerError { status }, _) => {
                (*status, "InternalFailure", "Internal failure")
            }
            (
                FaultEffect::Refuse {
                    status,
                    code,
                    message,
                },
                _,
            ) => (*status, code.as_str(), message.as_str()),
            _ => return None,
        };
        Some(Self::worded(status, code, message, wording))
    }

    pub(super) fn worded(status: u16, code: &str, message: &str, wording: Wording) -> Self {
        let (content_type, error_type, body) = match wording {
            Wording::Aws(Protocol::RestJson) => (
                "application/json",
                Some(code.to_owned()),
                serde_json::json!({ "message": message, "Type": if status < 500 { "User" } else { "Service" } }).to_string(),
            ),
            Wording::Aws(Protocol::Json) => (
                "application/x-amz-json-1.1",
                None,
                serde_json::json!({ "__type": code, "message": message }).to_string(),
            ),
            Wording::Aws(Protocol::Query) => {
                let side = if status < 500 { "Sender" } else { "Receiver" };
                let (code, message) = (escaped(code), escaped(message));
                let body = format!(
                    "<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                     <RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
                );
                ("text/xml", None, body)
            }
            Wording::Aws(Protocol::Ec2) => {
                let (code, message) = (escaped(code), escaped(message));
                let body = format!(
                    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
                     <RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>"
                );
                ("text/xml;charset=UTF-8", None, body)
            }
            Wording::Registry => (
                "application/json",
                None,
                serde_json::json!({ "errors": [{ "code": code, "message": message }] }).to_string(),
            ),
        };
        Self {
            status,
            content_type,
            error_type,
            body: Bytes::from(body),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(operation: Option<&str>, skip: u32, limit: FaultLimit) -> Fault {
        Fault {
            service: Some("ecr".into()),
            operation: operation.map(str::to_owned),
            skip,
            effect: FaultEffect::Throttle,
            limit,
        }
    }

    #[test]
    fn a_fault_is_for_its_calls_and_is_used_up() {
        let faults = Faults::default();
        faults.add(fault(Some("CreateRepository"), 1, FaultLimit::Times(2)));
        assert_eq!(faults.take("iam", "CreateRepository"), None);
        assert_eq!(faults.take("ecr", "DescribeImages"), None);
        let taken: Vec<bool> = (0..5)
            .map(|_| faults.take("ecr", "CreateRepository").is_some())
            .collect();
        assert_eq!(taken, [false, true, true, false, false]);
    }

    #[test]
    fn a_fault_without_an_operation_is_for_all_of_the_service_until_cleared() {
        let faults = Faults::default();
        faults.add(fault(None, 0, FaultLimit::Always));
        assert!((0..3).all(|_| faults.take("ecr", "DescribeImages").is_some()));
        faults.clear();
        assert_eq!(faults.take("ecr", "DescribeImages"), None);
    }

    #[test]
    fn a_fault_ends_with_its_time() {
        let faults = Faults::default();
        faults.add(fault(None, 0, FaultLimit::Milliseconds(0)));
        assert_eq!(faults.take("ecr", "DescribeImages"), None);
    }

    #[test]
    fn errors_are_worded_as_the_service_words_them() {
        let answer = |wording| ErrorAnswer::for_effect(&FaultEffect::Throttle, wording).unwrap();
        let rest = answer(Wording::Aws(Protocol::RestJson));
        assert_eq!(
            (rest.status, rest.error_type.as_deref()),
            (429, Some("TooManyRequestsException"))
        );
        let json = answer(Wording::Aws(Protocol::Json));
        assert_eq!(json.status, 400);
        assert_eq!(
            &json.body[..],
            br#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#
        );
        let query = answer(Wording::Aws(Protocol::Query));
        assert!(String::from_utf8_lossy(&query.body).contains("<Code>Throttling</Code>"));
        assert_eq!(
            ErrorAnswer::for_effect(&FaultEffect::DropReply, Wording::Registry),
            None
        );
    }

    #[test]
    fn a_fault_reads_from_json_as_the_control_endpoint_takes_it() {
        let text = r#"{"service":"lambda","effect":{"kind":"server_error","status":503},"limit":{"times":2}}"#;
        let read: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(read.effect, FaultEffect::ServerError { status: 503 });
        assert_eq!(
            (read.operation, read.skip, read.limit),
            (None, 0, FaultLimit::Times(2))
        );
    }
}
