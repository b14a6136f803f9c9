//! AWS as a run sees it.

use async_trait::async_trait;
use slipway_plan::{Network, Observed, Operation, Outputs, ResourceAddr, ResourceSpec, Scope};
use std::time::Duration;

/// Who the credentials belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    pub arn: String,
    /// How the credentials were found, in words: `profile dev (SSO)`.
    pub source: String,
    /// Seconds since 1970 at which the credentials end, if they do.
    pub expires: Option<u64>,
}

/// A login for the registry of the scope; the password never leaves memory.
#[derive(Clone)]
pub struct RegistryLogin {
    /// `host` or `host:port`, as Docker must name it.
    pub server: String,
    pub username: String,
    pub password: String,
}

impl std::fmt::Debug for RegistryLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistryLogin")
            .field("server", &self.server)
            .field("username", &self.username)
            .field("password", &"…")
            .finish()
    }
}

/// What to look at before a plan.
#[derive(Debug, Clone)]
pub struct Refresh<'a> {
    pub scope: &'a Scope,
    /// What the design wants, with texts unresolved where they are: names to look up. An image is
    /// looked up by its fingerprint's tag.
    pub desired: &'a [(ResourceAddr, ResourceSpec)],
    /// What the state file believes is there and the design does not name: looked up by name too.
    pub remembered: &'a [(ResourceAddr, ResourceSpec)],
}

/// One operation to carry out.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    pub scope: &'a Scope,
    pub operation: Operation,
    pub addr: &'a ResourceAddr,
    /// What it should be, every text known. For a delete: what it was.
    pub spec: &'a ResourceSpec,
    /// What was there when the plan was made, or what earlier steps of this change made.
    pub observed: Option<&'a Observed>,
    /// Outputs of this address so far (for example the id that a create gave).
    pub outputs: &'a Outputs,
    /// This run's id, for the tag `slipway:run`.
    pub run: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloudErrorKind {
    /// It is not there.
    NotFound,
    /// Something of that name is there already.
    AlreadyExists,
    /// It is being changed by someone else right now; a retry may succeed.
    Conflict,
    /// These credentials may not do that.
    AccessDenied,
    /// No credentials, or they do not work or have ended.
    Credentials,
    /// Too many requests; a retry later succeeds.
    Throttled,
    /// A failure on the way or of the service; a retry may succeed, and the call had no effect.
    Transient,
    /// No answer to a call that may have had its effect.
    OutcomeUnknown,
    /// A role just made can't be assumed yet.
    RoleNotReady,
    /// The request was refused as wrong.
    Invalid,
    /// The resource went into a failed state.
    Failed,
    /// It did not become ready in time.
    TimedOut,
}

/// A call that failed, in words for people and a kind for the program.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation} failed: {message}")]
pub struct CloudError {
    pub kind: CloudErrorKind,
    /// `lambda:CreateFunction`.
    pub operation: String,
    /// AWS's own error code, `AccessDeniedException`.
    pub code: Option<String>,
    /// The reason, in one or two sentences, without a dump of the reply.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    pub request_id: Option<String>,
    /// The service's own wish for how long to wait.
    pub retry_after: Option<Duration>,
}

/// Whether a resource can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It can; with outputs that are known only now.
    Ready(Outputs),
    /// Not yet, for what AWS says right now: `PENDING: a VPC link takes 2 to 4 minutes`; empty when
    /// it says nothing.
    NotYet(String),
}

impl Readiness {
    /// Ready, without further outputs.
    pub fn ready() -> Self {
        Self::Ready(Outputs::new())
    }

    /// Not yet, and nothing more is known.
    pub fn not_yet() -> Self {
        Self::NotYet(String::new())
    }
}

/// AWS, or an emulator of it, in one account and region.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// `GetCallerIdentity`.
    async fn identity(&self) -> Result<Identity, CloudError>;

    /// A login for pushing to and reading from the scope's registry.
    async fn registry_login(&self, scope: &Scope) -> Result<RegistryLogin, CloudError>;

    /// Everything of this project and environment that is there: what is desired or remembered,
    /// by name, and whatever else carries our tags or hangs from what does. Uses list calls where
    /// AWS has them.
    async fn refresh(&self, refresh: Refresh<'_>) -> Result<Vec<Observed>, CloudError>;

    /// Looks for one resource, in order to settle a call whose outcome is unknown. Texts of
    /// `spec` are known.
    async fn find(
        &self,
        scope: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
    ) -> Result<Option<Observed>, CloudError>;

    /// Carries out one operation, once: retries belong to the caller. Returns the outputs that
    /// are new.
    async fn call(&self, call: Call<'_>) -> Result<Outputs, CloudError>;

    /// The network that is wanted: the VPC and its subnets, or the region's default VPC with its
    /// default subnets. Reads only.
    async fn network(
        &self,
        wanted: Option<&slipway_design::Network>,
    ) -> Result<Network, CloudError>;

    /// Asks once whether the resource can be used; an error of kind `Failed` when it never will.
    /// The caller polls.
    async fn ready(
        &self,
        scope: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
    ) -> Result<Readiness, CloudError>;
}
