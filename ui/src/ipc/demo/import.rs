//! What the demo finds beside the sample: a compose file, as the desktop app would read it.

use super::disk::Disk;
use slipway_design::{Edit, Literal, Path, toml_string};
use slipway_protocol::{
    AdditionKind, AdditionView, ApiError, ErrorCode, ImportSource, ImportView, LeftOutView,
    ProposalView, ScanImport,
};

/// Two services, a route to one of them, and a volume that has no counterpart.
pub(super) fn scan(disk: &Disk, request: &ScanImport) -> Result<ImportView, ApiError> {
    let known = disk.text(&request.path);
    let new_text = new_text(&request.path);
    let text = known.unwrap_or(&new_text);
    let service = |name: &str, port: i64| {
        let path = Path::service(name);
        let image = Literal::Table(vec![(
            "build".to_owned(),
            format!("./{name}").as_str().into(),
        )]);
        let edits = [
            Edit::Insert {
                path: path.key("image"),
                value: image,
            },
            Edit::Insert {
                path: path.key("port"),
                value: port.into(),
            },
        ];
        addition(
            AdditionKind::Service,
            &format!("service:{name}"),
            name,
            &format!("built from ./{name}, port {port}"),
            &edits,
        )
    };
    let has = |name: &str| text.contains(&format!("[services.{name}]"));
    let mut additions = Vec::new();
    for (name, port) in [("storefront", 3000), ("search", 7700)] {
        if !has(name) {
            additions.push(service(name, port)?);
        }
    }
    if let Some(search) = additions.last_mut() {
        search.todo = Some("It had a volume: what it writes is gone when it ends".to_owned());
    }
    let source = ImportSource::Compose;
    Ok(ImportView {
        project: request.path.clone(),
        is_new: known.is_none(),
        text: text.to_owned(),
        revision: match known {
            Some(_) => disk.revision(&request.path)?,
            None => String::new(),
        },
        from: request.from.clone().unwrap_or_else(|| request.path.clone()),
        proposals: if additions.is_empty() {
            Vec::new()
        } else {
            vec![ProposalView {
                source,
                title: format!("compose.yaml: {} services", additions.len()),
                additions,
                left_out: vec![LeftOutView {
                    place: "compose.yaml:14".to_owned(),
                    what: "services.search.volumes".to_owned(),
                    why: "a task on Fargate has no disk that lasts".to_owned(),
                }],
                in_design: false,
                notes: vec!["Ports are reached through an API or a load balancer.".to_owned()],
            }]
        },
        notes: vec!["This is a made-up file: a page in a browser reads no folders.".to_owned()],
    })
}

/// The design of a folder that has none.
fn new_text(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    format!("schema = 1\nname = {}\n", toml_string(name))
}

fn addition(
    kind: AdditionKind,
    id: &str,
    name: &str,
    summary: &str,
    edits: &[Edit],
) -> Result<AdditionView, ApiError> {
    Ok(AdditionView {
        id: id.to_owned(),
        kind,
        name: name.to_owned(),
        summary: summary.to_owned(),
        place: "compose.yaml:3".to_owned(),
        needs: Vec::new(),
        todo: None,
        edits: serde_json::to_string(edits)
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?,
    })
}
