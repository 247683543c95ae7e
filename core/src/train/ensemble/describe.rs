//! What a lesson in training looks like: its picture, and what doesn't change while it trains.

use super::Ensemble;
use crate::config::{Baseline, Varies};
use crate::measure::metric::metric_name;
use crate::model;
use crate::protocol::{Picture, Summary};
use crate::train::TrainError;
use crate::train::baseline;
use crate::train::plan::Role;
use crate::train::population::Population;

impl Ensemble {
    /// A picture of the composed model.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn picture(&self) -> Result<Picture, TrainError> {
        self.pictures.take(&self.composed, self.data(), self.step()).await
    }

    /// What doesn't change while the lesson trains.
    pub fn summary(&self) -> Summary {
        let shape = self.composed.shape();
        let plain = model::shared_bottom::plain(shape);
        let layout = plain.layout();
        let separate = (0..shape.tasks).map(|task| layout.of_task(task)).sum();
        Summary {
            inputs: self.data().inputs,
            plane: self.data().plane,
            side: self.data().side,
            pictures: self.data().pictures(),
            extent: self.data().extent,
            train: (&self.data().train).into(),
            valid: (&self.data().valid).into(),
            steps_per_epoch: self.steps_per_epoch(),
            shared_parameters: self.network().layout().len,
            matched_parameters: self.matched_parameters(),
            separate_parameters: separate,
            seeds: self.plan().seeds,
            fan: self.plan().fan.clone(),
            baselines: self.full_plan.baselines,
            baseline: baseline::resolved(self.lesson(), self.data().inputs),
            alone_parameters: self.alone_parameters(),
            varies: if self.draws.count() > 1 { Varies::Data } else { Varies::Training },
            pairs: self.plan().pair_seeds(),
            reference: self.data().reference.clone(),
            correlation: self.data().correlation.clone(),
            reduced: self.full_plan.reduced.clone(),
            metrics: self.lesson().tasks.iter().map(|task| metric_name(task.loss).to_string()).collect(),
        }
    }

    /// Per task: parameters of the model that learns it alone; empty without baselines.
    pub fn alone_parameters(&self) -> Vec<usize> {
        let alone = |of: &&Population| of.plan().baseline(0, 0).is_some();
        let population = std::iter::once(&self.composed).chain(&self.auxiliary).find(alone);
        let layout = population.map(|population| population.network().layout());
        // Under the same architecture the network is the composed one, whole.
        let whole = baseline::resolved(self.lesson(), self.data().inputs) == Baseline::SameArchitecture;
        let of_task = |task| layout.map(|layout| if whole { layout.len } else { layout.of_task(task) });
        (0..self.lesson().tasks.len()).filter_map(of_task).collect()
    }

    /// Parameters of the shared bottom of equal size; 0 where none trains.
    fn matched_parameters(&self) -> usize {
        let matched = |of: &&Population| of.plan().members.first().is_some_and(|member| member.role == Role::Matched);
        self.auxiliary.iter().find(matched).map_or(0, |population| population.network().layout().len)
    }
}
