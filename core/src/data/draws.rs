//! The rows of every paired seed.

use super::{Dataset, build};
use crate::config::{Config, Varies};
use crate::random::{Purpose, stream};
use rand::RngExt;

/// The data of the paired seeds: one draw for all of them, or one each.
///
/// The first seed's rows are those of the lesson, so that pictures, first-seed curves and links mean the same
/// whichever it is. Labels, noise and what is missing are drawn anew, and so are the
/// generating weights of a source that draws its targets. Of pictures there is one pool: each seed splits and pairs it
/// anew, so that its draws are not independent.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    first: Dataset,
    others: Vec<Dataset>,
}

impl Draws {
    /// As many draws as the lesson's seeds ask for, and as there is room for.
    pub fn of(config: &Config) -> Self {
        let first = build(config);
        let others = match config.population.varies {
            Varies::Training => 0,
            Varies::Data => config.population.seeds.min(affordable(config, first.inputs)).saturating_sub(1),
        };
        let draw = |seed: usize| build(&Config { seed: seed_of(config.seed, seed as u64), ..config.clone() });
        Self { first, others: (1..=others).map(draw).collect() }
    }

    /// The rows of the first seed.
    pub fn first(&self) -> &Dataset {
        &self.first
    }

    /// The rows of a paired seed.
    pub fn of_seed(&self, seed: u64) -> &Dataset {
        self.all().nth(self.place(seed)).unwrap_or(&self.first)
    }

    /// Which of the draws a paired seed has.
    pub fn place(&self, seed: u64) -> usize {
        usize::try_from(seed).ok().filter(|place| *place <= self.others.len()).unwrap_or(0)
    }

    /// All draws, in the order of the seeds.
    pub fn all(&self) -> impl Iterator<Item = &Dataset> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        1 + self.others.len()
    }

    /// Only the first, for networks that train on one seed.
    pub fn only_first(&self) -> Self {
        Self::from(self.first.clone())
    }
}

impl From<Dataset> for Draws {
    /// The same rows for every seed.
    fn from(first: Dataset) -> Self {
        Self { first, others: Vec::new() }
    }
}

/// Bytes that the rows of all seeds may take.
const MEMORY: usize = 256 << 20;

/// How many draws there is room for: of every number of a row there are a few copies, on the host, for batches and for
/// evaluation, for the composed networks and for those beside them.
pub(crate) fn affordable(config: &Config, inputs: usize) -> usize {
    const COPIES: usize = 8;
    let rows = config.data.train_rows + config.data.valid_rows + config.data.test_rows;
    let outputs: usize = config.tasks.iter().map(|task| task.outputs + 1).sum();
    (MEMORY / (4 * COPIES * rows * (inputs + outputs)).max(1)).max(1)
}

/// The seed of a draw after the first, which has the lesson's. From a stream, so that lessons with neighbouring
/// seeds have no draw in common.
fn seed_of(lesson: u32, seed: u64) -> u32 {
    stream(lesson, Purpose::Draw, seed, 0).random()
}
