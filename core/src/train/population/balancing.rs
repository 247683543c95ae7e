//! What the balancers are given in a step, and what becomes of their answers.

use super::Population;
use super::schedule::Absent;
use crate::kernel::tensors::upload;
use crate::train::TrainError;
use crate::train::balancers::{AppliedWeights, BalancerInput, DeferredUpdate, Memory, RequiredReads, Stage};
use crate::train::step::{Combination, Forward, Pass, gram};
use crate::train::tensors::{Packed, download};
use burn::tensor::Tensor;

/// The balancers' answers of a step, and what is left to learn after the update.
pub(super) struct BalancerOutputs {
    /// Per member with a balancer on the host.
    applied: Vec<AppliedWeights>,
    pub deferred: Vec<DeferredUpdate>,
    /// The weights that the device has, zeros for members on the host, `[M, T]`.
    base: Tensor<2>,
    /// What the strategy makes of them, `[M, T]`.
    factors: Option<Tensor<2>>,
    /// Task weights of all members, `[M, T]`.
    weights: Tensor<2>,
}

/// Names of what is read of the gradients.
const LOSSES: &str = "losses";
const GRAMS: &str = "grams";
const JACOBIAN: &str = "jacobian";

/// What was read of the task gradients of the replicated members, in column order.
struct TaskGradients {
    /// `[A, T, T]` for every range of columns that is needed.
    grams: Vec<Vec<f32>>,
    /// `[A, T, P]`; empty where nothing looks at the gradients themselves.
    jacobian: Vec<f32>,
}

impl Population {
    /// The gradients of all rows, `[R, N]`, and the losses of all members, `[M, T]`, with what the
    /// balancers answer before and after them.
    pub(super) async fn backward(
        &self,
        pass: &Pass<'_>,
        forward: Forward,
        (absent, factors): (Option<&Absent>, Option<Tensor<2>>),
        memory: &mut Memory,
    ) -> Result<(Tensor<2>, Tensor<2>, BalancerOutputs), TrainError> {
        let due = |stage, memory: &Memory| -> Vec<usize> {
            self.balancers.due(stage, self.step, memory).map(|(index, _)| index).collect()
        };
        let (early, late) = (due(Stage::Losses, memory), due(Stage::Gradients, memory));
        let applied = (0..self.balancers.on_host.len()).map(|index| self.balancers.held(index, memory)).collect();
        let base = self.task_weights.weights(&self.log_variances);
        let mut outputs = BalancerOutputs { applied, deferred: Vec::new(), weights: base.clone(), base, factors };
        if !early.is_empty() {
            let mut known = self.known(&download(forward.losses(pass)).await?, absent);
            self.ask(&early, &mut known, memory, &mut outputs);
        }
        outputs.weights = self.with_hosted(&outputs, |applied| &applied.weights);
        let (rows, losses) = forward.backward(pass, &outputs.weights);
        if let Some(replicas) = pass.replicas.filter(|_| !late.is_empty()) {
            let reads =
                self.balancers.required_reads(late.iter().filter_map(|index| self.balancers.on_host.get(*index)));
            let mut packed = Packed::default();
            packed.push(LOSSES, losses.clone());
            let jacobian = replicas.jacobian(&rows);
            reads.grams.iter().for_each(|range| packed.push(GRAMS, gram(&jacobian, range.clone())));
            if reads.jacobian {
                let [members, tasks, _] = jacobian.dims();
                packed.push(JACOBIAN, jacobian.slice([0..members, 0..tasks, 0..self.network.layout().shared]));
            }
            let mut parts = packed.read().await?;
            let mut known = self.known(&parts.take(LOSSES), absent);
            let gradients = TaskGradients { grams: parts.take_all(GRAMS), jacobian: parts.take(JACOBIAN) };
            self.fill_gradients(&reads, &gradients, &late, &mut known);
            self.ask(&late, &mut known, memory, &mut outputs);
            outputs.weights = self.with_hosted(&outputs, |applied| &applied.weights);
        }
        Ok((rows, losses, outputs))
    }

    fn ask(&self, due: &[usize], known: &mut [BalancerInput], memory: &mut Memory, outputs: &mut BalancerOutputs) {
        for index in due {
            let Some(member) = self.balancers.on_host.get(*index).map(|host| host.member) else { continue };
            debug_assert!(member < known.len(), "there is something known of every member");
            let known = known.get_mut(member).map(std::mem::take).unwrap_or_default();
            let (applied, deferred) = self.balancers.ask(*index, known, self.step, memory);
            if let Some(slot) = outputs.applied.get_mut(*index) {
                *slot = applied;
            }
            outputs.deferred.extend(deferred);
        }
    }

    /// What is known of every member by its losses, `[M, T]` in column order.
    fn known(&self, losses: &[f32], absent: Option<&Absent>) -> Vec<BalancerInput> {
        let members = losses.chunks_exact(self.order.tasks()).zip(&self.plan.members);
        let known = members.map(|(row, member)| BalancerInput {
            losses: self.order.wide_row(row),
            absent: absent.and_then(|absent| absent.get(&member.seed)).cloned().unwrap_or_default(),
            ..BalancerInput::default()
        });
        known.collect()
    }

    /// Adds what was read of the task gradients.
    fn fill_gradients(&self, reads: &RequiredReads, read: &TaskGradients, due: &[usize], known: &mut [BalancerInput]) {
        let tasks = self.order.tasks();
        let shared = self.network.layout().shared;
        for host in due.iter().filter_map(|index| self.balancers.on_host.get(*index)) {
            let Some(known) = known.get_mut(host.member) else { continue };
            let gram = |range: &std::ops::Range<usize>| {
                let part = read.grams.get(reads.grams.iter().position(|other| other == range)?)?;
                self.order.square(part.get(host.member * tasks * tasks..)?)
            };
            known.full_gram = gram(&(0..shared));
            known.gram = gram(&self.balancers.range(host));
            let own = read.jacobian.get(host.member * tasks * shared..).filter(|_| reads.jacobian);
            known.jacobian = own.and_then(|own| self.order.stacked(own, shared));
        }
    }

    /// Numbers of the members on the host, in task order, together with the device's weights of the
    /// others, `[M, T]`.
    fn with_hosted(&self, outputs: &BalancerOutputs, of: impl Fn(&AppliedWeights) -> &Vec<f64>) -> Tensor<2> {
        let weights = self.unfactored(outputs, of);
        match &outputs.factors {
            None => weights,
            Some(factors) => weights * factors.clone(),
        }
    }

    fn unfactored(&self, outputs: &BalancerOutputs, of: impl Fn(&AppliedWeights) -> &Vec<f64>) -> Tensor<2> {
        let base = outputs.base.clone();
        if outputs.applied.is_empty() {
            return base;
        }
        let [members, tasks] = base.dims();
        let mut hosted = vec![0.0; members * tasks];
        for (host, applied) in self.balancers.on_host.iter().zip(&outputs.applied) {
            for (column, task) in self.order.columns().iter().enumerate() {
                hosted[host.member * tasks + column] = of(applied).get(*task).copied().unwrap_or(0.0) as f32;
            }
        }
        base + upload(hosted, [members, tasks], &self.device)
    }

    /// One gradient a member, `[M, N]`.
    pub(super) fn combined(&self, pass: &Pass, rows: Tensor<2>, outputs: &BalancerOutputs) -> Tensor<2> {
        self.shortened(self.gathered(pass, rows, outputs), outputs)
    }

    /// Member gradients, the shared part no longer than the members' balancers allow.
    fn shortened(&self, gradients: Tensor<2>, outputs: &BalancerOutputs) -> Tensor<2> {
        let [members, width] = gradients.dims();
        let shared = self.network.layout().shared;
        if shared == 0 || outputs.applied.iter().all(|applied| applied.max_norm.is_none()) {
            return gradients;
        }
        let mut max_norm = vec![f32::MAX; members];
        for (host, applied) in self.balancers.on_host.iter().zip(&outputs.applied) {
            if let Some((slot, limit)) = max_norm.get_mut(host.member).zip(applied.max_norm) {
                *slot = limit as f32;
            }
        }
        let max_norm = upload(max_norm, [members, 1], &self.device);
        let part = gradients.clone().slice([0..members, 0..shared]);
        let length = (part.clone() * part.clone()).sum_dim(1).sqrt();
        // c / max(length, c) is 1 for short gradients.
        let part = part * (max_norm.clone() / length.max_pair(max_norm));
        if shared == width {
            return part;
        }
        Tensor::cat(vec![part, gradients.slice([0..members, shared..width])], 1)
    }

    fn gathered(&self, pass: &Pass, rows: Tensor<2>, outputs: &BalancerOutputs) -> Tensor<2> {
        let Some(replicas) = pass.replicas else { return rows };
        let shared = self.network.layout().shared;
        let apart = self.balancers.on_host.iter().any(|host| host.stage == Stage::Gradients);
        let how = Combination {
            weights: outputs.weights.clone(),
            heads: apart.then(|| self.with_hosted(outputs, |applied| &applied.heads)),
            directions: self.directions(replicas.members(), shared, outputs),
            shared,
        };
        replicas.combine(rows, &how)
    }

    fn directions(
        &self,
        replicated: usize,
        shared: usize,
        outputs: &BalancerOutputs,
    ) -> Option<(Tensor<2>, Tensor<2, burn::tensor::Bool>)> {
        let mut directed = vec![0.0; replicated];
        let mut values = vec![0.0; replicated * shared];
        for (host, applied) in self.balancers.on_host.iter().zip(&outputs.applied) {
            let Some(direction) = applied.direction.as_ref().filter(|direction| direction.len() == shared) else {
                continue;
            };
            let Some(row) = values.chunks_exact_mut(shared.max(1)).nth(host.member) else { continue };
            row.iter_mut().zip(direction).for_each(|(value, number)| *value = *number as f32);
            directed[host.member] = 1.0;
        }
        directed.contains(&1.0).then(|| {
            let directed = upload(directed, [replicated, 1], &self.device).greater_elem(0.5);
            (upload(values, [replicated, shared], &self.device), directed)
        })
    }

    /// Lets balancers learn from the losses of the batch after the update.
    pub(super) async fn learn_after(
        &self,
        pass: &Pass<'_>,
        deferred: &[DeferredUpdate],
        memory: &mut Memory,
    ) -> Result<(), TrainError> {
        let Some(last) = deferred.iter().map(|deferred| deferred.member).max() else { return Ok(()) };
        let losses = download(pass.losses_of_first(&self.state.theta, last + 1)).await?;
        let rows: Vec<Vec<f64>> = losses.chunks_exact(self.order.tasks()).map(|row| self.order.wide_row(row)).collect();
        for deferred in deferred {
            self.balancers.learn(deferred, rows.get(deferred.member).map_or(&[], Vec::as_slice), memory);
        }
        Ok(())
    }
}
