//! Dropout: what a mask does to outputs and gradients, and which members draw the same.

use crate::lab::{Rig, close, config, double, layer, lesson, numbers, single, task};
use crate::reference::{Reference, weigh};
use mtl_core::config::{Activation, LayerConfig, LossKind, PopulationConfig, TaskConfig};
use mtl_core::data;
use mtl_core::kernel::loss;
use mtl_core::kernel::tensors::{Device, upload};
use mtl_core::model::{Params, Shape, StepNoise, shared_bottom};
use mtl_core::train::Role;

/// Some number that looks random, 0 a third of the time.
fn mask_value(l: usize, task: Option<usize>, row: usize, unit: usize) -> f64 {
    let mixed = (l * 31 + task.map_or(7, |k| k * 3) + row * 17 + unit * 13) % 9;
    if mixed < 3 { 0.0 } else { f64::from(mixed as u32) / 4.0 }
}

#[test]
fn a_mask_multiplies_units_and_their_gradients() {
    let head = vec![layer(3, Activation::Silu), layer(2, Activation::Tanh)];
    let alike = |target| TaskConfig { head: head.clone(), ..task(LossKind::Bce, target) };
    let other = TaskConfig { head: vec![layer(4, Activation::Tanh)], ..task(LossKind::Bce, "ring") };
    let tasks = vec![alike("xor"), other, alike("moons")];
    let lesson = lesson(config(tasks, vec![layer(5, Activation::Tanh), layer(4, Activation::Gelu)]));
    let data = data::build(&lesson);
    let shape = Shape::of(&lesson, data.inputs);
    let network = shared_bottom::plain(&shape);
    let layout = network.layout();
    let theta = layout.init(lesson.seed, 0);
    let device = Device::flex();
    let rows = data.train.rows;
    let mask = |l: usize, tasks: &[Option<usize>], width: usize| {
        let cells = (0..rows)
            .flat_map(|row| tasks.iter().flat_map(move |k| (0..width).map(move |u| mask_value(l, *k, row, u) as f32)));
        Some(upload(cells.collect(), [1, rows, tasks.len() * width], &device))
    };
    let masks = StepNoise {
        trunk: vec![mask(0, &[None], 5), mask(1, &[None], 4)],
        heads: vec![
            vec![mask(2, &[Some(0), Some(2)], 3), mask(3, &[Some(0), Some(2)], 2)],
            vec![mask(2, &[Some(1)], 4)],
        ],
        gumbel: None,
    };
    let params = Params::from_flat(&upload(theta.clone(), [1, theta.len()], &device), layout).tracked();
    let inputs = upload(data.train.x.clone(), [1, rows, 2], &device);
    let outputs = network.forward(&params, inputs, Some(&masks), false);
    let losses = shape.groups.iter().zip(outputs.groups).map(|(group, out)| {
        let y = (0..rows).flat_map(|row| group.tasks.iter().map(|k| data.train.y[*k][row]).collect::<Vec<_>>());
        let y = upload(y.collect(), [1, rows, group.tasks.len()], &device);
        loss::per_row(LossKind::Bce, out, y, group.tasks.len()).mean_dim(1).sum()
    });
    let total = losses.reduce(|a, b| a + b).unwrap();
    let gradient = numbers(params.gradients(&mut total.backward()));
    let mut reference = Reference::new(&lesson, layout, &data);
    reference.mask = Some(&mask_value);
    let jacobian = reference.gradients(&double(&theta), &(0..rows).collect::<Vec<_>>());
    close("gradient", &gradient, &single(&weigh(&jacobian, &[1.0; 3])), 1e-5);
}

/// Batches of one row: which output weights have no gradient says which units were silent.
fn silent(rates: [Option<f64>; 2], tasks: usize) -> (Rig, Vec<Vec<Vec<bool>>>) {
    let one = |k: usize| TaskConfig {
        dropout: if k == 0 { rates[1] } else { None },
        head: vec![layer(40, Activation::Sigmoid)],
        ..task(LossKind::Bce, "slope")
    };
    let trunk = LayerConfig { dropout: rates[0], ..layer(40, Activation::Sigmoid) };
    let mut config = config((0..tasks).map(one).collect(), vec![trunk]);
    config.training.batch = 1;
    config.training.dropout = 0.25;
    config.population = PopulationConfig { seeds: 2, fan: 3, spread: 0.1, ..PopulationConfig::default() };
    let mut rig = Rig::new(config);
    let gradients = rig.gradients();
    let layout = rig.layout().clone();
    let weights: Vec<_> = layout.slots.iter().filter(|slot| slot.rows == 40).collect();
    let silent = gradients.iter().map(|gradient| {
        (0..tasks)
            .flat_map(|k| {
                weights.iter().map(move |slot| {
                    let positions = slot.positions(Some(k));
                    positions.chunks(slot.columns).map(|row| row.iter().all(|p| gradient[*p] == 0.0)).collect()
                })
            })
            .collect()
    });
    let silent = silent.collect();
    (rig, silent)
}

fn share(silent: &[bool]) -> f64 {
    silent.iter().filter(|s| **s).count() as f64 / silent.len() as f64
}

#[test]
fn members_of_a_seed_lose_the_same_units_and_other_seeds_other_ones() {
    let (rig, silent) = silent([None, None], 2);
    let plan = rig.ensemble.plan();
    // Per task: what the private layer loses of the trunk, what the output loses of the private layer.
    let [trunk_a, head_a, trunk_b, head_b] = [0, 1, 2, 3].map(|i| silent[0][i].clone());
    assert_eq!(trunk_a, trunk_b);
    assert_ne!(head_a, head_b);
    for (member, mine) in plan.members.iter().zip(&silent) {
        let sees = |k: usize| match member.role {
            Role::Composed | Role::Matched => true,
            Role::Baseline(own) => own == k,
            Role::Pair(i, j) => i == k || j == k,
            Role::Fan(point) => plan.fan[point][k] > 0.0,
        };
        for (k, [trunk, head]) in [[&trunk_a, &head_a], [&trunk_b, &head_b]].into_iter().enumerate() {
            if sees(k) {
                assert_eq!(member.seed == 0, mine[2 * k] == *trunk, "{member:?}");
                assert_eq!(member.seed == 0, mine[2 * k + 1] == *head, "{member:?}");
            }
        }
    }
}

#[test]
fn rates_are_inherited_layer_by_layer_and_differ_per_task() {
    let (_, inherited) = silent([None, None], 3);
    let (_, own) = silent([Some(0.0), Some(0.8)], 3);
    let [trunk, head_a, head_b] = [0, 1, 3].map(|i| inherited[0][i].clone());
    for part in [trunk, head_a, head_b] {
        assert!((0.05..0.5).contains(&share(&part)), "{part:?}");
    }
    assert_eq!(share(&own[0][0]), 0.0);
    assert!(share(&own[0][1]) > 0.6);
    assert!((0.05..0.5).contains(&share(&own[0][3])));
}

#[test]
fn what_stays_is_divided_by_the_chance_of_staying() {
    let (mut rig, _) = silent([Some(0.75), Some(0.0)], 1);
    let layout = rig.layout().clone();
    let mut hidden = layout.slots.iter().filter(|slot| slot.rows == 40);
    let (private, output) = (hidden.next().unwrap(), hidden.next().unwrap());
    // All zeros but the output's weights: every unit of the trunk is sigmoid(0) = 1/2 and reaches
    // a private weight's gradient times what reaches the private bias.
    let mut theta = vec![0.0; layout.len];
    theta[output.offset..][..40].fill(1.0);
    rig.put(&theta);
    let gradient = rig.gradients().swap_remove(0);
    let bias = gradient[private.offset + private.len()];
    let factors = private.positions(Some(0));
    let factors: Vec<f32> = factors.chunks(40).map(|row| gradient[row[0]] / bias).collect();
    assert!(factors.contains(&0.0));
    let stays: Vec<_> = factors.iter().filter(|factor| **factor != 0.0).collect();
    assert!(!stays.is_empty() && stays.iter().all(|factor| (*factor - 2.0).abs() < 1e-4), "{factors:?}");
}
