//! What all pictures of the page share: one animation-frame loop, canvases at the device's pixel
//! ratio, sizes, downloads.

mod backend;
mod canvas;
mod download;
mod ratio;
mod schedule;
mod size;

pub use canvas::{Chart, ChartView, Pointer, Press, context, fit, scratch};

pub use ratio::{pixel_ratio, track_pixel_ratio};

pub use schedule::{Job, draw_soon, is_behind, show_numbers, watch_hand};
pub use size::observe_size;
