//! manifests
pub mod archive;
pub mod diff;
pub mod input;
pub mod objects;
pub mod yaml;
