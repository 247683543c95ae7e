//! Alternating training: every step trains one task.

use super::{Line, ScheduleContext, StepSchedule, Strategy, alone};
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// One task a step: in turn, or drawn with probability `p_k ~ N_k^a`, with N_k labelled rows. `a = 1` is
/// proportional sampling, `a = 1/T` sampling at temperature T, and annealed sampling lets
/// `a(e) = 1 - 0.8 (e - 1)/(E - 1)` fall over the E epochs of the horizon (Stickland & Murray 2019).
pub struct Alternating;

const ORDER: OptionSpec = OptionSpec {
    key: "order",
    label: "whose turn it is",
    help: "Whether tasks take turns or are drawn, and how much a task with more labels is drawn more often.",
    kind: Kind::Choice(orders),
    default: 0.0,
    live: true,
};

const TEMPERATURE: OptionSpec = OptionSpec {
    key: "temperature",
    label: "temperature",
    help: "For drawing at a temperature: 1 is in proportion to the labels, a high one makes all tasks equally likely.",
    kind: Kind::Number { min: 1.0, max: 100.0, log: true, inherits: false },
    default: 5.0,
    live: true,
};

fn orders() -> Vec<Choice> {
    vec![
        Choice { key: "turns", label: "in turn", help: "A, B, C, and again." },
        Choice { key: "proportional", label: "by labels", help: "Drawn in proportion to the labelled rows." },
        Choice { key: "temperature", label: "at a temperature", help: "Drawn by a root of the labelled rows." },
        Choice { key: "annealed", label: "annealed", help: "By labels at first, nearly evenly at the horizon's end." },
    ]
}

/// The exponent of annealed sampling at an epoch, counted from 0.
fn annealed(epoch: f64, horizon: usize) -> f64 {
    let last = horizon.saturating_sub(1).max(1) as f64;
    1.0 - 0.8 * (epoch.floor() / last).min(1.0)
}

const PAPERS: &[Paper] = &[
    Paper::new(
        "Collobert & Weston",
        2008,
        "A unified architecture for natural language processing: deep neural networks with multitask learning",
        "https://doi.org/10.1145/1390156.1390177",
    ),
    Paper::new(
        "Stickland & Murray",
        2019,
        "BERT and PALs: Projected Attention Layers for Efficient Adaptation in Multi-Task Learning",
        "https://arxiv.org/abs/1902.02671",
    ),
];

/// The line of the table.
pub(super) const LINE: Line = Line {
    one_by_one: true,
    ..Line::new(
        PickEntry::new(
            Choice {
                key: "alternating",
                label: "alternating",
                help: "Every step teaches one task; balancers that compare gradients have nothing to compare.",
            },
            &[ORDER, TEMPERATURE],
        )
        .by(PAPERS)
        .unless(alone),
    )
};

impl Strategy for Alternating {
    fn schedule(&self, at: &ScheduleContext, random: &mut ChaCha8Rng) -> Option<StepSchedule> {
        let power = match at.option("order") as u32 {
            0 => {
                let turn = at.step as usize % at.tasks().max(1);
                return Some(StepSchedule::active(at, |task| task == turn));
            }
            1 => 1.0,
            2 => 1.0 / at.option("temperature").max(1.0),
            _ => annealed(at.epoch, at.config.training.horizon),
        };
        let chances: Vec<f64> = at.labelled.iter().map(|rows| (*rows as f64).powf(power)).collect();
        let mut left = random.random::<f64>() * chances.iter().sum::<f64>();
        let drawn = chances.iter().position(|chance| {
            left -= chance;
            left < 0.0
        });
        let drawn = drawn.unwrap_or(at.tasks().saturating_sub(1));
        Some(StepSchedule::active(at, |task| task == drawn))
    }
}
