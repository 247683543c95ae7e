//! The architectures in their variants, and lessons to try them on.

use crate::lab::{config, layer, task, with_norm};
use mtl_core::config::{
    Activation, Clip, Config, Kind, LayerConfig, LossKind, Optimiser, Pick, PickEntry, PopulationConfig, TaskConfig,
};
use mtl_core::model::ARCHITECTURES;

/// Architectures that sample: under given random numbers their choices' gradient is that of a softmax,
/// by design no derivative of what is computed.
pub const SAMPLED: [&str; 2] = ["routing", "branch"];

/// Architectures in which a task reads what it doesn't train: no derivative either.
pub const DETACHED: [&str; 1] = ["progressive"];

/// Architectures in which a task reads what another one alone owns, and trains it too.
pub const BORROWING: [&str; 1] = ["ple"];

/// Every architecture as it is picked.
pub fn defaults() -> Vec<Pick> {
    ARCHITECTURES.iter().map(|architecture| Pick::new(architecture.entry.choice.key)).collect()
}

/// The table's line of a pick.
pub fn entry(pick: &Pick) -> &'static PickEntry {
    let found = ARCHITECTURES.iter().find(|architecture| architecture.entry.choice.key == pick.method);
    &found.unwrap_or_else(|| panic!("no architecture {}", pick.method)).entry
}

/// Every architecture as it is picked, and with each word, switch and smallest or middling number
/// instead of the default.
pub fn variants() -> Vec<Pick> {
    let mut all = Vec::new();
    for pick in defaults() {
        all.push(pick.clone());
        for option in entry(&pick).options {
            let values: Vec<f64> = match option.kind {
                Kind::Choice(choices) => (0..choices().len()).map(|i| i as f64).collect(),
                Kind::Switch => vec![0.0, 1.0],
                Kind::Integer { min, max, .. } => vec![min as f64, (min + 2).min(max) as f64],
                _ => Vec::new(),
            };
            let others = values.into_iter().filter(|value| *value != option.default);
            all.extend(others.map(|value| pick.clone().with(option.key, value)));
        }
    }
    all
}

/// The lesson with the architecture, and the first of some trunks that it admits.
fn admitted(pick: &Pick, lesson: Config) -> Config {
    let trunk = |widths: [usize; 2]| -> Vec<LayerConfig> {
        vec![with_norm(layer(widths[0], Activation::Tanh)), layer(widths[1], Activation::Silu)]
    };
    let tried = [[6, 4], [4, 4]].map(|widths| Config { trunk: trunk(widths), ..lesson.clone() });
    let fits = |config: &Config| (entry(pick).unfit)(config).is_none();
    let mut tried = tried.into_iter().map(|config| Config { architecture: pick.clone(), ..config });
    tried.find(fits).unwrap_or_else(|| panic!("{pick:?} admits no trunk"))
}

/// Regressions in two groups that interleave (the columns are A, C, B, D), plain SGD at rate 1 on full
/// batches: a step is minus the gradient.
pub fn plain(pick: &Pick) -> Config {
    let regression = |target, outputs, head: &[usize]| TaskConfig {
        outputs,
        head: head.iter().map(|width| layer(*width, Activation::Tanh)).collect(),
        ..task(LossKind::Mse, target)
    };
    let tasks = vec![
        regression("waves", 2, &[3]),
        regression("stripes", 1, &[]),
        regression("xor", 2, &[3]),
        regression("circle", 1, &[]),
    ];
    let mut config = admitted(pick, config(tasks, Vec::new()));
    config.data.train_rows = 8;
    config.population.baselines = false;
    config
}

/// Everything at once: minibatches, dropout, clipping, decay, missing labels, two groups, two seeds.
pub fn busy(pick: &Pick) -> Config {
    let head = |widths: &[usize]| widths.iter().map(|w| layer(*w, Activation::Silu)).collect();
    let tasks = vec![
        TaskConfig { head: head(&[3]), outputs: 2, labelled: 30, scale: 5.0, ..task(LossKind::Mse, "waves") },
        TaskConfig { labelled: 9, rate: 3.0, ..task(LossKind::Bce, "circle") },
        TaskConfig { head: head(&[3]), outputs: 2, weight_decay: Some(0.1), ..task(LossKind::Mse, "xor") },
    ];
    let mut config = admitted(pick, config(tasks, Vec::new()));
    config.data.train_rows = 48;
    config.training = mtl_core::config::TrainingConfig {
        optimiser: Optimiser::AdamW,
        momentum: 0.9,
        learning_rate: 0.01,
        weight_decay: 0.02,
        dropout: 0.2,
        clip: Clip::Norm,
        clip_at: 0.3,
        batch: 12,
        ..config.training
    };
    config.population =
        PopulationConfig { seeds: 2, fan: 3, spread: 0.1, matched: true, ..PopulationConfig::default() };
    config
}
