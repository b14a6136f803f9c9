//! Suites that a fake and the real adapter both pass. They panic with what does not hold.

mod books;
mod cloud;
mod images;
mod services;
mod websocket;

pub use books::{journal, state_store};
pub use cloud::{CloudSubject, Gaps, cloud};
pub use images::image_builder;
pub use services::services;
