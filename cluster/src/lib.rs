//! Kubernetes, by kube: the only place that names its types.
//!
//! Reads a live cluster page by page into [`domain::facts`], or the practice cluster through the same code.
//! It asks for get, list and access reviews only. A reading never asks for a Secret; single ones are looked into by
//! name only through [`domain::held::PullSecrets`], which somebody has to allow. What it reads means nothing to it:
//! objects are decoded by [`manifests::objects`] and judged in `domain`.

mod ask;
mod connect;
#[cfg(test)]
mod fake;
mod kubeconfig;
mod practice;
mod problems;
mod proxy;
mod reader;
mod record;
mod recording;

pub use kubeconfig::{ContextSummary, Contexts, IN_CLUSTER, contexts};
pub use practice::{Practice, practice};
pub use reader::ClusterReader;
pub use record::record;
