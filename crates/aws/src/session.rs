//! A session: credentials, region, endpoint, retries and timeouts of every client.

use crate::failure;
use crate::pace::Pace;
use crate::transport;
use crate::whole_answer::WholeAnswer;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use slipway_engine::port::CloudError;
use std::time::Duration;

/// Which account, region and endpoint a session talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOptions {
    /// Region of the environment, `eu-west-1`.
    pub region: String,
    /// Profile to use. It wins over keys in environment variables, as with the AWS CLI's
    /// `--profile`. `None` is the standard chain.
    pub profile: Option<String>,
    /// An emulator instead of AWS: then no credentials of the user are ever read or sent.
    pub emulator: Option<Emulator>,
}

/// An emulator of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emulator {
    /// `http://host:port` or `https://host:port`.
    pub endpoint: String,
}

impl Emulator {
    /// The endpoint's scheme, host and port, or `None` when it is not an HTTP address.
    fn parts(&self) -> Option<(&str, &str, Option<&str>)> {
        let (scheme, rest) = self.endpoint.split_once("://")?;
        if !matches!(scheme, "http" | "https") {
            return None;
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            // An IPv6 address in brackets may hold the last colon.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let port_is_fine = port.is_none_or(|port| port.parse::<u16>().is_ok());
        (!host.is_empty() && !host.contains('@') && port_is_fine).then_some((scheme, host, port))
    }

    fn is_on_this_computer(&self) -> bool {
        self.parts().is_some_and(|(_, host, _)| {
            host == "localhost"
                || host.ends_with(".localhost")
                || host == "[::1]"
                || host.starts_with("127.")
        })
    }

    /// Where the emulator serves the API `id`, without a final slash: the name that AWS would
    /// use, in the emulator's own domain. An endpoint given as a loopback address counts as
    /// `localhost`: names below it reach this computer without a name server (RFC 6761), and
    /// browsers and `curl` know that.
    pub(crate) fn api_endpoint(&self, id: &str) -> Option<String> {
        let (scheme, host, port) = self.parts()?;
        let host = match host {
            "127.0.0.1" | "[::1]" | "0.0.0.0" => "localhost",
            other => other,
        };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{scheme}://{id}.execute-api.{host}{port}"))
    }
}

/// The clients of one kind of calls.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) ecr: aws_sdk_ecr::Client,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) gateway: aws_sdk_apigatewayv2::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) cloud_map: aws_sdk_servicediscovery::Client,
    pub(crate) scaling: aws_sdk_applicationautoscaling::Client,
    pub(crate) ec2: crate::ec2::Ec2,
}

/// The client of one service.
macro_rules! client {
    ($sdk:ident, $config:expr, $whole:expr) => {{
        let mut config = $sdk::config::Builder::from($config);
        config.push_interceptor($whole.clone());
        $sdk::Client::from_conf(config.build())
    }};
}

impl Clients {
    fn asking(config: &SdkConfig) -> Self {
        Self::new(config, WholeAnswer::ToQuestion)
    }

    fn changing(config: &SdkConfig) -> Self {
        Self::new(config, WholeAnswer::ToChange)
    }

    fn new(config: &SdkConfig, whole: WholeAnswer) -> Self {
        let whole = SharedInterceptor::new(whole);
        Self {
            sts: client!(aws_sdk_sts, config, whole),
            ecr: client!(aws_sdk_ecr, config, whole),
            lambda: client!(aws_sdk_lambda, config, whole),
            gateway: client!(aws_sdk_apigatewayv2, config, whole),
            iam: client!(aws_sdk_iam, config, whole),
            logs: client!(aws_sdk_cloudwatchlogs, config, whole),
            ecs: client!(aws_sdk_ecs, config, whole),
            cloud_map: client!(aws_sdk_servicediscovery, config, whole),
            scaling: client!(aws_sdk_applicationautoscaling, config, whole),
            // In XML, no answer is without a body.
            ec2: crate::ec2::Ec2::new(config),
        }
    }
}

/// Everything a resource module needs to talk to AWS.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) options: SessionOptions,
    /// For calls without an effect: the SDK repeats them.
    pub(crate) read: Clients,
    /// For calls with an effect: sent once, because only the run knows how to settle a lost reply.
    pub(crate) write: Clients,
    /// API Gateway's control plane has one small quota, reads included.
    pub(crate) gateway_reads: Pace,
    pub(crate) credentials: Option<SharedCredentialsProvider>,
}

const READ_ATTEMPTS: u32 = 4;
const CONNECT: Duration = Duration::from_secs(5);
const READ_ATTEMPT: Duration = Duration::from_secs(30);
const READ_WHOLE: Duration = Duration::from_secs(120);
/// Creating a function can take AWS tens of seconds.
const WRITE_ATTEMPT: Duration = Duration::from_secs(90);

impl Session {
    pub(crate) async fn open(options: SessionOptions) -> Result<Self, CloudError> {
        let config = match &options.emulator {
            Some(emulator) => emulator_config(&options, emulator)?,
            None => standard_config(&options).await?,
        };
        Ok(Self::with(options, config))
    }

    pub(crate) fn with(options: SessionOptions, config: SdkConfig) -> Self {
        let credentials = config.credentials_provider();
        let read = config
            .to_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(READ_ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT)
                    .operation_attempt_timeout(READ_ATTEMPT)
                    .operation_timeout(READ_WHOLE)
                    .build(),
            )
            .build();
        let write = config
            .into_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(1))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT)
                    .operation_attempt_timeout(WRITE_ATTEMPT)
                    .build(),
            )
            .build();
        Self {
            read: Clients::asking(&read),
            write: Clients::changing(&write),
            gateway_reads: Pace::api_gateway_reads(),
            credentials,
            options,
        }
    }

    /// The profile that is in use, as far as one is named.
    pub(crate) fn profile(&self) -> String {
        self.options
            .profile
            .clone()
            .or_else(|| {
                std::env::var("AWS_PROFILE")
                    .ok()
                    .filter(|name| !name.is_empty())
            })
            .unwrap_or_else(|| "default".to_owned())
    }
}

fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// Nothing of the user's environment or files is read: not the keys, not the endpoints.
fn emulator_config(options: &SessionOptions, emulator: &Emulator) -> Result<SdkConfig, CloudError> {
    if emulator.parts().is_none() {
        return Err(failure::invalid(
            "session",
            format!(
                "the endpoint `{}` is not an address of the form http://host:port",
                emulator.endpoint
            ),
            "Correct `endpoint` of the environment, or SLIPWAY_ENDPOINT.",
        ));
    }
    let keys = Credentials::from_keys("test", "test", None);
    let mut config = SdkConfig::builder();
    if emulator.is_on_this_computer() {
        config.set_http_client(Some(transport::without_proxy()));
    }
    Ok(config
        .behavior_version(behavior())
        .region(Region::new(options.region.clone()))
        .endpoint_url(emulator.endpoint.trim_end_matches('/'))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build())
}

async fn standard_config(options: &SessionOptions) -> Result<SdkConfig, CloudError> {
    let region = Region::new(options.region.clone());
    let mut loader = aws_config::defaults(behavior()).region(region.clone());
    if let Some(authorities) = transport::extra_authorities()? {
        loader = loader.http_client(transport::trusting(&authorities));
    }
    if let Some(profile) = &options.profile {
        // The standard chain would prefer keys in environment variables to a profile that was
        // asked for by name.
        let chosen = ProfileFileCredentialsProvider::builder()
            .configure(&ProviderConfig::without_region().with_region(Some(region)))
            .profile_name(profile)
            .build();
        loader = loader.profile_name(profile).credentials_provider(chosen);
    }
    Ok(loader.load().await)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emulator(endpoint: &str) -> Emulator {
        Emulator {
            endpoint: endpoint.to_owned(),
        }
    }

    #[test]
    fn an_api_of_an_emulator_has_a_name_that_this_computer_resolves() {
        let of = |endpoint| emulator(endpoint).api_endpoint("ab12");
        assert_eq!(
            of("http://127.0.0.1:4566").as_deref(),
            Some("http://ab12.execute-api.localhost:4566")
        );
        assert_eq!(
            of("http://[::1]:4566/").as_deref(),
            Some("http://ab12.execute-api.localhost:4566")
        );
        assert_eq!(
            of("https://emulator.test").as_deref(),
            Some("https://ab12.execute-api.emulator.test")
        );
    }

    #[tokio::test]
    async fn a_wrong_endpoint_is_refused_before_any_call() {
        for endpoint in ["localhost:4566", "ftp://h:1", "http://", "http://h:port"] {
            let refused = Session::open(SessionOptions {
                region: "us-east-1".into(),
                profile: None,
                emulator: Some(emulator(endpoint)),
            })
            .await
            .expect_err(endpoint);
            assert!(refused.message.contains(endpoint), "{refused}");
            assert!(refused.hint.is_some());
        }
    }

    #[tokio::test]
    async fn an_emulator_is_never_given_credentials_of_the_user() {
        use aws_credential_types::provider::ProvideCredentials as _;
        let session = Session::open(SessionOptions {
            region: "us-east-1".into(),
            profile: Some("prod".into()),
            emulator: Some(emulator("http://127.0.0.1:1")),
        })
        .await
        .unwrap();
        let keys = session.credentials.unwrap();
        let keys = keys.provide_credentials().await.unwrap();
        assert_eq!(keys.access_key_id(), "test");
        assert_eq!(keys.secret_access_key(), "test");
    }
}
