//! A shared bottom in plain f64 loops, one row, one task, one number at a time: slow, and written
//! without looking at the engine. Its gradients are central differences.

use mtl_core::config::{Activation, LayerConfig, LossKind};
use mtl_core::data::{Dataset, Split};
use mtl_core::lesson::Lesson;
use mtl_core::model::{Layout, Slot, SlotKind};
use statrs::distribution::{ContinuousCDF, Normal};

/// Half the width of a central difference: its error is of the order of its square.
const H: f64 = 1e-5;

/// The network of a lesson with a loss over the rows of a split.
pub struct Reference<'a> {
    pub lesson: &'a Lesson,
    pub layout: &'a Layout,
    pub data: &'a Dataset,
    pub mask: Option<&'a Mask>,
}

/// What a hidden unit is multiplied with: by layer from the first shared one on, task (none in the
/// trunk), position of the row in the batch, and unit.
type Mask = dyn Fn(usize, Option<usize>, usize, usize) -> f64;

impl<'a> Reference<'a> {
    pub fn new(lesson: &'a Lesson, layout: &'a Layout, data: &'a Dataset) -> Self {
        Self { lesson, layout, data, mask: None }
    }

    /// Losses per task over some rows of a split, as a mean over those that are labelled.
    pub fn losses(&self, theta: &[f64], split: &Split, rows: &[usize]) -> Vec<f64> {
        let tasks = 0..self.lesson.tasks.len();
        let loss = |k: usize| {
            let labelled: Vec<_> = (0..rows.len()).filter(|i| split.mask[k][rows[*i]]).collect();
            let sum: f64 = labelled.iter().map(|i| self.row_loss(theta, k, split, rows[*i], *i)).sum();
            sum / labelled.len().max(1) as f64
        };
        tasks.map(loss).collect()
    }

    /// Gradients of every task's loss: `[tasks][parameters]`.
    pub fn gradients(&self, theta: &[f64], rows: &[usize]) -> Vec<Vec<f64>> {
        let tasks = self.lesson.tasks.len();
        let mut gradients = vec![vec![0.0; theta.len()]; tasks];
        let mut at = theta.to_vec();
        for i in 0..theta.len() {
            at[i] = theta[i] + H;
            let above = self.losses(&at, &self.data.train, rows);
            at[i] = theta[i] - H;
            let below = self.losses(&at, &self.data.train, rows);
            at[i] = theta[i];
            for k in 0..tasks {
                gradients[k][i] = (above[k] - below[k]) / (2.0 * H);
            }
        }
        gradients
    }

    /// The gradient of `sum_k weights_k loss_k`.
    pub fn weighted(&self, theta: &[f64], rows: &[usize], weights: &[f64]) -> Vec<f64> {
        weigh(&self.gradients(theta, rows), weights)
    }

    fn row_loss(&self, theta: &[f64], task: usize, split: &Split, row: usize, place: usize) -> f64 {
        let inputs = self.data.inputs;
        let x: Vec<f64> = split.x[row * inputs..(row + 1) * inputs].iter().map(|v| f64::from(*v)).collect();
        let out = self.outputs(theta, task, &x, place);
        let columns = self.data.tasks[task].columns;
        let y: Vec<f64> = split.y[task][row * columns..(row + 1) * columns].iter().map(|v| f64::from(*v)).collect();
        loss(self.lesson.tasks[task].loss, &out, &y)
    }

    /// What the network says of one row for one task, before any sigmoid or softmax.
    pub fn outputs(&self, theta: &[f64], task: usize, x: &[f64], place: usize) -> Vec<f64> {
        let config = &self.lesson.tasks[task];
        let last = LayerConfig::new(config.outputs).with(Activation::Identity);
        let trunk = self.lesson.trunk.len();
        let layers = self.lesson.trunk.iter().chain(&config.head).chain([&last]);
        let mut slots = self.layout.slots.iter().filter_map(|slot| {
            let own = slot.positions(Some(task));
            let positions = if own.is_empty() { slot.positions(None) } else { own };
            (!positions.is_empty()).then(|| (slot, values(theta, &positions)))
        });
        let mut next = |kind: fn(SlotKind) -> bool| -> (&Slot, Vec<f64>) {
            let (slot, values) = slots.next().unwrap();
            assert!(kind(slot.kind), "{}", slot.name);
            (slot, values)
        };
        let mut z = x.to_vec();
        for (l, layer) in layers.enumerate() {
            let (slot, w) = next(|kind| matches!(kind, SlotKind::Weight(_)));
            assert_eq!((slot.rows, slot.columns), (z.len(), layer.width));
            let (_, b) = next(|kind| kind == SlotKind::Bias);
            let into = |c: usize| b[c] + z.iter().enumerate().map(|(r, z)| z * w[r * layer.width + c]).sum::<f64>();
            z = (0..layer.width).map(into).collect();
            if layer.norm {
                let (_, gain) = next(|kind| kind == SlotKind::Gain);
                let (_, shift) = next(|kind| kind == SlotKind::Shift);
                z = normal(&z).iter().zip(gain.iter().zip(shift)).map(|(z, (g, s))| z * g + s).collect();
            }
            z.iter_mut().for_each(|z| *z = activate(layer.activation, *z));
            if let (Some(mask), true) = (self.mask, l < trunk + config.head.len()) {
                let owner = (l >= trunk).then_some(task);
                z.iter_mut().enumerate().for_each(|(u, z)| *z *= mask(l, owner, place, u));
            }
        }
        z
    }
}

pub fn weigh(jacobian: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let sum = |i: usize| jacobian.iter().zip(weights).map(|(row, w)| w * row[i]).sum();
    (0..jacobian[0].len()).map(sum).collect()
}

fn values(theta: &[f64], positions: &[usize]) -> Vec<f64> {
    positions.iter().map(|p| theta[*p]).collect()
}

fn normal(z: &[f64]) -> Vec<f64> {
    let n = z.len() as f64;
    let mean = z.iter().sum::<f64>() / n;
    let variance = z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / n;
    z.iter().map(|z| (z - mean) / (variance + 1e-5).sqrt()).collect()
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

pub fn activate(kind: Activation, z: f64) -> f64 {
    match kind {
        Activation::Identity => z,
        Activation::Relu => z.max(0.0),
        Activation::LeakyRelu => z.max(0.01 * z),
        Activation::Tanh => z.tanh(),
        Activation::Sigmoid => sigmoid(z),
        Activation::Gelu => z * Normal::standard().cdf(z),
        Activation::Silu => z * sigmoid(z),
    }
}

fn loss(kind: LossKind, out: &[f64], y: &[f64]) -> f64 {
    let mean = |each: fn(f64) -> f64| out.iter().zip(y).map(|(o, y)| each(o - y)).sum::<f64>() / out.len() as f64;
    match kind {
        LossKind::Mse => mean(|e| e * e),
        LossKind::Huber => mean(|e| if e.abs() <= 1.0 { 0.5 * e * e } else { e.abs() - 0.5 }),
        LossKind::Bce => -(y[0] * sigmoid(out[0]).ln() + (1.0 - y[0]) * sigmoid(-out[0]).ln()),
        LossKind::Ce => out.iter().map(|o| o.exp()).sum::<f64>().ln() - out[y[0] as usize],
    }
}
