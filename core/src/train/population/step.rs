//! Optimiser steps: forward, what the balancers answer, backward, update.

use super::Population;
use super::observe::StepObservation;
use super::taped::Taped;
use crate::data::Draws;
use crate::model::{GumbelNoise, Params, StepNoise};
use crate::train::TrainError;
use crate::train::balancers::Memory;
use crate::train::draws;
use crate::train::dropout::Dropout;
use crate::train::minibatch::{Batch, Slice};
use crate::train::step::{Pass, Replicas};
use burn::tensor::Tensor;

impl Population {
    /// Takes steps; if `observes`, keeps what the last one's task gradients say. Reads nothing back unless a
    /// balancer on the host needs it. `singles` are the baselines' validation losses at the last recorded
    /// step, as shares of the best constant guess's.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn run(&mut self, draws: &Draws, steps: u32, observes: bool, singles: &[f64]) -> Result<(), TrainError> {
        if let Some(taped) = self.taped.take() {
            return self.run_taped(taped, draws, steps, observes, singles);
        }
        let slice = self.batches.slice(draws, self.step, steps);
        for i in 0..steps as usize {
            self.draw_masks(steps - i as u32);
            // Apart while the rest of the population is looked at.
            let mut memory = std::mem::take(&mut self.memory);
            let observed = observes && i + 1 == steps as usize;
            let taken = self.take_step(&slice, i, (observed, singles), &mut memory).await;
            self.memory = memory;
            taken?;
            self.step += 1;
        }
        Ok(())
    }

    /// The same by the network's tape.
    fn run_taped(
        &mut self,
        mut taped: Taped,
        draws: &Draws,
        steps: u32,
        observes: bool,
        singles: &[f64],
    ) -> Result<(), TrainError> {
        for i in 0..steps {
            self.draw_masks(steps - i);
            let mut memory = std::mem::take(&mut self.memory);
            let taken = self.take_taped_step(&mut taped, draws, (observes && i + 1 == steps, singles), &mut memory);
            self.memory = memory;
            if taken.is_none() {
                taped.release(&mut self.state);
                self.taped = Some(taped);
                return Err(TrainError::Read("the state is not on the host".into()));
            }
            self.step += 1;
        }
        taped.release(&mut self.state);
        self.taped = Some(taped);
        Ok(())
    }

    async fn take_step(
        &mut self,
        slice: &Slice,
        i: usize,
        (observed, singles): (bool, &[f64]),
        memory: &mut Memory,
    ) -> Result<(), TrainError> {
        let batch = self.batches.batch(slice, i);
        let noise = self.noise();
        let schedule = self.schedule(singles);
        let absent = self.absent(slice.absent.get(i).and_then(Option::as_ref), schedule.as_ref());
        let absent = absent.as_ref();
        let attendance = self.attendance(absent, schedule.as_ref());
        let factors = self.factors(schedule.as_ref());
        self.count_trained(schedule.as_ref());
        self.last_schedule = schedule;
        let replicated = self.balancers.replicated().max(if observed { self.plan.replicated } else { 0 });
        // Kept from step to step: most of them replicate no member, or always the same ones.
        if replicated > 0 && self.replicas.as_ref().map(Replicas::members) != Some(replicated) {
            self.replicas = Some(Replicas::new(replicated, self.order.tasks(), &self.device));
        }
        let pass = self.pass(&batch, noise.as_ref(), replicated > 0);
        let forward = pass.forward(&self.state.theta);
        let (rows, losses, outputs) = self.backward(&pass, forward, (absent, factors), memory).await?;
        let jacobian = pass.replicas.filter(|_| observed).map(|replicas| replicas.jacobian(&rows));
        let plain = self.combined(&pass, rows, &outputs);
        let combined = self.penalised(plain.clone(), &batch);
        let before = observed.then(|| self.state.theta.clone());
        let rate = self.optimiser.rate(self.step, self.batches.steps_per_epoch());
        let factors = self.optimiser.factors_on_the_rate(attendance.moves.clone());
        self.optimiser.step(&mut self.state, combined, losses.clone(), attendance.moves, self.step, rate);
        self.state.set_params(self.network.proximal(&self.state.theta, rate, factors.as_ref()));
        if !outputs.deferred.is_empty() {
            self.learn_after(&self.pass(&batch, noise.as_ref(), false), &outputs.deferred, memory).await?;
        }
        self.task_weights.learn(&mut self.log_variances, losses, attendance.present);
        if let Some((jacobian, before)) = jacobian.zip(before) {
            let pass = self.pass(&batch, noise.as_ref(), false);
            let ahead = self.look_ahead(&pass, &jacobian, &before, rate);
            self.observation = Some(StepObservation { ahead, ..self.observe(&jacobian, &plain, &before, absent) });
        }
        Ok(())
    }

    /// Draws the dropout of this step and of the steps that are to come with it, unless it is there.
    fn draw_masks(&mut self, steps: u32) {
        if self.rates.any() && !self.drawn.as_ref().is_some_and(|drawn| drawn.has(self.step)) {
            self.drawn = Some(self.dropout().draw(self.step, steps));
        }
    }

    /// Dropout and what the network samples in this step.
    pub(super) fn noise(&self) -> Option<StepNoise> {
        let drops = self.drawn.as_ref().and_then(|drawn| drawn.masks(self.step));
        let count = self.network.noise_len();
        if count == 0 {
            return drops;
        }
        let epoch = f64::from(self.step) / f64::from(self.steps_per_epoch());
        let values = draws::gumbel(self.lesson.seed, &self.member_seeds, self.step, count, &self.device);
        Some(StepNoise { gumbel: Some(GumbelNoise { values, epoch }), ..drops.unwrap_or_default() })
    }

    /// Adds the gradient of the network's own term to every member's, `[M, N]`: once, after
    /// aggregation.
    fn penalised(&self, combined: Tensor<2>, batch: &Batch) -> Tensor<2> {
        match self.penalty_gradient(&batch.inputs) {
            None => combined,
            Some(penalty) => combined + penalty,
        }
    }

    /// The gradient of the network's own term, `[M, N]`, over inputs `[M, B, inputs]`; `None` where it has none.
    pub(super) fn penalty_gradient(&self, inputs: &Tensor<3>) -> Option<Tensor<2>> {
        if !self.network.penalises() {
            return None;
        }
        let params = Params::from_flat(&self.state.theta, self.network.layout()).tracked();
        let penalty = self.network.penalty(&params, inputs)?;
        Some(params.gradients(&mut penalty.backward()))
    }

    fn pass<'a>(&'a self, batch: &'a Batch, noise: Option<&'a StepNoise>, replicates: bool) -> Pass<'a> {
        Pass {
            network: self.network.as_ref(),
            groups: &self.groups,
            scales: &self.scales,
            replicas: self.replicas.as_ref().filter(|_| replicates),
            batch,
            noise,
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
}
