//! Two valleys: what balancers do, without a network.

use super::{Act, Look, PaceConfig, Panel, Preset, ask, base, binary, play, watch};
use crate::config::{Config, Optimiser, Pick, TrainingConfig};

pub(super) const LESSON: Preset = Preset {
    key: "two-valleys",
    name: "5 Two valleys: balancers racing",
    teaches: "On a landscape with two losses some balancers reach the best trade-offs and some get stuck on the way.",
    controls: &["bal", "data.scale", "data.starts", "lr"],
    panels: &[Panel::Landscape],
    steps: &[
        play(
            "Every balancer walks down from three starts. The line at the bottom is where one loss falls only if the other rises. Press play.",
            Look::Panel(Panel::Landscape),
        ),
        watch("Equal weights from the right start get stuck in the ravine.", Panel::Landscape, 20),
        watch(
            "Open the table: fixed weights, PCGrad and CAGrad never arrive from (9, 9); MGDA, Nash-MTL and FAMO do. MGDA ends far to the right, where the first, smaller loss is best.",
            Panel::Landscape,
            50,
        ),
        ask(
            "Choose another balancer and follow its thick line; its options take effect while it runs.",
            Look::Setting("bal"),
            Act::Change("bal"),
        ),
        ask(
            "Set the scale of the first loss to 1 and the starts to CAGrad's, and play again for 100 epochs: CAGrad ends at the mean's minimum from every start, equal weights are stuck twice.",
            Look::Setting("data.scale"),
            Act::All(&[Act::Set("data.scale", "1"), Act::Set("data.starts", "cagrad"), Act::Epoch(100)]),
        ),
    ],
    in_version_1: &[],
    build: || {
        let lesson = base(vec![binary("gaussians"), binary("circle")], &[2]);
        Config {
            data: super::DataConfig { source: Pick::new("two-valleys"), ..lesson.data },
            // An epoch is a thousand steps; a racer that has not arrived by the fiftieth is stuck, and with
            // CAGrad's starts by the hundredth.
            pacing: PaceConfig { base: 2.0, story: 100, ..lesson.pacing },
            training: TrainingConfig { optimiser: Optimiser::Adam, learning_rate: 0.001, ..lesson.training },
            ..lesson
        }
    },
};
