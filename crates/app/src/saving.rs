//! Saving what the webview holds, and what is kept of a project beside its folder.

use crate::project::{blocking, open, run_ref};
use crate::{App, error};
use slipway_design::Document;
use slipway_protocol as wire;
use slipway_protocol::{
    ApiError, DesignSize, ErrorCode, PICTURE_SHAPES, PICTURE_SIZE, PictureView, RunRef, SaveReply,
    ShapeKind, ShapeView, VersionView,
};
use slipway_store::{Project, ProjectArchive, Relayout, Save, Saved, Version};
use std::path::Path;
use std::sync::Arc;

impl App {
    pub async fn save_project(&self, request: wire::SaveProject) -> Result<SaveReply, ApiError> {
        let archive = self.archive.clone();
        blocking(move || {
            let project = Project::find(Path::new(&request.path)).map_err(error::save)?;
            let change = request.layout.as_ref();
            let relayout = change.map(|change| |there: Option<&str>| change.applied(there));
            let save = Save {
                base: &request.base,
                text: &request.text,
                layout: relayout.as_ref().map(|relayout| relayout as Relayout<'_>),
            };
            Ok(match project.save(save, &archive).map_err(error::save)? {
                Saved::Written { revision } => SaveReply::Saved { revision },
                Saved::Conflict(there) => SaveReply::Conflict {
                    text: there.text,
                    revision: there.revision,
                },
            })
        })
        .await
    }

    pub async fn versions(&self, request: wire::Versions) -> Result<Vec<VersionView>, ApiError> {
        let archive = self.archive.clone();
        blocking(move || {
            let project = Project::find(Path::new(&request.path)).map_err(error::project)?;
            let versions = archive.versions(project.folder()).map_err(error::archive)?;
            Ok(versions
                .into_iter()
                .map(|version| version_view(&archive, project.folder(), version))
                .collect())
        })
        .await
    }

    pub async fn read_version(&self, request: wire::ReadVersion) -> Result<String, ApiError> {
        let archive = self.archive.clone();
        blocking(move || {
            let project = Project::find(Path::new(&request.path)).map_err(error::project)?;
            archive
                .read_version(project.folder(), &request.id)
                .map_err(error::archive)
        })
        .await
    }

    pub async fn save_picture(&self, request: wire::SavePicture) -> Result<(), ApiError> {
        let archive = self.archive.clone();
        blocking(move || {
            let project = Project::find(Path::new(&request.path)).map_err(error::project)?;
            let picture = serde_json::to_string(&bounded(request.picture)).map_err(|error| {
                ApiError::new(
                    ErrorCode::Internal,
                    format!("The picture was not kept: {error}"),
                )
            })?;
            archive
                .save_picture(project.folder(), &picture)
                .map_err(error::archive)
        })
        .await
    }

    pub async fn run_now(&self, request: wire::RunNow) -> Result<Option<RunRef>, ApiError> {
        let opened = Arc::new(open(Path::new(&request.path)).await?);
        let run = match self.run_elsewhere(&opened).await? {
            Some(log) => Some(log),
            None => self
                .runs
                .newest_of(&opened.folder.display().to_string())
                .filter(|log| !log.is_finished()),
        };
        Ok(run.as_deref().map(run_ref))
    }
}

/// A version that is replaced or damaged meanwhile is listed without what it holds.
fn version_view(archive: &ProjectArchive, folder: &Path, version: Version) -> VersionView {
    let holds = archive
        .read_version(folder, &version.id)
        .ok()
        .and_then(|text| size(&text));
    VersionView {
        id: version.id,
        saved: (version.saved / 1000).to_string(),
        size: u32::try_from(version.size).unwrap_or(u32::MAX),
        holds,
    }
}

fn size(text: &str) -> Option<DesignSize> {
    let document = Document::parse(text);
    let design = document.design()?;
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    Some(DesignSize {
        apis: count(design.apis.len()),
        routes: count(design.apis.values().map(|api| api.routes.len()).sum()),
        functions: count(design.functions.len()),
        services: count(design.services.len()),
    })
}

/// The picture inside its box, with no more shapes than a small picture shows.
fn bounded(picture: PictureView) -> PictureView {
    let shapes = picture.shapes.into_iter().take(PICTURE_SHAPES);
    PictureView {
        shapes: shapes
            .map(|shape| {
                let x = shape.x.clamp(0, PICTURE_SIZE);
                let y = shape.y.clamp(0, PICTURE_SIZE);
                let (left, up) = match shape.kind {
                    ShapeKind::Wire => (-x, -y),
                    _ => (0, 0),
                };
                ShapeView {
                    x,
                    y,
                    w: shape.w.clamp(left, PICTURE_SIZE - x),
                    h: shape.h.clamp(up, PICTURE_SIZE - y),
                    ..shape
                }
            })
            .collect(),
    }
}

/// The picture kept of a project. A list of projects is worth more than a picture in it.
pub(crate) fn picture(archive: &ProjectArchive, folder: &Path) -> Option<PictureView> {
    let text = match archive.picture(folder) {
        Ok(text) => text?,
        Err(error) => {
            tracing::warn!("{}: {error}", folder.display());
            return None;
        }
    };
    match serde_json::from_str(&text) {
        Ok(picture) => Some(bounded(picture)),
        Err(error) => {
            tracing::warn!("{}: its picture is damaged: {error}", folder.display());
            None
        }
    }
}
