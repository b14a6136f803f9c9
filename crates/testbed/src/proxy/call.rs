//! What is remembered of each request.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Counts up from 1 with each request that arrives.
    pub id: u64,
    /// When it arrived, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// From arrival to the end of the answer's head, in milliseconds.
    pub took_ms: u64,
    /// botocore's name (`lambda`), or `registry`, `execute-api`, or the signing name of an unknown service.
    pub service: String,
    /// `CreateFunction`; for the registry `PutManifest` and the like; empty when it could not be named.
    pub operation: String,
    /// Whether it could change something.
    pub mutating: bool,
    /// GET, POST ...
    pub method: String,
    /// As on the request line, with the query.
    pub target: String,
    /// The region that the request was signed for, when it was signed.
    pub region: Option<String>,
    /// The members of an AWS request, decoded.
    pub parameters: Value,
    /// The answer's status as the client saw it; `None` when it got no answer.
    pub status: Option<u16>,
    /// Whether the request reached the emulated AWS.
    pub forwarded: bool,
    /// The beginning of the answer, at most 2,048 characters; empty for the registry and for binary answers.
    pub answer: String,
    /// The fault that was used on it.
    pub fault: Option<String>,
}

/// A request that AWS's own model does not allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The [`Call::id`].
    pub call: u64,
    /// As in [`Call::service`].
    pub service: String,
    /// As in [`Call::operation`].
    pub operation: String,
    /// Members from the outside in, as in `Tags[0].Key`; empty for the request as such.
    pub path: String,
    /// What AWS would object to.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.service, self.operation)?;
        if !self.path.is_empty() {
            write!(formatter, " {}", self.path)?;
        }
        write!(formatter, ": {} (call {})", self.text, self.call)
    }
}

/// The calls and violations so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    last: u64,
    /// Calls that began before this one are no longer wanted, also when they end later.
    since: u64,
    calls: BTreeMap<u64, Call>,
    violations: Vec<Violation>,
}

impl Ledger {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next_id(&self) -> u64 {
        let mut pages = self.pages();
        pages.last += 1;
        pages.last
    }

    pub(super) fn add(&self, call: Call) {
        let mut pages = self.pages();
        if call.id > pages.since {
            pages.calls.insert(call.id, call);
        }
    }

    pub(super) fn object(&self, violations: impl IntoIterator<Item = Violation>) {
        self.pages().violations.extend(violations);
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.pages().calls.values().cloned().collect()
    }

    pub(super) fn violations(&self) -> Vec<Violation> {
        self.pages().violations.clone()
    }

    pub(super) fn clear(&self) {
        let mut pages = self.pages();
        pages.since = pages.last;
        pages.calls.clear();
    }

    pub(super) fn clear_violations(&self) {
        self.pages().violations.clear();
    }
}
