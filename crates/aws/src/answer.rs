//! Small shared turns between what AWS answers and what a run asks for.

use sha2::{Digest as _, Sha256};
use slipway_engine::port::{Call, CloudError, CloudErrorKind};
use slipway_plan::{Outputs, Text};

pub(crate) type Answered<T> = Result<T, CloudError>;

/// Not being there is an answer, not an error.
pub(crate) fn found<T>(result: Answered<T>) -> Answered<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == CloudErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Deleting what is gone has succeeded.
pub(crate) fn gone<T>(result: Answered<T>) -> Answered<Outputs> {
    found(result).map(|_| Outputs::new())
}

/// By it AWS knows a create that is repeated within a run; another resource and another run have
/// another. 32 characters: ECS takes 36, Cloud Map 64.
pub(crate) fn token(call: &Call<'_>) -> String {
    let digest = Sha256::digest(format!("{} {}", call.run, call.addr));
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The outputs that AWS gave.
pub(crate) fn outputs<const N: usize>(given: [(&str, Option<&str>); N]) -> Outputs {
    given
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect()
}

fn title(call: &Call<'_>) -> String {
    call.operation.aws_call().map_or_else(
        || format!("{:?}", call.operation),
        |(service, name)| format!("{service}:{name}"),
    )
}

/// The call asks for something that its resource can't do: a mistake of the caller.
pub(crate) fn mismatch(call: &Call<'_>) -> CloudError {
    crate::failure::invalid(
        &title(call),
        format!("{:?} is not an operation of {}", call.operation, call.addr),
        "This is a mistake in Slipway: please report it.",
    )
}

/// An output of this address that an earlier step made, for example the `id`.
pub(crate) fn known<'a>(call: &Call<'a>, name: &str) -> Answered<&'a str> {
    call.outputs
        .get(name)
        .or_else(|| call.observed?.outputs.get(name))
        .map(String::as_str)
        .ok_or_else(|| {
            crate::failure::invalid(
                &title(call),
                format!("the {name} of {} is not known", call.addr),
                "Make a new plan: it looks at what is there.",
            )
        })
}

/// A text of the spec, which is known when a call is made.
pub(crate) fn resolved<'a>(call: &Call<'_>, text: &'a Text) -> Answered<&'a str> {
    text.expect_known().map_err(|unresolved| {
        crate::failure::invalid(
            &title(call),
            unresolved.to_string(),
            "Make a new plan: it looks at what is there.",
        )
    })
}

/// An answer of success that lacks what it must hold.
pub(crate) fn lacking(operation: &str, field: &str) -> CloudError {
    CloudError {
        kind: CloudErrorKind::OutcomeUnknown,
        operation: operation.to_owned(),
        code: None,
        message: format!("the answer holds no {field}"),
        hint: None,
        request_id: None,
        retry_after: None,
    }
}

/// A request that the SDK's own types refuse to hold.
pub(crate) fn unbuildable(
    operation: &'static str,
) -> impl Fn(aws_smithy_types::error::operation::BuildError) -> CloudError {
    move |error| {
        crate::failure::invalid(
            operation,
            error.to_string(),
            "This is a mistake in Slipway: please report it.",
        )
    }
}
