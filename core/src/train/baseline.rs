//! The networks that the composed one is held against.
//!
//! A gain is to say what company does. A network that shares in another way than a shared bottom often has more
//! parameters than one that learns a task alone from the same layers; against such a baseline it would gain even if
//! nothing were shared. So baselines are of equal size there, unless the lesson asks for others.

use crate::config::{Baseline, Config, LayerConfig, MAX_WIDTH, Pick};
use crate::lesson::{Lesson, check};
use crate::model::{self, Layout, Shape};

/// A composed network with more than this many times the parameters of a shared bottom of its layers is held against
/// baselines of its size.
const MUCH_LARGER: f64 = 1.1;

/// The lesson's choice, with [`Baseline::Fair`] resolved.
pub fn resolved(lesson: &Lesson, inputs: usize) -> Baseline {
    match lesson.population.baseline {
        Baseline::Fair => {
            let own = parameters(lesson, inputs);
            let same_layers = parameters(&plain(lesson, lesson.trunk.clone()), inputs);
            let larger = own as f64 > MUCH_LARGER * same_layers as f64;
            if larger { Baseline::SameSize } else { Baseline::SameLayers }
        }
        chosen => chosen,
    }
}

/// Whether the baselines are networks like the composed one, so that they train in lockstep with it.
pub fn is_own_network(lesson: &Lesson, inputs: usize) -> bool {
    match resolved(lesson, inputs) {
        Baseline::SameArchitecture => true,
        Baseline::SameLayers => model::shared_bottom::is_plain(&lesson.architecture),
        Baseline::SameSize | Baseline::Fair => false,
    }
}

/// The lesson whose network learns one task alone.
pub fn lesson(lesson: &Lesson, inputs: usize) -> Lesson {
    match resolved(lesson, inputs) {
        Baseline::SameArchitecture => lesson.clone(),
        Baseline::SameLayers | Baseline::Fair => plain(lesson, lesson.trunk.clone()),
        Baseline::SameSize => {
            let tasks = lesson.tasks.len().max(1);
            // Tasks with heads of different sizes have a trunk in common: nearest on average.
            let alone = |layout: &Layout| (0..tasks).map(|task| layout.of_task(task)).sum::<usize>() / tasks;
            plain(lesson, scaled_trunk(lesson, inputs, alone))
        }
    }
}

/// The lesson with a shared bottom for all tasks that is as large as its own network.
pub fn matched(lesson: &Lesson, inputs: usize) -> Lesson {
    plain(lesson, scaled_trunk(lesson, inputs, |layout| layout.len))
}

/// The lesson of a network beside the composed one, with the live settings of another.
pub fn changed(own: &Lesson, live: &Lesson) -> Lesson {
    let (architecture, trunk) = (own.architecture.clone(), own.trunk.clone());
    check(Config { architecture, trunk, ..Config::clone(live) }).0
}

/// The same lesson with a shared bottom of this trunk.
fn plain(lesson: &Lesson, trunk: Vec<LayerConfig>) -> Lesson {
    let architecture = Pick::new(model::shared_bottom::ARCHITECTURE.entry.choice.key);
    check(Config { architecture, trunk, ..Config::clone(lesson) }).0
}

fn parameters(lesson: &Lesson, inputs: usize) -> usize {
    model::build(&lesson.architecture, &Shape::of(lesson, inputs)).layout().len
}

/// The lesson's trunk, all its widths times one factor, with which a shared bottom's `size` comes nearest to
/// the parameters of the lesson's network, within the limits of a layer.
fn scaled_trunk(lesson: &Lesson, inputs: usize, size: impl Fn(&Layout) -> usize) -> Vec<LayerConfig> {
    let wanted = parameters(lesson, inputs);
    let scaled = |factor: f64| -> Vec<LayerConfig> {
        let width = |width: usize| ((width as f64 * factor).round() as usize).clamp(1, MAX_WIDTH);
        lesson.trunk.iter().map(|layer| LayerConfig { width: width(layer.width), ..layer.clone() }).collect()
    };
    let off = |trunk: &Vec<LayerConfig>| {
        let lesson = plain(lesson, trunk.clone());
        let network = model::build(&lesson.architecture, &Shape::of(&lesson, inputs));
        size(network.layout()).abs_diff(wanted)
    };
    const FACTORS: usize = 160;
    // From a quarter of the widths to 32 times as many, in steps of less than 4 percent.
    let mut trunks: Vec<_> = (0..=FACTORS).map(|i| scaled(0.25 * 128.0_f64.powf(i as f64 / FACTORS as f64))).collect();
    trunks.dedup();
    trunks.into_iter().min_by_key(off).unwrap_or_default()
}
