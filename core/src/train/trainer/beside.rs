//! The populations of a lesson: one a shape of network, all on the same batches in the same order.
//!
//! A single-task baseline is a plain shared-bottom model: in a network that shares in another way a
//! model of one task would borrow the capacity that is there for the others. So is the model of
//! equal size that an architecture is held against. Where the lesson's own network is a shared
//! bottom, its baselines train in lockstep with it.

use super::Trainer;
use crate::config::{Config, LayerConfig, MAX_WIDTH, Pick};
use crate::lesson::{Lesson, check};
use crate::model::{self, Shape};
use crate::train::TrainError;
use crate::train::plan::{Plan, Role};
use crate::train::snapshot;
use crate::train::tensors::Packed;

/// The lessons and plans that train a plan; the composed model's is the first.
pub fn populations(lesson: &Lesson, whole: &Plan, inputs: usize) -> Vec<(Lesson, Plan)> {
    let is_plain = model::shared_bottom::is_plain(&lesson.architecture);
    let own = |role: Role| match role {
        Role::Baseline(_) => is_plain,
        Role::Matched => false,
        Role::Composed | Role::Fan(_) | Role::Pair(..) => true,
    };
    let mut parts = vec![(lesson.clone(), whole.part(own))];
    if !is_plain {
        parts.push((plain(lesson, lesson.trunk.clone()), whole.part(|role| matches!(role, Role::Baseline(_)))));
    }
    // Only where one trains: the search builds many networks.
    if whole.members.iter().any(|member| member.role == Role::Matched) {
        parts.push((plain(lesson, matched_trunk(lesson, inputs)), whole.part(|role| role == Role::Matched)));
    }
    parts.retain(|(_, plan)| !plan.members.is_empty());
    parts
}

/// The same lesson with a shared bottom of this trunk.
fn plain(lesson: &Lesson, trunk: Vec<LayerConfig>) -> Lesson {
    let architecture = Pick::new(model::shared_bottom::ARCHITECTURE.entry.choice.key);
    check(Config { architecture, trunk, ..Config::clone(lesson) }).0
}

/// The lesson's trunk, all its widths times one factor, with which a shared bottom comes nearest to
/// the parameters of the lesson's network, within the limits of a layer.
fn matched_trunk(lesson: &Lesson, inputs: usize) -> Vec<LayerConfig> {
    let wanted = model::build(&lesson.architecture, &Shape::of(lesson, inputs)).layout().len;
    let scaled = |factor: f64| -> Vec<LayerConfig> {
        let width = |width: usize| ((width as f64 * factor).round() as usize).clamp(1, MAX_WIDTH);
        lesson.trunk.iter().map(|layer| LayerConfig { width: width(layer.width), ..layer.clone() }).collect()
    };
    let off = |trunk: &Vec<LayerConfig>| {
        let lesson = plain(lesson, trunk.clone());
        model::build(&lesson.architecture, &Shape::of(&lesson, inputs)).layout().len.abs_diff(wanted)
    };
    const FACTORS: usize = 160;
    // From a quarter of the widths to 32 times as many, in steps of less than 4 percent.
    let factors = (0..=FACTORS).map(|i| 0.25 * 128.0_f64.powf(i as f64 / FACTORS as f64));
    factors.map(scaled).min_by_key(off).unwrap_or_default()
}

/// What the members of another population than the composed model's say at a recorded step.
#[derive(Default)]
pub(super) struct Others {
    pub dead: Vec<bool>,
    /// `[M, 3, T]` in task order.
    pub losses: Vec<f32>,
    /// Tasks with the outputs of their baseline on the first seed.
    pub alone: Vec<(usize, Vec<f32>)>,
}

impl Trainer {
    /// What the other populations say, one after another.
    pub(super) async fn others(&self) -> Result<Others, TrainError> {
        let mut all = Others::default();
        for trainer in &self.beside {
            let mut packed = Packed::default();
            let found = trainer.evaluator.evaluate(trainer.network.as_ref(), &trainer.shape, &trainer.state.theta);
            packed.push(found.losses);
            packed.push(snapshot::dead_as_numbers(&trainer.state));
            let (owners, alone): (Vec<usize>, Vec<_>) = found.alone.into_iter().unzip();
            alone.into_iter().for_each(|outputs| packed.push(outputs));
            let mut parts = packed.read().await?.into_iter();
            let losses = parts.next().unwrap_or_default();
            let rows = losses.chunks_exact(trainer.columns.len().max(1));
            all.losses.extend(rows.flat_map(|row| trainer.in_task_order(row)));
            all.dead.extend(parts.next().unwrap_or_default().iter().map(|dead| *dead > 0.5));
            all.alone.extend(owners.into_iter().zip(parts));
        }
        Ok(all)
    }

    /// Parameters of the shared bottom of equal size; 0 where none trains.
    pub(super) fn matched_parameters(&self) -> usize {
        let matched = |trainer: &&Self| trainer.plan.members.first().is_some_and(|member| member.role == Role::Matched);
        self.beside.iter().find(matched).map_or(0, |trainer| trainer.network.layout().len)
    }
}
