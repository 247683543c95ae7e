//! The rows of every paired seed.

use super::{Dataset, build};
use crate::config::{Config, Varies};
use crate::random::{Purpose, stream};
use rand::RngExt;

/// The data of the paired seeds: one draw for all of them, or one each.
///
/// The first seed's rows are those of the lesson, so that pictures, first-seed curves and links mean the same
/// whichever it is. The seeds share nothing but the settings: labels, noise and what is missing are drawn anew, and so
/// are the generating weights of a source that draws its targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    first: Dataset,
    others: Vec<Dataset>,
}

impl Draws {
    /// As many draws as the lesson's seeds ask for.
    pub fn of(config: &Config) -> Self {
        let others = match config.population.varies {
            Varies::Training => 0,
            Varies::Data => config.population.seeds.saturating_sub(1),
        };
        let draw = |seed: usize| build(&Config { seed: seed_of(config.seed, seed as u64), ..config.clone() });
        Self { first: build(config), others: (1..=others).map(draw).collect() }
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

/// The seed of a draw: the lesson's for the first. The others come from a stream, so that lessons with
/// neighbouring seeds have no draw in common.
fn seed_of(lesson: u32, seed: u64) -> u32 {
    if seed == 0 { lesson } else { stream(lesson, Purpose::Draw, seed, 0).random() }
}
