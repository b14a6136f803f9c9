//! The scope of a request's signature. The signature's value is not checked: the bed has no secret to check it with.

use std::collections::BTreeMap;

/// What an `Authorization` header of AWS's signature version 4 claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) region: String,
    pub(super) service: String,
    date: String,
    signed_headers: Vec<String>,
    /// Whether the signature's value has its form: 64 lower-case hexadecimal digits.
    well_formed: bool,
}

impl Signature {
    /// Reads the header; `None` when the request is not signed, or in another way.
    pub(super) fn read(headers: &BTreeMap<String, String>) -> Option<Self> {
        let rest = headers
            .get("authorization")?
            .strip_prefix("AWS4-HMAC-SHA256")?;
        let fields: BTreeMap<&str, &str> = rest
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
            .collect();
        let scope: Vec<&str> = fields.get("Credential")?.split('/').collect();
        let [.., date, region, service, "aws4_request"] = scope.as_slice() else {
            return None;
        };
        let value = fields.get("Signature").copied().unwrap_or_default();
        Some(Self {
            region: (*region).to_owned(),
            service: (*service).to_owned(),
            date: (*date).to_owned(),
            signed_headers: fields.get("SignedHeaders").map_or(Vec::new(), |names| {
                names.split(';').map(str::to_owned).collect()
            }),
            well_formed: value.len() == 64
                && value
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
        })
    }

    /// What AWS would object to.
    pub(super) fn problems(
        &self,
        headers: &BTreeMap<String, String>,
        expected_region: Option<&str>,
    ) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.well_formed {
            problems.push("the signature's value is not 64 hexadecimal digits".to_owned());
        }
        for name in ["host", "x-amz-date", "x-amz-target", "x-amz-security-token"] {
            let needed = matches!(name, "host" | "x-amz-date") || headers.contains_key(name);
            if needed && !self.signed_headers.iter().any(|signed| signed == name) {
                problems.push(format!("the header {name} is not signed"));
            }
        }
        let date = headers.get("x-amz-date").map_or("", String::as_str);
        if !date.starts_with(&self.date) || self.date.len() != 8 {
            problems.push(format!("signed for {:?}, sent at {date:?}", self.date));
        }
        let plausible = self.region.split('-').count() >= 3
            && self
                .region
                .chars()
                .last()
                .is_some_and(|c| c.is_ascii_digit());
        match expected_region {
            Some(region) if region != self.region => {
                problems.push(format!(
                    "signed for the region {:?}, expected {region:?}",
                    self.region
                ));
            }
            None if !plausible => {
                problems.push(format!("signed for {:?}, which is no region", self.region))
            }
            _ => {}
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(credential: &str, signed: &str, signature: &str) -> BTreeMap<String, String> {
        BTreeMap::from([
            (
                "authorization".to_owned(),
                format!(
                    "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}"
                ),
            ),
            ("x-amz-date".to_owned(), "20260801T000000Z".to_owned()),
        ])
    }

    #[test]
    fn a_proper_signature_has_no_problem() {
        let headers = headers(
            "AK/20260801/eu-west-1/lambda/aws4_request",
            "host;x-amz-date",
            &"a".repeat(64),
        );
        let signature = Signature::read(&headers).unwrap();
        assert_eq!(
            (signature.region.as_str(), signature.service.as_str()),
            ("eu-west-1", "lambda")
        );
        assert!(signature.problems(&headers, Some("eu-west-1")).is_empty());
        assert_eq!(signature.problems(&headers, Some("us-east-1")).len(), 1);
    }

    #[test]
    fn each_fault_of_a_signature_is_named() {
        let headers = headers("AK/20260802/nowhere/lambda/aws4_request", "host", "xyz");
        let problems = Signature::read(&headers).unwrap().problems(&headers, None);
        assert_eq!(problems.len(), 4, "{problems:?}");
    }

    #[test]
    fn other_authorizations_are_no_signature() {
        let mut headers = headers("AK/20260801/eu-west-1/lambda", "host", "00");
        assert_eq!(Signature::read(&headers), None);
        headers.insert("authorization".into(), "Basic QVdTOng=".into());
        assert_eq!(Signature::read(&headers), None);
    }
}
