//! A lesson in training: the composed model's population, those that it is held against, and what is recorded.
//!
//! | population | trains |
//! |---|---|
//! | composed | the lesson's network on every paired seed, its fan, its pairs of tasks |
//! | baselines | a network for each task alone, where that is another than the lesson's |
//! | matched | a shared bottom of equal size |
//! | conditioned | one network for the whole front ([`Conditioned`]) |

mod advance;
mod checkpoint;
mod describe;
mod measure;
mod populations;

pub use self::advance::Advance;
pub use self::checkpoint::Checkpoint;
use super::baseline;
use super::conditioned::Conditioned;
use super::pictures::Pictures;
use super::plan::Plan;
use super::population::Population;
use super::record::Record;
use crate::data::{Dataset, Draws};
use crate::lesson::Lesson;
use crate::model::{self, Network, Shape};
use burn::tensor::Device;

/// A lesson in training.
pub struct Ensemble {
    draws: Draws,
    /// Of all populations.
    full_plan: Plan,
    /// The composed model's population: where training stands is where it stands.
    composed: Population,
    /// The populations of other networks, which take their steps with it.
    auxiliary: Vec<Population>,
    /// One network for the whole front.
    front: Option<Conditioned>,
    pictures: Pictures,
    record: Record,
    /// The last recorded state in which every composed model was finite.
    last_good: Checkpoint,
    device: Device,
}

impl Ensemble {
    /// Builds a lesson with all its populations, over draws of the data or over one data set for all seeds.
    pub fn new(lesson: Lesson, data: impl Into<Draws>, device: &Device) -> Self {
        Self::planned(lesson, data, device, Plan::of)
    }

    /// Builds one composed model of a lesson and nothing else.
    pub fn single(lesson: Lesson, data: impl Into<Draws>, device: &Device) -> Self {
        Self::planned(lesson, data, device, |_, shape, _| Plan::single(shape.tasks))
    }

    /// Builds a lesson with members of the caller's choice.
    pub fn planned(
        lesson: Lesson,
        data: impl Into<Draws>,
        device: &Device,
        plan: impl FnOnce(&Lesson, &Shape, &dyn Network) -> Plan,
    ) -> Self {
        let draws = data.into();
        let inputs = draws.first().inputs;
        let shape = Shape::of(&lesson, inputs);
        let network = model::build(&lesson.architecture, &shape);
        let full_plan = plan(&lesson, &shape, network.as_ref());
        let mut parts = populations::of(&lesson, &full_plan, inputs).into_iter();
        let (lesson, plan) = parts.next().unwrap_or_else(|| (lesson, full_plan.clone()));
        let composed = Population::new(lesson, &draws, plan, device);
        let auxiliary: Vec<_> = parts.map(|(lesson, plan)| Population::new(lesson, &draws, plan, device)).collect();
        let front = Conditioned::new(composed.lesson(), &draws, composed.scales().clone(), device);
        let record = Record::default();
        Self {
            last_good: Checkpoint::of(&composed, &auxiliary, front.as_ref(), &record),
            pictures: Pictures::new(draws.first(), device),
            device: device.clone(),
            draws,
            full_plan,
            composed,
            auxiliary,
            front,
            record,
        }
    }

    /// The same without tapes: every step goes through [`Network::forward`] and burn's autodiff, which tapes are held
    /// against.
    pub fn without_tape(mut self) -> Self {
        self.composed = self.composed.without_tape();
        self.auxiliary = self.auxiliary.into_iter().map(Population::without_tape).collect();
        self
    }

    /// Whether the composed model's steps are taken by its network's tape.
    pub fn is_taped(&self) -> bool {
        self.composed.is_taped()
    }

    /// The lesson as it is trained.
    pub fn lesson(&self) -> &Lesson {
        self.composed.lesson()
    }

    /// The members of the composed model's population.
    pub fn plan(&self) -> &Plan {
        self.composed.plan()
    }

    /// The members of all populations, the composed model's first.
    pub fn full_plan(&self) -> &Plan {
        &self.full_plan
    }

    /// The rows of the first seed.
    pub fn data(&self) -> &Dataset {
        self.draws.first()
    }

    /// The rows of every seed.
    pub fn draws(&self) -> &Draws {
        &self.draws
    }

    /// The composed model's network.
    pub fn network(&self) -> &dyn Network {
        self.composed.network()
    }

    /// Optimiser steps taken.
    pub fn step(&self) -> u32 {
        self.composed.step()
    }

    /// Optimiser steps in an epoch.
    pub fn steps_per_epoch(&self) -> u32 {
        self.composed.steps_per_epoch()
    }

    /// Whole epochs trained.
    pub fn epoch(&self) -> u32 {
        self.step() / self.steps_per_epoch()
    }

    /// Members times rows of a batch: how heavy a step is to prepare.
    pub fn step_rows(&self) -> usize {
        self.composed.step_rows()
    }

    /// Takes over the live settings of another configuration of the same lesson.
    pub fn change(&mut self, lesson: Lesson) {
        if lesson.unpaced() == self.lesson().unpaced() {
            self.composed.rename(lesson);
            return;
        }
        if lesson.tasks.len() != self.lesson().tasks.len() {
            return;
        }
        // Their layers stay as they are: no setting of them is live.
        self.auxiliary
            .iter_mut()
            .for_each(|population| population.change(baseline::changed(population.lesson(), &lesson)));
        self.composed.change(lesson);
        if let Some(front) = &mut self.front {
            front.change(self.composed.lesson(), self.composed.scales().clone());
        }
    }
}

/// A loss or a parameter beyond this is no state to go back to, though it may still be finite.
const UNSOUND: f32 = 1e4;
