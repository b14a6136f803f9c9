//! The canvas without a screen: what a design looks like, where everything stands, and
//! what is under the pointer.
//!
//! All lengths are world units; one unit is one CSS pixel at zoom 1. The same design always
//! gives the same scene. **It must not know** the DOM, Leptos, the clock, the disk or AWS.

mod camera;
mod card;
mod curve;
mod edge_path;
mod effective;
mod element;
mod geometry;
mod grid;
mod inspect;
mod layout;
mod layout_column;
mod layout_order;
mod navigate;
mod route;
mod route_rays;
mod route_search;
mod route_set;
mod scene;

pub use camera::{Camera, MAX_ZOOM, MIN_ZOOM};
pub use card::{
    API_WIDTH, Card, CardFace, Chip, FOOT_HEIGHT, HEAD_HEIGHT, Marker, NODE_WIDTH, PORT_SIZE,
    ROW_HEIGHT, Row,
};
pub use curve::Curve;
pub use edge_path::{Bent, EdgePath};
pub use effective::{Effective, Origin};
pub use element::{ElementId, ElementKind};
pub use geometry::{Point, Rect, Size};
pub use grid::Grid;
pub use inspect::{Field, Honour, Section, Sheet, inspect};
pub use layout::{Arrangement, Link, arrange};
pub use navigate::{Direction, neighbour};
pub use route::{Ends, Router};
pub use route_set::Routes;
pub use scene::{Edge, Hit, Scene};
