//! Which tasks help which, over the training so far, and the groups that follow from it.

use crate::config::Declared;
use crate::measure::conflict::cosine;
use crate::measure::grouping::{Affinities, Alone, Overlap, affinity, best};
use crate::measure::relations::{Held, Tally};
use crate::protocol::{GroupedBy, Groups};
use serde::{Deserialize, Serialize};

/// Running means over the recorded steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskAffinity {
    /// The last step that was taken in.
    step: u32,
    /// By receiver and partner: the affinities.
    affinities: Vec<Tally>,
    /// By pair: the cosines of the gradients.
    cosines: Vec<Tally>,
    /// By receiver and partner: the mean of the affinities both ways, where both are known.
    mutual: Vec<Tally>,
    tasks: usize,
}

impl TaskAffinity {
    /// Takes in a recorded step: losses before and after look-ahead steps `[1 + T][T]`, empty where
    /// affinities are not measured, and the Gram matrix.
    pub fn record(&mut self, step: u32, ahead: &[Vec<f64>], gram: &[f32]) {
        let Some((before, after)) = ahead.split_first().filter(|_| step > self.step) else { return };
        self.step = step;
        self.tasks = before.len();
        let cells = self.tasks * self.tasks;
        for tallies in [&mut self.affinities, &mut self.cosines, &mut self.mutual] {
            tallies.resize(cells, Tally::default());
        }
        let found: Vec<Option<f64>> = affinity(before, after).into_iter().flatten().collect();
        let known = |cell: usize| found.get(cell).copied().flatten().unwrap_or(f64::NAN);
        let tasks = self.tasks;
        for (cell, tally) in self.mutual.iter_mut().enumerate() {
            tally.add((known(cell) + known(cell % tasks * tasks + cell / tasks)) / 2.0);
        }
        self.affinities.iter_mut().zip(found).for_each(|(tally, value)| add(tally, value));
        let cosines = (0..cells).map(|cell| cosine(gram, cell / tasks, cell % tasks));
        self.cosines.iter_mut().zip(cosines).for_each(|(tally, value)| add(tally, value));
    }

    /// The mean affinities, row-major `[T, T]`, a row for each task that receives; NaN where none is known,
    /// empty where they are not measured.
    pub fn mean(&self) -> Vec<f32> {
        self.affinities.iter().map(|tally| mean(tally) as f32).collect()
    }

    /// Declared relations with what was measured of them.
    pub fn held(&self, declared: &[Declared]) -> Vec<Held> {
        let nothing = Tally::default();
        let own = |task: usize| self.affinities.get(task * self.tasks + task).map_or(f64::NAN, mean).abs();
        let against = |declared: &Declared| {
            let (a, b) = declared.tasks;
            let measured = self.mutual.get(a * self.tasks + b).unwrap_or(&nothing);
            Held::against(*declared, measured, (own(a) + own(b)) / 2.0)
        };
        declared.iter().map(against).collect()
    }

    /// The best partition into at most two and at most three groups, by affinities and by cosines.
    pub fn groupings(&self) -> Vec<Groups> {
        let by = [(GroupedBy::Affinity, &self.affinities), (GroupedBy::Cosine, &self.cosines)];
        let budgets = 2..=self.tasks.saturating_sub(1).min(3);
        by.into_iter()
            .flat_map(|(by, tallies)| budgets.clone().filter_map(move |budget| self.group(by, tallies, budget)))
            .collect()
    }

    fn group(&self, by: GroupedBy, tallies: &[Tally], budget: usize) -> Option<Groups> {
        let rows = tallies.chunks_exact(self.tasks.max(1)).map(|row| row.iter().map(mean).collect()).collect();
        let found = best(&Affinities::new(rows)?, budget, Overlap::Partition, Alone::Neutral)?;
        Some(Groups { by, budget, groups: found.groups, score: found.score })
    }
}

fn add(tally: &mut Tally, value: Option<f64>) {
    tally.add(value.unwrap_or(f64::NAN));
}

fn mean(tally: &Tally) -> f64 {
    tally.mean().unwrap_or(f64::NAN)
}
