//! Seeded tasks over shared inputs.
//!
//! A *source* draws inputs and clean labels for three splits; the same code then adds label noise
//! and removes labels, whatever the source. A source is one file and one
//! word in the table of sources.
//!
//! Everything random comes from streams of the lesson's seed alone. [`Draws`] has the rows of every paired seed, which
//! are the same or drawn anew, as the lesson says. Each split, each task and each purpose has a stream of its own, so
//! that adding a task or a validation row changes nothing else.
//!
//! ```
//! use mtl_core::{config::Config, lesson::check, data};
//!
//! let (lesson, _) = check(Config::default());
//! let dataset = data::build(&lesson);
//! assert!(dataset.plane);
//! assert_eq!(dataset.train.x.len(), lesson.data.train_rows * dataset.inputs);
//! assert_eq!(dataset.train.y.len(), lesson.tasks.len());
//! ```

pub mod batches;
mod dataset;
mod digits;
mod directions;
pub(crate) mod draws;
mod field;
mod groups;
mod labels;
mod loud;
mod mmoe;
mod plane;
mod ridge;
pub(crate) mod stats;
mod table;
pub mod targets;

pub use dataset::{Dataset, Split, TaskShape};
pub use draws::Draws;
pub use table::Table;

use crate::config::{Config, DataConfig, LossKind, Pick, PickEntry};
use crate::landscape;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// What is known of a generator of inputs and clean labels without drawing any.
struct Source {
    /// Key, label, help and options.
    entry: PickEntry,
    /// Whether its inputs are a plane, so that a target and maps mean something.
    plane: bool,
    /// Whether its inputs are the pixels of a square picture, row by row.
    picture: bool,
    /// How many outputs a task of a loss may have.
    outputs: fn(LossKind) -> RangeInclusive<usize>,
    /// What the tasks are about, first to last and then again from the first; empty where a letter
    /// says all.
    parts: &'static [&'static str],
}

impl Source {
    /// A source with inputs that are neither a plane nor a picture, for every kind of task.
    const fn new(entry: PickEntry) -> Self {
        Self { entry, plane: false, picture: false, outputs: any_outputs, parts: &[] }
    }
}

/// The outputs that a loss can have at all.
fn any_outputs(loss: LossKind) -> RangeInclusive<usize> {
    match loss {
        LossKind::Bce => 1..=1,
        LossKind::Ce => 2..=10,
        LossKind::Mse | LossKind::Huber => 1..=8,
    }
}

/// A table of modules, each with a `SOURCE` and a `build`. What describes a source and what draws
/// its rows are kept apart: the page describes and never draws, so that it is sent neither the code
/// nor the pictures.
macro_rules! sources {
    ($($name:ident),* $(,)?) => {
        const SOURCES: &[Source] = &[$($name::SOURCE),*];
        const BUILD: &[fn(&Config) -> Drawn] = &[$($name::build),*];
    };
}

// Every source. The first is the fallback for unknown keys.
sources!(plane, mmoe, loud, groups, digits);

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
    !landscape::is_landscape(source) && find(source).1.plane
}

/// Whether the source's inputs are the pixels of a picture.
pub fn is_picture(source: &Pick) -> bool {
    !landscape::is_landscape(source) && find(source).1.picture
}

/// How many outputs a task of this loss may have with this source.
pub fn outputs(source: &Pick, loss: LossKind) -> RangeInclusive<usize> {
    (find(source).1.outputs)(loss)
}

/// What a task of this source is about, in a word or two; `None` where a letter says all.
pub fn part(source: &Pick, task: usize) -> Option<&'static str> {
    let parts = find(source).1.parts;
    parts.get(task.checked_rem(parts.len())?).copied()
}

/// Draws a lesson's data. The same data settings, tasks and seed give the same data, bit for bit
/// on one platform. A lesson on a landscape has no data; it is given those of the first source.
pub fn build(config: &Config) -> Dataset {
    let (at, source) = find(&config.data.source);
    labels::finish(config, BUILD[at](config), source)
}

/// A source and its place in the table.
fn find(pick: &Pick) -> (usize, &'static Source) {
    let known = SOURCES.iter().enumerate().find(|(_, source)| source.entry.choice.key == pick.method);
    known.unwrap_or((0, &SOURCES[0]))
}

/// At most `most` of so many rows, in order and as evenly spread as can be.
///
/// ```
/// assert!(mtl_core::data::evenly(10, 4).eq([0, 2, 5, 7]));
/// assert!(mtl_core::data::evenly(3, 4).eq([0, 1, 2]));
/// ```
pub fn evenly(count: usize, most: usize) -> impl Iterator<Item = usize> + Clone {
    let kept = count.min(most);
    (0..kept).map(move |k| k * count / kept)
}

/// Rows of the training, validation and test split.
fn split_rows(data: &DataConfig) -> [usize; 3] {
    [data.train_rows, data.valid_rows, data.test_rows]
}
