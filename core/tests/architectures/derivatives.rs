//! Gradients of every architecture against central differences of its own outputs, and a ensemble's step
//! against the gradients.

use crate::bench::{Bench, tensor};
use crate::cases::{BORROWING, SAMPLED, defaults, variants};
use crate::lab::{close, numbers};
use mtl_core::model::{Owner, Params, SlotKind};
use mtl_core::train::Ensemble;

#[test]
fn every_architecture_has_the_gradients_of_what_it_computes() {
    let faults: Vec<String> = variants().iter().flat_map(|pick| Bench::new(pick).faults(pick)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn architectures_that_sample_have_them_under_given_random_numbers_but_for_their_choices() {
    for pick in variants().iter().filter(|pick| SAMPLED.contains(&pick.method.as_str())) {
        let bench = Bench::sampling(pick);
        assert!(bench.network().noise_len() > 0, "{pick:?}");
        let faults = bench.faults(pick);
        assert!(faults.is_empty(), "{faults:#?}");
    }
    for pick in variants().iter().filter(|pick| !SAMPLED.contains(&pick.method.as_str())) {
        assert_eq!(Bench::new(pick).network().noise_len(), 0, "{pick:?}");
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
            // Of blocks that no task has taken nothing is learned in this step; and where there is only one
            // thing to take, there is no choice.
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
        if bench.network().penalises() {
            penalty_has_its_gradient(&format!("{pick:?}"), bench);
        }
    }
}

/// The gradient of the network's penalty against differences of it.
pub fn penalty_has_its_gradient(what: &str, bench: Bench) {
    let faults = bench.wrong_twice(penalty_faults);
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

/// Where they disagree, by position.
fn penalty_faults(bench: &Bench) -> Vec<(usize, String)> {
    let value = |params: &Params| bench.network().penalty(params, &bench.inputs).unwrap();
    let params = bench.params(bench.theta.clone()).tracked();
    let gradient = numbers(params.gradients(&mut value(&params).backward()));
    let positions = bench.positions();
    // A penalty is summed over the rows, so that each row has to be evaluated alone.
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
    let largest = found.iter().chain(&differences).fold(0.0_f32, |largest, x| largest.max(x.abs()));
    let agree = |found: f32, expected: f32| (found - expected).abs() <= 2e-3 * largest;
    let pairs = positions.into_iter().zip(found.into_iter().zip(differences));
    let wrong = pairs.filter(|(_, (found, expected))| !agree(*found, *expected));
    let said = |(position, (found, expected)): (usize, (f32, f32))| {
        (position, format!("{position}: gradient {found}, differences {expected}"))
    };
    wrong.map(said).collect()
}

/// The factor on the learning rate at every position.
fn rates(ensemble: &Ensemble) -> Vec<f32> {
    let layout = ensemble.network().layout();
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
        let moved = bench.theta.iter().zip(&total).zip(rates(&bench.rig.ensemble));
        let moved: Vec<f32> = moved.map(|((theta, gradient), rate)| theta - gradient * rate).collect();
        let after = tensor(moved.clone(), [1, moved.len()]);
        let stepped = bench.network().proximal(&after, 1.0, None);
        assert_eq!(stepped.is_some(), bench.network().is_proximal());
        let expected = stepped.map_or(moved, numbers);
        let theta = bench.theta.clone();
        bench.rig.put(&theta);
        bench.rig.advance(1);
        close(&format!("{pick:?}"), &bench.rig.theta(0), &expected, 2e-5);
    }
}
