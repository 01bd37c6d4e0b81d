//! Did the change take effect? Facts read after it, folded against a plan.
//!
//! Must not know how facts are read. "From where a container runs" is proven by the repository in the
//! runtime's `imageID` or by the kubelet's `Pulled` event, not by the image field alone.

mod check;
mod secrets;
mod types;

pub use check::Check;
pub use types::*;
