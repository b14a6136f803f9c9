//! Why a registry did not take an image, read from the engine's text: it passes on nothing better.

use slipway_engine::port::ImageErrorKind;

/// One kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The login is wrong or missing.
    Login,
    /// The login is right and may not push.
    Permission,
    /// There is no such repository.
    Repository,
    /// The tag exists and may not be moved.
    Immutable,
    /// Nothing listens at the registry's address.
    Absent,
    /// The engine speaks TLS and the registry does not, or its certificate is not trusted.
    Certificate,
    /// The registry or the way to it failed; another try may succeed.
    Passing,
    /// Anything else.
    Unknown,
}

/// In this order: a text can hold the signs of several.
const SIGNS: [(&str, Refusal); 29] = [
    ("immutable", Refusal::Immutable),
    ("cannot be overwritten", Refusal::Immutable),
    ("name unknown", Refusal::Repository),
    ("name_unknown", Refusal::Repository),
    ("repository does not exist", Refusal::Repository),
    ("repository with name", Refusal::Repository),
    ("no basic auth credentials", Refusal::Login),
    ("authentication required", Refusal::Login),
    ("incorrect username or password", Refusal::Login),
    ("authorization token has expired", Refusal::Login),
    ("not authorized", Refusal::Permission),
    ("403 forbidden", Refusal::Permission),
    ("denied", Refusal::Permission),
    ("unauthorized", Refusal::Login),
    ("401", Refusal::Login),
    ("connection refused", Refusal::Absent),
    ("no such host", Refusal::Absent),
    ("no route to host", Refusal::Absent),
    ("gave http response to https client", Refusal::Certificate),
    ("x509", Refusal::Certificate),
    ("tls handshake timeout", Refusal::Passing),
    ("i/o timeout", Refusal::Passing),
    ("timeout", Refusal::Passing),
    ("connection reset", Refusal::Passing),
    ("broken pipe", Refusal::Passing),
    ("eof", Refusal::Passing),
    ("http status: 5", Refusal::Passing),
    ("toomanyrequests", Refusal::Passing),
    ("too many requests", Refusal::Passing),
];

impl Refusal {
    pub(crate) fn of(text: &str) -> Self {
        let text = text.to_lowercase();
        SIGNS
            .iter()
            .find_map(|(sign, refusal)| text.contains(sign).then_some(*refusal))
            .unwrap_or(Self::Unknown)
    }

    pub(crate) fn kind(self) -> ImageErrorKind {
        match self {
            Self::Login | Self::Permission | Self::Repository | Self::Certificate => {
                ImageErrorKind::Refused
            }
            Self::Immutable => ImageErrorKind::TagExists,
            Self::Absent | Self::Passing => ImageErrorKind::Transient,
            Self::Unknown => ImageErrorKind::Refused,
        }
    }

    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Login => {
                "The registry does not know this login, or it has expired: sign in again, then deploy again."
            }
            Self::Permission => {
                "Whoever signed in may not push there: allow ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload, ecr:BatchCheckLayerAvailability and ecr:PutImage on the repository."
            }
            Self::Repository => {
                "Create the repository by deploying again, and check that registry and region are the environment's."
            }
            Self::Immutable => {
                "The tag is taken and can't move to another image: delete its image in the repository, then deploy again."
            }
            Self::Absent => {
                "Check that the registry runs and that the engine can reach its address; SLIPWAY_REGISTRY overrides the one of an emulator environment."
            }
            Self::Certificate => {
                "Let the engine trust it: add the registry to `insecure-registries` of the engine's settings, or install its certificate there."
            }
            Self::Passing => "Deploy again: layers that arrived are not sent twice.",
            Self::Unknown => "Deploy again; if it stays, look into the log of the engine.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("unauthorized: authentication required", Refusal::Login)]
    #[case("no basic auth credentials", Refusal::Login)]
    #[case(
        "denied: Your authorization token has expired. Reauthenticate and try again.",
        Refusal::Login
    )]
    #[case(
        "denied: User: arn:aws:iam::1:user/x is not authorized to perform: ecr:InitiateLayerUpload",
        Refusal::Permission
    )]
    #[case(
        "denied: requested access to the resource is denied",
        Refusal::Permission
    )]
    #[case(
        "name unknown: The repository with name 'shop/orders' does not exist in the registry",
        Refusal::Repository
    )]
    #[case(
        "tag invalid: The image tag 'v1' already exists in the 'a' repository and cannot be overwritten because the repository is immutable.",
        Refusal::Immutable
    )]
    #[case(
        "Get \"http://localhost:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
        Refusal::Absent
    )]
    #[case(
        "dial tcp: lookup nowhere.example on 1.1.1.1:53: no such host",
        Refusal::Absent
    )]
    #[case(
        "Get \"https://r:5000/v2/\": http: server gave HTTP response to HTTPS client",
        Refusal::Certificate
    )]
    #[case(
        "received unexpected HTTP status: 503 Service Unavailable",
        Refusal::Passing
    )]
    #[case("Patch \"http://r/v2/a\": EOF", Refusal::Passing)]
    #[case("net/http: TLS handshake timeout", Refusal::Passing)]
    #[case("something new", Refusal::Unknown)]
    fn a_text_is_understood(#[case] text: &str, #[case] expect: Refusal) {
        assert_eq!(Refusal::of(text), expect);
    }

    /// Whoever pushes looks then, and takes what has the tag.
    #[test]
    fn a_tag_that_is_taken_is_told_from_a_refusal_of_the_push() {
        let of = |text| Refusal::of(text).kind();
        assert_eq!(
            of(
                "tag invalid: The image tag 'a' already exists in the 'b' repository and cannot be overwritten because the tag is immutable."
            ),
            ImageErrorKind::TagExists
        );
        assert_eq!(
            of("denied: requested access to the resource is denied"),
            ImageErrorKind::Refused
        );
    }
}
