//! Optimiser steps: forward, what the balancers say, backward, update.

use super::schedule::Absent;
use super::{Seen, Trainer};
use crate::model::{Draws, Masks, Params};
use crate::train::TrainError;
use crate::train::balancers::{Applied, Known, Memory, Pending, Stage, Views};
use crate::train::batch::{Batch, Slice};
use crate::train::draws;
use crate::train::dropout::Dropout;
use crate::train::step::{Combination, Forward, Pass, Replicas, gram};
use crate::train::tensors::{Packed, download, upload};
use burn::tensor::Tensor;
use nalgebra::DMatrix;

/// What the balancers of a step said, and what they are still to learn.
struct Sayings {
    /// Per asked member.
    applied: Vec<Applied>,
    pending: Vec<Pending>,
    /// The weights that the device has, zeros for asked members, `[M, T]`.
    base: Tensor<2>,
    /// What the strategy makes of them, `[M, T]`.
    factors: Option<Tensor<2>>,
    /// Task weights of all members, `[M, T]`.
    weights: Tensor<2>,
}

impl Trainer {
    /// Takes steps; keeps what the last one's task gradients say, if asked. Reads nothing back unless
    /// a balancer wants to know something.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub(super) async fn run(&mut self, steps: u32, keeps: bool) -> Result<(), TrainError> {
        let slice = self.batches.slice(&self.data, self.step, steps);
        for i in 0..steps as usize {
            // Apart while the rest of the trainer is looked at.
            let mut memory = std::mem::take(&mut self.memory);
            let taken = self.take_step(&slice, i, keeps && i + 1 == steps as usize, &mut memory).await;
            self.memory = memory;
            taken?;
            self.step += 1;
        }
        if let Some(front) = &mut self.front {
            front.run(&self.data, self.step - steps, steps);
        }
        let single = self.singles().to_vec();
        for trainer in &mut self.beside {
            trainer.lent.clone_from(&single);
            Box::pin(trainer.run(steps, false)).await?;
        }
        Ok(())
    }

    async fn take_step(&mut self, slice: &Slice, i: usize, keeps: bool, memory: &mut Memory) -> Result<(), TrainError> {
        let batch = self.batches.batch(slice, i);
        let masks = self.masks();
        let says = self.says();
        let absent = self.absent(slice.absent.get(i).and_then(Option::as_ref), says.as_ref());
        let absent = absent.as_ref();
        let present = absent.map(|absent| self.present(absent));
        let moves = self.moves(absent, says.as_ref());
        let factors = self.factors(says.as_ref());
        let (learns_alone, all) = (self.learns_alone(), self.columns.len());
        let taught = |task: usize| says.as_ref().and_then(|says| says.tasks.get(task)).is_none_or(|w| *w > 0.0);
        self.record.teach(all, |task| [taught(task), taught(task) || learns_alone]);
        self.said = says;
        let replicated = self.balancers.replicated().max(if keeps { self.plan.asking } else { 0 });
        // Kept from step to step: most of them replicate nobody, or always the same.
        if replicated > 0 && self.replicas.as_ref().map(Replicas::asking) != Some(replicated) {
            self.replicas = Some(Replicas::new(replicated, self.columns.len(), &self.device));
        }
        let pass = self.pass(&batch, masks.as_ref(), replicated > 0);
        let forward = pass.forward(&self.state.theta);
        let (rows, losses, sayings) = self.backward(&pass, forward, (absent, factors), memory).await?;
        let jacobian = pass.replicas.filter(|_| keeps).map(|replicas| replicas.jacobian(&rows));
        let combined = self.penalised(self.combined(&pass, rows, &sayings), &batch);
        let before = keeps.then(|| self.state.theta.clone());
        let rate = self.rules.rate(self.step, self.batches.steps_per_epoch());
        self.rules.step(&mut self.state, combined, losses.clone(), moves, self.step, rate);
        self.state.settle(self.network.proximal(&self.state.theta, rate));
        if !sayings.pending.is_empty() {
            self.learn_after(&self.pass(&batch, masks.as_ref(), false), &sayings.pending, memory).await?;
        }
        self.weigher.learn(&mut self.learned, losses, present);
        if let Some((jacobian, before)) = jacobian.zip(before) {
            let pass = self.pass(&batch, masks.as_ref(), false);
            let ahead = self.ahead(&pass, &jacobian, &before, rate);
            self.seen = Some(Seen { ahead, ..self.seen(&jacobian, &before, absent) });
        }
        Ok(())
    }

    /// Dropout and what the network samples in this step.
    fn masks(&self) -> Option<Masks> {
        let drops = self.rates.any().then(|| self.dropout().masks(self.step));
        let count = self.network.draws();
        if count == 0 {
            return drops;
        }
        let epoch = f64::from(self.step) / f64::from(self.steps_per_epoch());
        let gumbel = draws::gumbel(self.lesson.seed, &self.member_seeds, self.step, count, &self.device);
        Some(Masks { draws: Some(Draws { gumbel, epoch }), ..drops.unwrap_or_default() })
    }

    /// Adds the gradient of the network's own term to every member's, `[M, N]`: once, after
    /// aggregation.
    fn penalised(&self, combined: Tensor<2>, batch: &Batch) -> Tensor<2> {
        if !self.network.penalises() {
            return combined;
        }
        let params = Params::cut(&self.state.theta, self.network.layout()).tracked();
        match self.network.penalty(&params, &batch.inputs) {
            None => combined,
            Some(penalty) => combined + params.gradients(&mut penalty.backward()),
        }
    }

    fn pass<'a>(&'a self, batch: &'a Batch, masks: Option<&'a Masks>, replicates: bool) -> Pass<'a> {
        Pass {
            network: self.network.as_ref(),
            shape: &self.shape,
            scales: &self.scales,
            replicas: self.replicas.as_ref().filter(|_| replicates),
            batch,
            masks,
        }
    }

    fn dropout(&self) -> Dropout<'_> {
        Dropout {
            rates: &self.rates,
            member_seeds: &self.member_seeds,
            batch: self.batches.batch_rows(),
            seed: self.lesson.seed,
            device: &self.device,
        }
    }

    /// The gradients of all rows, `[R, N]`, and the losses of all members, `[M, T]`, with what the
    /// balancers say before and after them.
    async fn backward(
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
    fn combined(&self, pass: &Pass, rows: Tensor<2>, sayings: &Sayings) -> Tensor<2> {
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
    async fn learn_after(&self, pass: &Pass<'_>, pending: &[Pending], memory: &mut Memory) -> Result<(), TrainError> {
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

    /// What the task gradients of the first member say of a step that was taken.
    fn seen(&self, jacobian: &Tensor<3>, before: &Tensor<2>, absent: Option<&Absent>) -> Seen {
        let [_, tasks, width] = jacobian.dims();
        let shared = self.network.layout().shared;
        let first = |theta: &Tensor<2>| theta.clone().slice([0..1, 0..width]);
        let moved = first(before) - first(&self.state.theta);
        let own = jacobian.clone().slice([0..1, 0..tasks, 0..width]);
        let seed = self.plan.members.first().map_or(0, |member| member.seed);
        let trunk = moved.clone().slice([0..1, 0..shared]);
        Seen {
            gram: (shared > 0).then(|| gram(&own, 0..shared).reshape([tasks, tasks])),
            decrease: (own.reshape([tasks, width]) * moved).sum_dim(1),
            update: (trunk.clone() * trunk).sum_dim(1).sqrt(),
            absent: absent.and_then(|absent| absent.get(&seed)).cloned().unwrap_or_default(),
            ahead: None,
        }
    }

    /// See [`Seen::ahead`]: `theta - rate g_i` at the shared layers, for each task i, with the heads and the
    /// batch unchanged (Fifty et al. 2021). The optimiser's state plays no part.
    fn ahead(&self, pass: &Pass, jacobian: &Tensor<3>, before: &Tensor<2>, rate: f64) -> Option<Tensor<2>> {
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
