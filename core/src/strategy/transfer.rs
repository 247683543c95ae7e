//! Transfer: the trunk learns source tasks first, then the others.

use super::{Line, ScheduleContext, StepSchedule, Strategy, alone};
use crate::config::{Choice, Config, Kind, OptionSpec, Paper, PickEntry};
use crate::model;
use rand_chacha::ChaCha8Rng;

/// Source tasks alone for some epochs, then the other tasks on the trunk that came out: frozen (a linear
/// probe), fine-tuned at a share of the rate, or thawed a layer at a time from the last one. The targets'
/// baselines, from scratch, take their steps when the targets do: equal target steps on both sides.
pub struct Transfer;

const EPOCHS: OptionSpec = OptionSpec {
    key: "epochs",
    label: "epochs on the sources",
    help: "How long the sources are taught before the other tasks.",
    kind: Kind::Integer { min: 1, max: 10_000, word: None },
    default: 100.0,
    live: true,
};

const THEN: OptionSpec = OptionSpec {
    key: "then",
    label: "the trunk afterwards",
    help: "What becomes of the shared layers when the targets are taught.",
    kind: Kind::Choice(ways),
    default: 1.0,
    live: true,
};

const RATE: OptionSpec = OptionSpec {
    key: "rate",
    label: "the trunk's rate",
    help: "The share of the learning rate at which shared layers move while the targets are taught.",
    kind: Kind::Number { min: 0.001, max: 1.0, log: true, inherits: false },
    default: 0.1,
    live: true,
};

const EVERY: OptionSpec = OptionSpec {
    key: "every",
    label: "epochs a layer",
    help: "For thawing: epochs until the next layer, from the last to the first, may move.",
    kind: Kind::Integer { min: 1, max: 1000, word: None },
    default: 20.0,
    live: true,
};

fn ways() -> Vec<Choice> {
    vec![
        Choice { key: "probe", label: "frozen (probe)", help: "Only the targets' own layers learn." },
        Choice { key: "tune", label: "fine-tuned", help: "All shared layers move, at a share of the rate." },
        Choice { key: "thaw", label: "thawed by and by", help: "One more shared layer moves every few epochs." },
    ]
}

fn unfit(config: &Config) -> Option<&'static str> {
    const NO_TRUNK: &str = "There is no trunk to hand on: add a shared layer.";
    alone(config).or((!model::shares(config)).then_some(NO_TRUNK))
}

/// Task A where no task is marked as a source, and where all are.
fn is_source(at: &ScheduleContext, task: usize) -> bool {
    let marked = at.config.tasks.iter().filter(|task| task.source).count();
    match marked == 0 || marked == at.tasks() {
        true => task == 0,
        false => at.config.tasks.get(task).is_some_and(|task| task.source),
    }
}

const PAPERS: &[Paper] = &[
    Paper::new(
        "Yosinski et al.",
        2014,
        "How transferable are features in deep neural networks?",
        "https://arxiv.org/abs/1411.1792",
    ),
    Paper::new(
        "Howard & Ruder",
        2018,
        "Universal Language Model Fine-tuning for Text Classification",
        "https://arxiv.org/abs/1801.06146",
    ),
];

/// The line of the table.
pub(super) const LINE: Line = Line {
    staged: true,
    ..Line::new(
        PickEntry::new(
            Choice {
                key: "transfer",
                label: "transfer",
                help: "The shared layers learn the source tasks first; then the other tasks learn on top of them.",
            },
            &[EPOCHS, THEN, RATE, EVERY],
        )
        .by(PAPERS)
        .reading(&["source"])
        .unless(unfit),
    )
};

impl Strategy for Transfer {
    fn schedule(&self, at: &ScheduleContext, _: &mut ChaCha8Rng) -> Option<StepSchedule> {
        let along = at.epoch - at.option("epochs");
        if along < 0.0 {
            return Some(StepSchedule::active(at, |task| is_source(at, task)));
        }
        let thawed = 1 + (along / at.option("every").max(1.0)) as usize;
        let layer = |layer: usize| match at.option("then") as u32 {
            0 => 0.0,
            2 if layer + thawed < at.layers => 0.0,
            _ => at.option("rate"),
        };
        let schedule = StepSchedule::active(at, |task| !is_source(at, task));
        Some(StepSchedule { layers: (0..at.layers).map(layer).collect(), ..schedule })
    }
}
