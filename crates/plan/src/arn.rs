//! ARNs that follow from names, so that they are known before anything exists.
//!
//! Formats: "Service Authorization Reference", resource types of each service.

use crate::Scope;

impl Scope {
    pub(crate) fn role_arn(&self, name: &str) -> String {
        let Self {
            partition, account, ..
        } = self;
        format!("arn:{partition}:iam::{account}:role/{name}")
    }

    pub(crate) fn alias_arn(&self, function: &str, alias: &str) -> String {
        self.regional("lambda", &format!("function:{function}:{alias}"))
    }

    /// Under which a WebSocket API and an authorizer invoke a function; an integration of an HTTP
    /// API takes the alias itself.
    pub(crate) fn invocation_arn(&self, function: &str, alias: &str) -> String {
        format!(
            "arn:{}:apigateway:{}:lambda:path/2015-03-31/functions/{}/invocations",
            self.partition,
            self.region,
            self.alias_arn(function, alias)
        )
    }

    pub(crate) fn log_group_arn(&self, name: &str) -> String {
        self.regional("logs", &format!("log-group:{name}"))
    }

    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`
    pub(crate) fn regional(&self, service: &str, resource: &str) -> String {
        let Self {
            partition,
            region,
            account,
            ..
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// The registry's path of a repository, without a tag.
    pub(crate) fn repository_uri(&self, name: &str) -> String {
        format!("{}/{name}", self.registry)
    }
}
