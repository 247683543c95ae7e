//! What the strategy means for a step: which tasks are trained, what counts how much, what moves.

use super::Population;
use crate::kernel::tensors::upload;
use crate::random::{Purpose, stream};
use crate::strategy::{self, ScheduleContext, StepSchedule};
use crate::train::plan::{Member, Role};
use burn::tensor::Tensor;
use std::collections::BTreeMap;

/// Tasks that are not there, by model seed.
pub(super) type Absent = BTreeMap<u64, Vec<bool>>;

/// Which tasks each member learns in a step, and what of it moves.
#[derive(Default)]
pub(super) struct Attendance {
    /// 0 for tasks that are not there for a member, else 1, `[M, T]`; `None` where all are.
    pub present: Option<Tensor<2>>,
    /// Factors on what a parameter moves, `[M, N]`; `None` where all move.
    pub moves: Option<Tensor<2>>,
}

impl Population {
    /// What the strategy makes of the next step; `None` where every task is trained as usual.
    pub(super) fn schedule(&self, singles: &[f64]) -> Option<StepSchedule> {
        let context = ScheduleContext {
            config: &self.lesson,
            epoch: f64::from(self.step) / f64::from(self.steps_per_epoch()),
            step: self.step,
            labelled: &self.labelled,
            single: singles,
            trained: &self.trained,
            layers: self.shared_layers,
        };
        let mut random = stream(self.lesson.seed, Purpose::Strategy, 0, u64::from(self.step));
        strategy::of(&self.lesson.strategy).schedule(&context, &mut random)
    }

    /// Counts a step for the tasks that it trains with the others, and for those that it trains alone.
    pub(super) fn count_trained(&mut self, schedule: Option<&StepSchedule>) {
        // Of no account where all are active.
        let learns_alone = schedule.is_some() && self.learns_alone();
        let active = |task: usize| schedule.and_then(|schedule| schedule.tasks.get(task)).is_none_or(|w| *w > 0.0);
        self.trained.resize(self.order.tasks(), [0; 2]);
        for (task, counts) in self.trained.iter_mut().enumerate() {
            let both = [active(task), active(task) || learns_alone];
            counts.iter_mut().zip(both).for_each(|(count, trained)| *count += u32::from(trained));
        }
    }

    /// The tasks that are not there for lack of labels or because they are not trained.
    pub(super) fn absent(&self, unlabelled: Option<&Absent>, schedule: Option<&StepSchedule>) -> Option<Absent> {
        let Some(schedule) = schedule else { return unlabelled.cloned() };
        let missing = |seed: u64, task: usize| {
            let tasks = unlabelled.and_then(|absent| absent.get(&seed));
            tasks.and_then(|tasks| tasks.get(task)).copied().unwrap_or(false)
        };
        let of_seed =
            |seed: u64| schedule.tasks.iter().enumerate().map(|(k, w)| *w == 0.0 || missing(seed, k)).collect();
        let absent: Absent = self.member_seeds.iter().map(|seed| (*seed, of_seed(*seed))).collect();
        absent.values().flatten().any(|absent| *absent).then_some(absent)
    }

    /// Factors on the task weights, `[M, T]` in column order; `None` where all are 1. A baseline's task
    /// counts in full while it is trained.
    pub(super) fn factors(&self, schedule: Option<&StepSchedule>) -> Option<Tensor<2>> {
        let schedule = schedule.filter(|schedule| schedule.tasks.iter().any(|factor| *factor != 1.0))?;
        let all = self.plan.members.iter().flat_map(|member| {
            self.order.columns().iter().map(move |task| {
                let factor = schedule.tasks.get(*task).copied().unwrap_or(1.0);
                match member.role {
                    Role::Baseline(_) if self.learns_alone() => 1.0,
                    Role::Baseline(_) => f32::from(factor > 0.0),
                    _ => factor as f32,
                }
            })
        });
        Some(upload(all.collect(), [self.plan.members.len(), self.order.tasks()], &self.device))
    }

    /// Whether baselines learn at every step, whatever is trained.
    pub(super) fn learns_alone(&self) -> bool {
        strategy::line(&self.lesson.strategy).needs_baselines
    }

    /// Which members learn in a step in which some tasks are not there, and what the strategy lets move.
    pub(super) fn attendance(&mut self, absent: Option<&Absent>, schedule: Option<&StepSchedule>) -> Attendance {
        let frozen = schedule.filter(|schedule| schedule.layers.iter().any(|factor| *factor != 1.0));
        if absent.is_none() && frozen.is_none() {
            return Attendance::default();
        }
        let presence = self.presence(absent.unwrap_or(&Absent::new()));
        let shape = [self.plan.members.len(), self.order.tasks()];
        let present = absent.map(|_| upload(presence.concat(), shape, &self.device));
        Attendance { present, moves: Some(self.moves(presence, frozen)) }
    }

    /// As [`Attendance::present`], a row a member.
    fn presence(&self, absent: &Absent) -> Vec<Vec<f32>> {
        let of_member = |member: &Member| {
            let tasks = absent.get(&member.seed);
            let is_absent = |task: usize| tasks.and_then(|tasks| tasks.get(task)).copied().unwrap_or(false);
            let alone = matches!(member.role, Role::Baseline(_)) && self.learns_alone();
            self.order.columns().iter().map(|task| f32::from(alone || !is_absent(*task))).collect()
        };
        self.plan.members.iter().map(of_member).collect()
    }

    /// Factors on what a parameter moves, `[M, N]`: 0 for the private layers of tasks that are not there,
    /// for everything of a member without any task that is there, and for frozen layers.
    fn moves(&mut self, presence: Vec<Vec<f32>>, frozen: Option<&StepSchedule>) -> Tensor<2> {
        let layers = self.shared_layers;
        let rows = self.plan.members.iter().zip(presence).flat_map(|(member, tasks)| {
            let mut columns = self.order.columns().iter().zip(&tasks);
            let learns = columns.any(|(task, there)| *there > 0.0 && self.plan.learns(member.role, *task));
            let factor = |layer: usize| match (learns, frozen, member.role) {
                // What no other task shares is not the strategy's to freeze.
                (true, Some(schedule), Role::Composed | Role::Fan(_) | Role::Pair(..)) => {
                    schedule.layers.get(layer).copied().unwrap_or(1.0) as f32
                }
                (learns, ..) => f32::from(learns),
            };
            tasks.into_iter().chain((0..layers).map(factor)).collect::<Vec<_>>()
        });
        let rows = rows.collect();
        let width = self.order.tasks() + layers;
        let factors = upload(rows, [self.plan.members.len(), width], &self.device);
        factors.matmul(self.owners())
    }

    fn owners(&mut self) -> Tensor<2> {
        let layout = self.network.layout();
        let (columns, device) = (self.order.columns(), &self.device);
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
