//! The populations of a lesson: one a shape of network, all on the same batches in the same order.
//!
//! A single-task baseline is a plain shared-bottom model: in a network that shares in another way a
//! model of one task would borrow the capacity that is there for the others. So is the model of
//! equal size that an architecture is held against. Where the lesson's own network is a shared
//! bottom, its baselines train in lockstep with it.

use crate::config::{Config, LayerConfig, MAX_WIDTH, Pick};
use crate::lesson::{Lesson, check};
use crate::model::{self, Shape};
use crate::train::plan::{Plan, Role};

/// The lessons and plans that train a plan; the composed model's is the first.
pub(super) fn of(lesson: &Lesson, full_plan: &Plan, inputs: usize) -> Vec<(Lesson, Plan)> {
    let is_plain = model::shared_bottom::is_plain(&lesson.architecture);
    let own = |role: Role| match role {
        Role::Baseline(_) => is_plain,
        Role::Matched => false,
        Role::Composed | Role::Fan(_) | Role::Pair(..) => true,
    };
    let mut parts = vec![(lesson.clone(), full_plan.part(own))];
    if !is_plain {
        parts.push((plain(lesson, lesson.trunk.clone()), full_plan.part(|role| matches!(role, Role::Baseline(_)))));
    }
    // Only where one trains: the search builds many networks.
    if full_plan.members.iter().any(|member| member.role == Role::Matched) {
        parts.push((plain(lesson, matched_trunk(lesson, inputs)), full_plan.part(|role| role == Role::Matched)));
    }
    parts.retain(|(_, plan)| !plan.members.is_empty());
    parts
}

/// The same lesson with a shared bottom of this trunk.
fn plain(lesson: &Lesson, trunk: Vec<LayerConfig>) -> Lesson {
    let architecture = Pick::new(model::shared_bottom::ARCHITECTURE.entry.choice.key);
    check(Config { architecture, trunk, ..Config::clone(lesson) }).0
}

/// The lesson's trunk, all its widths times one factor, with which a shared bottom comes nearest to
/// the parameters of the lesson's network, within the limits of a layer.
fn matched_trunk(lesson: &Lesson, inputs: usize) -> Vec<LayerConfig> {
    let wanted = model::build(&lesson.architecture, &Shape::of(lesson, inputs)).layout().len;
    let scaled = |factor: f64| -> Vec<LayerConfig> {
        let width = |width: usize| ((width as f64 * factor).round() as usize).clamp(1, MAX_WIDTH);
        lesson.trunk.iter().map(|layer| LayerConfig { width: width(layer.width), ..layer.clone() }).collect()
    };
    let off = |trunk: &Vec<LayerConfig>| {
        let lesson = plain(lesson, trunk.clone());
        model::build(&lesson.architecture, &Shape::of(&lesson, inputs)).layout().len.abs_diff(wanted)
    };
    const FACTORS: usize = 160;
    // From a quarter of the widths to 32 times as many, in steps of less than 4 percent.
    let factors = (0..=FACTORS).map(|i| 0.25 * 128.0_f64.powf(i as f64 / FACTORS as f64));
    factors.map(scaled).min_by_key(off).unwrap_or_default()
}
