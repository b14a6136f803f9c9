//! The canvas without a screen: an open design and the commands that change it, what it looks
//! like, where everything stands, and what is under the pointer.
//!
//! All lengths are world units; one unit is one CSS pixel at zoom 1. The same design always
//! gives the same scene. **It must not know** the DOM, Leptos, the clock, the disk or AWS.

mod add;
mod camera;
mod card;
mod change;
mod clipboard;
mod command;
mod completion;
mod curve;
mod edge_path;
mod editor;
mod effective;
mod element;
mod form;
mod geometry;
mod grid;
mod handle;
mod handle_wire;
mod history;
mod honour;
mod input;
mod layout;
mod layout_column;
mod layout_order;
mod naming;
mod navigate;
mod places;
mod rename;
mod route;
mod route_line;
mod route_looks;
mod route_rays;
mod route_search;
mod route_set;
mod scene;
mod scene_moves;
mod selection;
mod snap;
mod space;
mod svg;
mod tool;

pub use add::New;
pub use camera::{Camera, MAX_ZOOM, MIN_ZOOM, READABLE_ZOOM};
pub use card::{
    API_WIDTH, Card, CardFace, Chip, FOOT_HEIGHT, HEAD_HEIGHT, Marker, NODE_WIDTH, PORT_SIZE,
    ROW_HEIGHT, Row,
};
pub use clipboard::Clip;
pub use command::{Command, Refusal};
pub use completion::complete_route;
pub use curve::Curve;
pub use edge_path::{Bent, EdgePath};
pub use editor::Editor;
pub use effective::{Effective, Origin};
pub use element::{ElementId, ElementKind};
pub use form::{
    Act, Choice, Connection, Control, Entry, Field, Form, Scope, SecretKind, Section, Within,
    Wrong, check_key, common_fields, form, project_form, renaming, set_all,
};
pub use geometry::{Point, Rect, Size};
pub use grid::Grid;
pub use handle::{DETAIL_ZOOM, SHAPE_ZOOM};
pub use honour::Honour;
pub use input::{Button, Effect, Input, Key, Modifiers, Pointer};
pub use layout::{Arrangement, Link, arrange};
pub use navigate::{Direction, Stop, neighbour};
pub use places::{Place, Places, PlacesChange};
pub use route::{Ends, Router};
pub use route_line::{RouteColumn, RouteLine, route_lines, sort_lines};
pub use route_set::Routes;
pub use scene::{Edge, Hit, Scene};
pub use scene_moves::Changes;
pub use selection::Selection;
pub use snap::{GRID, Guide};
pub use svg::{card_shapes, edge_shapes};
pub use tool::{Brush, Carried, Drag, Offer, Pan, Press, Tool, Wire};
