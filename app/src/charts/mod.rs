//! The page's charts: plain drawing functions over any plotters backend.
//!
//! The same code draws on the page's canvas, at the device's pixel ratio, and into SVG for the
//! golden tests and for download. Nothing here knows the engine, the page or the browser: a chart
//! is a struct of borrowed numbers and labels with a `draw` method, and mostly a `plot` method that
//! says where things will land, so that a pointer position can be turned back into an epoch.
//!
//! Layout and text widths are computed here, never measured: on the web plotters measures a label
//! by appending an element to the page, which would force a layout for every label of every frame.

// Every file of the folder is a module.
automod::dir!(pub "src/charts");

pub use caption::Caption;
pub use hold::{Ends, Hold};
pub use loss::{LossChart, LossSeries, Reading};
pub use parallel::{ParallelChart, ParallelKind, ParallelLine};
pub use pareto::{FanPoint, Hit, ParetoChart};
pub use plot::Plot;
pub use race::{RaceChart, RaceHeat, RaceTrack};
pub use theme::Theme;
pub use time::Time;
pub use transfer::{TransferChart, TransferRow};
pub use weights::{WeightSeries, WeightsChart};

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters_backend::DrawingBackend;

/// What a chart draws on: a whole canvas or SVG document, or a part of one.
pub type Area<DB> = DrawingArea<DB, Shift>;

/// Why drawing failed; only the backend can.
pub type DrawError<DB> = DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;

/// The outcome of drawing.
pub type Drawn<DB> = Result<(), DrawError<DB>>;

/// A position in device pixels, y down.
pub type Point = (f64, f64);

/// What an empty chart says.
pub const EMPTY: &str = "press play";
