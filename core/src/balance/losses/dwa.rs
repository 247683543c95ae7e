//! Dynamic weight average: tasks with a slowly falling loss get more weight.

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, Vectors};
use crate::balance::numbers;
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `w = K softmax(r / T)` with `r_k` the ratio of the mean losses of the last two windows (Liu et
/// al. 2019). A window is a number of steps, since epochs are short here; in the first two the
/// weights are one.
pub(super) struct Dwa;

const LAST: VectorSpec = window_mean("last", "The mean loss of the last window; 0 before there was one.");
const BEFORE: VectorSpec =
    window_mean("before", "The mean loss of the window before the last; 0 before there was one.");
const SUM: VectorSpec = window_mean("window_sum", "The sum of the losses of the present window.");
const STEPS: VectorSpec = window_mean("window_steps", "The steps of the present window.");

const fn window_mean(key: &'static str, help: &'static str) -> VectorSpec {
    VectorSpec { key, help, start: 0.0, remembered: true }
}

const TEMPERATURE: OptionSpec = OptionSpec {
    key: "temperature",
    label: "temperature",
    help: "The higher it is, the closer the weights stay to one.",
    kind: Kind::Number { min: 0.01, max: 100.0, log: true, inherits: false },
    default: 2.0,
    live: true,
};

const WINDOW: OptionSpec = OptionSpec {
    key: "window",
    label: "steps per window",
    help: "Over how many steps a mean is taken before it is compared with the one before.",
    kind: Kind::Integer { min: 1, max: 1000, word: None },
    default: 25.0,
    live: true,
};

const PAPERS: &[Paper] = &[Paper::new(
    "Liu, Johns & Davison",
    2019,
    "End-to-End Multi-Task Learning with Attention",
    "https://arxiv.org/abs/1803.10704",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "dwa",
        label: "DWA",
        help: "Gives more weight to tasks whose loss has fallen less than the others' of late.",
    },
    &[TEMPERATURE, WINDOW],
)
.by(PAPERS);

impl Balancer for Dwa {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[LAST, BEFORE, SUM, STEPS]
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        let temperature = seen.option(&TEMPERATURE);
        let (last, before) = (numbers::vector(seen, &LAST), numbers::vector(seen, &BEFORE));
        let heat: Vec<f64> =
            last.iter().zip(&before).map(|(last, before)| ratio(*last, *before) / temperature).collect();
        let tasks = heat.len() as f64;
        Answer::weights(numbers::softmax(&heat).iter().map(|share| tasks * share).collect())
    }

    fn remember(&self, seen: &BalancerContext, _: &Answer, _: Option<&[f64]>) -> Vectors {
        let sums = numbers::vector(seen, &SUM).into_iter().zip(numbers::losses(seen));
        let sum: Vec<f64> = sums.map(|(sum, loss)| numbers::bounded(sum + loss)).collect();
        let steps: Vec<f64> = numbers::vector(seen, &STEPS).iter().map(|steps| steps.max(0.0) + 1.0).collect();
        let full = steps.first().is_some_and(|steps| *steps >= seen.option(&WINDOW));
        let (last, before) = (numbers::vector(seen, &LAST), numbers::vector(seen, &BEFORE));
        if !full {
            return windows(last, before, sum, steps);
        }
        let mean = sum.iter().zip(&steps).map(|(sum, steps)| sum / steps).collect();
        windows(mean, last, vec![0.0; steps.len()], vec![0.0; steps.len()])
    }
}

fn windows(last: Vec<f64>, before: Vec<f64>, sum: Vec<f64>, steps: Vec<f64>) -> Vectors {
    Vectors::from([(LAST.key, last), (BEFORE.key, before), (SUM.key, sum), (STEPS.key, steps)])
}

/// 1 where there is no ratio: means that are not there yet, are zero or below it.
fn ratio(last: f64, before: f64) -> f64 {
    if last > 0.0 && before > 0.0 { numbers::bounded(last / before) } else { 1.0 }
}
