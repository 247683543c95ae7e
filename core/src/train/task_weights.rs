//! Task weights of every member, on the device.
//!
//! Weights are `[M, T]`. They hold for members that have a balancer with device weights; the other
//! balancers run on the host ([`super::balancers`]). Baselines are one-hot, pairs of tasks have two ones.
//! A learned balancer (uncertainty weighting) keeps log-variances `s` per member with an Adam of their
//! own; its weights are `a e^-s`, its gradient `1/2 - a e^-s L`, so no step waits for a readback.
//!
//! On the device the tasks stand in *column order*: group by group.

use crate::balance::device_weights::{DeviceWeights, STATE_LIMIT};
use crate::kernel::optimiser::{adam_scales, operations::adam};
use crate::kernel::tensors::upload;
use burn::tensor::{Device, Tensor};

const BETAS: (f32, f32) = (0.9, 0.999);
/// Log-variances stay within this of zero.
const MOST: f32 = STATE_LIMIT as f32;

/// Learned log-variances with their Adam state, `[M, T]` each.
#[derive(Clone)]
pub struct LogVariances {
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

impl LogVariances {
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
pub struct TaskWeights {
    fixed: Tensor<2>,
    /// Factors `a` on composed members and 0 elsewhere, `[M, T]`; `None` without learning.
    learned: Option<Tensor<2>>,
    /// 1 on members with learned weights, `[M, 1]`.
    learns: Tensor<2>,
    rate: f32,
}

impl TaskWeights {
    /// The weights by every member's device weights, in task order, zeros for those without; `columns`
    /// is the task in each column.
    pub fn of(device_weights: &[Option<DeviceWeights>], columns: &[usize], device: &Device) -> Self {
        let shape = [device_weights.len(), columns.len()];
        let table = |of: &dyn Fn(&DeviceWeights) -> Option<Vec<f64>>| -> Vec<f32> {
            let rows = device_weights.iter().map(|member| member.as_ref().and_then(of).unwrap_or_default());
            rows.flat_map(|row| columns.iter().map(move |task| row.get(*task).copied().unwrap_or(0.0) as f32)).collect()
        };
        let learner = |member: &Option<DeviceWeights>| member.as_ref().is_some_and(|c| c.learned.is_some());
        let learns: Vec<f32> = device_weights.iter().map(|member| f32::from(learner(member))).collect();
        let rate = device_weights.iter().flatten().map(|c| c.rate).fold(0.0, f64::max);
        Self {
            fixed: upload(table(&|c| c.learned.is_none().then(|| c.fixed.clone())), shape, device),
            learned: learns.contains(&1.0).then(|| upload(table(&|c| c.learned.clone()), shape, device)),
            learns: upload(learns, [device_weights.len(), 1], device),
            rate: rate as f32,
        }
    }

    /// Whether there are some that are learned.
    pub fn learns(&self) -> bool {
        self.learned.is_some()
    }

    /// The task weights of every member, `[M, T]`.
    pub fn weights(&self, learned: &LogVariances) -> Tensor<2> {
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
    pub fn learn(&self, learned: &mut LogVariances, losses: Tensor<2>, present: Option<Tensor<2>>) {
        let Some(a) = &self.learned else { return };
        let before = learned.clone();
        let pull = a.clone() * learned.s.clone().neg().exp() * losses;
        let gradient = (pull * -1.0 + 0.5) * self.learns.clone();
        learned.steps += 1;
        let (factor, epsilon) = adam_scales(self.rate, BETAS, learned.steps);
        let means = (learned.first.clone(), learned.second.clone());
        let update;
        (update, learned.first, learned.second) = adam(means, gradient, BETAS, factor, epsilon);
        // A member with a loss that is not finite keeps its log-variances.
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
