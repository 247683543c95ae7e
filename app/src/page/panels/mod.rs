//! The panels of the page: what a lesson is made of, what it does, and what that means.
//!
//! Each panel is a component without properties that reads the [`super::state::Page`]; its line of
//! [`PANELS`] says where it stands. A panel is a file with a `PANEL` and a component, a line here, and two texts in
//! `app/index.html`: its word in the glossary and how to read it (`read-` and the word). Tabs, the guide and the tests
//! follow from the line. Pictures are drawn by the one animation-frame loop in [`draw`].

mod angles;
mod cards;
mod changes;
mod compare;
mod conflict;
mod cost;
mod draw;
mod exhibits;
pub mod glossary;
mod held;
mod help;
mod kinship;
mod landscape;
mod loss;
mod mark;
mod measures;
mod network;
mod panel;
mod pareto;
mod plane;
mod predictions;
mod series;
mod sources;
mod strip;
mod table;
mod text;
mod transfer;
mod weighing;
mod weights;

pub use cards::{DataCard, LessonControls, NetworkCard, NumberControl, SharingCard, TrainingCard};
pub use cost::CostLine;
pub(super) use draw::{draw_soon as draw_pictures, is_behind as pictures_are_behind, show_numbers, watch_hand};
pub use help::{HelpCard, close as close_help};
pub use mark::TaskMark;
pub use panel::HelpButton;
pub use strip::hidden_ends;
pub use table::{CHARTS, Place, line};
pub(super) use text::{percent, short, with_sign};
pub use weighing::watch_weights;

use table::PanelLine;

/// Every panel; those of one place stand in this order.
pub const PANELS: &[PanelLine] = &[
    network::PANEL,
    exhibits::PANEL,
    predictions::PANEL,
    transfer::PANEL,
    conflict::PANEL,
    loss::PANEL,
    pareto::PANEL,
    weights::PANEL,
    measures::PAIRS,
    kinship::PANEL,
    angles::PANEL,
    measures::PANEL,
    compare::PANEL,
    landscape::PANEL,
];
