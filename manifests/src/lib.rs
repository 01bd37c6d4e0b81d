//! manifests
pub mod archive;
pub mod bundle;
pub mod diff;
pub mod input;
pub mod objects;
pub mod yaml;
