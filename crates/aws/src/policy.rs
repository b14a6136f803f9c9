//! Policy documents: written from a spec, and read back to the same spec.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use slipway_design::Statement;

const VERSION: &str = "2012-10-17";

/// What a service may do that assumes the role.
pub(crate) fn trust(principal: &str) -> String {
    json!({
        "Version": VERSION,
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": principal },
            "Action": "sts:AssumeRole",
        }],
    })
    .to_string()
}

/// The principal of a document that [`trust`] wrote; of any other document the document itself,
/// so that the difference shows.
pub(crate) fn trusted(document: &str) -> String {
    let text = decoded(document);
    let Ok(parsed) = serde_json::from_str::<Value>(&text) else {
        return text;
    };
    let only = || {
        let [statement] = statements_of(&parsed)?[..] else {
            return None;
        };
        let statement = statement.as_object()?;
        let plain = statement
            .keys()
            .all(|key| matches!(key.as_str(), "Effect" | "Principal" | "Action") || key == "Sid");
        let principal = statement.get("Principal")?.as_object()?;
        let [service] = &one_or_many(principal.get("Service")?)?[..] else {
            return None;
        };
        let [action] = &one_or_many(statement.get("Action")?)?[..] else {
            return None;
        };
        (plain
            && principal.len() == 1
            && statement.get("Effect")? == "Allow"
            && action.eq_ignore_ascii_case("sts:AssumeRole"))
        .then(|| service.clone())
    };
    only().unwrap_or_else(|| parsed.to_string())
}

/// The id of the statement about connections of WebSocket APIs: it tells it from one of the user.
const CONNECTIONS: &str = "Connections";
const MANAGE: &str = "execute-api:ManageConnections";

/// The document of an inline policy; `connections` are ARNs.
pub(crate) fn allow(statements: &[Statement], connections: &[&str]) -> String {
    let mut statements: Vec<Value> = statements
        .iter()
        .map(|statement| {
            json!({
                "Effect": "Allow",
                "Action": statement.actions,
                "Resource": statement.resources,
            })
        })
        .collect();
    if !connections.is_empty() {
        statements.push(json!({
            "Sid": CONNECTIONS,
            "Effect": "Allow",
            "Action": [MANAGE],
            "Resource": connections,
        }));
    }
    json!({ "Version": VERSION, "Statement": statements }).to_string()
}

/// The connections of a statement that [`allow`] wrote.
fn connections(statement: &Value) -> Option<Vec<String>> {
    let ours = statement.get("Sid")? == CONNECTIONS;
    let plain = plain_allow(statement)?;
    (ours && plain.actions == [MANAGE]).then_some(plain.resources)
}

/// The statements of an inline policy, and the connections that it is about. One that no [`Statement`] can say (a deny, a condition)
/// is given as its own text for an action, so that the difference shows.
pub(crate) fn allowed(document: &str) -> (Vec<Statement>, Vec<String>) {
    let text = decoded(document);
    let parsed = serde_json::from_str::<Value>(&text).ok();
    let Some(statements) = parsed.as_ref().and_then(statements_of) else {
        let whole = Statement {
            actions: vec![text],
            resources: Vec::new(),
        };
        return (vec![whole], Vec::new());
    };
    let (of_connections, others): (Vec<&Value>, Vec<&Value>) = statements
        .into_iter()
        .partition(|statement| connections(statement).is_some());
    let arns = of_connections
        .into_iter()
        .filter_map(connections)
        .flatten()
        .collect();
    let others = others
        .into_iter()
        .map(|statement| {
            plain_allow(statement).unwrap_or_else(|| Statement {
                actions: vec![statement.to_string()],
                resources: Vec::new(),
            })
        })
        .collect();
    (others, arns)
}

fn plain_allow(statement: &Value) -> Option<Statement> {
    let statement = statement.as_object()?;
    let known = statement
        .keys()
        .all(|key| matches!(key.as_str(), "Sid" | "Effect" | "Action" | "Resource"));
    if !known || statement.get("Effect")? != "Allow" {
        return None;
    }
    Some(Statement {
        actions: one_or_many(statement.get("Action")?)?,
        resources: one_or_many(statement.get("Resource")?)?,
    })
}

/// One grant of a resource policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) principal: String,
    pub(crate) source_arn: String,
}

/// The grants of a function's resource policy. A statement that is not a plain grant to a
/// service with a source has its own text for a principal.
pub(crate) fn grants(document: &str) -> Vec<Grant> {
    let Ok(parsed) = serde_json::from_str::<Value>(document) else {
        return Vec::new();
    };
    let Some(statements) = statements_of(&parsed) else {
        return Vec::new();
    };
    statements
        .into_iter()
        .filter_map(|statement| {
            let id = statement.get("Sid")?.as_str()?.to_owned();
            let source_arn = source_arn(statement);
            let plain = (statement.get("Effect")? == "Allow"
                && statement.get("Action")? == "lambda:InvokeFunction")
                .then(|| statement.get("Principal")?.get("Service")?.as_str())
                .flatten();
            Some(Grant {
                id,
                principal: plain.map_or_else(|| statement.to_string(), str::to_owned),
                source_arn: source_arn.unwrap_or_default(),
            })
        })
        .collect()
}

fn source_arn(statement: &Value) -> Option<String> {
    statement
        .get("Condition")?
        .as_object()?
        .values()
        .filter_map(Value::as_object)
        .flatten()
        .find(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"))
        .and_then(|(_, value)| one_or_many(value)?.into_iter().next())
}

/// IAM hands documents out percent-encoded (RFC 3986); a plain document has no `%` outside of
/// policy variables and comes back as it is.
fn decoded(document: &str) -> String {
    if document.trim_start().starts_with('{') {
        return document.to_owned();
    }
    percent_decode_str(document)
        .decode_utf8_lossy()
        .into_owned()
}

fn statements_of(document: &Value) -> Option<Vec<&Value>> {
    match document.get("Statement")? {
        Value::Array(statements) => Some(statements.iter().collect()),
        one @ Value::Object(_) => Some(vec![one]),
        _ => None,
    }
}

fn one_or_many(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => many
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    fn statement(actions: &[&str], resources: &[&str]) -> Statement {
        Statement {
            actions: actions.iter().map(ToString::to_string).collect(),
            resources: resources.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn what_was_written_is_read_back_also_percent_encoded() {
        let statements = vec![
            statement(
                &["dynamodb:GetItem", "dynamodb:PutItem"],
                &["arn:aws:dynamodb:*:*:table/o"],
            ),
            statement(
                &["s3:GetObject"],
                &["arn:aws:s3:::b/${aws:username}/100%/*"],
            ),
        ];
        let arns = ["arn:aws:execute-api:eu-west-1:1:ab/live/*/@connections/*".to_owned()];
        let document = allow(&statements, &[arns[0].as_str()]);
        assert_eq!(allowed(&document), (statements.clone(), arns.to_vec()));
        let encoded = utf8_percent_encode(&document, NON_ALPHANUMERIC).to_string();
        assert_eq!(allowed(&encoded), (statements, arns.to_vec()));
        assert_eq!(
            trusted(&trust("lambda.amazonaws.com")),
            "lambda.amazonaws.com"
        );
    }

    #[test]
    fn forms_that_mean_the_same_are_the_same() {
        let document =
            r#"{"Statement":{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
        assert_eq!(allowed(document).0, [statement(&["s3:*"], &["*"])]);
        let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Principal":{"Service":["lambda.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}"#;
        assert_eq!(trusted(document), "lambda.amazonaws.com");
    }

    #[test]
    fn what_no_spec_can_say_shows_as_a_difference() {
        let deny = r#"{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;
        assert!(allowed(deny).0[0].actions[0].contains("Deny"));
        let wider = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com","AWS":"*"},"Action":"sts:AssumeRole"}]}"#;
        assert_ne!(trusted(wider), "lambda.amazonaws.com");
        let condition = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{}}]}"#;
        assert_ne!(trusted(condition), "lambda.amazonaws.com");
    }

    #[test]
    fn grants_of_a_function_are_read() {
        let document = r#"{"Version":"2012-10-17","Id":"default","Statement":[
            {"Sid":"public","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},
             "Action":"lambda:InvokeFunction","Resource":"arn:f:live",
             "Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:eu-west-1:1:ab/*"}}},
            {"Sid":"other","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"arn:f:live"}]}"#;
        let grants = grants(document);
        assert_eq!(
            grants[0],
            Grant {
                id: "public".into(),
                principal: "apigateway.amazonaws.com".into(),
                source_arn: "arn:aws:execute-api:eu-west-1:1:ab/*".into(),
            }
        );
        assert_ne!(grants[1].principal, "*");
        assert_eq!(grants[1].source_arn, "");
    }
}
