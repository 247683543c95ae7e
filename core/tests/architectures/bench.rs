//! A network of any architecture at parameters of which none is special: its losses, their gradients and
//! their differences.

use crate::cases::{DETACHED, plain};
use crate::lab::{Rig, numbers};
use burn::tensor::{Device, Tensor, TensorData};
use mtl_core::config::{Config, Pick};
use mtl_core::model::{GumbelNoise, Network, Params, Shape, Slot, SlotKind, StepNoise};
use mtl_core::random::{Purpose, stream};
use rand::RngExt;

/// A lesson's training rows, and its network at parameters of which none is special.
pub struct Bench {
    pub rig: Rig,
    pub shape: Shape,
    pub theta: Vec<f32>,
    pub inputs: Tensor<3>,
    /// Per task `[1, B, outputs]`.
    targets: Vec<Tensor<3>>,
    masks: Option<StepNoise>,
}

pub fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

impl Bench {
    pub fn new(pick: &Pick) -> Self {
        Self::of(plain(pick))
    }

    /// Of a lesson of regressions.
    pub fn of(config: Config) -> Self {
        let rig = Rig::new(config);
        let theta = rig.scrambled();
        let data = rig.ensemble.data();
        let rows = data.train.rows;
        let outputs = rig.ensemble.lesson().tasks.iter().map(|task| task.outputs);
        Self {
            shape: Shape::of(rig.ensemble.lesson(), data.inputs),
            inputs: tensor(data.train.x.clone(), [1, rows, data.inputs]),
            targets: outputs.zip(&data.train.y).map(|(n, y)| tensor(y.clone(), [1, rows, n])).collect(),
            masks: None,
            theta,
            rig,
        }
    }

    /// The same while training, under random numbers of a step far from the first.
    pub fn sampling(pick: &Pick) -> Self {
        let bench = Self::new(pick);
        let mut random = stream(3, Purpose::Architecture, 0, 0);
        let count = bench.network().noise_len();
        let gumbel = (0..count).map(|_| -(-random.random_range(0.01_f32..0.99).ln()).ln()).collect();
        let gumbel = Some(GumbelNoise { values: tensor(gumbel, [1, 1, count]), epoch: 30.0 });
        Self { masks: Some(StepNoise { gumbel, ..StepNoise::default() }), ..bench }
    }

    pub fn network(&self) -> &dyn Network {
        self.rig.ensemble.network()
    }

    /// The mean squared error of every task in every row of the parameters, `[R]` each.
    fn losses(&self, params: &Params) -> Vec<Tensor<1>> {
        let rows = params.rows;
        let [_, batch, width] = self.inputs.dims();
        let masks = self.masks.as_ref().map(|masks| {
            masks.map(|tensor| {
                let [_, one, count] = tensor.dims();
                tensor.clone().expand([rows, one, count])
            })
        });
        let inputs = self.inputs.clone().expand([rows, batch, width]);
        let groups = self.network().forward(params, inputs, masks.as_ref(), false).groups;
        let of_task = |task: usize| {
            let groups = self.shape.groups.iter().zip(&groups);
            let (group, outputs) = groups.into_iter().find(|(group, _)| group.tasks.contains(&task)).unwrap();
            let place = group.tasks.iter().position(|other| *other == task).unwrap() * group.outputs;
            let own = outputs.clone().slice([0..rows, 0..batch, place..place + group.outputs]);
            let error = own - self.targets[task].clone().expand([rows, batch, group.outputs]);
            error.powi_scalar(2).mean_dims(&[1, 2]).reshape([rows])
        };
        (0..self.shape.tasks).map(of_task).collect()
    }

    pub fn params(&self, theta: Vec<f32>) -> Params {
        let rows = theta.len() / self.theta.len();
        Params::from_flat(&tensor(theta, [rows, self.theta.len()]), self.network().layout())
    }

    /// The gradient of every task's loss.
    pub fn gradients(&self) -> Vec<Vec<f32>> {
        let of_task = |task: usize| {
            let params = self.params(self.theta.clone()).tracked();
            let loss = self.losses(&params).swap_remove(task);
            numbers(params.gradients(&mut loss.sum().backward()))
        };
        (0..self.shape.tasks).map(of_task).collect()
    }

    /// Some positions of every slot.
    pub fn positions(&self) -> Vec<usize> {
        const EACH: usize = 6;
        let of_slot = |slot: &Slot| {
            let (offset, length) = (slot.offset, slot.len());
            let mut some: Vec<usize> = (0..EACH).map(|i| offset + i * (length - 1) / (EACH - 1)).collect();
            some.dedup();
            some
        };
        self.network().layout().slots.iter().flat_map(of_slot).collect()
    }

    /// The derivatives of every function at some positions, by four points each: the error is of the
    /// order of the fourth power of the distance.
    pub fn differences(&self, positions: &[usize], of: impl Fn(&Params) -> Vec<Vec<f32>>) -> Vec<Vec<f32>> {
        const H: f32 = 0.005;
        const POINTS: [(f32, f64); 4] = [(-2.0, 1.0), (-1.0, -8.0), (1.0, 8.0), (2.0, -1.0)];
        let moved = positions.iter().flat_map(|position| {
            POINTS.iter().flat_map(|(step, _)| {
                let mut theta = self.theta.clone();
                theta[*position] += step * H;
                theta
            })
        });
        let values = of(&self.params(moved.collect()));
        let slope = |four: &[f32]| {
            let sum: f64 = four.iter().zip(POINTS).map(|(value, (_, weight))| f64::from(*value) * weight).sum();
            (sum / (12.0 * f64::from(H))) as f32
        };
        values.iter().map(|values| values.chunks_exact(4).map(slope).collect()).collect()
    }

    fn slot_of(&self, position: usize) -> &Slot {
        self.network().layout().slot_at(position).unwrap()
    }

    /// Which task alone owns a position.
    fn owner(&self, position: usize) -> Option<usize> {
        let slot = self.slot_of(position);
        slot.tasks().iter().copied().find(|task| slot.positions(Some(*task)).contains(&position))
    }

    /// What is wrong here, by where, and in the same places at other parameters too: a relu's kink may lie
    /// between the points of a difference here, but hardly there as well.
    pub fn wrong_twice<P: PartialEq>(self, faults: impl Fn(&Self) -> Vec<(P, String)>) -> Vec<String> {
        let here = faults(&self);
        if here.is_empty() {
            return Vec::new();
        }
        let theta = self.theta.iter().enumerate().map(|(i, x)| x + 0.05 * (i as f32).sin()).collect();
        let there = faults(&Self { theta, ..self });
        here.into_iter()
            .filter(|(place, _)| there.iter().any(|(other, _)| other == place))
            .map(|(_, what)| what)
            .collect()
    }

    /// Where gradients and differences disagree that should agree.
    pub fn faults(self, pick: &Pick) -> Vec<String> {
        self.wrong_twice(|bench| bench.disagreements(pick))
    }

    /// The same at these parameters alone, by task and position.
    fn disagreements(&self, pick: &Pick) -> Vec<((usize, usize), String)> {
        let mut faults = Vec::new();
        let detached = DETACHED.contains(&pick.method.as_str());
        let straight_through = |slot: &Slot| self.masks.is_some() && matches!(slot.kind, SlotKind::Free(..));
        let mut positions = self.positions();
        positions.retain(|position| !straight_through(self.slot_of(*position)));
        let differences = self.differences(&positions, |params| self.losses(params).into_iter().map(numbers).collect());
        for (task, (gradient, differences)) in self.gradients().iter().zip(differences).enumerate() {
            let largest = gradient.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
            for (position, expected) in positions.iter().zip(differences) {
                let found = gradient[*position];
                let elsewhere = self.owner(*position).is_some_and(|owner| owner != task);
                if detached && elsewhere && found == 0.0 {
                    continue;
                }
                if (found - expected).abs() > 1e-3 * largest + 1e-5 {
                    let name = &self.slot_of(*position).name;
                    let what = format!("gradient {found}, differences {expected}, largest {largest}");
                    faults.push(((task, *position), format!("{pick:?}, task {task}, {name}: {what}")));
                }
            }
        }
        faults
    }
}
