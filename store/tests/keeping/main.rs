//! The store with real files: what it keeps, what it refuses, and what a killed process leaves.

#[cfg(test)]
mod kill;
#[cfg(test)]
mod store;
