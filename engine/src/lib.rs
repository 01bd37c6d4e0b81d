//! The use cases: scan, plan, verify, over the ports of `domain`, and runs that string them together.
//!
//! The browser and the command line call the same functions; neither knows more than the other. Names no
//! Kubernetes, AWS or HTTP type: what is outside arrives through [`domain::ports`].

pub mod copy;
mod digest;
pub mod ecr;
pub mod plan;
pub mod pull_secrets;
pub mod quota;
mod reading;
pub mod runs;
pub mod scan;
pub mod survey;
pub mod verify;

pub use reading::Observer;
