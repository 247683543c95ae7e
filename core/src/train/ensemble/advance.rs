//! Calls that take steps.

use super::Ensemble;
use crate::measure::recorded_epochs;
use crate::protocol::{CurvePoint, Divergence};
use crate::train::TrainError;

/// What a call of [`Ensemble::advance`] did.
#[derive(Debug, Default)]
pub struct Advance {
    /// Optimiser steps taken.
    pub steps: u32,
    /// The point of the curves, if the last step is a recorded one.
    pub point: Option<CurvePoint>,
    /// The composed model is no longer finite; it was reverted.
    pub divergence: Option<Divergence>,
}

impl Ensemble {
    /// Steps until the next recorded one.
    pub fn until_recorded(&self) -> u32 {
        let next = recorded_epochs::after(self.epoch());
        next.saturating_mul(self.steps_per_epoch()).saturating_sub(self.step()).max(1)
    }

    /// Takes at most `most` steps, and stops early at a recorded one.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn advance(&mut self, most: u32) -> Result<Advance, TrainError> {
        let until = self.until_recorded();
        let steps = most.min(until);
        self.run(steps, steps == until).await?;
        let recorded = steps > 0 && steps == until;
        let (point, diverged) = if recorded {
            let (point, diverged) = self.measure().await?;
            (Some(point), diverged)
        } else {
            (None, self.composed.has_diverged().await?)
        };
        let divergence = if diverged { Some(self.composed.divergence().await?) } else { None };
        Ok(Advance { steps, point, divergence })
    }

    /// Takes steps and waits for them, recording nothing: for measuring speed.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn run_unrecorded(&mut self, steps: u32) -> Result<(), TrainError> {
        self.run(steps, false).await?;
        self.composed.has_diverged().await.map(drop)
    }

    /// Takes one step as a recorded one and records it, wherever training stands: for measuring speed.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn run_recorded(&mut self) -> Result<(), TrainError> {
        self.run(1, true).await?;
        self.measure().await.map(drop)
    }

    /// Takes one step, recording nothing, and reads its Gram matrix of the task gradients at the
    /// shared parameters: row-major in task order, empty where nothing is shared.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn step_gram(&mut self) -> Result<Vec<f32>, TrainError> {
        self.run(1, true).await?;
        self.composed.last_gram().await
    }

    /// Takes steps with every population; if `observes`, keeps what the last one's task gradients say.
    async fn run(&mut self, steps: u32, observes: bool) -> Result<(), TrainError> {
        let singles = self.record.single();
        let first = self.composed.step();
        self.composed.run(&self.draws, steps, observes, singles).await?;
        if let Some(front) = &mut self.front {
            front.run(&self.draws, first, steps);
        }
        for population in &mut self.auxiliary {
            population.run(&self.draws, steps, false, singles).await?;
        }
        Ok(())
    }
}
