//! What the task gradients say of a step.

use super::Population;
use super::recorded::{self, ObservedStep};
use super::schedule::Absent;
use crate::train::step::{Pass, gram};
use burn::tensor::Tensor;

/// What the task gradients of the first composed model said of a step. In column order.
#[derive(Clone)]
pub(super) struct StepObservation {
    /// Their products at the shared layers, `[T, T]`; `None` where nothing is shared.
    pub gram: Option<Tensor<2>>,
    /// The products of what the balancer made of them with each and, last, with itself, `[T + 1, 1]`; `None`
    /// where nothing is shared.
    pub combined: Option<Tensor<2>>,
    /// The recorded numbers, in the order of their table.
    pub recorded: Vec<Tensor<2>>,
    /// Tasks without a label in the batch, in task order; empty where there are none.
    pub absent: Vec<bool>,
    /// The losses of the batch before the step, and in a row for each task after a step of the trunk along
    /// its gradient alone, `[1 + T, T]`; `None` where affinities are not measured.
    pub ahead: Option<Tensor<2>>,
}

impl Population {
    /// What the task gradients of the first member say of a step that was taken.
    /// `combined`: what the balancer made of its task gradients, `[M, N]`; `before`: the parameters then.
    pub(super) fn observe(
        &self,
        jacobian: &Tensor<3>,
        combined: &Tensor<2>,
        before: &Tensor<2>,
        absent: Option<&Absent>,
    ) -> StepObservation {
        let [_, tasks, width] = jacobian.dims();
        let shared = self.network.layout().shared;
        let first = |theta: &Tensor<2>| theta.clone().slice([0..1, 0..width]);
        let moved = first(before) - first(&self.state.theta);
        let own = jacobian.clone().slice([0..1, 0..tasks, 0..width]);
        let seed = self.plan.members.first().map_or(0, |member| member.seed);
        let products = || {
            let combined = combined.clone().slice([0..1, 0..shared]);
            let gradients = own.clone().slice([0..1, 0..tasks, 0..shared]).reshape([tasks, shared]);
            (Tensor::cat(vec![gradients, combined.clone()], 0) * combined).sum_dim(1)
        };
        StepObservation {
            gram: (shared > 0).then(|| gram(&own, 0..shared).reshape([tasks, tasks])),
            combined: (shared > 0).then(products),
            recorded: recorded::take(&ObservedStep { gradients: own.clone().reshape([tasks, width]), moved, shared }),
            absent: absent.and_then(|absent| absent.get(&seed)).cloned().unwrap_or_default(),
            ahead: None,
        }
    }

    /// See [`StepObservation::ahead`]: `theta - rate g_i` at the shared layers, for each task i, with the heads and the
    /// batch unchanged (Fifty et al. 2021). The optimiser's state plays no part.
    pub(super) fn look_ahead(
        &self,
        pass: &Pass,
        jacobian: &Tensor<3>,
        before: &Tensor<2>,
        rate: f64,
    ) -> Option<Tensor<2>> {
        let [_, tasks, width] = jacobian.dims();
        let shared = self.network.layout().shared;
        if !self.lesson.population.affinity || shared == 0 {
            return None;
        }
        let first = before.clone().slice([0..1, 0..width]);
        let trunk = first.clone().slice([0..1, 0..shared]).expand([tasks, shared]);
        let own = jacobian.clone().slice([0..1, 0..tasks, 0..shared]).reshape([tasks, shared]);
        let mut parts = vec![trunk - own * rate];
        if shared < width {
            parts.push(first.clone().slice([0..1, shared..width]).expand([tasks, width - shared]));
        }
        let thetas = Tensor::cat(vec![first, Tensor::cat(parts, 1)], 0);
        Some(pass.losses_ahead(&thetas))
    }
}
