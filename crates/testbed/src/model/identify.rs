//! Which operation a request asks for, and the path labels it carries.

use std::collections::BTreeMap;

use super::RequestParts;
use super::decode::{form, unescape};
use super::shape::{Model, Operation, Protocol};

impl Model {
    /// The operation that a request asks for; `None` when this service has none such.
    #[must_use]
    pub fn identify(&self, request: &RequestParts<'_>) -> Option<&Operation> {
        match self.protocol {
            Protocol::RestJson => self.by_path(request).map(|(operation, _)| operation),
            Protocol::Json => {
                let (prefix, name) = request.headers.get("x-amz-target")?.rsplit_once('.')?;
                (prefix == self.target_prefix)
                    .then(|| self.operations.get(name))
                    .flatten()
            }
            Protocol::Query | Protocol::Ec2 => {
                let text = String::from_utf8_lossy(request.body);
                let (_, action) = form(&text)
                    .chain(form(request.query))
                    .find(|(key, _)| key == "Action")?;
                self.operations.get(&action)
            }
        }
    }

    /// Of all operations whose template fits, the one with the most literal segments.
    pub(super) fn by_path(
        &self,
        request: &RequestParts<'_>,
    ) -> Option<(&Operation, BTreeMap<String, String>)> {
        let query: Vec<(String, String)> = form(request.query).collect();
        self.operations
            .values()
            .filter(|operation| operation.method == request.method)
            .filter(|operation| {
                operation
                    .query
                    .iter()
                    .all(|constant| query.contains(constant))
            })
            .filter_map(|operation| {
                labels(&operation.path, request.path).map(|labels| (operation, labels))
            })
            .max_by_key(|(operation, labels)| {
                let greedy = operation.path.contains("+}");
                (
                    !greedy,
                    operation.path.split('/').count() - labels.len(),
                    operation.query.len(),
                )
            })
    }
}

/// The values of a template's labels, decoded; `None` when the path does not fit it.
fn labels(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut wanted = template.trim_matches('/').split('/');
    // Without the trailing slash, as AWS takes both; an empty label in between is not trimmed away.
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut given = path.split('/').peekable();
    let mut labels = BTreeMap::new();
    for segment in wanted.by_ref() {
        let Some(label) = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            if given.next()? != segment {
                return None;
            }
            continue;
        };
        if let Some(greedy) = label.strip_suffix('+') {
            given.peek()?;
            let rest: Vec<&str> = given.by_ref().collect();
            labels.insert(greedy.to_owned(), unescape(&rest.join("/")));
        } else {
            labels.insert(label.to_owned(), unescape(given.next()?));
        }
    }
    given.next().is_none().then_some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_whole_segments_unless_greedy() {
        let found = labels(
            "/v2/apis/{apiId}/routes/{routeId}",
            "/v2/apis/a1/routes/r%2F2",
        )
        .unwrap();
        assert_eq!(found["apiId"], "a1");
        assert_eq!(found["routeId"], "r/2");
        assert!(labels("/v2/apis/{apiId}", "/v2/apis/a1/routes").is_none());
        assert!(labels("/v2/apis/{apiId}/routes", "/v2/apis/a1").is_none());
        assert_eq!(labels("/tags/{arn+}", "/tags/a/b").unwrap()["arn"], "a/b");
        assert_eq!(labels("/x/", "/x").unwrap().len(), 0);
    }
}
