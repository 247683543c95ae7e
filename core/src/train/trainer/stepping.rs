//! Optimiser steps: forward, what the balancers say, backward, update.

use super::{Seen, Trainer};
use crate::model::{Draws, Masks, Params};
use crate::train::TrainError;
use crate::train::balancers::Memory;
use crate::train::batch::{Batch, Slice};
use crate::train::draws;
use crate::train::dropout::Dropout;
use crate::train::step::{Pass, Replicas};
use burn::tensor::Tensor;

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
            self.draw_masks(steps - i as u32);
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
        let attendance = self.attendance(absent, says.as_ref());
        let factors = self.factors(says.as_ref());
        let all = self.columns.len();
        // Of no account where all are taught.
        let learns_alone = says.is_some() && self.learns_alone();
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
        let plain = self.combined(&pass, rows, &sayings);
        let combined = self.penalised(plain.clone(), &batch);
        let before = keeps.then(|| self.state.theta.clone());
        let rate = self.optimiser.rate(self.step, self.batches.steps_per_epoch());
        let factors = self.optimiser.factors_on_the_rate(attendance.moves.clone());
        self.optimiser.step(&mut self.state, combined, losses.clone(), attendance.moves, self.step, rate);
        self.state.set_params(self.network.proximal(&self.state.theta, rate, factors.as_ref()));
        if !sayings.pending.is_empty() {
            self.learn_after(&self.pass(&batch, masks.as_ref(), false), &sayings.pending, memory).await?;
        }
        self.weigher.learn(&mut self.learned, losses, attendance.present);
        if let Some((jacobian, before)) = jacobian.zip(before) {
            let pass = self.pass(&batch, masks.as_ref(), false);
            let ahead = self.ahead(&pass, &jacobian, &before, rate);
            self.seen = Some(Seen { ahead, ..self.seen(&jacobian, &plain, &before, absent) });
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
    fn masks(&self) -> Option<Masks> {
        let drops = self.drawn.as_ref().and_then(|drawn| drawn.masks(self.step));
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
            groups: &self.groups,
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
}
