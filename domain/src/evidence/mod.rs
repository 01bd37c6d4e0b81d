//! What a pull failure's message says: its cause, who refused, and the words that tell.
//!
//! Messages come from kubelets, container runtimes, build tools and copies of screens, in every state of repair.
//! Reading one goes in four steps: secrets are masked ([`mask`]), the text is cleaned and the registries in it are
//! found, the rules under `causes` are tried in their documented order, and the telling part is cut out.
//! Where the text cannot decide, the answer is [`Cause::Undecided`].
//!
//! This module must not know where a message was found or what else is known of the cluster; weighing several
//! pieces of evidence is the diagnosis' part.

mod cause;
mod causes;
mod explain;
mod loose;
mod mask;
mod message;
mod names;
mod rate_limit;
mod registry;
mod screen;

pub use cause::{Cause, Certainty, Throttle};
pub use explain::{Explanation, explain};
pub use mask::{mask, mask_name};
pub use rate_limit::{RateLimit, RateLimitError};
