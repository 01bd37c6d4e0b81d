//! The program: command line, HTTP, security, wiring. The only crate that knows all the others; decides
//! nothing itself.

pub mod assets;
pub mod cli;
pub mod export;
pub mod input;
pub mod memory;
pub mod render;
pub mod web;
pub mod wiring;
