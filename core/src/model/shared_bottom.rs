//! Shared bottom: one trunk for all tasks, a head for each (Caruana 1997).
//!
//! Shared: the trunk. Private: the heads. The heads of tasks with equal shapes go through one
//! matmul per layer: the first private layer reads the trunk with all tasks' columns side by
//! side, later ones are stacked along the population axis.

use super::Architecture;
use crate::config::{Choice, PickEntry};

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice { key: "shared-bottom", label: "shared bottom", help: "One trunk for all tasks, a head for each." },
        &[],
    ),
    #[cfg(feature = "engine")]
    build: |shape| Box::new(engine::SharedBottom::new(shape.clone())),
};

#[cfg(feature = "engine")]
mod engine {
    use crate::config::{Activation, LayerConfig, task_name};
    use crate::model::layers::{activate, layer, layer_norm};
    use crate::model::network::{Masks, Network, Outputs, Params};
    use crate::model::shape::Shape;
    use crate::model::slots::{Layout, Owner, SlotKind};
    use burn::tensor::Tensor;

    /// The slots of one layer.
    struct Layer {
        weight: usize,
        bias: usize,
        norm: Option<(usize, usize)>,
        activation: Activation,
    }

    /// See the module's description.
    pub struct SharedBottom {
        shape: Shape,
        layout: Layout,
        trunk: Vec<Layer>,
        /// Per group: private layers, then the output layer.
        heads: Vec<Vec<Layer>>,
    }

    impl SharedBottom {
        pub fn new(shape: Shape) -> Self {
            let mut layout = Layout::default();
            let mut from = shape.inputs;
            let mut trunk = Vec::new();
            for (l, layer) in shape.trunk.iter().enumerate() {
                let name = format!("shared layer {}", l + 1);
                trunk.push(push(&mut layout, &name, l, &Owner::Shared, from, layer));
                from = layer.width;
            }
            let heads = shape.groups.iter().map(|group| {
                let mut from = from;
                let mut layers = Vec::new();
                let names: Vec<_> = group.tasks.iter().map(|t| task_name(*t)).collect();
                let output = LayerConfig::new(group.outputs).with(Activation::Identity);
                for (l, layer) in group.head.iter().chain([&output]).enumerate() {
                    let tasks = group.tasks.clone();
                    let owner = if l == 0 { Owner::Wide(tasks) } else { Owner::Stacked(tasks) };
                    let what =
                        if l == group.head.len() { "output layer".into() } else { format!("private layer {}", l + 1) };
                    let name = format!("{what} of task {}", names.join(", "));
                    // Numbered from the end of the longest trunk, so that a longer trunk leaves the
                    // heads' initial values as they were.
                    layers.push(push(&mut layout, &name, 16 + l, &owner, from, layer));
                    from = layer.width;
                }
                layers
            });
            let heads = heads.collect();
            Self { shape, layout, trunk, heads }
        }
    }

    fn push(layout: &mut Layout, name: &str, index: usize, owner: &Owner, from: usize, layer: &LayerConfig) -> Layer {
        let mut slot = |what: &str, kind, rows| {
            layout.push(format!("{name}, {what}"), index, owner.clone(), kind, rows, layer.width)
        };
        Layer {
            weight: slot("weights", SlotKind::Weight(layer.activation), from),
            bias: slot("bias", SlotKind::Bias, 1),
            norm: layer.norm.then(|| (slot("gain", SlotKind::Gain, 1), slot("shift", SlotKind::Shift, 1))),
            activation: layer.activation,
        }
    }

    /// One layer; `tasks` is how many tasks stand side by side in its columns.
    fn apply(slots: &Layer, params: &Params, x: Tensor<3>, tasks: usize) -> Tensor<3> {
        match slots.norm {
            None => layer(params, x, slots.weight, slots.bias, slots.activation),
            Some((gain, shift)) => {
                let y = layer(params, x, slots.weight, slots.bias, Activation::Identity);
                let y = layer_norm(y, params.slot(gain), params.slot(shift), tasks);
                activate(y, slots.activation)
            }
        }
    }

    fn drop(x: Tensor<3>, mask: Option<&Tensor<3>>) -> Tensor<3> {
        match mask {
            Some(mask) => x * mask.clone(),
            None => x,
        }
    }

    /// `[R, B, G * w]` as `[R * G, B, w]`.
    fn stack(x: Tensor<3>, tasks: usize) -> Tensor<3> {
        if tasks == 1 {
            return x;
        }
        let [rows, batch, width] = x.dims();
        let width = width / tasks;
        x.reshape([rows, batch, tasks, width]).swap_dims(1, 2).reshape([rows * tasks, batch, width])
    }

    /// `[R * G, B, w]` as `[R, B, G * w]`.
    fn widen(x: Tensor<3>, tasks: usize) -> Tensor<3> {
        if tasks == 1 {
            return x;
        }
        let [stacked, batch, width] = x.dims();
        let rows = stacked / tasks;
        x.reshape([rows, tasks, batch, width]).swap_dims(1, 2).reshape([rows, batch, tasks * width])
    }

    impl Network for SharedBottom {
        fn layout(&self) -> &Layout {
            &self.layout
        }

        fn forward(&self, params: &Params, inputs: Tensor<3>, masks: Option<&Masks>, keep_hidden: bool) -> Outputs {
            let mut hidden = Vec::new();
            let mut z = inputs;
            for (l, layer) in self.trunk.iter().enumerate() {
                z = apply(layer, params, z, 1);
                if keep_hidden {
                    hidden.push(z.clone());
                }
                z = drop(z, masks.and_then(|m| m.trunk.get(l)?.as_ref()));
            }
            let mut groups = Vec::new();
            for (g, (group, layers)) in self.shape.groups.iter().zip(&self.heads).enumerate() {
                let tasks = group.tasks.len();
                let mut y = z.clone();
                for (l, layer) in layers.iter().enumerate() {
                    if l == 0 {
                        y = apply(layer, params, y, tasks);
                    } else {
                        y = widen(apply(layer, params, stack(y, tasks), 1), tasks);
                    }
                    if l + 1 < layers.len() {
                        if keep_hidden {
                            hidden.push(y.clone());
                        }
                        y = drop(y, masks.and_then(|m| m.heads.get(g)?.get(l)?.as_ref()));
                    }
                }
                groups.push(y);
            }
            Outputs { groups, hidden }
        }
    }
}
