//! When a kubelet asks the registry again for an image that the node already has.

use serde::{Deserialize, Serialize};

/// A container's `imagePullPolicy`, spelled as in a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PullPolicy {
    /// Every container start asks the registry.
    Always,
    /// The registry is asked only if the node lacks the image.
    IfNotPresent,
    /// The registry is never asked.
    Never,
}

impl PullPolicy {
    /// The word a manifest uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
        }
    }
}
