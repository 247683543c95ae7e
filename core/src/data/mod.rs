//! Seeded tasks over shared inputs.
//!
//! A *source* draws inputs and clean labels for three splits; the same code then adds label noise
//! and removes labels, whatever the source. A source is one file and one line of [`SOURCES`].
//!
//! Everything random comes from streams of the lesson's seed alone: the model's seeds never change
//! the data, and each split, each task and each purpose has a stream of its own, so that adding a
//! task or a validation row changes nothing else.
//!
//! ```
//! use mtl_core::{config::{Config, check}, data};
//!
//! let (lesson, _) = check(Config::default());
//! let dataset = data::build(&lesson);
//! assert!(dataset.plane);
//! assert_eq!(dataset.train.x.len(), lesson.data.train_rows * dataset.inputs);
//! assert_eq!(dataset.train.y.len(), lesson.tasks.len());
//! ```

pub mod batches;
mod dataset;
mod field;
mod labels;
mod loud;
mod mmoe;
mod plane;
mod ridge;
mod stats;
pub mod targets;

pub use dataset::{Dataset, Split, TaskShape};

use crate::config::{DataConfig, Lesson, Pick, PickEntry};
use crate::landscape;
use std::sync::LazyLock;

/// A generator of inputs and clean labels.
struct Source {
    /// Key, label, help and options.
    entry: PickEntry,
    /// Whether its inputs are a plane, so that a target and maps mean something.
    plane: bool,
    /// Draws the three splits of a lesson.
    build: fn(&Lesson) -> Drawn,
}

/// Every source. The first is the fallback for unknown keys.
const SOURCES: &[Source] = &[plane::SOURCE, mmoe::SOURCE, loud::SOURCE];

/// What a source draws: everything but label noise and missing labels.
struct Drawn {
    /// Inputs per row.
    inputs: usize,
    /// Half the side of the square that holds (nearly) all inputs.
    extent: f32,
    /// Training, validation and test rows.
    splits: [DrawnSplit; 3],
}

/// One split as a source draws it.
struct DrawnSplit {
    /// Number of rows.
    rows: usize,
    /// Inputs, row-major `[rows, inputs]`.
    x: Vec<f32>,
    /// One per task.
    tasks: Vec<DrawnTask>,
}

/// One task's clean labels over a split.
struct DrawnTask {
    /// The noiseless function behind the first output, `[rows]`.
    field: Vec<f64>,
    /// Labels, row-major `[rows, columns]`.
    labels: Vec<f32>,
}

/// The sources of data, with their options; after those that draw rows the landscapes, which have
/// none.
pub fn sources() -> &'static [PickEntry] {
    static ENTRIES: LazyLock<Vec<PickEntry>> =
        LazyLock::new(|| SOURCES.iter().map(|source| source.entry).chain(landscape::sources()).collect());
    &ENTRIES
}

/// Whether the source's inputs are a plane.
pub fn is_plane(source: &Pick) -> bool {
    !landscape::is_landscape(source) && find(source).plane
}

/// Draws a lesson's data. The same data settings, tasks and seed give the same data, bit for bit
/// on one platform. A lesson on a landscape has no data; who asks all the same gets those of the
/// first source.
pub fn build(lesson: &Lesson) -> Dataset {
    let source = find(&lesson.data.source);
    labels::finish(lesson, (source.build)(lesson), source.plane)
}

fn find(pick: &Pick) -> &'static Source {
    SOURCES.iter().find(|source| source.entry.choice.key == pick.method).unwrap_or(&SOURCES[0])
}

/// Rows of the training, validation and test split.
fn split_rows(data: &DataConfig) -> [usize; 3] {
    [data.train_rows, data.valid_rows, data.test_rows]
}
