//! What browsers of other origins may do, as API Gateway holds it.

use aws_sdk_apigatewayv2::types::Cors;
use slipway_plan::CorsSpec;
use std::collections::BTreeSet;

pub(crate) fn wanted(spec: &CorsSpec) -> Cors {
    let list = |texts: &BTreeSet<String>| {
        Some(texts.iter().cloned().collect::<Vec<_>>()).filter(|texts| !texts.is_empty())
    };
    Cors::builder()
        .set_allow_origins(list(&spec.origins))
        .set_allow_methods(list(&spec.methods))
        .set_allow_headers(list(&spec.headers))
        .set_expose_headers(list(&spec.expose))
        .max_age(spec.max_age)
        .allow_credentials(spec.credentials)
        .build()
}

/// AWS takes no notice of case and may give another one back. An empty configuration is none.
pub(crate) fn observed(has: Cors) -> Option<CorsSpec> {
    let lower = |texts: Option<Vec<String>>| -> BTreeSet<String> {
        let texts = texts.unwrap_or_default();
        texts.iter().map(|text| text.to_ascii_lowercase()).collect()
    };
    let spec = CorsSpec {
        origins: lower(has.allow_origins),
        methods: has
            .allow_methods
            .unwrap_or_default()
            .iter()
            .map(|method| method.to_ascii_uppercase())
            .collect(),
        headers: lower(has.allow_headers),
        expose: lower(has.expose_headers),
        max_age: has.max_age.unwrap_or_default(),
        credentials: has.allow_credentials.unwrap_or_default(),
    };
    let is_empty = spec.origins.is_empty()
        && spec.methods.is_empty()
        && spec.headers.is_empty()
        && spec.expose.is_empty()
        && spec.max_age == 0
        && !spec.credentials;
    (!is_empty).then_some(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_in_another_case_is_the_same() {
        let has = Cors::builder()
            .allow_origins("https://Shop.example")
            .allow_methods("get")
            .allow_headers("X-Api-Key")
            .build();
        let spec = observed(has).unwrap();
        assert!(spec.origins.contains("https://shop.example"));
        assert!(spec.methods.contains("GET"));
        assert!(spec.headers.contains("x-api-key"));
        assert_eq!(observed(wanted(&spec)), Some(spec));
        assert_eq!(observed(Cors::builder().build()), None);
    }
}
