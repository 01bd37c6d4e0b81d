//! xtask/assets
fn main() {}
