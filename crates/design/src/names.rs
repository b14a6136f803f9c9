//! Names in AWS, derived from table keys and never from titles, so that the
//! same design always means the same resources.
//!
//! Limits: Lambda and IAM names hold 64 characters ("Lambda quotas", "IAM and STS quotas"); a repository name holds 256
//! ("Amazon ECR service quotas"); a permission's statement id 100. A name that would be too long is cut and ends in a
//! hash of its whole, so that it stays distinct.

use sha2::{Digest, Sha256};

/// Tag of every resource: the project it belongs to.
pub const TAG_PROJECT: &str = "slipway:project";
/// Tag of every resource: the environment it belongs to.
pub const TAG_ENVIRONMENT: &str = "slipway:environment";
/// Tag of every resource: its address in the plan.
pub const TAG_ADDRESS: &str = "slipway:address";
/// Tag of every resource: the run that made it.
pub const TAG_RUN: &str = "slipway:run";

/// Longest project name, in characters.
pub const PROJECT_LIMIT: usize = 40;
/// Longest environment name, in characters.
pub const ENVIRONMENT_LIMIT: usize = 24;
/// Longest key of a function, service or API, in characters.
pub const KEY_LIMIT: usize = 64;

/// Longest name of a Lambda function and of an IAM role, in characters.
const LAMBDA_LIMIT: usize = 64;
/// Longest name of an API, in characters.
const API_LIMIT: usize = 128;
/// Hexadecimal digits of the hash at the end of a name that was cut.
const HASH_DIGITS: usize = 10;

/// Whether a text can be part of every derived name: lower-case letters, digits and hyphens,
/// starting with a letter and not ending in a hyphen (the strictest grammar is that of ECR's repositories).
pub fn is_name(text: &str, limit: usize) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= limit
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last() != Some(&b'-')
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// How the names of variables begin that tell a function where it reaches the connections of a
/// WebSocket API. No variable of the design may begin so.
pub const CALLBACK: &str = "SLIPWAY_CALLBACK_";

/// The variable for the WebSocket API of a key: `SLIPWAY_CALLBACK_LIVE` for `live`.
pub fn callback_variable(api: &str) -> String {
    format!("{CALLBACK}{}", api.to_ascii_uppercase().replace('-', "_"))
}

/// The Lambda function of a key: `shop-dev-orders`, at most 64 characters.
pub fn function_name(project: &str, environment: &str, key: &str) -> String {
    fit(&format!("{project}-{environment}-{key}"), LAMBDA_LIMIT)
}

/// The role of a function or service: at most 64 characters. Roles have no region, environments have distinct names.
pub fn role_name(project: &str, environment: &str, key: &str) -> String {
    fit(&format!("{project}-{environment}-{key}"), LAMBDA_LIMIT)
}

/// The ECR repository of a built image: `shop/orders`. One per project, account and region.
pub fn repository_name(project: &str, key: &str) -> String {
    format!("{project}/{key}")
}

/// The name of an API: `shop-dev-public`, at most 128 characters.
pub fn api_name(project: &str, environment: &str, key: &str) -> String {
    fit(&format!("{project}-{environment}-{key}"), API_LIMIT)
}

/// The log group that Lambda writes to.
pub fn log_group_name(function_name: &str) -> String {
    format!("/aws/lambda/{function_name}")
}

/// The log group of an API's requests. Groups that begin so need no statement of their own in the
/// account's resource policy, which holds few ("Enable logging from AWS services").
pub fn access_log_name(api_name: &str) -> String {
    format!("/aws/vendedlogs/apigateway/{api_name}")
}

/// The service of a key, its task definition's family and its security group: `shop-dev-web`, at
/// most 255 characters ("Service definition parameters", `serviceName`).
pub fn service_name(project: &str, environment: &str, key: &str) -> String {
    format!("{project}-{environment}-{key}")
}

/// The security group of something of this name. AWS keeps names that begin with `sg-` for ids.
pub fn security_group_name(name: &str) -> String {
    if name.starts_with("sg-") {
        format!("slipway-{name}")
    } else {
        name.to_owned()
    }
}

/// What the services of an environment share: the cluster and the VPC link.
pub fn shared_name(project: &str, environment: &str) -> String {
    format!("{project}-{environment}")
}

/// The role with which ECS starts the tasks of a key: at most 64 characters. No key holds `_`.
pub fn execution_role_name(project: &str, environment: &str, key: &str) -> String {
    const SUFFIX: &str = "_execution";
    let name = fit(
        &format!("{project}-{environment}-{key}"),
        LAMBDA_LIMIT - SUFFIX.len(),
    );
    format!("{name}{SUFFIX}")
}

/// The private DNS namespace in which services register: `dev.shop.internal`.
pub fn namespace_name(project: &str, environment: &str) -> String {
    format!("{environment}.{project}.internal")
}

/// The name under which the tasks of a key are found in that namespace: one label of DNS, at most 63
/// characters.
pub fn discovery_name(key: &str) -> String {
    fit(key, 63)
}

/// The log group that the tasks of a key write to.
pub fn service_log_group_name(project: &str, environment: &str, key: &str) -> String {
    format!("/ecs/{project}-{environment}-{key}")
}

/// The statement that lets an API call a function; one per API and function, at most 100 characters.
pub fn statement_id(api: &str) -> String {
    fit(&format!("slipway-{api}"), 100)
}

fn fit(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_owned();
    }
    let hash: String = Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let keep = name
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take_while(|end| *end < limit - HASH_DIGITS)
        .last()
        .unwrap_or(0);
    format!(
        "{}-{}",
        name[..keep].trim_end_matches('-'),
        &hash[..HASH_DIGITS]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(limit: usize) -> impl Strategy<Value = String> {
        prop_oneof![
            proptest::string::string_regex("[a-z]([a-z0-9-]{0,8}[a-z0-9])?").unwrap(),
            proptest::string::string_regex(&format!("[a-z][a-z0-9-]{{{}}}[a-z0-9]", limit - 2))
                .unwrap(),
        ]
    }

    fn is_lambda_name(name: &str) -> bool {
        (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    }

    fn is_repository_name(name: &str) -> bool {
        (2..=256).contains(&name.len())
            && name.split('/').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                    && !part.starts_with('-')
                    && !part.ends_with('-')
            })
    }

    #[test]
    fn names_are_stable() {
        assert_eq!(function_name("shop", "dev", "orders"), "shop-dev-orders");
        assert_eq!(repository_name("shop", "orders"), "shop/orders");
        assert_eq!(
            log_group_name("shop-dev-orders"),
            "/aws/lambda/shop-dev-orders"
        );
        assert_eq!(statement_id("public"), "slipway-public");
        let long = function_name("shop", "dev", &"k".repeat(64));
        assert_eq!(long, format!("shop-dev-{}-bd0cf25f68", "k".repeat(44)));
    }

    #[test]
    fn grammar_of_names() {
        let check = |text: &str, expect: bool| assert_eq!(is_name(text, 8), expect, "{text:?}");
        check("a", true);
        check("a-1", true);
        check("a--b", true);
        check("abcdefgh", true);
        check("abcdefghi", false);
        check("", false);
        check("-a", false);
        check("a-", false);
        check("1a", false);
        check("A", false);
        check("a_b", false);
        check("ä", false);
    }

    proptest! {
        #[test]
        fn always_valid(project in name(PROJECT_LIMIT), environment in name(ENVIRONMENT_LIMIT), key in name(KEY_LIMIT)) {
            prop_assert!(is_name(&project, PROJECT_LIMIT) && is_name(&environment, ENVIRONMENT_LIMIT) && is_name(&key, KEY_LIMIT));
            prop_assert!(is_lambda_name(&function_name(&project, &environment, &key)));
            prop_assert!(is_lambda_name(&role_name(&project, &environment, &key)));
            prop_assert!(is_repository_name(&repository_name(&project, &key)));
            prop_assert!(api_name(&project, &environment, &key).len() <= 128);
            prop_assert!(statement_id(&key).len() <= 100);
        }

        #[test]
        fn distinct_for_distinct_keys(project in name(PROJECT_LIMIT), environment in name(ENVIRONMENT_LIMIT), a in name(KEY_LIMIT), b in "[a-z0-9]{1,3}") {
            // Keys that differ at the end only are the ones that cutting would confuse.
            let mut other = a.clone();
            other.truncate(KEY_LIMIT - b.len());
            other.push_str(&b);
            prop_assume!(a != other);
            prop_assert_ne!(function_name(&project, &environment, &a), function_name(&project, &environment, &other));
            prop_assert_ne!(repository_name(&project, &a), repository_name(&project, &other));
            prop_assert_ne!(api_name(&project, &environment, &a), api_name(&project, &environment, &other));
        }
    }
}
