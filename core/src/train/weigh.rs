//! Task weights of every member, on the device.
//!
//! Weights are `[M, T]`. Composed models get theirs from the lesson's balancer, baselines are
//! one-hot, pairs of tasks have two ones, fan members have their preference times T. A learned
//! balancer (uncertainty weighting) keeps log-variances `s` per member with an Adam of their own;
//! its weights are `a e^-s`, its gradient `1/2 - a e^-s L`, so no step waits for a readback.
//!
//! On the device the tasks stand in *column order*: group by group.

use super::plan::{Plan, Role};
use super::tensors::upload;
use crate::balance::{self, STATE_LIMIT};
use crate::config::Lesson;
use burn::tensor::{Device, Tensor};

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
/// Log-variances stay within this of zero.
const MOST: f32 = STATE_LIMIT as f32;

/// Learned log-variances with their Adam state, `[M, T]` each.
#[derive(Clone)]
pub struct Learned {
    /// Log-variances.
    pub s: Tensor<2>,
    /// Running mean of their gradients.
    pub first: Tensor<2>,
    /// Running mean of squares.
    pub second: Tensor<2>,
    /// Steps in which they were learned: those under another balancer don't count, or the first
    /// ones after a switch would be several times too long.
    pub steps: u32,
}

impl Learned {
    /// From host numbers, `[M, T]` each.
    pub fn new(s: Vec<f32>, first: Vec<f32>, second: Vec<f32>, steps: u32, shape: [usize; 2], device: &Device) -> Self {
        Self {
            steps,
            s: upload(s, shape, device),
            first: upload(first, shape, device),
            second: upload(second, shape, device),
        }
    }

    /// All zeros: every weight starts at its coefficient.
    pub fn zeros(shape: [usize; 2], device: &Device) -> Self {
        let zeros = || vec![0.0; shape[0] * shape[1]];
        Self::new(zeros(), zeros(), zeros(), 0, shape, device)
    }
}

/// How the members' task weights come about under the current balancer.
pub struct Weigher {
    fixed: Tensor<2>,
    /// Coefficients `a` on composed members and 0 elsewhere, `[M, T]`; `None` without learning.
    learned: Option<Tensor<2>>,
    /// 1 on members whose weights are learned, `[M, 1]`.
    learns: Tensor<2>,
    rate: f32,
    needs_gram: bool,
}

impl Weigher {
    /// The weights of a lesson's balancer; `columns` is the task in each column.
    pub fn of(lesson: &Lesson, plan: &Plan, columns: &[usize], device: &Device) -> Self {
        let coefficients = balance::coefficients(lesson);
        let (members, tasks) = (plan.members.len(), columns.len());
        let composed = |role: Role| role == Role::Composed;
        let mut fixed = Vec::with_capacity(members * tasks);
        let mut learned = Vec::with_capacity(members * tasks);
        for member in &plan.members {
            for task in columns {
                let a = coefficients.learned.as_ref().filter(|_| composed(member.role)).and_then(|a| a.get(*task));
                learned.push(a.copied().unwrap_or(0.0) as f32);
                fixed.push(match member.role {
                    Role::Composed => {
                        if a.is_some() {
                            0.0
                        } else {
                            coefficients.fixed.get(*task).copied().unwrap_or(1.0) as f32
                        }
                    }
                    Role::Baseline(own) => f32::from(own == *task),
                    Role::Pair(i, j) => f32::from(i == *task || j == *task),
                    Role::Fan(point) => {
                        plan.fan.get(point).and_then(|p| p.get(*task)).copied().unwrap_or(0.0) * tasks as f32
                    }
                });
            }
        }
        let learns = plan.members.iter().map(|m| f32::from(composed(m.role))).collect();
        Self {
            fixed: upload(fixed, [members, tasks], device),
            learned: coefficients.learned.is_some().then(|| upload(learned, [members, tasks], device)),
            learns: upload(learns, [members, 1], device),
            rate: coefficients.rate as f32,
            needs_gram: balance::of(&lesson.balancer).needs_gram,
        }
    }

    /// Whether the balancer looks at the task gradients in every step.
    pub fn needs_gram(&self) -> bool {
        self.needs_gram
    }

    /// The task weights of every member, `[M, T]`.
    pub fn weights(&self, learned: &Learned) -> Tensor<2> {
        match &self.learned {
            None => self.fixed.clone(),
            Some(a) => self.fixed.clone() + a.clone() * learned.s.clone().neg().exp(),
        }
    }

    /// One Adam step on the log-variances.
    ///
    /// # Shapes
    ///
    /// `losses`: `[M, T]`, scaled. `present`: `[M, T]`, 0 for tasks without a label in the batch:
    /// nothing is known of their losses, so their log-variances take no step.
    pub fn learn(&self, learned: &mut Learned, losses: Tensor<2>, present: Option<Tensor<2>>) {
        let Some(a) = &self.learned else { return };
        let before = learned.clone();
        let pull = a.clone() * learned.s.clone().neg().exp() * losses;
        let gradient = (pull * -1.0 + 0.5) * self.learns.clone();
        learned.first = learned.first.clone() * BETA1 + gradient.clone() * (1.0 - BETA1);
        learned.second = learned.second.clone() * BETA2 + gradient.clone() * gradient * (1.0 - BETA2);
        learned.steps += 1;
        let t = learned.steps as f32;
        let root = (1.0 - BETA2.powf(t)).sqrt();
        let factor = self.rate * root / (1.0 - BETA1.powf(t));
        let update = learned.first.clone() / (learned.second.clone().sqrt() + EPSILON * root) * factor;
        // A member whose loss is not finite keeps its log-variances.
        let lost = update.clone().is_nan();
        learned.s = (learned.s.clone() - update.mask_fill(lost, 0.0)).clamp(-MOST, MOST);
        if let Some(present) = present {
            let absent = present.lower_elem(0.5);
            learned.s = learned.s.clone().mask_where(absent.clone(), before.s);
            learned.first = learned.first.clone().mask_where(absent.clone(), before.first);
            learned.second = learned.second.clone().mask_where(absent, before.second);
        }
    }
}
