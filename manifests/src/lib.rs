//! manifests
pub mod archive;
pub mod input;
pub mod objects;
pub mod yaml;
