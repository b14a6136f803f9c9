//! The text of a repository's lifecycle policy: written from rules, and read back into rules.

use serde_json::{Map, Value, json};
use slipway_plan::LifecycleRule;

/// The policy of these rules, in the grammar of "Lifecycle policy properties in Amazon ECR". `None`
/// when there are none, or one that Slipway does not write: ECR has no policy without a rule.
pub(crate) fn text(rules: &[LifecycleRule]) -> Option<String> {
    let rules: Vec<Value> = (1..)
        .zip(rules)
        .map(|(priority, rule)| match rule {
            LifecycleRule::Untagged { untagged_days } => Some(json!({
                "rulePriority": priority,
                "description": "slipway: what nothing names any more; deployed images keep their tag",
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": untagged_days,
                },
                "action": { "type": "expire" },
            })),
            LifecycleRule::Other(_) => None,
        })
        .collect::<Option<_>>()?;
    (!rules.is_empty()).then(|| json!({ "rules": rules }).to_string())
}

/// The rules of a policy, lowest number first, whatever its spacing and the order of its keys. Of a
/// text of another shape the whole is one rule of somebody else.
pub(crate) fn rules(text: &str) -> Vec<LifecycleRule> {
    let Ok(mut policy) = serde_json::from_str::<Value>(text) else {
        return vec![LifecycleRule::Other(Value::String(text.to_owned()))];
    };
    let Some(Value::Array(rules)) = policy.get_mut("rules").map(Value::take) else {
        return vec![LifecycleRule::Other(sorted(policy))];
    };
    let alone = rules.len() == 1;
    let mut rules: Vec<Value> = rules.into_iter().map(sorted).collect();
    rules.sort_by_key(|rule| rule["rulePriority"].as_u64());
    rules
        .into_iter()
        .map(|rule| match untagged_days(&rule) {
            // Beside others its number matters.
            Some(untagged_days) if alone => LifecycleRule::Untagged { untagged_days },
            _ => LifecycleRule::Other(rule),
        })
        .collect()
}

/// Of a rule that does what [`LifecycleRule::Untagged`] does, and nothing else.
fn untagged_days(rule: &Value) -> Option<u32> {
    let days = rule["selection"]["countNumber"].as_u64()?;
    let selection = json!({
        "countNumber": days,
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "tagStatus": "untagged",
    });
    let known = ["rulePriority", "description", "selection", "action"];
    let is_that = rule["selection"] == selection
        && rule["action"] == json!({ "type": "expire" })
        && rule
            .as_object()?
            .keys()
            .all(|key| known.contains(&key.as_str()));
    u32::try_from(days).ok().filter(|_| is_that)
}

/// With the keys in order, and without what says nothing: AWS may give back more than was sent.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .filter(|(_, value)| {
                    !value.is_null() && value.as_array().is_none_or(|all| !all.is_empty())
                })
                .collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [LifecycleRule; 1] = [LifecycleRule::Untagged { untagged_days: 30 }];

    #[test]
    fn what_is_written_is_read_back() {
        let text = text(&OURS).unwrap();
        // "Service limits": 100 to 30,720 characters.
        assert!((100..30_720).contains(&text.len()), "{text}");
        assert_eq!(rules(&text), OURS);
        assert_eq!(super::text(&[]), None);
        assert_eq!(super::text(&[LifecycleRule::Other(json!({}))]), None);
    }

    #[test]
    fn spacing_order_and_words_make_no_difference() {
        let returned = r#"{
            "rules" : [ {
                "action": {"type": "expire"},
                "selection": {"countNumber": 30, "tagPrefixList": [], "tagStatus": "untagged",
                    "countUnit": "days", "countType": "sinceImagePushed"},
                "rulePriority": 7, "description": "other words"
            } ] }"#;
        assert_eq!(rules(returned), OURS);
    }

    #[test]
    fn a_rule_that_could_take_a_deployed_image_is_never_taken_for_ours() {
        let any = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":30},"action":{"type":"expire"}}]}"#;
        let [LifecycleRule::Other(rule)] = &rules(any)[..] else {
            panic!("somebody else's")
        };
        assert_eq!(rule["selection"]["tagStatus"], "any");
        // One more rule beside ours: both are shown.
        let ours: Value = serde_json::from_str(&text(&OURS).unwrap()).unwrap();
        let both = json!({ "rules": [serde_json::from_str::<Value>(any).unwrap()["rules"][0], ours["rules"][0]] });
        let both = rules(&both.to_string());
        assert_eq!(both.len(), 2);
        assert!(
            both.iter()
                .all(|rule| matches!(rule, LifecycleRule::Other(_)))
        );
        let counted = any.replace("any", "untagged");
        assert!(matches!(&rules(&counted)[..], [LifecycleRule::Other(_)]));
        assert!(matches!(&rules("not JSON")[..], [LifecycleRule::Other(_)]));
    }
}
