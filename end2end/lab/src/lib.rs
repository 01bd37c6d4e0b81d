//! end2end/lab
