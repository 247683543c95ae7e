//! The plane: two inputs, uniform in [-1, 1]², and a target function per task.
//!
//! # Relatedness
//!
//! Let `f` be task A's target and `g` the task's own, both with mean 0 and variance 1 over the
//! square. At relatedness ρ a task beyond A learns
//!
//! ```text
//! ρ f + sqrt(1 - ρ²) g,  standardised again
//! ```
//!
//! so 1 is A's target, 0 the task's own, and -1 A's target upside down. Where the task names the
//! same target as A, `g` is an unrelated copy of it: the target on the plane turned by 90° (45° for
//! xor and checkerboard, which 90° only turn upside down; waves in place of circle and ring, which
//! no turn changes). Then `f` and `g` are uncorrelated and ρ is exactly the correlation of the two
//! targets over the square; for two slopes it is also the cosine between their weight vectors. For
//! other pairs the correlation differs as far as `f` and `g` are correlated themselves; the measured
//! one is [`super::Dataset::correlation`].
//!
//! A mirror image (ρ = -1) is no conflict: what A's features say about A, with the other sign, they
//! say about the task, and a head's output layer has a sign of its own. That holds for a linear
//! task and for every other target alike. Conflict comes from *different* targets that a narrow
//! trunk can't represent together.
//!
//! A target's own classes (the pinwheel's) are used where the task is not mixed: for task A and at
//! relatedness 0. Mixed, and as task A's part in other tasks, it counts by its scalar function.

use super::field::{Field, turned};
use super::stats::bin;
use super::targets::{self, Target};
use super::{Drawn, DrawnSplit, DrawnTask, Source, TaskShape, split_rows};
use crate::config::{Choice, Config, PickEntry, TaskConfig};
use crate::random::{Purpose, stream};
use rand::RngExt;

pub(super) const SOURCE: Source = Source {
    plane: true,
    ..Source::new(PickEntry::new(
        Choice {
            key: "plane",
            label: "plane",
            help: "Two inputs, uniform in a square; every task has a target function over it.",
        },
        &[],
    ))
};

/// Half the side of the square.
const EXTENT: f32 = 1.0;

pub(super) fn build(config: &Config) -> Drawn {
    let tasks: Vec<Task> = (0..config.tasks.len()).map(|k| Task::new(config, k)).collect();
    let rows = split_rows(&config.data);
    let splits = [0, 1, 2].map(|split| {
        let mut rng = stream(config.seed, Purpose::Data, 0, split as u64);
        let rows = rows[split];
        let x: Vec<f32> = (0..2 * rows).map(|_| rng.random_range(-EXTENT..EXTENT)).collect();
        let tasks = tasks.iter().map(|task| task.draw(&x)).collect();
        DrawnSplit { rows, x, tasks }
    });
    Drawn { inputs: 2, extent: EXTENT, splits }
}

/// A task's functions over the plane.
struct Task {
    /// One per output; classes are cut from the first.
    outputs: Vec<Field>,
    labels: Labels,
}

/// How labels follow from the functions.
enum Labels {
    /// They are the values.
    Values,
    /// Bins of the first function.
    Bins(Vec<f64>),
    /// The target's own classes on the plane turned by an angle.
    Own(fn(f64, f64, usize) -> usize, usize, f64),
}

impl Task {
    fn new(config: &Config, k: usize) -> Self {
        let settings = &config.tasks[k];
        let shape = TaskShape::of(settings);
        // Task A is related to nothing, not even to itself.
        let first = (k > 0).then(|| targets::find(&config.tasks[0].target));
        let target = targets::find(&settings.target);
        let field = own_field(settings, target, first);
        let mixed = first.is_some() && settings.related != 0.0;
        let turn = first.map_or(0.0, |first| target.turn_beside(first));
        let labels = match (shape.classes(), target.classes) {
            (None, _) => Labels::Values,
            (Some(count), Some(own)) if !mixed && count > 2 => Labels::Own(own, count, turn),
            (Some(count), _) => Labels::Bins(field.cuts(count)),
        };
        Self { outputs: field.outputs(shape.columns), labels }
    }

    fn draw(&self, x: &[f32]) -> DrawnTask {
        let points: Vec<(f64, f64)> = x.chunks_exact(2).map(|p| (f64::from(p[0]), f64::from(p[1]))).collect();
        let first = |(x, y): &(f64, f64)| self.outputs.first().map_or(0.0, |f| f.value(*x, *y));
        let field: Vec<f64> = points.iter().map(first).collect();
        let labels = match &self.labels {
            Labels::Values => {
                points.iter().flat_map(|(x, y)| self.outputs.iter().map(|f| f.value(*x, *y) as f32)).collect()
            }
            Labels::Bins(cuts) => field.iter().map(|value| bin(cuts, *value) as f32).collect(),
            Labels::Own(class, count, turn) => {
                points.iter().map(|(x, y)| turned(*x, *y, *turn)).map(|(x, y)| class(x, y, *count) as f32).collect()
            }
        };
        DrawnTask { field, labels }
    }
}

/// The function that a task learns; `first` is task A's target, for tasks beyond A.
fn own_field(settings: &TaskConfig, target: &Target, first: Option<&Target>) -> Field {
    match first {
        None => Field::new(target.field, 0.0),
        Some(first) => Field::mixed(settings.related, &Field::new(first.field, 0.0), &target.beside(first)),
    }
}
