//! Networks with parameters that are set by hand.

use crate::lab::numbers;
use burn::tensor::{Device, Tensor, TensorData};
use mtl_core::config::{Activation, LayerConfig, LossKind, Pick, Relation};
use mtl_core::model::{self, Group, GumbelNoise, Network, Params, Shape, Slot, StepNoise};

/// A network with heads that hand out what they read, so that a task's outputs are its features.
pub struct Hand {
    pub network: Box<dyn Network>,
    pub shape: Shape,
    pub theta: Vec<f32>,
}

/// Linear layers.
pub fn linear(widths: &[usize]) -> Vec<LayerConfig> {
    widths.iter().map(|width| LayerConfig::new(*width).with(Activation::Identity)).collect()
}

impl Hand {
    /// A network of so many inputs, tasks and layers, all of its parameters zero but the heads'.
    pub fn new(pick: &Pick, inputs: usize, tasks: usize, trunk: Vec<LayerConfig>) -> Self {
        Self::related(pick, inputs, tasks, trunk, |_, _| Relation::Undeclared)
    }

    /// The same with a declared relation of every two tasks.
    pub fn related(
        pick: &Pick,
        inputs: usize,
        tasks: usize,
        trunk: Vec<LayerConfig>,
        relation: impl Fn(usize, usize) -> Relation,
    ) -> Self {
        let width = trunk.last().unwrap().width;
        let group = Group { tasks: (0..tasks).collect(), head: Vec::new(), outputs: width, loss: LossKind::Mse };
        let relations = (0..tasks).map(|a| (0..tasks).map(|b| relation(a, b)).collect()).collect();
        let shape = Shape { inputs, tasks, trunk, groups: vec![group], trunks: vec![0; tasks], relations };
        let network = model::build(pick, &shape);
        let theta = vec![0.0; network.layout().len];
        let mut hand = Self { network, shape, theta };
        let names: Vec<String> = hand.network.layout().slots.iter().map(|slot| slot.name.clone()).collect();
        let head = names.iter().find(|name| name.starts_with("output layer") && name.ends_with("weights")).unwrap();
        let identity: Vec<f32> = (0..width * width).map(|i| f32::from(i / width == i % width)).collect();
        (0..tasks).for_each(|task| hand.set(head, Some(task), &identity));
        hand
    }

    fn slot(&self, name: &str) -> &Slot {
        let slots = &self.network.layout().slots;
        let names = || slots.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>();
        slots.iter().find(|slot| slot.name == name).unwrap_or_else(|| panic!("no slot {name} among {:?}", names()))
    }

    /// Gives a task's matrices of a slot, or the shared ones, these values, row after row.
    pub fn set(&mut self, name: &str, task: Option<usize>, values: &[f32]) {
        let positions = self.slot(name).positions(task);
        assert_eq!(positions.len(), values.len(), "{name}");
        positions.iter().zip(values).for_each(|(position, value)| self.theta[*position] = *value);
    }

    /// A slot's values, of a task or shared, in other parameters of this network.
    pub fn read(&self, theta: &[f32], name: &str, task: Option<usize>) -> Vec<f32> {
        self.slot(name).positions(task).iter().map(|position| theta[*position]).collect()
    }

    pub fn params(&self) -> Params {
        Params::from_flat(&self.flat(), self.network.layout())
    }

    pub fn flat(&self) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.theta.clone(), [1, self.theta.len()]), &Device::flex())
    }

    pub fn rows(&self, inputs: &[f32]) -> Tensor<3> {
        let shape = [1, inputs.len() / self.shape.inputs, self.shape.inputs];
        Tensor::from_data(TensorData::new(inputs.to_vec(), shape), &Device::flex())
    }

    /// Every task's outputs for some rows of inputs, row after row.
    pub fn outputs(&self, inputs: &[f32]) -> Vec<Vec<f32>> {
        self.sampled(inputs, None)
    }

    /// The same in a training step with these Gumbel numbers at an epoch.
    pub fn sampled(&self, inputs: &[f32], draws: Option<(Vec<f32>, f64)>) -> Vec<Vec<f32>> {
        let draws = draws.map(|(gumbel, epoch)| {
            let shape = [1, 1, gumbel.len()];
            GumbelNoise { values: Tensor::from_data(TensorData::new(gumbel, shape), &Device::flex()), epoch }
        });
        let masks = draws.map(|draws| StepNoise { gumbel: Some(draws), ..StepNoise::default() });
        let outputs = self.network.forward(&self.params(), self.rows(inputs), masks.as_ref(), false).groups;
        let width = self.shape.representation();
        let all = numbers(outputs[0].clone());
        let of_task = |task: usize| {
            let rows = all.chunks_exact(self.shape.tasks * width);
            rows.flat_map(|row| row[task * width..(task + 1) * width].to_vec()).collect()
        };
        (0..self.shape.tasks).map(of_task).collect()
    }

    /// The gradient of a task's summed outputs.
    pub fn gradient(&self, inputs: &[f32], task: usize, draws: Option<GumbelNoise>) -> Vec<f32> {
        let params = self.params().tracked();
        let masks = draws.map(|draws| StepNoise { gumbel: Some(draws), ..StepNoise::default() });
        let outputs = self.network.forward(&params, self.rows(inputs), masks.as_ref(), false).groups;
        let [rows, batch, _] = outputs[0].dims();
        let width = self.shape.representation();
        let own = outputs[0].clone().slice([0..rows, 0..batch, task * width..(task + 1) * width]);
        numbers(params.gradients(&mut own.sum().backward()))
    }

    /// A learned matrix's values by its title.
    pub fn matrix(&self, title: &str, inputs: &[f32]) -> Vec<f32> {
        let matrices = self.network.learned_matrices(&self.params(), self.rows(inputs));
        let titles: Vec<String> = matrices.iter().map(|matrix| matrix.title.clone()).collect();
        let found = matrices.into_iter().find(|matrix| matrix.title == title);
        numbers(found.unwrap_or_else(|| panic!("no matrix {title} among {titles:?}")).values)
    }

    /// Parameters without the heads'.
    pub fn parameters(&self) -> usize {
        let is_head = |slot: &&Slot| slot.name.starts_with("output layer");
        self.theta.len() - self.network.layout().slots.iter().filter(is_head).map(Slot::len).sum::<usize>()
    }
}
