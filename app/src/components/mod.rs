//! The parts pages are made of: each a function from plain values to markup, with no state.
//!
//! They take borrowed values and give finished views, so that a page reads as its outline. Text that came
//! from a cluster, a registry or a file enters markup as a text node or an attribute value, never as HTML.

mod breaks;
mod choice;
mod command;
mod diff;
mod egress;
mod fit;
mod frame;
mod icon;
mod meter;
mod moment;
mod no_plan;
mod not_seen;
mod owners;
mod problem;
mod progress;
mod proof;
mod prose;
mod rail;
mod range;
mod registry;
mod running;
mod steps;
mod table;
mod tag;

pub(crate) use breaks::{breakable, shell_line};
pub(crate) use choice::{context_choices, no_contexts};
pub(crate) use command::{command, printed};
pub(crate) use diff::diff;
pub(crate) use egress::egress;
pub(crate) use fit::{judgement, six_lines};
pub(crate) use frame::{Heading, frame, plain_frame};
pub(crate) use icon::{Icon, icon};
pub(crate) use meter::meter;
pub(crate) use moment::{day_and_clock, is_stale, moment};
pub(crate) use no_plan::no_plan;
pub(crate) use not_seen::not_seen;
pub(crate) use owners::owners;
pub(crate) use problem::{four_parts, problems};
pub(crate) use progress::live_progress;
pub(crate) use proof::proof;
pub(crate) use prose::prose;
pub(crate) use rail::rail;
pub(crate) use range::{Scale, range, span};
pub(crate) use registry::registry;
pub(crate) use running::{back_warning, first_aid, left_running, pulls};
pub(crate) use steps::{alike, planned_steps, targets};
pub(crate) use table::{Column, table};
pub(crate) use tag::{in_a_word, tag};
