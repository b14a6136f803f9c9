//! Words of the tree, of menus, of the route table and of the keyboard's path.

use crate::format;
use slipway_design::Throttle;

texts! {
    ADD_HTTP_API = "Add an HTTP API";
    ADD_WEBSOCKET_API = "Add a WebSocket API";
    ADD_FUNCTION = "Add a Lambda function";
    ADD_SERVICE = "Add a Fargate service";
    ADD_ROUTE = "Add route";
    CONNECT = "Connect to…";
    DISCONNECT = "Disconnect";
    RENAME = "Rename…";
    CHANGE_ROUTE = "Change method and path…";
    DUPLICATE = "Duplicate";
    REMOVE = "Remove";
    GO_TO_CANVAS = "Go to the card";
    GO_TO_TREE = "Go to the tree";
    GO_TO_INSPECTOR = "Go to the settings";
    SELECT_ALL = "Select all";
    TIDY_UP = "Tidy up";
    SHOW_ROUTES = "Show the routes";
    SHOW_KEYS = "Keys…";
    MENU = "What can be done";
    ROUTE_LINE = "Route";
    ADD_TO_TREE = "Add";

    NAME_NOTE = "Small letters, digits and hyphens; it becomes part of AWS names";
    GIVE_NAME = "Name it";
    KEEP_NAME = "Keep the name";
    RENAME_NOW = "Rename";
    RECORD_MOVE = "Note the old name as a move";
    RECORD_MOVE_NOTE = "A deploy then keeps what exists under the old name, and does not make it anew";
    ROUTE_KEY = "Method and path";
    ROUTE_KEY_NOTE = "A method and a path, as GET /orders/{id}; Down shows proposals";
    CHANGE_ROUTE_NOW = "Change";

    CONNECT_STEP = "Connect route";
    TO_NEW_FUNCTION = "New function";
    TO_NEW_SERVICE = "New service";
    NEW_ADDRESS = "New address…";
    ADDRESS_NOTE = "type https://…";
    AN_ADDRESS = "address outside";
    TO_NOWHERE = "Leave it open";
    SEARCH_TARGET = "Search, or type an address";
    TARGETS = "What the route can lead to";

    BEGIN_WITH = "Begin with";
    PROPOSALS = "Proposals";
    KEYS = "Keys";
    KEYS_MAC = "On a Mac, Ctrl is ⌘.";

    API = "API";
    METHOD = "Method";
    PATH = "Path";
    TARGET = "Leads to";
    AUTHORIZER = "Authorizer";
    THROTTLE = "Throttle";
    OPEN_TARGET = "nowhere yet";
    NO_APIS = "There is no API yet, so there are no routes. Add one from the tree or with Ctrl K.";
    NO_ROUTES_YET = "No routes yet.";
    PROBE = "Which route gets this request?";
    PROBE_HINT = "Type a path to see which route takes it, and why.";
    NO_ROUTE_TAKES_IT = "No route takes it: API Gateway answers 404.";
}

pub(crate) fn add_route_in(api: &str) -> String {
    format!("Add a route to {api}…")
}

pub(crate) fn name_new(key: &str) -> String {
    format!("Name of the new {key}")
}

pub(crate) fn rename_title(key: &str) -> String {
    format!("Rename {key}")
}

pub(crate) fn route_title(key: &str) -> String {
    format!("Change the route {key}")
}

pub(crate) fn connect_title(key: &str) -> String {
    format!("{key} leads to")
}

pub(crate) fn selected(number: usize) -> String {
    format!("{} selected", format::count(number, "thing", "things"))
}

pub(crate) fn throttle(throttle: &Throttle) -> String {
    match (throttle.rate, throttle.burst) {
        (Some(rate), Some(burst)) => format!("{rate}/s, {burst} at once"),
        (Some(rate), None) => format!("{rate}/s"),
        (None, Some(burst)) => format!("{burst} at once"),
        (None, None) => String::new(),
    }
}

pub(crate) fn wire_label(key: &str, lead: &str) -> String {
    format!("{key} leads to {lead}; choose another")
}

pub(crate) fn edit_route_label(key: &str) -> String {
    format!("Change {key}")
}

pub(crate) fn remove_route(key: &str) -> String {
    format!("Remove {key}")
}

pub(crate) fn route_is(key: &str) -> String {
    format!("The route is {key}")
}

pub(crate) fn other_paths(number: usize) -> String {
    format!(
        "{} other paths.",
        format::count(number, "route has", "routes have")
    )
}

/// What can be drawn now and deployed later, and why.
pub(crate) fn drawn_only(reasons: &[String]) -> String {
    format!("To draw for now. {}.", reasons.join(". "))
}
