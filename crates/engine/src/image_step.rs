//! The two nodes that go to the container engine: build and push.

use crate::backoff::TRANSIENT;
use crate::cloud_step;
use crate::limiter::Service;
use crate::port::{
    BuildRequest, CloudErrorKind, ImageError, ImageErrorKind, PushRequest, PushedImage,
    RegistryLogin,
};
use crate::worker::{End, Surroundings, Task};
use crate::{FailureCode, RunError};
use slipway_plan::{ImageSpec, Outputs, ResourceSpec, TAG_ADDRESS, TAG_PROJECT};

/// Output of a build node, for the push node of the same image; it never reaches the state.
pub(crate) const LOCAL_IMAGE: &str = "local image";

/// Media types that hold several images. Lambda takes one image only ("Lambda container images",
/// requirements), and an image index is what a build with attestations makes.
const INDEXES: [&str; 2] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// Name of the image in the local engine: the same content has the same name in every run.
fn local_reference(surroundings: &Surroundings, task: &Task, spec: &ImageSpec) -> String {
    format!(
        "slipway/{}/{}:{}",
        reference_part(&surroundings.scope.project),
        reference_part(task.node.addr.owner_key()),
        spec.tag()
    )
}

/// The grammar of image names is narrower than that of keys: lower case, and separators only
/// between letters and digits.
fn reference_part(text: &str) -> String {
    let mut part = String::with_capacity(text.len());
    for character in text.to_ascii_lowercase().chars() {
        if character.is_ascii_alphanumeric() {
            part.push(character);
        } else if !part.is_empty() && !part.ends_with('-') {
            part.push('-');
        }
    }
    let part = part.trim_end_matches('-');
    if part.is_empty() {
        "image".to_owned()
    } else {
        part.to_owned()
    }
}

fn image_of(task: &Task) -> Result<&ImageSpec, End> {
    match &task.spec {
        ResourceSpec::Image(spec) => Ok(spec),
        other => Err(End::Failed {
            error: RunError::new(
                FailureCode::Internal,
                format!(
                    "{} failed: the step is for an image and {} is none",
                    task.node.title,
                    other.name()
                ),
                "Report it with the plan.",
            ),
            unknown: false,
        }),
    }
}

fn ended(surroundings: &Surroundings, error: &ImageError) -> End {
    if error.kind == ImageErrorKind::Cancelled && surroundings.cancel.is_asked() {
        return End::Cancelled { unknown: false };
    }
    End::Failed {
        error: surroundings.redacted(RunError::of_image(error)),
        unknown: false,
    }
}

/// Builds with the local engine. A build has no effect outside this computer, so it may be called
/// off at any moment and repeated.
pub(crate) async fn build(surroundings: &Surroundings, task: &Task) -> End {
    let spec = match image_of(task) {
        Ok(spec) => spec,
        Err(end) => return end,
    };
    if let Err(end) = surroundings.intend(&task.node.id, 1).await {
        return end;
    }
    let reference = local_reference(surroundings, task, spec);
    // Neither environment nor run: the same image serves all of them.
    let labels = [
        (TAG_PROJECT.to_owned(), surroundings.scope.project.clone()),
        (TAG_ADDRESS.to_owned(), task.node.addr.to_string()),
    ];
    let voice = surroundings.voice(&task.node.id);
    let request = BuildRequest {
        root: &surroundings.root,
        source: &spec.source,
        reference: &reference,
        labels: &labels,
    };
    let built = tokio::select! {
        built = surroundings.ports.builder.build(request, &voice, surroundings.cancel.stop()) => built,
        () = surroundings.cancel.abandon().cancelled() => return End::Cancelled { unknown: false },
    };
    match built {
        Ok(image) => End::Done {
            outputs: Outputs::from([(LOCAL_IMAGE.to_owned(), image.id)]),
        },
        Err(error) => ended(surroundings, &error),
    }
}

/// Pushes under the tag that follows from the fingerprint, so that a repeated push changes nothing.
pub(crate) async fn push(surroundings: &Surroundings, task: &Task) -> End {
    let spec = match image_of(task) {
        Ok(spec) => spec,
        Err(end) => return end,
    };
    let repository = match spec.repository_uri.expect_known() {
        Ok(uri) => uri,
        Err(unresolved) => {
            return End::Failed {
                error: RunError::new(
                    FailureCode::Internal,
                    format!("{} failed: {unresolved}", task.node.title),
                    "Report it with the plan.",
                ),
                unknown: false,
            };
        }
    };
    let login = match login(surroundings, task).await {
        Ok(login) => login,
        Err(end) => return end,
    };
    let reference = local_reference(surroundings, task, spec);
    let tag = spec.tag();
    let mut failures = 0;
    loop {
        if let Err(end) = surroundings.intend(&task.node.id, failures + 1).await {
            return end;
        }
        let voice = surroundings.voice(&task.node.id);
        let request = PushRequest {
            image: task.image.as_deref().unwrap_or(&reference),
            repository,
            tag: &tag,
            login,
        };
        let pushed = tokio::select! {
            pushed = surroundings.ports.registry.push(request, &voice, surroundings.cancel.stop()) => pushed,
            () = surroundings.cancel.abandon().cancelled() => return End::Cancelled { unknown: true },
        };
        let error = match pushed {
            Ok(image) => return accept(task, repository, image),
            Err(error) => error,
        };
        failures += 1;
        if error.kind == ImageErrorKind::TagExists {
            return taken(surroundings, task, &error, failures).await;
        }
        let delay = match error.kind {
            ImageErrorKind::Transient => TRANSIENT.delay(failures),
            _ => None,
        };
        let Some(delay) = delay else {
            return ended(surroundings, &error);
        };
        surroundings.say(
            &task.node.id,
            format!(
                "{}; trying again in {:.1} s",
                error.message,
                delay.as_secs_f32()
            ),
        );
        if !surroundings.pause(delay).await {
            return End::Cancelled { unknown: false };
        }
    }
}

/// The tag stands for the content, and it stays with the image that had it first: pushed by another
/// deploy a moment ago, or by an earlier try whose answer was lost. That image is the one.
async fn taken(surroundings: &Surroundings, task: &Task, error: &ImageError, attempt: u32) -> End {
    match cloud_step::look_for_a_while(surroundings, task, attempt).await {
        Ok(Some(observed)) => {
            surroundings.say(
                &task.node.id,
                "the repository has an image of this content already: it is taken",
            );
            End::Adopted {
                outputs: observed.outputs,
            }
        }
        Ok(None) => ended(surroundings, error),
        Err(end) => end,
    }
}

/// Refuses what Lambda would refuse later, and with a worse message.
fn accept(task: &Task, repository: &str, image: PushedImage) -> End {
    if let Some(media_type) = image
        .media_type
        .as_deref()
        .filter(|media_type| INDEXES.contains(media_type))
    {
        return End::Failed {
            error: RunError::new(
                FailureCode::Push,
                format!(
                    "{} failed: the engine pushed an image index ({media_type}), and Lambda takes \
                     a single image only",
                    task.node.title
                ),
                "Turn off attestations (BUILDX_NO_DEFAULT_ATTESTATIONS=1) and build for one \
                 platform, or turn off the containerd image store in Docker's settings. Then \
                 deploy again.",
            ),
            unknown: false,
        };
    }
    End::Done {
        outputs: Outputs::from([
            ("uri".to_owned(), format!("{repository}@{}", image.digest)),
            ("digest".to_owned(), image.digest),
        ]),
    }
}

async fn login<'a>(surroundings: &'a Surroundings, task: &Task) -> Result<&'a RegistryLogin, End> {
    let mut failures = 0;
    loop {
        let asked = surroundings.login.get_or_try_init(|| async {
            surroundings.limiter.acquire(Service::Ecr).await;
            let login = surroundings
                .ports
                .cloud
                .registry_login(&surroundings.scope)
                .await?;
            surroundings.redaction.hide(&login.password);
            Ok::<_, crate::port::CloudError>(login)
        });
        let asked = tokio::select! {
            biased;
            () = surroundings.cancel.stop().cancelled() => return Err(End::Cancelled { unknown: false }),
            asked = asked => asked,
        };
        let error = match asked {
            Ok(login) => return Ok(login),
            Err(error) => error,
        };
        failures += 1;
        let delay = match error.kind {
            CloudErrorKind::Throttled
            | CloudErrorKind::Transient
            | CloudErrorKind::OutcomeUnknown => TRANSIENT.delay(failures),
            _ => None,
        };
        let Some(delay) = delay else {
            return Err(End::Failed {
                error: surroundings.failed(&task.node, &error, failures),
                unknown: false,
            });
        };
        if !surroundings.pause(delay).await {
            return Err(End::Cancelled { unknown: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_parts_of_an_image_name() {
        assert_eq!(reference_part("Orders_v2"), "orders-v2");
        assert_eq!(reference_part("_-a__b-"), "a-b");
        assert_eq!(reference_part("___"), "image");
    }
}
