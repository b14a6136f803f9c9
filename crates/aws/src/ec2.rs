//! The few calls of EC2 that are needed, without its SDK crate, which is large:
//! `docs/adr/0009-ec2-without-its-crate.md`. Requests follow EC2's Query protocol, version
//! 2016-11-15, and go through the same runtime as every other client: its retries, timeouts,
//! credentials and signatures.

use crate::ec2_xml::Element;
use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

const VERSION: &str = "2016-11-15";

/// An error that EC2 answered with.
#[derive(Debug)]
pub(crate) struct Ec2Error(ErrorMetadata);

impl fmt::Display for Ec2Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Ec2Error {}

impl ProvideErrorMetadata for Ec2Error {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// Parameters of a call, flattened as the Query protocol has them: `Filter.1.Name`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// A list: `SubnetId.1`, `SubnetId.2`.
    pub(crate) fn list(mut self, name: &str, values: &[String]) -> Self {
        for (place, value) in values.iter().enumerate() {
            self = self.set(format!("{name}.{}", place + 1), value);
        }
        self
    }

    /// The `place`th filter, counted from 1.
    pub(crate) fn filter(self, place: usize, name: &str, values: &[String]) -> Self {
        self.set(format!("Filter.{place}.Name"), name)
            .list(&format!("Filter.{place}.Value"), values)
    }

    fn body(&self, action: &str) -> String {
        let mut body = format!("Action={action}&Version={VERSION}");
        for (name, value) in &self.0 {
            body.push('&');
            body.push_str(&utf8_percent_encode(name, NON_ALPHANUMERIC).to_string());
            body.push('=');
            body.push_str(&utf8_percent_encode(value, NON_ALPHANUMERIC).to_string());
        }
        body
    }
}

/// A client of one region.
#[derive(Debug, Clone)]
pub(crate) struct Ec2 {
    config: SdkConfig,
    endpoint: String,
}

impl Ec2 {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        let region = config.region().map(|region| region.as_ref().to_owned());
        let region = region.unwrap_or_default();
        let endpoint = config
            .endpoint_url()
            .map_or_else(|| endpoint_of(&region), str::to_owned);
        Self {
            config: config.clone(),
            endpoint,
        }
    }

    /// # Errors
    /// As with every client of the SDK.
    pub(crate) async fn call(
        &self,
        action: &'static str,
        parameters: Parameters,
    ) -> Result<Element, SdkError<Ec2Error, HttpResponse>> {
        let mut builder = Operation::builder()
            .service_name("EC2")
            .operation_name(action)
            .endpoint_url(&self.endpoint)
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .retry_classifier(TransientErrorClassifier::<Ec2Error>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(AwsErrorCodeClassifier::<Ec2Error>::new())
            .runtime_plugin(self.signing());
        if let Some(version) = self.config.behavior_version() {
            builder = builder.behavior_version(version);
        }
        if let Some(client) = self.config.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(timeouts) = self.config.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        if let Some(retries) = self.config.retry_config() {
            builder = builder.standard_retry(retries);
        }
        builder
            .serializer(move |parameters: Parameters| {
                let mut request = HttpRequest::new(SdkBody::from(parameters.body(action)));
                request.set_method("POST")?;
                request.set_uri("/")?;
                request.headers_mut().insert(
                    "content-type",
                    "application/x-www-form-urlencoded; charset=utf-8",
                );
                Ok(request)
            })
            .deserializer(read)
            .build()
            .invoke(parameters)
            .await
    }

    fn signing(&self) -> StaticRuntimePlugin {
        let mut options = SigningOptions::default();
        options.double_uri_encode = true;
        options.normalize_uri_path = true;
        let mut config = Layer::new("ec2");
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        config.store_put(SigV4OperationSigningConfig {
            region: self.config.region().cloned().map(SigningRegion::from),
            name: Some(SigningName::from_static("ec2")),
            signing_options: options,
            ..SigV4OperationSigningConfig::default()
        });
        let mut components = RuntimeComponentsBuilder::new("ec2")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
                StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
            )))
            .with_identity_cache(Some(
                self.config
                    .identity_cache()
                    .unwrap_or_else(|| IdentityCache::lazy().build()),
            ));
        if let Some(keys) = self.config.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, resolver(keys));
        }
        StaticRuntimePlugin::new()
            .with_config(config.freeze())
            .with_runtime_components(components)
    }
}

fn resolver(keys: SharedCredentialsProvider) -> SharedIdentityResolver {
    SharedIdentityResolver::new(keys)
}

/// "Amazon EC2 service endpoints"; China has a domain of its own.
fn endpoint_of(region: &str) -> String {
    let domain = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("https://ec2.{region}.{domain}")
}

fn read(response: &HttpResponse) -> Result<Element, OrchestratorError<Ec2Error>> {
    let unreadable =
        |why: String| OrchestratorError::other(format!("the answer could not be read: {why}"));
    let body = response
        .body()
        .bytes()
        .ok_or_else(|| unreadable("it has no whole body".to_owned()))?;
    let text = std::str::from_utf8(body).map_err(|error| unreadable(error.to_string()));
    if response.status().is_success() {
        return Element::parse(text?).map_err(|error| unreadable(error.to_string()));
    }
    let mut meta = ErrorMetadata::builder();
    // What stands between may answer without EC2's words; the status says enough then.
    if let Some(error) = text
        .ok()
        .and_then(|text| Element::parse(text).ok())
        .and_then(|answer| answer.child("Errors")?.child("Error").cloned())
    {
        meta = meta.code(error.text("Code")).message(error.text("Message"));
    }
    Err(OrchestratorError::operation(Ec2Error(meta.build())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_flattened_and_escaped() {
        let parameters = Parameters::new()
            .filter(1, "tag:slipway:project", &["shop & co".into(), "b".into()])
            .list("SubnetId", &["subnet-1".into()]);
        assert_eq!(
            parameters.body("DescribeSubnets"),
            "Action=DescribeSubnets&Version=2016-11-15\
             &Filter%2E1%2EName=tag%3Aslipway%3Aproject\
             &Filter%2E1%2EValue%2E1=shop%20%26%20co&Filter%2E1%2EValue%2E2=b\
             &SubnetId%2E1=subnet%2D1"
        );
    }

    #[test]
    fn each_partition_has_its_endpoint() {
        assert_eq!(
            endpoint_of("eu-west-1"),
            "https://ec2.eu-west-1.amazonaws.com"
        );
        assert_eq!(
            endpoint_of("cn-north-1"),
            "https://ec2.cn-north-1.amazonaws.com.cn"
        );
    }

    #[test]
    fn an_error_keeps_its_code_and_words() {
        let mut response = HttpResponse::new(
            400.try_into().unwrap(),
            SdkBody::from(
                "<Response><Errors><Error><Code>InvalidGroup.Duplicate</Code><Message>It exists.\
                 </Message></Error></Errors><RequestID>r</RequestID></Response>",
            ),
        );
        response.headers_mut().insert("x-amzn-requestid", "r");
        let error = read(&response).unwrap_err();
        let err = error.as_operation_error().unwrap();
        assert_eq!(err.code(), Some("InvalidGroup.Duplicate"));
        assert_eq!(err.message(), Some("It exists."));
    }
}
