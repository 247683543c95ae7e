//! Gradients of every architecture against central differences of its own outputs, and a trainer's step
//! against the gradients.

use crate::cases::{BORROWING, DETACHED, SAMPLED, defaults, plain, variants};
use crate::lab::{Rig, close, numbers};
use burn::tensor::{Device, Tensor, TensorData};
use mtl_core::config::Pick;
use mtl_core::model::{Draws, Masks, Network, Owner, Params, Shape, Slot, SlotKind};
use mtl_core::random::{Purpose, stream};
use mtl_core::train::Trainer;
use rand::RngExt;

/// A lesson's training rows, and its network at parameters of which none is special.
struct Bench {
    rig: Rig,
    shape: Shape,
    theta: Vec<f32>,
    inputs: Tensor<3>,
    /// Per task `[1, B, outputs]`.
    targets: Vec<Tensor<3>>,
    masks: Option<Masks>,
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

impl Bench {
    fn new(pick: &Pick) -> Self {
        let rig = Rig::new(plain(pick));
        let theta = rig.scrambled();
        let data = rig.trainer.data();
        let rows = data.train.rows;
        let outputs = rig.trainer.lesson().tasks.iter().map(|task| task.outputs);
        Self {
            shape: Shape::of(rig.trainer.lesson(), data.inputs),
            inputs: tensor(data.train.x.clone(), [1, rows, data.inputs]),
            targets: outputs.zip(&data.train.y).map(|(n, y)| tensor(y.clone(), [1, rows, n])).collect(),
            masks: None,
            theta,
            rig,
        }
    }

    /// The same while training, under random numbers of a step far from the first.
    fn sampling(pick: &Pick) -> Self {
        let bench = Self::new(pick);
        let mut random = stream(3, Purpose::Architecture, 0, 0);
        let count = bench.network().draws();
        let gumbel = (0..count).map(|_| -(-random.random_range(0.01_f32..0.99).ln()).ln()).collect();
        let draws = Some(Draws { gumbel: tensor(gumbel, [1, 1, count]), epoch: 30.0 });
        Self { masks: Some(Masks { draws, ..Masks::default() }), ..bench }
    }

    fn network(&self) -> &dyn Network {
        self.rig.trainer.network()
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

    fn params(&self, theta: Vec<f32>) -> Params {
        let rows = theta.len() / self.theta.len();
        Params::cut(&tensor(theta, [rows, self.theta.len()]), self.network().layout())
    }

    /// The gradient of every task's loss.
    fn gradients(&self) -> Vec<Vec<f32>> {
        let of_task = |task: usize| {
            let params = self.params(self.theta.clone()).tracked();
            let loss = self.losses(&params).swap_remove(task);
            numbers(params.gradients(&mut loss.sum().backward()))
        };
        (0..self.shape.tasks).map(of_task).collect()
    }

    /// Some positions of every slot.
    fn positions(&self) -> Vec<usize> {
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
    fn differences(&self, positions: &[usize], of: impl Fn(&Params) -> Vec<Vec<f32>>) -> Vec<Vec<f32>> {
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

    /// Where gradients and differences disagree that should agree.
    fn faults(&self, pick: &Pick) -> Vec<String> {
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
                    faults.push(format!("{pick:?}, task {task}, {name}: {what}"));
                }
            }
        }
        faults
    }
}

#[test]
fn every_architecture_has_the_gradients_of_what_it_computes() {
    let faults: Vec<String> = variants().iter().flat_map(|pick| Bench::new(pick).faults(pick)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn architectures_that_sample_have_them_under_given_random_numbers_but_for_their_choices() {
    for pick in variants().iter().filter(|pick| SAMPLED.contains(&pick.method.as_str())) {
        let bench = Bench::sampling(pick);
        assert!(bench.network().draws() > 0, "{pick:?}");
        let faults = bench.faults(pick);
        assert!(faults.is_empty(), "{faults:#?}");
    }
    for pick in variants().iter().filter(|pick| !SAMPLED.contains(&pick.method.as_str())) {
        assert_eq!(Bench::new(pick).network().draws(), 0, "{pick:?}");
    }
}

#[test]
fn no_parameter_is_there_for_nothing() {
    let mut idle = Vec::new();
    for pick in variants() {
        let sampled = SAMPLED.contains(&pick.method.as_str());
        let bench = if sampled { Bench::sampling(&pick) } else { Bench::new(&pick) };
        let gradients = bench.gradients();
        for slot in &bench.network().layout().slots {
            // Of blocks that nobody has taken nothing is learned in this step; and who can take one
            // thing alone has no choice.
            let untaken = sampled && matches!(slot.owner, Owner::Copies(_));
            if untaken || (slot.columns == 1 && matches!(slot.kind, SlotKind::Free(..))) {
                continue;
            }
            let largest = |gradient: &Vec<f32>| {
                gradient[slot.offset..slot.offset + slot.len()].iter().fold(0.0_f32, |largest, x| largest.max(x.abs()))
            };
            let largest = gradients.iter().map(largest).fold(0.0, f32::max);
            if largest < 1e-9 {
                idle.push(format!("{pick:?}: {}", slot.name));
            }
        }
    }
    assert!(idle.is_empty(), "{idle:#?}");
}

#[test]
fn what_is_a_tasks_own_moves_with_its_loss_alone() {
    let mut faults = Vec::new();
    for pick in variants().iter().filter(|pick| !BORROWING.contains(&pick.method.as_str())) {
        let sampled = SAMPLED.contains(&pick.method.as_str());
        let bench = if sampled { Bench::sampling(pick) } else { Bench::new(pick) };
        let layout = bench.network().layout();
        for (task, gradient) in bench.gradients().iter().enumerate() {
            for owner in 0..bench.shape.tasks {
                let own = layout.owned_by(owner);
                let size: f32 = own.iter().zip(gradient).map(|(own, x)| own * x.abs()).sum();
                if (size > 0.0) != (owner == task) {
                    faults.push(format!("{pick:?}: what is {owner}'s moves by {size} with {task}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn shared_parameters_are_those_that_may_move_with_more_than_one_task() {
    for pick in defaults() {
        let bench = Bench::new(&pick);
        let layout = bench.network().layout();
        let mut slots = layout.slots.iter();
        assert_eq!(layout.shared > 0, slots.any(|slot| slot.owner.is_shared()), "{pick:?}");
        let line = mtl_core::model::ARCHITECTURES.iter().find(|a| a.entry.choice.key == pick.method).unwrap();
        assert_eq!(layout.shared > 0, line.shares, "{pick:?}");
        let first_private = layout.slots.iter().position(|slot| !slot.owner.is_shared()).unwrap();
        let ordered = layout.slots.iter().skip(first_private).all(|slot| !slot.owner.is_shared());
        assert!(ordered, "{pick:?}: shared slots stand first");
    }
}

#[test]
fn penalties_have_their_gradients() {
    for pick in variants() {
        let bench = Bench::new(&pick);
        if !bench.network().penalises() {
            continue;
        }
        let value = |params: &Params| bench.network().penalty(params, &bench.inputs).unwrap();
        let params = bench.params(bench.theta.clone()).tracked();
        let gradient = numbers(params.gradients(&mut value(&params).backward()));
        let positions = bench.positions();
        // A penalty is summed over the rows, so that each row has to be asked alone.
        let alone = |params: &Params| {
            let slots = 0..bench.network().layout().slots.len();
            let all: Vec<Vec<f32>> = slots.map(|slot| numbers(params.slot(slot))).collect();
            let row = |r: usize| -> Vec<f32> {
                let slots = bench.network().layout().slots.iter().zip(&all);
                slots.flat_map(|(slot, values)| values[r * slot.len()..(r + 1) * slot.len()].to_vec()).collect()
            };
            let each = (0..params.rows).map(|r| numbers(value(&bench.params(row(r))))[0]);
            vec![each.collect()]
        };
        let differences = bench.differences(&positions, alone).swap_remove(0);
        let found: Vec<f32> = positions.iter().map(|position| gradient[*position]).collect();
        close(&format!("{pick:?}"), &found, &differences, 2e-3);
    }
}

/// The factor on the learning rate at every position.
fn rates(trainer: &Trainer) -> Vec<f32> {
    let layout = trainer.network().layout();
    let mut rates = vec![1.0; layout.len];
    for slot in &layout.slots {
        if let SlotKind::Free(_, rate) = slot.kind {
            rates[slot.offset..slot.offset + slot.len()].fill(rate);
        }
    }
    rates
}

#[test]
fn a_step_follows_the_tasks_gradients_and_the_penalty_once_and_ends_with_the_proximal_step() {
    for pick in variants().iter().filter(|pick| !SAMPLED.contains(&pick.method.as_str())) {
        let mut bench = Bench::new(pick);
        let mut total = vec![0.0; bench.theta.len()];
        let mut add = |gradient: Vec<f32>| total.iter_mut().zip(gradient).for_each(|(sum, x)| *sum += x);
        bench.gradients().into_iter().for_each(&mut add);
        let params = bench.params(bench.theta.clone()).tracked();
        if let Some(penalty) = bench.network().penalty(&params, &bench.inputs) {
            add(numbers(params.gradients(&mut penalty.backward())));
        }
        let moved = bench.theta.iter().zip(&total).zip(rates(&bench.rig.trainer));
        let moved: Vec<f32> = moved.map(|((theta, gradient), rate)| theta - gradient * rate).collect();
        let after = tensor(moved.clone(), [1, moved.len()]);
        let expected = bench.network().proximal(&after, 1.0).map_or(moved, numbers);
        let theta = bench.theta.clone();
        bench.rig.put(&theta);
        bench.rig.advance(1);
        close(&format!("{pick:?}"), &bench.rig.theta(0), &expected, 2e-5);
    }
}
