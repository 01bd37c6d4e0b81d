//! The wizard over HTTP: routes, forms, events and downloads around the pages of `app`.
//!
//! Every page is a GET that changes nothing; every answer is a POST that saves, validates and redirects (303).
//! What was wrong with an answer stands in the run and is shown by the next GET, never in an address.

pub mod answer;
mod downloads;
mod events;
mod forms;
mod limits;
mod pages;
mod pairs;
pub mod router;
pub mod security;
mod site;
mod too_large;
mod upload;
mod views;

pub use site::Site;
