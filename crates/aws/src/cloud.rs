//! The port, over a session.

use crate::answer::Answered;
use crate::identity::with_way_to_sign_in;
use crate::session::{Session, SessionOptions};
use crate::{call, identity, network, ready, refresh, registry};
use async_trait::async_trait;
use slipway_engine::port::{Call, Cloud, CloudError, Identity, Readiness, Refresh, RegistryLogin};
use slipway_plan::{Network, Observed, Outputs, ResourceAddr, ResourceSpec, Scope};

/// AWS, or an emulator of it, in one region.
#[derive(Debug)]
pub struct AwsCloud {
    session: Session,
}

impl AwsCloud {
    /// Makes the clients; nothing is sent and no credentials are fetched yet.
    ///
    /// # Errors
    /// `Invalid` when the endpoint of an emulator is not an HTTP address.
    pub async fn open(options: SessionOptions) -> Result<Self, CloudError> {
        Ok(Self {
            session: Session::open(options).await?,
        })
    }

    fn told<T>(&self, result: Answered<T>) -> Answered<T> {
        result.map_err(|error| {
            let error = with_way_to_sign_in(&self.session, error);
            tracing::debug!(
                operation = %error.operation,
                kind = ?error.kind,
                code = error.code.as_deref(),
                request_id = error.request_id.as_deref(),
                "a call failed"
            );
            error
        })
    }
}

#[async_trait]
impl Cloud for AwsCloud {
    async fn identity(&self) -> Result<Identity, CloudError> {
        self.told(identity::identity(&self.session).await)
    }

    async fn registry_login(&self, scope: &Scope) -> Result<RegistryLogin, CloudError> {
        self.told(registry::login(&self.session, scope).await)
    }

    async fn refresh(&self, refresh: Refresh<'_>) -> Result<Vec<Observed>, CloudError> {
        self.told(refresh::refresh(&self.session, refresh).await)
    }

    async fn find(
        &self,
        scope: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
    ) -> Result<Option<Observed>, CloudError> {
        self.told(refresh::find(&self.session, scope, addr, spec).await)
    }

    async fn call(&self, call: Call<'_>) -> Result<Outputs, CloudError> {
        self.told(call::call(&self.session, &call).await)
    }

    async fn network(
        &self,
        wanted: Option<&slipway_design::Network>,
    ) -> Result<Network, CloudError> {
        self.told(network::read(&self.session, wanted).await)
    }

    async fn ready(
        &self,
        scope: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
    ) -> Result<Readiness, CloudError> {
        self.told(ready::ready(&self.session, scope, addr, spec).await)
    }
}
