//! CloudWatch log groups.

use crate::answer::{Answered, found, gone, lacking, mismatch, outputs};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::tags;
use aws_sdk_cloudwatchlogs::types::LogGroup;
use slipway_engine::port::Call;
use slipway_plan::{
    LogGroupSpec, Observed, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec, Scope,
};

const DESCRIBE: ApiCall = ApiCall::read("logs", "DescribeLogGroups");
const LIST_TAGS: ApiCall = ApiCall::read("logs", "ListTagsForResource");

/// Every log group whose name begins so.
pub(crate) async fn list(session: &Session, prefix: &str) -> Answered<Vec<LogGroup>> {
    let mut pages = session
        .read
        .logs
        .describe_log_groups()
        .log_group_name_prefix(prefix)
        .into_paginator()
        .items()
        .send();
    let mut groups = Vec::new();
    while let Some(group) = pages.next().await {
        groups.push(group.map_err(failed(DESCRIBE))?);
    }
    Ok(groups)
}

pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    name: &str,
) -> Answered<Option<Observed>> {
    let groups = list(session, name).await?;
    let Some(group) = groups
        .into_iter()
        .find(|group| group.log_group_name() == Some(name))
    else {
        return Ok(None);
    };
    look(session, scope, Some(addr), &group).await
}

/// Looks at a group that was listed; without an address it counts only when its tags give one.
pub(crate) async fn look(
    session: &Session,
    scope: &Scope,
    addr: Option<&ResourceAddr>,
    group: &LogGroup,
) -> Answered<Option<Observed>> {
    let name = group
        .log_group_name()
        .ok_or_else(|| lacking(&DESCRIBE.title(), "name"))?;
    let arn = group
        .log_group_arn()
        .or_else(|| group.arn().map(|arn| arn.trim_end_matches(":*")))
        .map_or_else(|| arn_of(scope, name), str::to_owned);
    let answer = session
        .read
        .logs
        .list_tags_for_resource()
        .resource_arn(&arn)
        .send()
        .await
        .map_err(failed(LIST_TAGS));
    let Some(answer) = found(answer)? else {
        return Ok(None);
    };
    let tags = tags::compared(answer.tags.unwrap_or_default());
    let by_tag = tags::address(scope, ResourceKind::LogGroup, &tags);
    let Some(addr) = addr.cloned().or(by_tag) else {
        return Ok(None);
    };
    let ownership = tags::ownership(scope, &addr, &tags);
    Ok(Some(Observed {
        outputs: outputs([("arn", Some(&arn))]),
        ownership,
        spec: ResourceSpec::LogGroup(LogGroupSpec {
            name: name.to_owned(),
            retention_days: group
                .retention_in_days()
                .and_then(|days| u32::try_from(days).ok()),
            tags,
        }),
        addr,
        surplus: Vec::new(),
    }))
}

fn arn_of(scope: &Scope, name: &str) -> String {
    format!(
        "arn:{}:logs:{}:{}:log-group:{name}",
        scope.partition, scope.region, scope.account
    )
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &LogGroupSpec,
) -> Answered<Outputs> {
    let logs = &session.write.logs;
    let arn = arn_of(call.scope, &spec.name);
    match call.operation {
        Operation::CreateLogGroup => {
            logs.create_log_group()
                .log_group_name(&spec.name)
                .set_tags(Some(tags::created(&spec.tags, call)))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(outputs([("arn", Some(&arn))]))
        }
        Operation::PutRetentionPolicy => {
            let days = spec
                .retention_days
                .and_then(|days| i32::try_from(days).ok())
                .ok_or_else(|| mismatch(call))?;
            logs.put_retention_policy()
                .log_group_name(&spec.name)
                .retention_in_days(days)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteRetentionPolicy => {
            logs.delete_retention_policy()
                .log_group_name(&spec.name)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::TagLogGroup => {
            logs.tag_resource()
                .resource_arn(&arn)
                .set_tags(Some(spec.tags.clone().into_iter().collect()))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::UntagLogGroup => {
            logs.untag_resource()
                .resource_arn(&arn)
                .set_tag_keys(Some(tags::stale(call, &spec.tags)))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteLogGroup => gone(
            logs.delete_log_group()
                .log_group_name(&spec.name)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
