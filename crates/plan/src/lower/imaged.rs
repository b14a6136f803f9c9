//! What runs an image, be it a function or a service.

use slipway_design::{Arch, Image, ResolvedFunction, ResolvedService};

#[derive(Debug, Clone, Copy)]
pub(super) struct Imaged<'a> {
    pub(super) key: &'a str,
    /// `None` only in a design that has errors.
    pub(super) image: Option<&'a Image>,
    pub(super) arch: Arch,
    pub(super) repository_name: &'a str,
    /// Images of other registries than ECR can run too.
    pub(super) any_registry: bool,
}

impl<'a> Imaged<'a> {
    pub(super) fn function(function: &'a ResolvedFunction) -> Self {
        Self {
            key: &function.key,
            image: function.image.as_ref(),
            arch: function.arch,
            repository_name: &function.repository_name,
            any_registry: false,
        }
    }

    pub(super) fn service(service: &'a ResolvedService) -> Self {
        Self {
            key: &service.key,
            image: service.image.as_ref(),
            arch: service.arch,
            repository_name: &service.repository_name,
            any_registry: true,
        }
    }
}
