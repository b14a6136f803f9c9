//! How requests travel where the SDK's own client does not do: authorities of a company's proxy,
//! and no proxy at all on the way to this computer.

use crate::failure::invalid;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use slipway_engine::port::CloudError;

/// The variable that AWS's other programs read too; the SDK does not.
const VARIABLE: &str = "AWS_CA_BUNDLE";

/// A PEM file of certificates that were looked at and can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorities(Vec<u8>);

/// The certificates that `AWS_CA_BUNDLE` names, if it is set.
pub(crate) fn extra_authorities() -> Result<Option<Authorities>, CloudError> {
    let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let name = path.to_string_lossy();
    let bytes = std::fs::read(&path)
        .map_err(|error| unusable(&name, &format!("can't be read: {error}")))?;
    checked(bytes)
        .map(Some)
        .map_err(|why| unusable(&name, &why))
}

fn unusable(path: &str, why: &str) -> CloudError {
    invalid(
        "session",
        format!("the certificates in {path} ({VARIABLE}) can't be used: {why}"),
        "Name a PEM file of certificates, or unset the variable.",
    )
}

/// The SDK's client ends the program over a certificate that it can't read.
fn checked(pem: Vec<u8>) -> Result<Authorities, String> {
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    if certificates.is_empty() {
        return Err("it holds no certificate".to_owned());
    }
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        store.add(certificate).map_err(|error| error.to_string())?;
    }
    Ok(Authorities(pem))
}

/// Trusts these beside the authorities of the system; takes proxies from the environment.
pub(crate) fn trusting(authorities: &Authorities) -> SharedHttpClient {
    let store = TrustStore::default().with_pem_certificate(authorities.0.clone());
    let tls = TlsContext::builder()
        .with_trust_store(store)
        .build()
        .expect("a context of rustls with a trust store can be built");
    client(ProxyConfig::from_env(), tls)
}

/// For an emulator on this computer, which no proxy can reach.
pub(crate) fn without_proxy() -> SharedHttpClient {
    client(ProxyConfig::disabled(), TlsContext::default())
}

fn client(proxy: ProxyConfig, tls: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(tls.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_proxy_config(Some(proxy.clone()));
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused_and_not_met_later() {
        assert_eq!(
            checked(b"nothing\n".to_vec()),
            Err("it holds no certificate".to_owned())
        );
        let torn = b"-----BEGIN CERTIFICATE-----\nAAAA\n".to_vec();
        assert!(checked(torn).is_err());
        let no_der = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
        assert!(checked(no_der).is_err());
    }
}
