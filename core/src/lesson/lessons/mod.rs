//! The lessons to start from: each a file with its configuration and what it shows.

mod bully;
mod digits;
mod fronts;
mod groups;
mod loud;
mod new_task;
mod pairs;
mod rivals;
mod step;
mod stranger;
mod twins;
mod valleys;

pub use step::{Act, Look, Panel, Standing, Step, Told};

use crate::config::{
    Config, DataConfig, LayerConfig, LossKind, PaceConfig, Pick, PopulationConfig, SharingConfig, TaskConfig,
    TrainingConfig,
};

/// A lesson to start from.
pub struct Preset {
    /// Key in links.
    pub key: &'static str,
    /// What the lesson picker says.
    pub name: &'static str,
    /// What it teaches, in one sentence.
    pub teaches: &'static str,
    /// The settings that it is about, by their keys: two to five. A method brings its options along.
    pub controls: &'static [&'static str],
    /// The pictures that it needs, the most telling one first.
    pub panels: &'static [Panel],
    /// What to do and to look at, in order.
    pub steps: &'static [Step],
    /// What it had in version 1 of the links' format where it has something else now: settings by their keys, as
    /// links write them.
    pub in_version_1: &'static [(&'static str, &'static str)],
    /// Its configuration.
    pub build: fn() -> Config,
}

impl Preset {
    /// The configuration, naming this preset.
    pub fn config(&self) -> Config {
        Config { preset: self.key.into(), ..(self.build)() }
    }

    /// Where a setting stands among those that the lesson is about: an option of a method beside its
    /// method; none where the lesson is about something else.
    ///
    /// ```
    /// let lesson = mtl_core::lesson::lessons::find("bully").unwrap();
    /// assert_eq!(lesson.place_of("bal.lr"), lesson.place_of("bal"));
    /// assert_eq!(lesson.place_of("lr"), None);
    /// ```
    pub fn place_of(&self, key: &str) -> Option<usize> {
        let option_of = |own: &str| key.strip_prefix(own).is_some_and(|rest| rest.starts_with('.'));
        self.controls.iter().position(|own| *own == key || option_of(own))
    }

    /// Whether a setting is one that the lesson is about, or an option of a method that is.
    pub fn is_about(&self, key: &str) -> bool {
        self.place_of(key).is_some()
    }
}

/// Every lesson, in the order of the picker. The first is what a first visit opens.
pub const LESSONS: &[Preset] = &[
    twins::LESSON,
    rivals::LESSON,
    bully::LESSON,
    stranger::LESSON,
    valleys::LESSON,
    fronts::LESSON,
    loud::LESSON,
    pairs::LESSON,
    groups::LESSON,
    digits::LESSON,
    new_task::LESSON,
];

/// The lesson of a key.
pub fn find(key: &str) -> Option<&'static Preset> {
    LESSONS.iter().find(|lesson| lesson.key == key)
}

impl Default for Config {
    /// The lesson that a first visit opens.
    fn default() -> Self {
        twins::LESSON.config()
    }
}

/// What the lessons have in common: a tanh trunk, and the rest as it stands by default.
fn base(tasks: Vec<TaskConfig>, trunk: &[usize]) -> Config {
    Config {
        preset: String::new(),
        seed: 42,
        data: DataConfig::default(),
        tasks,
        architecture: Pick::new("shared-bottom"),
        trunk: trunk.iter().map(|width| LayerConfig::new(*width)).collect(),
        balancer: Pick::new("equal"),
        sharing: SharingConfig::default(),
        preference: Pick::new("linear"),
        strategy: Pick::new("joint"),
        pacing: PaceConfig::default(),
        training: TrainingConfig::default(),
        population: PopulationConfig::default(),
    }
}

/// A lesson about transfer: as many seeds and test rows as its sentences need, and no fan, which has no part in a
/// transfer gain.
fn about_transfer(lesson: Config) -> Config {
    Config {
        data: DataConfig { test_rows: 1000, ..lesson.data },
        population: PopulationConfig { seeds: 10, fan: 0, ..lesson.population },
        ..lesson
    }
}

/// What these lessons had in version 1 of the links' format.
const TRANSFER_IN_VERSION_1: &[(&str, &str)] = &[("seeds", "5"), ("fan", "11"), ("test", "240")];

/// A binary task of a target.
fn binary(target: &str) -> TaskConfig {
    TaskConfig { target: target.into(), ..TaskConfig::default() }
}

/// A step that ends as soon as training has begun.
const fn play(text: &'static str, look: Look) -> Step {
    Step { text, look, act: Act::Play }
}

/// A step to watch until an epoch.
const fn watch(text: &'static str, look: Panel, until: u32) -> Step {
    Step { text, look: Look::Panel(look), act: Act::Epoch(until) }
}

/// A step that waits for an act of the user.
const fn ask(text: &'static str, look: Look, act: Act) -> Step {
    Step { text, look, act }
}

/// A regression with one output.
fn regression() -> TaskConfig {
    TaskConfig { loss: LossKind::Mse, ..TaskConfig::default() }
}
