//! Who may ask what: the layers around every route, the outermost first as [`crate::web::router`] lists them.
//! None of them knows what a route does.

pub mod csrf;
pub mod headers;
pub mod host;
pub mod session;
