//! Cortex (cortexlabs/cortex): what each version is made of.
//!
//! Versions, configuration keys, API images, how an installation is recognised. Read from Cortex's own
//! repository, tag by tag. Must not know of any other product.

mod version;

pub use version::Version;
