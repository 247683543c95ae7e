//! The numbered cards at the left: what a lesson is made of, to be changed.

mod card;
mod control;
mod data;
mod differs;
mod guided;
pub mod layers;
mod network;
mod number;
mod row;
mod sharing;
mod slide;
mod timeline;
mod training;

pub use data::DataCard;
pub use guided::LessonControls;
pub use network::NetworkCard;
pub use number::NumberControl;
pub use sharing::SharingCard;
pub use training::TrainingCard;
