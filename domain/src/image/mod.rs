//! Image references: what `nginx`, `quay.io/a/b:1` or `localhost:5000` mean to a kubelet.
//!
//! The grammar is that of `github.com/distribution/reference`, which the kubelet, containerd and Docker share.
//! It is parsed by hand so that the browser can check what is being typed without carrying a regular-expression
//! engine. This module must not know about clusters, credentials or registries' behaviour beyond the names
//! under which Docker Hub is reached.

mod error;
mod grammar;
mod policy;
mod reference;

pub use error::ReferenceError;
pub use grammar::is_digest;
pub use policy::PullPolicy;
pub use reference::ImageReference;
