//! Two fronts: what fixed weights can't find.

use super::{Act, Look, Panel, Preset, ask, base, binary, play, watch};
use crate::config::{Config, Optimiser, Pick, TrainingConfig};

pub(super) const LESSON: Preset = Preset {
    key: "fronts",
    name: "6 The concave front: what weights can't find",
    teaches: "Where the front bends inwards, fixed weights only find its ends, whatever they are.",
    controls: &["bal", "lr", "data.points", "s"],
    panels: &[Panel::Landscape],
    steps: &[
        play("Ten racers a balancer, each with another preference. Press play.", Look::Panel(Panel::Landscape)),
        watch(
            "On the convex front the linear weights spread out; on the concave one all of them slide to an end.",
            Panel::Landscape,
            100,
        ),
        watch(
            "Compare the hypervolumes: the whole concave front has 0.342, linear weights find 0.05 of it, MGDA 0.19, because it takes the middle whatever you prefer.",
            Panel::Landscape,
            200,
        ),
        ask(
            "Choose EPO and follow its lines. Like Tchebycheff, plain and smooth, and Pareto MTL it spreads over both fronts: they find 0.28 to 0.30 with ten points.",
            Look::Setting("bal"),
            Act::Set("bal", "epo"),
        ),
        ask(
            "PBI is left at 0.25, as its penalty has a kink that steps of this length jump across: lower the learning rate to 0.01 and it settles.",
            Look::Setting("lr"),
            Act::Set("lr", "0.01"),
        ),
        ask("Change the seed: others start elsewhere, and the picture stays.", Look::Setting("s"), Act::Change("s")),
    ],
    in_version_1: &[],
    build: || {
        let lesson = base(vec![binary("gaussians"), binary("circle")], &[2]);
        Config {
            data: super::DataConfig { source: Pick::new("fronts"), ..lesson.data },
            training: TrainingConfig {
                optimiser: Optimiser::Sgd,
                momentum: 0.0,
                learning_rate: 0.05,
                ..lesson.training
            },
            balancer: Pick::new("linear"),
            ..lesson
        }
    },
};
