//! The heads: the private layers of all tasks, on whatever a trunk hands them.

use super::network::Params;
use super::parts::{Features, ForwardContext, Layer};
use super::shape::Shape;
use super::slots::{LayerId, Layout, Owner};
use crate::config::{Activation, LayerConfig, task_name};
use burn::tensor::Tensor;

/// The private layers of all tasks. The heads of tasks with equal shapes go through one matmul per
/// layer: over common features the first private layer has all tasks' columns side by side, later
/// ones are stacked along the population axis.
pub struct Heads {
    /// Per group: private layers, then the output layer.
    groups: Vec<Vec<Layer>>,
}

impl Heads {
    /// Appends the heads' slots; `own` where every task has features of its own.
    pub fn push(layout: &mut Layout, shape: &Shape, from: usize, own: bool) -> Self {
        let groups = shape.groups.iter().map(|group| {
            let mut from = from;
            let names: Vec<_> = group.tasks.iter().map(|t| task_name(*t)).collect();
            let output = LayerConfig::new(group.outputs).with(Activation::Identity);
            let push = |(l, layer): (usize, &LayerConfig)| {
                let tasks = group.tasks.clone();
                let owner = if l == 0 && !own { Owner::Wide(tasks) } else { Owner::Stacked(tasks) };
                let what =
                    if l == group.head.len() { "output layer".into() } else { format!("private layer {}", l + 1) };
                let name = format!("{what} of task {}", names.join(", "));
                let pushed = Layer::push(layout, &name, LayerId::Head(l), &owner, from, layer);
                from = layer.width;
                pushed
            };
            group.head.iter().chain([&output]).enumerate().map(push).collect()
        });
        Self { groups: groups.collect() }
    }

    /// Per group: private layers, then the output layer.
    pub fn groups(&self) -> &[Vec<Layer>] {
        &self.groups
    }

    /// Every group's outputs, `[R, B, tasks * outputs]`.
    pub fn forward(
        &self,
        shape: &Shape,
        params: &Params,
        features: &Features,
        context: &mut ForwardContext,
    ) -> Vec<Tensor<3>> {
        let mut groups = Vec::new();
        let mut column = 0;
        for (g, (group, layers)) in shape.groups.iter().zip(&self.groups).enumerate() {
            let tasks = group.tasks.len();
            let mut y = match features {
                Features::Shared(z) => z.clone(),
                Features::PerTask(z) => {
                    let [rows, _, batch, width] = z.dims();
                    let own = z.clone().slice([0..rows, column..column + tasks, 0..batch, 0..width]);
                    widen(own.reshape([rows * tasks, batch, width]), tasks)
                }
            };
            column += tasks;
            for (l, layer) in layers.iter().enumerate() {
                y = if l == 0 && matches!(features, Features::Shared(_)) {
                    layer.apply(params, y, tasks)
                } else {
                    widen(layer.apply(params, stack(y, tasks), 1), tasks)
                };
                if l + 1 < layers.len() {
                    y = context.head(g, l, y);
                }
            }
            groups.push(y);
        }
        groups
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
