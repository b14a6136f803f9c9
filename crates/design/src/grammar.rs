//! Small grammars of AWS's texts.

/// Whether this is an IAM action: `*`, `s3:GetObject`, `dynamodb:*`, `logs:Put?ogEvents`.
pub(crate) fn is_action(text: &str) -> bool {
    if text == "*" {
        return true;
    }
    text.split_once(':').is_some_and(|(service, action)| {
        !service.is_empty()
            && service
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !action.is_empty()
            && action
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'*' || b == b'?')
    })
}

/// Whether this is an ARN, `arn:partition:service:region:account:resource`; a field may hold wildcards.
pub(crate) fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", partition, service, _, _, resource]
        if !partition.is_empty() && !service.is_empty() && !resource.is_empty())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Whether this is an ARN of IAM's, of this kind of thing: `arn:aws:iam::123456789012:role/name`.
pub(crate) fn is_iam_arn(text: &str, kind: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    is_arn(text)
        && matches!(parts.as_slice(), [_, _, "iam", "", account, resource]
            if (is_account(account) || (*account == "aws" && kind == "policy"))
                && resource.strip_prefix(kind).is_some_and(|rest| rest.len() > 1 && rest.starts_with('/')))
}

/// Whether this is an account number: twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether this has the form of a region: `eu-west-1`, `us-gov-east-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    words.len() >= 2
        && words[0].len() >= 2
        && words.iter().all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
        && words[0].bytes().all(|b| b.is_ascii_lowercase())
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

/// Whether this is an id such as `vpc-0abc12`, with this prefix.
pub(crate) fn is_network_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|id| {
            (1..=17).contains(&id.len())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
}

/// Whether this is a host name or address.
pub(crate) fn is_host(text: &str) -> bool {
    if let Some(inner) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return !inner.is_empty()
            && inner
                .bytes()
                .all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.');
    }
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

/// Whether this is `host` or `host:port`.
pub(crate) fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    is_host(host) && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// An `http` or `https` address taken apart into scheme, authority and the rest.
pub(crate) fn http_url(text: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    if scheme != "http" && scheme != "https" {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    is_authority(authority).then_some((scheme, authority, rest))
}

/// Whether this is a repository name of ECR ("CreateRepository": 2 to 256 characters).
pub(crate) fn is_repository(text: &str) -> bool {
    (2..=256).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('/').all(|part| {
            let ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
            let bytes = part.as_bytes();
            bytes.first().copied().is_some_and(ok)
                && bytes.last().copied().is_some_and(ok)
                && bytes.iter().all(|b| ok(*b) || b"._-".contains(b))
                && bytes.split(|b| ok(*b)).all(|run| {
                    run.is_empty()
                        || run == b"."
                        || run == b"_"
                        || run == b"__"
                        || run.iter().all(|b| *b == b'-')
                })
        })
}

/// Whether this is an image digest.
pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64
            && hex
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

/// Whether this is an image tag.
pub(crate) fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
        && !text.starts_with(['.', '-'])
}

/// Whether a value looks like a secret rather than a setting.
pub fn looks_secret(value: &str) -> bool {
    if value.contains("-----BEGIN") {
        return true;
    }
    if ["ghp_", "github_pat_", "xoxb-", "xoxp-", "sk_live_"]
        .iter()
        .any(|prefix| value.starts_with(prefix))
    {
        return true;
    }
    // An access key id: AKIA or ASIA and sixteen capitals or digits.
    ["AKIA", "ASIA"].iter().any(|prefix| {
        value.match_indices(prefix).any(|(at, _)| {
            let rest = &value.as_bytes()[at + 4..];
            rest.len() >= 16
                && rest[..16]
                    .iter()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
    })
}

/// A path as it is after `.` and `..` are resolved; `None` when it leaves the folder it starts in.
pub(crate) fn inside(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> bool, yes: &[&str], no: &[&str]) {
        for text in yes {
            assert!(rule(text), "{text:?} should pass");
        }
        for text in no {
            assert!(!rule(text), "{text:?} should not pass");
        }
    }

    #[test]
    fn grammars() {
        check(
            is_action,
            &["*", "s3:GetObject", "s3:*", "execute-api:Invoke"],
            &["", "s3", "s3:", ":x", "S3:x", "s3:a b"],
        );
        check(
            is_arn,
            &[
                "arn:aws:s3:::bucket/*",
                "arn:aws-us-gov:lambda:*:123456789012:function:x:y",
                "arn:aws:dynamodb:*:*:table/o",
            ],
            &[
                "",
                "arn",
                "arn:aws:s3",
                "arn::s3:::b",
                "arn:aws:s3:::",
                "arn:aws:s3:::a b",
            ],
        );
        check(
            |t| is_iam_arn(t, "role"),
            &[
                "arn:aws:iam::123456789012:role/a",
                "arn:aws:iam::123456789012:role/path/a",
            ],
            &[
                "arn:aws:iam::123456789012:user/a",
                "arn:aws:iam::1:role/a",
                "arn:aws:iam::123456789012:role/",
                "a",
            ],
        );
        check(
            |t| is_iam_arn(t, "policy"),
            &["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            &["arn:aws:iam::aws:role/a"],
        );
        check(
            is_account,
            &["000000000000", "123456789012"],
            &["", "12345678901", "1234567890123", "12345678901a"],
        );
        check(
            is_region,
            &[
                "eu-west-1",
                "us-gov-east-1",
                "ap-southeast-2",
                "us-iso-east-1",
                "eusc-de-east-1",
            ],
            &[
                "",
                "eu",
                "eu-west",
                "eu-west-",
                "EU-west-1",
                "eu-west-1a",
                "eu--1",
                "1-west-1",
            ],
        );
        check(
            |t| is_network_id(t, "vpc"),
            &["vpc-0abc", "vpc-0a1b2c3d4e5f60718"],
            &["vpc", "vpc-", "vpc-xyz", "subnet-0a"],
        );
        check(
            is_authority,
            &["localhost:4566", "a.b.example", "127.0.0.1", "[::1]:80"],
            &[
                "", ":80", "a:", "a:0", "a:70000", "a b", "-a", "a..b", "a/b",
            ],
        );
        check(
            |t| http_url(t).is_some(),
            &["http://localhost:4566", "https://a.example/x/{proxy}?y=1"],
            &[
                "",
                "ftp://a",
                "a.example",
                "https://",
                "https:///x",
                "https://user@host",
            ],
        );
        check(
            is_repository,
            &["ab", "shop/orders", "a__b", "a---b", "a.b/c_d"],
            &[
                "", "a", "A/b", "a//b", "/a", "a/", "a___b", "a..b", "a._b", "-a", "1a",
            ],
        );
        check(
            is_digest,
            &[&format!("sha256:{}", "0a".repeat(32))],
            &[
                "",
                "sha256:",
                &"0".repeat(64),
                &format!("sha256:{}", "0A".repeat(32)),
            ],
        );
        check(
            is_tag,
            &["v1", "_a", "1.0-x"],
            &["", ".a", "-a", "a b", &"a".repeat(129)],
        );
        check(
            looks_secret,
            &[
                "AKIAIOSFODNN7EXAMPLE",
                "x=ASIAIOSFODNN7EXAMPLE",
                "-----BEGIN RSA PRIVATE KEY-----",
                "ghp_0123456789",
            ],
            &["", "AKIA", "info", "AKIAshort", "https://a.example"],
        );
    }

    #[test]
    fn paths_stay_inside() {
        let check = |path: &str, expect: Option<&str>| {
            assert_eq!(inside(path).as_deref(), expect, "{path}")
        };
        check("a/b", Some("a/b"));
        check("./a/../b", Some("b"));
        check(".", Some(""));
        check("..", None);
        check("a/../../b", None);
        check("a/../b/../..", None);
    }
}
