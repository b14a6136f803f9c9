//! Texts of the canvas as an editor.

use slipway_editor::{ElementId, ElementKind, New};

texts! {
    ADD = "Add";
    ADD_HINT = "Drag it onto the canvas, click it, or press Enter";
    HTTP_API = "HTTP API";
    WEBSOCKET_API = "WebSocket API";
    LAMBDA_FUNCTION = "Lambda function";
    FARGATE_SERVICE = "Fargate service";
    ECR_IMAGE = "From an ECR image";
    IMPORT_ITEM = "Import…";
    ROUTE_PLACEHOLDER = "GET /path";
    WEBSOCKET_ROUTE_PLACEHOLDER = "an action, or $default";
    NEW_ROUTE = "The new route, a method and a path";
    EDIT_ROUTE = "The route, a method and a path";
    EDIT_NAME = "The name";
    FRESH_HINT = "Enter keeps the name, Escape leaves it as it is";
    RENAME_HINT = "The old name is kept as “was”: what is deployed is moved, not made anew";
    WIRE_TO_NEW = "Lead the route to…";
    NEW_FUNCTION = "New Lambda function";
    NEW_SERVICE = "New Fargate service";
    LEAVE_OPEN = "Nothing: leave it open";
    TIDY = "Tidy up";
    TIDY_TITLE = "Lay everything out anew (one step, can be undone)";
    TIDIED = "Everything is laid out anew";
    IS_TIDY = "Everything is laid out already";
    CANVAS_TOOLS = "Canvas tools";
    MINIMAP = "Overview of the canvas";
    EMPTY_DESIGN = "Draw your first API";
    EMPTY_DESIGN_HINT = "Start with an API and wire its routes to functions or services, or start with what you have. Everything is written to slipway.toml.";
    MOVE = "Move ";
    COPIED = "Copied";
}

pub(crate) fn new_name(what: New) -> &'static str {
    match what {
        New::HttpApi => HTTP_API,
        New::WebsocketApi => WEBSOCKET_API,
        New::Function => LAMBDA_FUNCTION,
        New::Service => FARGATE_SERVICE,
        New::Image => ECR_IMAGE,
    }
}

pub(crate) fn offer(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Service => NEW_SERVICE,
        _ => NEW_FUNCTION,
    }
}

/// What a screen reader is told after a move.
pub(crate) fn stands_at(name: &str, x: f64, y: f64) -> String {
    format!("{name} moved to {x:.0}, {y:.0}")
}

pub(crate) fn add_route_to(title: &str) -> String {
    format!("Add a route to {title}")
}

pub(crate) fn wire_to(target: &ElementId) -> String {
    format!("Lead it to {}", target.node_key())
}

pub(crate) fn renamed(name: &str) -> String {
    format!("Named {name}")
}

pub(crate) fn route_kept(key: &str) -> String {
    format!("Route {key}")
}
