//! Every page in every state: held against the rules that all pages keep, and written out to be looked at.
//!
//! `UNTHROTTLE_GALLERY=FOLDER cargo test -p app --features ssr --test pages` leaves them there as files.
#![cfg(feature = "ssr")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step of a test is a failed test")]

mod data;
mod gallery;
mod owners;
mod remedies;
mod rules;
mod running;
mod words;
