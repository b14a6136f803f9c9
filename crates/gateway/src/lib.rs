//! API Gateway's rules as pure functions: route keys, the choice of a stage and
//! the selection of an HTTP route, with the reason for it. The same code lights up a wire on the
//! canvas and serves the request.
//!
//! **It must not know** sockets, HTTP libraries, Docker, AWS's API or the clock: it gets texts and gives decisions.

mod explain;
mod select;
mod stage;

pub use explain::{Because, Explanation, Taken, explain};
pub use select::{NoRoute, PassedOver, RouteTable, Selected, Why};
pub use slipway_design::{RouteKey, RouteKeyError, RouteMethod, RoutePath, RouteSegment};
pub use stage::{StageChoice, choose_stage};

/// Body of API Gateway's answer when no stage or route takes a request; the status is 404.
pub const NOT_FOUND_BODY: &str = r#"{"message":"Not Found"}"#;
