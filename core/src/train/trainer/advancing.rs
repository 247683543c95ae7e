//! Calls that take steps.

use super::Trainer;
use crate::protocol::{CurvePoint, Divergence};
use crate::train::TrainError;
use crate::train::record::is_recorded;
use crate::train::tensors::{download, download_truths};

/// What a call of [`Trainer::advance`] did.
#[derive(Debug, Default)]
pub struct Advance {
    /// Optimiser steps taken.
    pub steps: u32,
    /// The point of the curves, if the last step is a recorded one.
    pub point: Option<CurvePoint>,
    /// The composed model is no longer finite; it was reverted.
    pub divergence: Option<Divergence>,
}

impl Trainer {
    /// Steps until the next recorded one.
    pub fn until_recorded(&self) -> u32 {
        let per_epoch = self.steps_per_epoch();
        let mut epoch = self.epoch() + 1;
        while !is_recorded(epoch, per_epoch) {
            epoch += 1;
        }
        epoch * per_epoch - self.step
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
        let (point, dead) = if recorded {
            let (point, dead) = self.measure().await?;
            (Some(point), dead)
        } else {
            (None, self.is_dead().await?)
        };
        let divergence = if dead { Some(self.divergence().await?) } else { None };
        Ok(Advance { steps, point, divergence })
    }

    /// Takes steps and waits for them, recording nothing: for measuring speed.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn exercise(&mut self, steps: u32) -> Result<(), TrainError> {
        self.run(steps, false).await?;
        self.is_dead().await.map(drop)
    }

    /// Takes one step, recording nothing, and reads its Gram matrix of the task gradients at the
    /// shared parameters: row-major in task order, empty where nothing is shared.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn step_gram(&mut self) -> Result<Vec<f32>, TrainError> {
        self.run(1, true).await?;
        let Some(entries) = self.seen.as_ref().and_then(|seen| seen.gram.clone()) else { return Ok(Vec::new()) };
        Ok(self.gram_in_task_order(&download(entries).await?))
    }

    /// Whether the composed model was stopped; the smallest read there is.
    async fn is_dead(&self) -> Result<bool, TrainError> {
        let dead = download_truths(self.state.diverged.clone()).await?;
        Ok(dead.first().is_some_and(|first| *first))
    }
}
