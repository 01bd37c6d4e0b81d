//! From given files or a dump to a plan and its bundle.

mod bundle;
mod cortex_files;
mod objects;
mod support;
