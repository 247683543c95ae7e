//! Two valleys: what balancers do, without a network.

use super::{Preset, base, binary};
use crate::config::{Config, Optimiser, Pick, TrainingConfig};

pub(super) const LESSON: Preset = Preset {
    key: "two-valleys",
    name: "5 Two valleys: balancers racing",
    teaches: "On a landscape with two losses some balancers reach the best trade-offs and some get stuck on the way.",
    steps: &[
        "Press play. Every balancer walks down from three starts; the line at the bottom is where one loss falls only if the other rises. Equal weights from the right start get stuck in the ravine.",
        "Open the table: fixed weights, PCGrad and CAGrad never arrive from (9, 9); MGDA, Nash-MTL and FAMO do. MGDA ends far to the right, where the first, smaller loss is best.",
        "Choose another balancer and follow its thick line; its options take effect while it runs.",
        "Set the scale of the first loss to 1 and the starts to CAGrad's, and play again for 100 epochs: CAGrad ends at the mean's minimum from every start, equal weights are stuck twice.",
    ],
    build: || {
        let lesson = base(vec![binary("gaussians"), binary("circle")], &[2]);
        Config {
            data: super::DataConfig { source: Pick::new("two-valleys"), ..lesson.data },
            training: TrainingConfig { optimiser: Optimiser::Adam, learning_rate: 0.001, ..lesson.training },
            ..lesson
        }
    },
};
