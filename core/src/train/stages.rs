//! Stages of a strategy that trains tasks at different times, and a task's losses at their ends.

use serde::{Deserialize, Serialize};

/// What recording remembers of the stages so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stages {
    /// Which tasks were trained at the last recorded step.
    active: Vec<bool>,
    /// Every task's validation loss there.
    last: Vec<f64>,
    /// By task: its losses after the stage that trained it first and after every later one.
    ended: Vec<Vec<f64>>,
}

impl Stages {
    /// Takes in a recorded step. `trained` is empty for a strategy without stages.
    pub fn record(&mut self, active: &[bool], losses: &[f64]) {
        if active.is_empty() {
            return;
        }
        self.ended.resize(losses.len(), Vec::new());
        if !self.active.is_empty() && self.active != active {
            let before = self.active.iter().zip(&self.last).zip(&mut self.ended);
            // Once trained, a task's loss is followed through all later stages.
            before
                .filter(|((was, _), ended)| **was || !ended.is_empty())
                .for_each(|((_, loss), ended)| ended.push(*loss));
        }
        self.active = active.to_vec();
        self.last = losses.to_vec();
    }

    /// A task's losses after the stage that trained it and after every later one, with what it is now.
    pub fn of(&self, task: usize) -> Vec<f64> {
        let ended = self.ended.get(task).map_or(&[][..], Vec::as_slice);
        let now = self.last.get(task).filter(|_| !ended.is_empty());
        ended.iter().chain(now).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Stages;

    #[test]
    fn a_task_is_followed_from_the_end_of_the_stage_that_trained_it() {
        let mut stages = Stages::default();
        stages.record(&[true, false], &[1.0, 9.0]);
        stages.record(&[true, false], &[0.5, 9.0]);
        assert_eq!(stages.of(0), [0.0; 0]);
        stages.record(&[false, true], &[0.6, 5.0]);
        stages.record(&[false, true], &[0.8, 3.0]);
        assert_eq!(stages.of(0), [0.5, 0.8]);
        assert_eq!(stages.of(1), [0.0; 0]);
        stages.record(&[true, true], &[0.7, 2.0]);
        assert_eq!(stages.of(0), [0.5, 0.8, 0.7]);
        assert_eq!(stages.of(1), [3.0, 2.0]);
    }

    #[test]
    fn a_strategy_without_stages_leaves_nothing() {
        let mut stages = Stages::default();
        stages.record(&[], &[1.0]);
        assert_eq!(stages.of(0), [0.0; 0]);
    }
}
