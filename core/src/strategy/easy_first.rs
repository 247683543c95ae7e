//! Easy to hard: tasks join in the order of their single-task loss.

use super::{Line, ScheduleContext, StepSchedule, Strategy, alone};
use crate::config::{Choice, Config, Kind, OptionSpec, Paper, PickEntry};
use rand_chacha::ChaCha8Rng;

/// Every `stage` epochs the easiest of the tasks that are left joins, and stays. A task is the easier, the
/// smaller its single-task baseline's validation loss is as a share of the best constant guess's at that
/// time; baselines learn all the time. What is easy is not known of untrained ones: for the epochs of
/// [`WAIT`] they alone learn.
pub struct EasyFirst;

/// Epochs after which baselines have first been measured.
const WAIT: f64 = 1.0;

const STAGE: OptionSpec = OptionSpec {
    key: "stage",
    label: "epochs a stage",
    help: "Epochs until the next task joins.",
    kind: Kind::Integer { min: 1, max: 1000, word: None },
    default: 50.0,
    live: true,
};

fn unfit(config: &Config) -> Option<&'static str> {
    const NO_BASELINES: &str = "It orders tasks by their single-task baselines: switch those on.";
    alone(config).or((!config.population.baselines).then_some(NO_BASELINES))
}

const PAPERS: &[Paper] = &[Paper::new(
    "Pentina, Sharmanska & Lampert",
    2015,
    "Curriculum Learning of Multiple Tasks",
    "https://arxiv.org/abs/1412.1353",
)];

/// The line of the table.
pub(super) const LINE: Line = Line {
    staged: true,
    needs_baselines: true,
    ..Line::new(
        PickEntry::new(
            Choice {
                key: "easy-first",
                label: "easy to hard",
                help: "The task that is easiest alone is taught first, then the next one joins, and so on.",
            },
            &[STAGE],
        )
        .by(PAPERS)
        .unless(unfit),
    )
};

impl Strategy for EasyFirst {
    fn schedule(&self, at: &ScheduleContext, _: &mut ChaCha8Rng) -> Option<StepSchedule> {
        let along = at.epoch - WAIT;
        if along < 0.0 {
            return Some(StepSchedule::active(at, |_| false));
        }
        let joined = |task: usize| at.trained.get(task).is_some_and(|[joint, _]| *joint > 0);
        let many = 1 + (along / at.option("stage").max(1.0)) as usize;
        // None but at the start of a stage: losses that cross in between change nothing.
        let new = many.saturating_sub((0..at.tasks()).filter(|task| joined(*task)).count());
        let loss = |task: usize| at.single.get(task).copied().unwrap_or(f64::INFINITY);
        let is_easier = |a: usize, b: usize| (loss(a), a) < (loss(b), b);
        // Ties, such as where nothing is known, go by the order of the lesson.
        let easier = |task: usize| (0..at.tasks()).filter(|other| !joined(*other) && is_easier(*other, task)).count();
        Some(StepSchedule::active(at, |task| joined(task) || easier(task) < new))
    }
}
