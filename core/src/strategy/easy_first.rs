//! Easy to hard: tasks join in the order of their single-task loss.

use super::{Moment, Says, Strategy, alone};
use crate::config::{Choice, Config, Kind, OptionSpec, PickEntry};
use rand_chacha::ChaCha8Rng;

/// Every `stage` epochs the next easiest task joins. A task is the easier, the smaller its single-task
/// baseline's validation loss is as a share of the best constant guess's; baselines learn all the time.
pub struct EasyFirst;

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

impl Strategy for EasyFirst {
    fn entry(&self) -> PickEntry {
        PickEntry::new(
            Choice {
                key: "easy-first",
                label: "easy to hard",
                help: "The task that is easiest alone is taught first, then the next one joins, and so on.",
            },
            &[STAGE],
        )
        .unless(unfit)
    }

    fn says(&self, at: &Moment, _: &mut ChaCha8Rng) -> Option<Says> {
        let many = 1 + (at.epoch / at.option("stage").max(1.0)) as usize;
        let loss = |task: usize| at.single.get(task).copied().unwrap_or(f64::INFINITY);
        // Ties, such as before anything is known, go by the order of the lesson.
        let easier = |task: usize| (0..at.tasks()).filter(|other| (loss(*other), *other) < (loss(task), task)).count();
        Some(Says::taught(at, |task| easier(task) < many))
    }

    fn needs_baselines(&self) -> bool {
        true
    }

    fn staged(&self) -> bool {
        true
    }
}
