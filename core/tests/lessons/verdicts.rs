//! The words for gains keep what they promise: seldom said of nothing, mostly said of an effect worth having.
//!
//! Both sides are the same network of one task on the same draws of the data; they differ in initial values and
//! the order of batches. What is seen between them is no effect at all, and with one side's losses made lower by
//! a factor it is an effect of known size.

use super::{B, lesson};
use mtl_core::config::Config;
use mtl_core::data::Draws;
use mtl_core::lesson::{Lesson, check};
use mtl_core::measure::transfer::{SeedLosses, TransferGain, Verdict};
use mtl_core::measure::words::Words;
use mtl_core::train::Ensemble;
use mtl_core::train::tensors::Device;
use pollster::block_on;

const DRAWS: u32 = 400;
/// The story's end.
const END: u32 = 200;

/// A task of *Rivals* alone, on its own draws: one pair of losses on test rows a seed, at best steps, at every
/// recorded point, with epoch and step.
struct Run {
    points: Vec<(u32, u32, Vec<SeedLosses>)>,
}

fn alone(seed: u32, seeds: usize) -> Lesson {
    let mut config = lesson("v=2&p=rivals").into_config();
    config.tasks.remove(B);
    config.seed = seed;
    config.population.seeds = seeds;
    config.population.fan = 0;
    check(config).0
}

impl Run {
    fn of(seed: u32, seeds: usize) -> Self {
        let own = alone(seed, seeds);
        let draws = Draws::of(&own);
        let other = check(Config { seed: seed + 1_000_000, ..Config::clone(&own) }).0;
        let sides = [own, other].map(|lesson| losses(Ensemble::new(lesson, draws.clone(), &Device::flex())));
        let guess = |seed: usize| f64::from(draws.of_seed(seed as u64).test_reference[0]);
        let [first, second] = sides;
        let pair = |((epoch, step, alone), (_, _, together)): (Losses, Losses)| {
            let both = alone.into_iter().zip(together).enumerate();
            let of_seed = |(seed, (alone, together))| SeedLosses { alone, together, guess: guess(seed) };
            (epoch, step, both.map(of_seed).collect())
        };
        Self { points: first.into_iter().zip(second).map(pair).collect() }
    }

    /// What is said at the end where one side's losses are lower by an effect.
    fn word(&self, effect: f64) -> Verdict {
        let mut words = Words::default();
        let mut said = Verdict::TooEarly;
        for (epoch, step, seeds) in &self.points {
            let with_effect = |seed: &SeedLosses| SeedLosses { together: seed.together * (1.0 - effect), ..*seed };
            let seeds: Vec<_> = seeds.iter().map(with_effect).collect();
            said = words.say(*epoch, *step, &TransferGain::over_seeds(&seeds));
        }
        said
    }
}

type Losses = (u32, u32, Vec<f64>);

/// Test losses of every seed at its best step so far, by recorded point.
fn losses(mut ensemble: Ensemble) -> Vec<Losses> {
    block_on(ensemble.record()).unwrap();
    let end = END * ensemble.steps_per_epoch();
    let mut points = Vec::new();
    while ensemble.step() < end {
        let advance = block_on(ensemble.advance(end - ensemble.step())).unwrap();
        if advance.point.is_some() {
            let test = ensemble.test_losses().remove(0).into_iter().map(f64::from).collect();
            points.push((ensemble.epoch(), ensemble.step(), test));
        }
    }
    points
}

/// How often a word is said, in percent of the runs.
fn share(runs: &[Run], effect: f64, is: impl Fn(Verdict) -> bool) -> f64 {
    let said = runs.iter().filter(|run| is(run.word(effect))).count();
    100.0 * said as f64 / runs.len() as f64
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn gains_and_losses_are_seldom_said_of_nothing_and_mostly_of_an_effect_worth_having() {
    for (seeds, effect) in [(5, 0.3), (10, 0.2)] {
        let runs: Vec<_> = (1..=DRAWS).map(|seed| Run::of(seed, seeds)).collect();
        let wrong = share(&runs, 0.0, |word| matches!(word, Verdict::Gains | Verdict::Loses));
        let found = share(&runs, effect, |word| word == Verdict::Gains);
        println!("{seeds} seeds: {wrong:.1} % said of nothing, {found:.1} % found of {effect}");
        assert!(wrong <= 7.0, "{seeds} seeds: {wrong} % are said of nothing");
        assert!(found >= 80.0, "{seeds} seeds: {found} % of an effect of {effect} are found");
    }
}
