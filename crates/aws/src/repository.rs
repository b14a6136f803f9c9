//! ECR repositories.

use crate::answer::{Answered, found, gone, known, lacking, mismatch, outputs, unbuildable};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::{lifecycle_policy, tags};
use aws_sdk_ecr::types::{ImageScanningConfiguration, ImageTagMutability, Repository, Tag};
use slipway_engine::port::Call;
use slipway_plan::{
    LifecycleRule, Observed, Operation, Outputs, Ownership, RepositorySpec, ResourceAddr,
    ResourceKind, ResourceSpec, Scope,
};

const DESCRIBE: ApiCall = ApiCall::read("ecr", "DescribeRepositories");
const LIST_TAGS: ApiCall = ApiCall::read("ecr", "ListTagsForResource");
const GET_LIFECYCLE: ApiCall = ApiCall::read("ecr", "GetLifecyclePolicy");

/// How many repositories one page of a list holds, at the most that ECR allows.
const PAGE: i32 = 1000;

/// All repositories of the account and region.
pub(crate) async fn list(session: &Session) -> Answered<Vec<Repository>> {
    let mut pages = session
        .read
        .ecr
        .describe_repositories()
        .max_results(PAGE)
        .into_paginator()
        .items()
        .send();
    let mut repositories = Vec::new();
    while let Some(repository) = pages.next().await {
        repositories.push(repository.map_err(failed(DESCRIBE))?);
    }
    Ok(repositories)
}

pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    name: &str,
) -> Answered<Option<Observed>> {
    let answer = session
        .read
        .ecr
        .describe_repositories()
        .repository_names(name)
        .send()
        .await
        .map_err(failed(DESCRIBE));
    let Some(repository) = found(answer)?
        .and_then(|answer| answer.repositories)
        .and_then(|all| all.into_iter().next())
    else {
        return Ok(None);
    };
    look(session, scope, Some(addr), &repository).await
}

/// Looks at a repository that was listed; without an address it counts only when its tags give one.
pub(crate) async fn look(
    session: &Session,
    scope: &Scope,
    addr: Option<&ResourceAddr>,
    repository: &Repository,
) -> Answered<Option<Observed>> {
    let name = repository
        .repository_name()
        .ok_or_else(|| lacking(&DESCRIBE.title(), "name"))?;
    let arn = repository
        .repository_arn()
        .ok_or_else(|| lacking(&DESCRIBE.title(), "ARN"))?;
    let answer = session
        .read
        .ecr
        .list_tags_for_resource()
        .resource_arn(arn)
        .send()
        .await
        .map_err(failed(LIST_TAGS));
    // Deleted in between.
    let Some(answer) = found(answer)? else {
        return Ok(None);
    };
    let tags = tags::compared(
        answer
            .tags
            .unwrap_or_default()
            .into_iter()
            .map(|tag| (tag.key, tag.value)),
    );
    let by_tag = tags::address(scope, ResourceKind::Repository, &tags);
    let Some(addr) = addr.cloned().or(by_tag) else {
        return Ok(None);
    };
    let ownership = tags::ownership(scope, &addr, &tags);
    // Of a foreign one nothing is compared, and its rules may be closed to us.
    let lifecycle = match ownership {
        Ownership::Ours => lifecycle(session, name).await?,
        Ownership::Foreign { .. } => Vec::new(),
    };
    Ok(Some(Observed {
        addr,
        outputs: made(scope, name, repository.repository_arn()),
        ownership,
        spec: ResourceSpec::Repository(RepositorySpec {
            name: name.to_owned(),
            scan_on_push: repository
                .image_scanning_configuration()
                .is_some_and(|scanning| scanning.scan_on_push),
            // With exclusions some tags can move: not what is meant.
            immutable_tags: repository.image_tag_mutability()
                == Some(&ImageTagMutability::Immutable),
            lifecycle,
            tags,
        }),
        surplus: Vec::new(),
    }))
}

/// The rules of the repository; none when it has no policy.
async fn lifecycle(session: &Session, name: &str) -> Answered<Vec<LifecycleRule>> {
    let answer = session
        .read
        .ecr
        .get_lifecycle_policy()
        .repository_name(name)
        .send()
        .await
        .map_err(failed(GET_LIFECYCLE));
    Ok(found(answer)?
        .and_then(|answer| answer.lifecycle_policy_text)
        .map(|text| lifecycle_policy::rules(&text))
        .unwrap_or_default())
}

fn made(scope: &Scope, name: &str, arn: Option<&str>) -> Outputs {
    let uri = format!("{}/{name}", scope.registry);
    outputs([("arn", arn), ("uri", Some(&uri))])
}

fn scanning(spec: &RepositorySpec) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder()
        .scan_on_push(spec.scan_on_push)
        .build()
}

fn mutability(spec: &RepositorySpec) -> ImageTagMutability {
    if spec.immutable_tags {
        ImageTagMutability::Immutable
    } else {
        ImageTagMutability::Mutable
    }
}

fn sdk_tags<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Answered<Vec<Tag>> {
    tags.into_iter()
        .map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(unbuildable("ecr:TagResource"))
        })
        .collect()
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &RepositorySpec,
) -> Answered<Outputs> {
    let ecr = &session.write.ecr;
    match call.operation {
        Operation::CreateRepository => {
            let answer = ecr
                .create_repository()
                .repository_name(&spec.name)
                .image_scanning_configuration(scanning(spec))
                .image_tag_mutability(mutability(spec))
                .set_tags(Some(sdk_tags(&tags::created(&spec.tags, call))?))
                .send()
                .await
                .map_err(failed(api))?;
            let arn = answer.repository().and_then(Repository::repository_arn);
            Ok(made(call.scope, &spec.name, arn))
        }
        Operation::PutImageScanningConfiguration => {
            ecr.put_image_scanning_configuration()
                .repository_name(&spec.name)
                .image_scanning_configuration(scanning(spec))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::PutImageTagMutability => {
            ecr.put_image_tag_mutability()
                .repository_name(&spec.name)
                .image_tag_mutability(mutability(spec))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::PutLifecyclePolicy => {
            let text = lifecycle_policy::text(&spec.lifecycle).ok_or_else(|| mismatch(call))?;
            ecr.put_lifecycle_policy()
                .repository_name(&spec.name)
                .lifecycle_policy_text(text)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::TagRepository => {
            ecr.tag_resource()
                .resource_arn(known(call, "arn")?)
                .set_tags(Some(sdk_tags(&spec.tags)?))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::UntagRepository => {
            ecr.untag_resource()
                .resource_arn(known(call, "arn")?)
                .set_tag_keys(Some(tags::stale(call, &spec.tags)))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        // With every image in it: a plan deletes a repository only when images are to go.
        Operation::DeleteRepository => gone(
            ecr.delete_repository()
                .repository_name(&spec.name)
                .force(true)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
