//! What the balancers are told of a step, and what becomes of what they say.

use super::Trainer;
use super::schedule::Absent;
use crate::train::TrainError;
use crate::train::balancers::{Applied, Known, Memory, Pending, Stage, Views};
use crate::train::step::{Combination, Forward, Pass, gram};
use crate::train::tensors::{Packed, download, upload};
use burn::tensor::Tensor;
use nalgebra::DMatrix;

/// What the balancers of a step said, and what they are still to learn.
pub(super) struct Sayings {
    /// Per asked member.
    applied: Vec<Applied>,
    pub pending: Vec<Pending>,
    /// The weights that the device has, zeros for asked members, `[M, T]`.
    base: Tensor<2>,
    /// What the strategy makes of them, `[M, T]`.
    factors: Option<Tensor<2>>,
    /// Task weights of all members, `[M, T]`.
    weights: Tensor<2>,
}

impl Trainer {
    /// The gradients of all rows, `[R, N]`, and the losses of all members, `[M, T]`, with what the
    /// balancers say before and after them.
    pub(super) async fn backward(
        &self,
        pass: &Pass<'_>,
        forward: Forward,
        (absent, factors): (Option<&Absent>, Option<Tensor<2>>),
        memory: &mut Memory,
    ) -> Result<(Tensor<2>, Tensor<2>, Sayings), TrainError> {
        let due = |stage, memory: &Memory| -> Vec<usize> {
            self.balancers.due(stage, self.step, memory).map(|(index, _)| index).collect()
        };
        let (early, late) = (due(Stage::Losses, memory), due(Stage::Gradients, memory));
        let applied = (0..self.balancers.asked.len()).map(|index| self.balancers.held(index, memory)).collect();
        let base = self.weigher.weights(&self.learned);
        let mut sayings = Sayings { applied, pending: Vec::new(), weights: base.clone(), base, factors };
        if !early.is_empty() {
            let mut known = self.known(&download(forward.losses(pass)).await?, absent);
            self.ask(&early, &mut known, memory, &mut sayings);
        }
        sayings.weights = self.with_hosted(&sayings, |applied| &applied.weights);
        let (rows, losses) = forward.backward(pass, &sayings.weights);
        if let Some(replicas) = pass.replicas.filter(|_| !late.is_empty()) {
            let views = self.balancers.views(late.iter().filter_map(|index| self.balancers.asked.get(*index)));
            let mut packed = Packed::default();
            packed.push(losses.clone());
            let jacobian = replicas.jacobian(&rows);
            views.grams.iter().for_each(|range| packed.push(gram(&jacobian, range.clone())));
            if views.jacobian {
                let [asking, tasks, _] = jacobian.dims();
                packed.push(jacobian.slice([0..asking, 0..tasks, 0..self.network.layout().shared]));
            }
            let parts = packed.read().await?;
            let mut known = self.known(parts.first().map_or(&[], Vec::as_slice), absent);
            self.look(&views, parts.get(1..).unwrap_or_default(), &late, &mut known);
            self.ask(&late, &mut known, memory, &mut sayings);
            sayings.weights = self.with_hosted(&sayings, |applied| &applied.weights);
        }
        Ok((rows, losses, sayings))
    }

    fn ask(&self, due: &[usize], known: &mut [Known], memory: &mut Memory, sayings: &mut Sayings) {
        for index in due {
            let Some(member) = self.balancers.asked.get(*index).map(|asked| asked.member) else { continue };
            let known = known.get_mut(member).map(std::mem::take).unwrap_or_default();
            let (applied, pending) = self.balancers.ask(*index, known, self.step, memory);
            if let Some(slot) = sayings.applied.get_mut(*index) {
                *slot = applied;
            }
            sayings.pending.extend(pending);
        }
    }

    /// What is known of every member by its losses, `[M, T]` in column order.
    fn known(&self, losses: &[f32], absent: Option<&Absent>) -> Vec<Known> {
        let members = losses.chunks_exact(self.columns.len()).zip(&self.plan.members);
        let known = members.map(|(row, member)| Known {
            losses: self.in_task_order(row).into_iter().map(f64::from).collect(),
            absent: absent.and_then(|absent| absent.get(&member.seed)).cloned().unwrap_or_default(),
            ..Known::default()
        });
        known.collect()
    }

    /// Adds what was read of the task gradients: a Gram matrix `[A, T, T]` for every range of the
    /// views, then the gradients `[A, T, P]` where they were read.
    fn look(&self, views: &Views, parts: &[Vec<f32>], due: &[usize], known: &mut [Known]) {
        let tasks = self.columns.len();
        let shared = self.network.layout().shared;
        for asked in due.iter().filter_map(|index| self.balancers.asked.get(*index)) {
            let Some(known) = known.get_mut(asked.member) else { continue };
            let gram = |range: &std::ops::Range<usize>| {
                let part = parts.get(views.grams.iter().position(|other| other == range)?)?;
                self.matrix(part.get(asked.member * tasks * tasks..)?, tasks, true)
            };
            known.whole = gram(&(0..shared));
            known.gram = gram(&self.balancers.range(asked));
            let jacobian = parts.get(views.grams.len()).filter(|_| views.jacobian);
            known.jacobian =
                jacobian.and_then(|part| self.matrix(part.get(asked.member * tasks * shared..)?, shared, false));
        }
    }

    /// The first `[T, columns]` of some numbers, rows in column order, as a matrix in task order; of a
    /// square one the columns too.
    fn matrix(&self, numbers: &[f32], columns: usize, square: bool) -> Option<DMatrix<f64>> {
        let tasks = self.columns.len();
        let numbers = numbers.get(..tasks * columns)?;
        let mut place = vec![0; tasks];
        self.columns.iter().enumerate().for_each(|(column, task)| place[*task] = column);
        Some(DMatrix::from_fn(tasks, columns, |i, j| {
            let j = if square { place[j] } else { j };
            f64::from(numbers[place[i] * columns + j])
        }))
    }

    /// Numbers of the asked members, in task order, beside the device's weights of the others,
    /// `[M, T]`.
    fn with_hosted(&self, sayings: &Sayings, of: impl Fn(&Applied) -> &Vec<f64>) -> Tensor<2> {
        let weights = self.unfactored(sayings, of);
        match &sayings.factors {
            None => weights,
            Some(factors) => weights * factors.clone(),
        }
    }

    fn unfactored(&self, sayings: &Sayings, of: impl Fn(&Applied) -> &Vec<f64>) -> Tensor<2> {
        let base = sayings.base.clone();
        if sayings.applied.is_empty() {
            return base;
        }
        let [members, tasks] = base.dims();
        let mut hosted = vec![0.0; members * tasks];
        for (asked, applied) in self.balancers.asked.iter().zip(&sayings.applied) {
            for (column, task) in self.columns.iter().enumerate() {
                hosted[asked.member * tasks + column] = of(applied).get(*task).copied().unwrap_or(0.0) as f32;
            }
        }
        base + upload(hosted, [members, tasks], &self.device)
    }

    /// One gradient a member, `[M, N]`.
    pub(super) fn combined(&self, pass: &Pass, rows: Tensor<2>, sayings: &Sayings) -> Tensor<2> {
        self.shortened(self.gathered(pass, rows, sayings), sayings)
    }

    /// Member gradients whose shared part is no longer than their rules allow.
    fn shortened(&self, gradients: Tensor<2>, sayings: &Sayings) -> Tensor<2> {
        let [members, width] = gradients.dims();
        let shared = self.network.layout().shared;
        if shared == 0 || sayings.applied.iter().all(|applied| applied.longest.is_none()) {
            return gradients;
        }
        let mut longest = vec![f32::MAX; members];
        for (asked, applied) in self.balancers.asked.iter().zip(&sayings.applied) {
            if let Some((slot, limit)) = longest.get_mut(asked.member).zip(applied.longest) {
                *slot = limit as f32;
            }
        }
        let longest = upload(longest, [members, 1], &self.device);
        let part = gradients.clone().slice([0..members, 0..shared]);
        let length = (part.clone() * part.clone()).sum_dim(1).sqrt();
        // c / max(length, c) is 1 for short gradients.
        let part = part * (longest.clone() / length.max_pair(longest));
        if shared == width {
            return part;
        }
        Tensor::cat(vec![part, gradients.slice([0..members, shared..width])], 1)
    }

    fn gathered(&self, pass: &Pass, rows: Tensor<2>, sayings: &Sayings) -> Tensor<2> {
        let Some(replicas) = pass.replicas else { return rows };
        let shared = self.network.layout().shared;
        let apart = self.balancers.asked.iter().any(|asked| asked.stage == Stage::Gradients);
        let how = Combination {
            weights: sayings.weights.clone(),
            heads: apart.then(|| self.with_hosted(sayings, |applied| &applied.heads)),
            directions: self.directions(replicas.asking(), shared, sayings),
            shared,
        };
        replicas.combine(rows, &how)
    }

    fn directions(
        &self,
        asking: usize,
        shared: usize,
        sayings: &Sayings,
    ) -> Option<(Tensor<2>, Tensor<2, burn::tensor::Bool>)> {
        let mut whose = vec![0.0; asking];
        let mut values = vec![0.0; asking * shared];
        for (asked, applied) in self.balancers.asked.iter().zip(&sayings.applied) {
            let Some(direction) = applied.direction.as_ref().filter(|direction| direction.len() == shared) else {
                continue;
            };
            let Some(row) = values.chunks_exact_mut(shared.max(1)).nth(asked.member) else { continue };
            row.iter_mut().zip(direction).for_each(|(value, number)| *value = *number as f32);
            whose[asked.member] = 1.0;
        }
        whose.contains(&1.0).then(|| {
            let whose = upload(whose, [asking, 1], &self.device).greater_elem(0.5);
            (upload(values, [asking, shared], &self.device), whose)
        })
    }

    /// Lets balancers learn from the losses of the batch after the update.
    pub(super) async fn learn_after(
        &self,
        pass: &Pass<'_>,
        pending: &[Pending],
        memory: &mut Memory,
    ) -> Result<(), TrainError> {
        let Some(last) = pending.iter().map(|pending| pending.member).max() else { return Ok(()) };
        let losses = download(pass.losses_of_first(&self.state.theta, last + 1)).await?;
        let rows: Vec<Vec<f64>> = losses
            .chunks_exact(self.columns.len())
            .map(|row| self.in_task_order(row).into_iter().map(f64::from).collect())
            .collect();
        for pending in pending {
            self.balancers.learn(pending, rows.get(pending.member).map_or(&[], Vec::as_slice), memory);
        }
        Ok(())
    }
}
