//! The transfer gains of a recorded step, in three readings, with the words that may be said of them.

use super::best_steps::BestSteps;
use super::plan::Plan;
use super::record::RecordedValues;
use crate::data::Draws;
use crate::measure::transfer::{SeedLosses, TransferGain, Verdict};
use crate::measure::words::Words;
use crate::protocol::Gains;
use serde::{Deserialize, Serialize};

/// What is seen at a recorded step that gains are taken of.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub plan: &'a Plan,
    pub draws: &'a Draws,
    pub values: &'a RecordedValues,
    /// By member, this step included.
    pub best: &'a [BestSteps],
    pub epoch: u32,
    pub step: u32,
}

/// What was said of every gain so far, by task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GainWords {
    best: Vec<Words>,
    one_step: Vec<Words>,
    now: Vec<Words>,
    matched: Vec<Words>,
    /// Of every two tasks, row-major by the one that gives.
    pairs: Vec<Words>,
}

impl GainWords {
    /// The gains of the composed model, and those of the shared bottom of equal size.
    pub fn say(&mut self, seen: Seen) -> (Gains, Vec<TransferGain>) {
        let gains = Gains {
            best: said(&mut self.best, seen, |task| seen.gains(task, Some, Reading::Best)),
            one_step: said(&mut self.one_step, seen, |task| seen.gains(task, Some, Reading::OneStep)),
            now: said(&mut self.now, seen, |task| seen.gains(task, Some, Reading::Now)),
        };
        let matched = |task| seen.gains(task, |seed| seen.plan.matched(seed), Reading::Best);
        (gains, said(&mut self.matched, seen, matched))
    }

    /// Every task's gain from every other one, as [`of_pairs`], with the words that have lasted.
    pub fn say_of_pairs(&mut self, seen: Seen) -> Vec<Vec<Option<TransferGain>>> {
        let mut rows = of_pairs(seen);
        self.pairs.resize(rows.len() * rows.len(), Words::default());
        for (gain, words) in rows.iter_mut().flatten().zip(&mut self.pairs) {
            *gain = gain.take().map(|gain| {
                let word = words.say(seen.epoch, seen.step, &gain);
                gain.said(word)
            });
        }
        rows
    }
}

/// The gains with the words that have lasted.
fn said(words: &mut Vec<Words>, seen: Seen, gain: impl Fn(usize) -> TransferGain) -> Vec<TransferGain> {
    words.resize(seen.plan.tasks, Words::default());
    let say = |(task, words): (usize, &mut Words)| {
        let gain = gain(task);
        let word = match gain.verdict {
            Verdict::Undefined => Verdict::Undefined,
            // A strategy may teach it later on: until then only the trunk has moved.
            _ if !seen.is_taught(task) => Verdict::TooEarly,
            _ => words.say(seen.epoch, seen.step, &gain),
        };
        gain.said(word)
    };
    words.iter_mut().enumerate().map(say).collect()
}

/// How the losses of two sides are taken.
#[derive(Clone, Copy)]
enum Reading {
    Best,
    OneStep,
    Now,
}

impl Seen<'_> {
    /// Whether both sides have been taught a task.
    fn is_taught(&self, task: usize) -> bool {
        self.values.trained.get(task).is_some_and(|steps| steps.iter().all(|steps| *steps > 0))
    }

    /// A task's gain with some model, which stands at `member` by seed, over the baselines.
    fn gains(&self, task: usize, member: impl Fn(usize) -> Option<usize>, reading: Reading) -> TransferGain {
        let of_seed = |seed: usize| {
            let (alone, together) = (self.plan.baseline(seed, task)?, member(seed)?);
            let data = self.draws.of_seed(seed as u64);
            let guesses = if matches!(reading, Reading::Now) { &data.reference } else { &data.test_reference };
            Some(SeedLosses {
                alone: self.loss(alone, task, if matches!(reading, Reading::Now) { reading } else { Reading::Best }),
                together: self.loss(together, task, reading),
                guess: guesses.get(task).map_or(f64::NAN, |guess| f64::from(*guess)),
            })
        };
        let seeds: Option<Vec<_>> = (0..self.plan.seeds).map(of_seed).collect();
        seeds.map_or_else(TransferGain::undefined, |seeds| TransferGain::over_seeds(&seeds))
    }

    fn loss(&self, member: usize, task: usize, reading: Reading) -> f64 {
        let best = |of: fn(&BestSteps, usize) -> f64| self.best.get(member).map_or(f64::NAN, |best| of(best, task));
        match reading {
            Reading::Best => best(BestSteps::of_task),
            Reading::OneStep => best(BestSteps::in_one_step),
            Reading::Now => self.values.valid(self.plan, member, task),
        }
    }
}

/// Every task's gain from every other one on test rows, over the paired seeds on which the pairs train, read as the
/// headline.
fn of_pairs(seen: Seen) -> Vec<Vec<Option<TransferGain>>> {
    let (tasks, seeds) = (seen.plan.tasks, seen.plan.pair_seeds());
    if seeds == 0 {
        return Vec::new();
    }
    let loss = |member: Option<usize>, task: usize| member.map_or(f64::NAN, |m| seen.loss(m, task, Reading::Best));
    let guess = |seed: usize, task: usize| {
        let guess = seen.draws.of_seed(seed as u64).test_reference.get(task);
        guess.map_or(f64::NAN, |guess| f64::from(*guess))
    };
    let of_seeds = |of: &dyn Fn(usize) -> f64| (0..seeds).map(of).collect::<Vec<f64>>();
    let alone: Vec<_> = (0..tasks).map(|j| of_seeds(&|seed| loss(seen.plan.baseline(seed, j), j))).collect();
    let guesses: Vec<_> = (0..tasks).map(|j| of_seeds(&|seed| guess(seed, j))).collect();
    let paired = |i: usize, j: usize| of_seeds(&|seed| loss(seen.plan.pair(seed, i, j), j));
    let paired: Vec<Vec<_>> = (0..tasks).map(|i| (0..tasks).map(|j| paired(i, j)).collect()).collect();
    crate::measure::transfer::matrix(&alone, &guesses, &paired)
}
