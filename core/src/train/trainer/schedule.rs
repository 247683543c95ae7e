//! What the strategy means for a step: who is taught, what counts how much, what moves.

use super::Trainer;
use crate::random::{Purpose, stream};
use crate::strategy::{self, Moment, Says};
use crate::train::plan::Role;
use crate::train::tensors::upload;
use burn::tensor::Tensor;
use std::collections::BTreeMap;

/// Tasks that are not there, by model seed.
pub(super) type Absent = BTreeMap<u64, Vec<bool>>;

/// Who learns in a step, and what of everybody moves.
#[derive(Default)]
pub(super) struct Attendance {
    /// 0 for tasks that are not there for a member, else 1, `[M, T]`; `None` where all are.
    pub present: Option<Tensor<2>>,
    /// Factors on what a parameter moves, `[M, N]`; `None` where all move.
    pub moves: Option<Tensor<2>>,
}

impl Trainer {
    /// What the strategy says of the next step; `None` where every task is taught.
    pub(super) fn says(&self) -> Option<Says> {
        let moment = Moment {
            lesson: &self.lesson,
            epoch: f64::from(self.step) / f64::from(self.steps_per_epoch()),
            step: self.step,
            labelled: &self.labelled,
            single: self.singles(),
            taught: self.record.taught(),
            layers: self.network.layout().shared_layers().len(),
        };
        let mut random = stream(self.lesson.seed, Purpose::Strategy, 0, u64::from(self.step));
        strategy::of(&self.lesson.strategy).says(&moment, &mut random)
    }

    /// The baselines' validation losses at the last recorded step, as shares of the best constant guess's.
    pub(super) fn singles(&self) -> &[f64] {
        let own = self.record.single();
        if own.is_empty() { &self.lent } else { own }
    }

    /// The tasks that are not there for lack of labels or because they are not taught.
    pub(super) fn absent(&self, unlabelled: Option<&Absent>, says: Option<&Says>) -> Option<Absent> {
        let Some(says) = says else { return unlabelled.cloned() };
        let missing = |seed: u64, task: usize| {
            let tasks = unlabelled.and_then(|absent| absent.get(&seed));
            tasks.and_then(|tasks| tasks.get(task)).copied().unwrap_or(false)
        };
        let of_seed = |seed: u64| says.tasks.iter().enumerate().map(|(k, w)| *w == 0.0 || missing(seed, k)).collect();
        let absent: Absent = self.member_seeds.iter().map(|seed| (*seed, of_seed(*seed))).collect();
        absent.values().flatten().any(|absent| *absent).then_some(absent)
    }

    /// Factors on the task weights, `[M, T]` in column order; `None` where all are 1. A baseline's task
    /// counts in full while it is taught.
    pub(super) fn factors(&self, says: Option<&Says>) -> Option<Tensor<2>> {
        let says = says.filter(|says| says.tasks.iter().any(|factor| *factor != 1.0))?;
        let all = self.plan.members.iter().flat_map(|member| {
            self.columns.iter().map(move |task| {
                let factor = says.tasks.get(*task).copied().unwrap_or(1.0);
                match member.role {
                    Role::Baseline(_) if self.learns_alone() => 1.0,
                    Role::Baseline(_) => f32::from(factor > 0.0),
                    _ => factor as f32,
                }
            })
        });
        Some(upload(all.collect(), [self.plan.members.len(), self.columns.len()], &self.device))
    }

    /// Whether baselines learn at every step, whatever is taught.
    pub(super) fn learns_alone(&self) -> bool {
        strategy::line(&self.lesson.strategy).needs_baselines
    }

    /// Who learns of a step in which some tasks are not there, and what the strategy lets move.
    pub(super) fn attendance(&mut self, absent: Option<&Absent>, says: Option<&Says>) -> Attendance {
        let frozen = says.filter(|says| says.layers.iter().any(|factor| *factor != 1.0));
        if absent.is_none() && frozen.is_none() {
            return Attendance::default();
        }
        let presence = self.presence(absent.unwrap_or(&Absent::new()));
        let shape = [self.plan.members.len(), self.columns.len()];
        let present = absent.map(|_| upload(presence.concat(), shape, &self.device));
        Attendance { present, moves: Some(self.moves(presence, frozen)) }
    }

    /// As [`Attendance::present`], a row a member.
    fn presence(&self, absent: &Absent) -> Vec<Vec<f32>> {
        let of_member = |member: &crate::train::Member| {
            let tasks = absent.get(&member.seed);
            let is_absent = |task: usize| tasks.and_then(|tasks| tasks.get(task)).copied().unwrap_or(false);
            let alone = matches!(member.role, Role::Baseline(_)) && self.learns_alone();
            self.columns.iter().map(|task| f32::from(alone || !is_absent(*task))).collect()
        };
        self.plan.members.iter().map(of_member).collect()
    }

    /// Factors on what a parameter moves, `[M, N]`: 0 for the private layers of tasks that are not there,
    /// for everything of a member none of whose tasks is, and for frozen layers.
    fn moves(&mut self, presence: Vec<Vec<f32>>, frozen: Option<&Says>) -> Tensor<2> {
        let layers = self.network.layout().shared_layers().len();
        let rows = self.plan.members.iter().zip(presence).flat_map(|(member, tasks)| {
            let taught = self
                .columns
                .iter()
                .zip(&tasks)
                .any(|(task, there)| *there > 0.0 && self.plan.learns(member.role, *task));
            let factor = |layer: usize| match (taught, frozen, member.role) {
                // What isn't shared with anybody is not the strategy's to freeze.
                (true, Some(says), Role::Composed | Role::Fan(_) | Role::Pair(..)) => {
                    says.layers.get(layer).copied().unwrap_or(1.0) as f32
                }
                (taught, ..) => f32::from(taught),
            };
            tasks.into_iter().chain((0..layers).map(factor)).collect::<Vec<_>>()
        });
        let rows = rows.collect();
        let width = self.columns.len() + layers;
        let factors = upload(rows, [self.plan.members.len(), width], &self.device);
        factors.matmul(self.owners())
    }

    fn owners(&mut self) -> Tensor<2> {
        let layout = self.network.layout();
        let (columns, device) = (&self.columns, &self.device);
        let owners = self.owners.get_or_insert_with(|| {
            let mut masks: Vec<Vec<f32>> = columns.iter().map(|task| layout.owned_by(*task)).collect();
            masks.extend(layout.shared_layers().into_iter().map(|range| {
                let mut mask = vec![0.0; layout.len];
                mask.get_mut(range).into_iter().flatten().for_each(|value| *value = 1.0);
                mask
            }));
            let rows = masks.len();
            upload(masks.concat(), [rows, layout.len], device)
        });
        owners.clone()
    }
}
