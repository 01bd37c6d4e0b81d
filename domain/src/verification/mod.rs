//! Did the change take effect? Facts read after it, folded against a plan.
//!
//! Must not know how facts are read. "From where a container runs" is shown by the repository in the runtime's
//! `imageID`, by the kubelet's `Pulled` event, or by a digest that is proven to be the new name's; never by the image
//! field alone.

mod check;
mod image;
mod secrets;
mod types;

pub use check::Check;
pub use types::*;
