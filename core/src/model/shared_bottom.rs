//! Shared bottom: one trunk for all tasks, a head for each (Caruana 1997).
//!
//! Shared: the trunk. Private: the heads.

use super::Architecture;
use crate::config::{Choice, Paper, Pick, PickEntry};

const PAPERS: &[Paper] =
    &[Paper::new("Caruana", 1997, "Multitask Learning", "https://doi.org/10.1023/A:1007379606734")];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice { key: "shared-bottom", label: "shared bottom", help: "One trunk for all tasks, a head for each." },
        &[],
    )
    .by(PAPERS),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::SharedBottom>,
};

/// Whether a pick is this architecture.
pub fn is_plain(pick: &Pick) -> bool {
    pick.method == ARCHITECTURE.entry.choice.key
}

/// A shared bottom of a shape.
#[cfg(feature = "engine")]
pub fn plain(shape: &super::Shape) -> Box<dyn super::Network> {
    (ARCHITECTURE.build)(shape, &|_| 0.0)
}

#[cfg(feature = "engine")]
mod engine {
    use crate::model::network::Params;
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, push_trunk};
    use crate::model::shape::Shape;
    use crate::model::slots::{Layout, Owner};
    use burn::tensor::Tensor;

    /// See the module's description.
    pub struct SharedBottom {
        layers: Vec<Layer>,
    }

    impl Trunk for SharedBottom {
        fn new(shape: &Shape, _: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            Self { layers: push_trunk(layout, &shape.trunk, &Owner::Shared, shape.inputs, "shared layer") }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), false)
        }

        fn activation_count(&self, _: &Shape, _: usize) -> usize {
            0
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let layers = self.layers.iter().enumerate();
            Features::Shared(layers.fold(inputs, |x, (l, layer)| context.layer(l, layer.apply(params, x, 1), 1)))
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let inputs = tape.tape.inputs();
            Some(TapeFeatures::Shared(tape.trunk(&self.layers, inputs, 0)))
        }
    }
}
