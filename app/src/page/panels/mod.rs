//! The panels of the page: what a lesson is made of, what it does, and what that means.
//!
//! Each panel is a component without properties that reads the [`super::state::Page`]; the shell
//! decides where it stands. Pictures are drawn by the one animation-frame loop in [`draw`].

mod cards;
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
mod strip;
mod text;
mod transfer;
mod weighing;
mod weights;

pub use cards::{DataCard, LessonControls, NetworkCard, NumberControl, SharingCard, TrainingCard};
pub use compare::ComparePanel;
pub use conflict::ConflictGauge;
pub use cost::CostLine;
pub(super) use draw::{draw as draw_pictures, is_behind as pictures_are_behind};
pub use exhibits::ExhibitsPanel;
pub use help::{HelpCard, close as close_help};
pub use kinship::KinshipPanel;
pub use landscape::LandscapePanel;
pub use loss::LossPanel;
pub use mark::TaskMark;
pub use measures::{MeasuresPanel, PairsPanel};
pub use network::NetworkPicture;
pub use panel::HelpButton;
pub use pareto::ParetoPanel;
pub use predictions::Predictions;
pub use strip::hidden_ends;
pub(super) use text::{short, with_sign};
pub use transfer::{TransferPanel, said};
pub use weighing::watch_weights;
pub use weights::WeightsPanel;
