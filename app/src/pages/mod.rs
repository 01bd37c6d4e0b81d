//! The wizard's pages: each a pure function from its view to a page, complete without JavaScript.
//!
//! A page knows links and forms, not handlers. Every form posts to a plain handler, which saves, validates
//! and answers with a redirect (303); what went wrong is put into [`domain::run::Run::problems`] of the step
//! and shown by the next GET. Nothing is ever carried in a query string.
//!
//! | form | posts to | fields |
//! |---|---|---|
//! | start | `/runs` | none; or `source=demo` for the practice cluster, whose scan starts at once |
//! | remove | `/runs/{id}/remove` | none; then back to `/` |
//! | a context | `/runs/{id}/connect` | `source=cluster`, `context`, `namespaces` (names between blanks or commas, may be empty) |
//! | pasted output | `/runs/{id}/connect` | `source=paste`, `pasted` |
//! | practice cluster | `/runs/{id}/connect` | `source=demo` |
//! | files | `/runs/{id}/connect/files` | multipart: `files`, repeated, file names without folders |
//! | scan, again or stop | `/runs/{id}/detect` | `action=scan` or `action=cancel` |
//! | the pull limit | `/runs/{id}/detect` | `action=measure`; Docker Hub is asked before the answer comes |
//! | remedy | `/runs/{id}/remedy` | `remedy`, the word of [`domain::remedy::RemedyKind`] |
//! | answers | `/runs/{id}/configure` | `set.KEY` once for each question; `only` repeated, once for each chosen object. All chosen means "no choice" (`Answers::only` empty); none chosen is a problem of the step. `offered` says how many there were. `login.password`: a Docker Hub token to try, never kept |
//! | take | `/runs/{id}/apply` | `form=zip` or `form=tar.gz`; answered with a redirect to the download |
//! | check or stop | `/runs/{id}/verify` | `action=check` or `action=cancel`; `context` as well when the run read files |
//!
//! Every function here has to be called inside of [`crate::render`]: islands need the owner that it sets up.

mod apply;
mod configure;
mod connect;
pub(crate) mod detect;
mod problem;
mod remedy;
pub(crate) mod review;
mod start;
pub(crate) mod verify;

pub use apply::apply;
pub use configure::configure;
pub use connect::connect;
pub use detect::detect;
pub use problem::problem;
pub use remedy::remedy;
pub use review::review;
pub use start::start;
pub use verify::verify;

pub use crate::shell::Page;
