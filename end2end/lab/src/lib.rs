//! The lab: a real Kubernetes cluster and its registries on one machine, without the internet, in which a
//! pod is really throttled and really runs after the remedy.
//!
//! It knows nothing of the program that is tested against it. `README.md` says what it makes on a machine.

pub mod access;
mod cgroup;
pub mod cli;
pub mod config;
mod control_plane;
pub mod docker_registry;
pub mod error;
pub mod front;
pub mod http_client;
pub mod images;
pub mod in_process;
pub mod kube_binary;
pub mod kubectl;
mod lab;
pub mod moto;
mod network;
mod node;
mod pki;
mod process;
pub mod push;
mod record;
mod registries;
pub mod scenario;
mod setup;
mod shelf;
mod wait;

pub use config::{Config, Paths};
pub use error::{LabError, Result};
pub use kubectl::Kubectl;
pub use lab::{Lab, down, up};
pub use pki::NODE;
pub use setup::setup;
