//! The best steps of a model so far, by validation rows, with its losses on test rows there.

use crate::measure::transfer::NEARLY_ZERO;
use serde::{Deserialize, Serialize};

/// The lowest validation number so far, where that was, and what stood on test rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Lowest<T> {
    valid: f32,
    step: u32,
    test: T,
}

impl<T: Default> Default for Lowest<T> {
    fn default() -> Self {
        Self { valid: f32::INFINITY, step: 0, test: T::default() }
    }
}

impl<T> Lowest<T> {
    /// Takes in a step; NaN is never the lowest.
    fn record(&mut self, valid: f64, step: u32, test: impl FnOnce() -> T) {
        if (valid as f32) < self.valid {
            *self = Self { valid: valid as f32, step, test: test() };
        }
    }
}

/// What is remembered of one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BestSteps {
    /// By task: where its own validation loss was lowest.
    tasks: Vec<Lowest<f32>>,
    /// Where the mean over the tasks that the model learns was, each as a share of the best constant guess's.
    all: Lowest<Vec<f32>>,
}

/// A model's losses at a step, one a task.
pub struct AtStep<'a> {
    /// On validation rows; NaN for a diverged model.
    pub valid: &'a [f64],
    /// On test rows.
    pub test: &'a [f64],
    /// Of the best constant guess on validation rows.
    pub guess: &'a [f64],
}

impl BestSteps {
    /// Takes in a recorded step; `learns` says which tasks the model learns.
    pub fn record(&mut self, step: u32, losses: &AtStep, learns: impl Fn(usize) -> bool) {
        self.tasks.resize_with(losses.valid.len(), Lowest::default);
        let own = self.tasks.iter_mut().zip(losses.valid.iter().zip(losses.test)).enumerate();
        for (_, (own, (valid, test))) in own.filter(|(task, _)| learns(*task)) {
            own.record(*valid, step, || *test as f32);
        }
        let share = mean_share(losses.valid, losses.guess, learns);
        self.all.record(share, step, || losses.test.iter().map(|test| *test as f32).collect());
    }

    /// Whether losses on validation rows are the lowest so far, of a task that the model learns or of all together.
    pub fn is_beaten(&self, valid: &[f64], guess: &[f64], learns: impl Fn(usize) -> bool) -> bool {
        let lowest = |task: usize| self.tasks.get(task).map_or(f32::INFINITY, |own| own.valid);
        valid.iter().enumerate().any(|(task, valid)| learns(task) && (*valid as f32) < lowest(task))
            || (mean_share(valid, guess, learns) as f32) < self.all.valid
    }

    /// A task's test loss where its own validation loss was lowest; NaN before there was one.
    pub fn of_task(&self, task: usize) -> f64 {
        let own = self.tasks.get(task).filter(|own| own.valid.is_finite());
        own.map_or(f64::NAN, |own| f64::from(own.test))
    }

    /// A task's test loss at the one step that was best for all tasks; NaN before there was one.
    pub fn in_one_step(&self, task: usize) -> f64 {
        self.one_step().and_then(|(_, test)| test.get(task)).map_or(f64::NAN, |test| f64::from(*test))
    }

    /// That step, and all test losses there.
    pub fn one_step(&self) -> Option<(u32, &[f32])> {
        self.all.valid.is_finite().then_some((self.all.step, self.all.test.as_slice()))
    }
}

/// The mean over the tasks that a model learns of their losses as shares of the best constant guesses'; NaN without one.
fn mean_share(valid: &[f64], guess: &[f64], learns: impl Fn(usize) -> bool) -> f64 {
    let shares = valid.iter().zip(guess).enumerate();
    // A task that a constant guesses has nothing to be a share of.
    let counting = shares.filter(|(task, (_, guess))| learns(*task) && **guess >= NEARLY_ZERO);
    let (sum, count) =
        counting.fold((0.0, 0.0), |(sum, count), (_, (valid, guess))| (sum + valid / guess, count + 1.0));
    sum / count
}

#[cfg(test)]
mod tests {
    use super::{AtStep, BestSteps};

    #[test]
    fn each_task_and_all_tasks_together_have_best_steps_of_their_own() {
        let mut best = BestSteps::default();
        assert!(best.of_task(0).is_nan() && best.one_step().is_none());
        // B's losses are a hundred times A's: as shares of the guess they count alike.
        let guess = [1.0, 100.0];
        let mut record = |step, valid: [f64; 2], test: [f64; 2]| {
            best.record(step, &AtStep { valid: &valid, test: &test, guess: &guess }, |_| true);
        };
        record(0, [1.0, 100.0], [1.1, 110.0]);
        record(10, [0.2, 90.0], [0.3, 91.0]);
        record(20, [0.6, 40.0], [0.7, 41.0]);
        record(30, [0.5, 55.0], [0.1, 1.0]);
        record(40, [f64::NAN, f64::NAN], [0.0, 0.0]);
        assert!((best.of_task(0) - 0.3).abs() < 1e-6 && (best.of_task(1) - 41.0).abs() < 1e-4);
        assert_eq!(best.one_step(), Some((20, [0.7, 41.0].as_slice())));
    }

    #[test]
    fn a_task_that_the_model_does_not_learn_has_no_say_in_its_best_step() {
        let mut best = BestSteps::default();
        for (step, valid) in [(0, [1.0, 1.0]), (10, [0.5, 9.0]), (20, [0.6, 0.1])] {
            best.record(step, &AtStep { valid: &valid, test: &valid, guess: &[1.0, 1.0] }, |task| task == 0);
        }
        assert_eq!(best.one_step().map(|(step, _)| step), Some(10));
        assert!(best.of_task(1).is_nan());
        let beaten = |valid: [f64; 2]| best.is_beaten(&valid, &[1.0, 1.0], |task| task == 0);
        assert_eq!([[0.4, 9.0], [0.5, 0.0], [f64::NAN, 0.0]].map(beaten), [true, false, false]);
    }
}
