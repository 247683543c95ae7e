//! What is recorded of a step.

use super::{Ensemble, UNSOUND};
use crate::protocol::CurvePoint;
use crate::strategy;
use crate::train::TrainError;
use crate::train::conditioned::Conditioned;
use crate::train::record::RecordedValues;

impl Ensemble {
    /// Evaluates every member and records the numbers of this step.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn record(&mut self) -> Result<CurvePoint, TrainError> {
        Ok(self.measure().await?.0)
    }

    /// The point, and whether the first composed model has diverged.
    pub(super) async fn measure(&mut self) -> Result<(CurvePoint, bool), TrainError> {
        let front = self.front.as_ref().map(Conditioned::losses);
        let (record, plan, draws) = (&self.record, &self.full_plan, &self.draws);
        let wants_test = |member: usize, valid: &[f32]| record.wants_test(plan, draws, member, valid);
        let (mut evaluated, observed) = self.composed.evaluate_composed(front, &wants_test).await?;
        if self.step() == 0 {
            self.composed.begin(&evaluated.losses);
        }
        let own = evaluated.diverged.clone();
        for population in &mut self.auxiliary {
            // The members of all populations stand one after another in the plan.
            let first = evaluated.diverged.len();
            let wants_test = |member: usize, valid: &[f32]| wants_test(first + member, valid);
            evaluated.extend(population.evaluate(&wants_test).await?);
        }
        let lesson = self.lesson();
        let values = RecordedValues {
            diverged: evaluated.diverged,
            losses: evaluated.losses,
            alone: evaluated.alone,
            weights: observed.weights,
            gram: observed.gram,
            combined: observed.combined,
            recorded: observed.recorded,
            predictions: observed.predictions,
            ahead: observed.ahead,
            importance: lesson.tasks.iter().map(|task| task.weight).collect(),
            active: self.active(),
            trained: self.composed.trained().to_vec(),
            declared: if lesson.population.affinity { lesson.declared() } else { Vec::new() },
            conditioned: self.front.as_ref().map_or_else(Vec::new, |front| front.valid(&observed.front)),
        };
        let (step, epoch) = (self.step(), self.epoch());
        let point = self.record.point(&self.full_plan, &self.draws, step, epoch, &values);
        let sound = self.composed.composed().all(|m| !own.get(m).copied().unwrap_or(true));
        if sound && point.train.iter().chain(&point.valid).all(|loss| loss.is_finite() && *loss < UNSOUND) {
            self.last_good = self.checkpoint();
        }
        Ok((point, own.first().copied().unwrap_or(false)))
    }

    /// Which tasks were active in the last step; empty for a strategy without stages.
    fn active(&self) -> Vec<bool> {
        let staged = strategy::line(&self.lesson().strategy).staged;
        let schedule = self.composed.last_schedule().filter(|_| staged);
        schedule.map_or_else(Vec::new, |schedule| schedule.tasks.iter().map(|factor| *factor > 0.0).collect())
    }

    /// Per task and paired seed: the composed model's test loss at its best step for the task so far.
    pub fn test_losses(&self) -> Vec<Vec<f32>> {
        self.record.test_losses(&self.full_plan)
    }
}
