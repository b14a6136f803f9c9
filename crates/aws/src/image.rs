//! Images in a repository, found by the tag that their fingerprint gives.

use crate::answer::{Answered, found, outputs};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use aws_sdk_ecr::types::ImageIdentifier;
use slipway_plan::{ImageSpec, Observed, Ownership, ResourceAddr, ResourceSpec, Scope, Text};

const DESCRIBE: ApiCall = ApiCall::read("ecr", "DescribeImages");

pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    spec: &ImageSpec,
) -> Answered<Option<Observed>> {
    let answer = session
        .read
        .ecr
        .describe_images()
        .repository_name(&spec.repository)
        .image_ids(ImageIdentifier::builder().image_tag(spec.tag()).build())
        .send()
        .await
        .map_err(failed(DESCRIBE));
    let digest = found(answer)?
        .and_then(|answer| answer.image_details)
        .and_then(|all| all.into_iter().next())
        .and_then(|image| image.image_digest);
    Ok(digest.map(|digest| {
        let repository = format!("{}/{}", scope.registry, spec.repository);
        let uri = format!("{repository}@{digest}");
        Observed {
            addr: addr.clone(),
            spec: ResourceSpec::Image(ImageSpec {
                repository_uri: Text::Known(repository),
                ..spec.clone()
            }),
            outputs: outputs([("digest", Some(&digest)), ("uri", Some(&uri))]),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        }
    }))
}
