//! What holds for every balancer, whatever it is given.

use super::{BALANCERS, Lab, assert_close, lab, random};
use mtl_core::config::Kind;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// What training never sees, and what a broken caller may pass.
const WILD: [f64; 12] =
    [0.0, -0.0, -1.0, 1e-300, 5e-324, 1e300, -1e300, 1e-9, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn number(random: &mut ChaCha8Rng) -> f64 {
    if random.random_range(0..3) == 0 {
        WILD[random.random_range(0..WILD.len())]
    } else {
        random.random_range(0.0..3.0)
    }
}

fn numbers(random: &mut ChaCha8Rng, tasks: usize) -> Vec<f64> {
    (0..tasks).map(|_| number(random)).collect()
}

/// Rows of every kind: independent, zero, the same, opposite, with fewer directions than tasks.
fn gram(random: &mut ChaCha8Rng, tasks: usize) -> DMatrix<f64> {
    let width = random.random_range(1..=2 * tasks);
    let mut jacobian = DMatrix::from_fn(tasks, width, |_, _| random.random_range(-1.0..1.0));
    let first = jacobian.row(0).into_owned();
    match random.random_range(0..4) {
        0 => jacobian.row_mut(tasks - 1).fill(0.0),
        1 => jacobian.row_mut(tasks - 1).copy_from(&first),
        2 => jacobian.row_mut(tasks - 1).copy_from(&-first),
        _ => jacobian *= 10_f64.powf(random.random_range(-9.0..9.0)),
    }
    &jacobian * jacobian.transpose()
}

/// A balancer with options within their limits and vectors of any kind.
fn any(key: &str, random: &mut ChaCha8Rng, tasks: usize, wild: bool) -> Lab {
    let mut lab = lab(key);
    for spec in lab.balancer.entry().options {
        let value = match spec.kind {
            Kind::Number { min, max, .. } => random.random_range(min..=max),
            _ => f64::from(random.random_range(0..3_u8)),
        };
        lab = lab.option(spec.key, if random.random_range(0..2) == 0 { value } else { spec.default });
    }
    for spec in lab.balancer.vectors() {
        if wild && random.random_range(0..2) == 0 {
            lab.vectors.insert(spec.key, numbers(random, tasks));
        }
    }
    lab.gram = Some(gram(random, tasks));
    lab
}

#[test]
fn every_answer_and_all_that_is_remembered_stays_finite() {
    let mut random = random(1);
    for balancer in BALANCERS {
        for case in 0..300 {
            let tasks = 2 + case % 5;
            let mut lab = any(balancer.entry().choice.key, &mut random, tasks, true);
            for _ in 0..4 {
                let (losses, after) = (numbers(&mut random, tasks), numbers(&mut random, tasks));
                let after = (random.random_range(0..2) == 0).then_some(after.as_slice());
                let answer = lab.answer(&losses, &mut random);
                let remembered = lab.balancer.remember(&lab.seen(&losses), &answer, after);
                let answers = answer.weights.iter().chain(remembered.values());
                let all_finite = |values: &Vec<f64>| values.len() == tasks && values.iter().all(|x| x.is_finite());
                for values in answers {
                    assert!(all_finite(values), "{:?}: {values:?} from {losses:?}, {:?}", lab.pick, lab.vectors);
                }
                lab.vectors.extend(remembered);
            }
        }
    }
}

#[test]
fn training_for_two_hundred_steps_leaves_weights_that_can_be_used() {
    let mut random = random(2);
    for balancer in BALANCERS {
        for tasks in 2..=6 {
            let mut lab = lab(balancer.entry().choice.key).gram(gram(&mut random, tasks));
            for step in 0..200 {
                let losses: Vec<f64> = (0..tasks).map(|k| (k + 1) as f64 * 0.99_f64.powi(step) + 0.01).collect();
                let after: Vec<f64> = losses.iter().map(|loss| loss * 0.99).collect();
                let weights = lab.step(&losses, Some(&after));
                let usable = weights.iter().all(|weight| weight.abs() < 1e3) && weights.iter().any(|w| *w > 0.0);
                assert!(usable, "{}: {weights:?}", balancer.entry().choice.key);
            }
        }
    }
}

#[test]
fn the_order_of_the_tasks_makes_no_difference() {
    let mut random = random(5);
    for balancer in BALANCERS.iter().filter(|balancer| balancer.entry().choice.key != "rlw") {
        for tasks in (2..=6).cycle().take(50) {
            let mut lab = any(balancer.entry().choice.key, &mut random, tasks, false);
            let losses: Vec<f64> = (0..tasks).map(|_| random.random_range(0.1..3.0)).collect();
            for spec in balancer.vectors() {
                lab.vectors.insert(spec.key, (0..tasks).map(|_| random.random_range(0.1..0.9)).collect());
            }
            let turned = |values: &[f64]| (0..tasks).map(|k| values[(k + 1) % tasks]).collect::<Vec<_>>();
            let expected = turned(&lab.weights(&losses));
            lab.vectors.values_mut().for_each(|values| *values = turned(values));
            let gram = lab.gram.take().unwrap();
            lab.gram = Some(DMatrix::from_fn(tasks, tasks, |i, j| gram[((i + 1) % tasks, (j + 1) % tasks)]));
            assert_close(&lab.weights(&turned(&losses)), &expected);
        }
    }
}

#[test]
fn every_balancer_declares_itself_once_and_remembers_what_it_declares() {
    for (i, balancer) in BALANCERS.iter().enumerate() {
        let key = balancer.entry().choice.key;
        assert_eq!(BALANCERS.iter().filter(|other| other.entry().choice.key == key).count(), 1, "{key}");
        assert!(!balancer.entry().choice.label.is_empty() && balancer.entry().choice.help.ends_with('.'), "{key}");
        let mut keys: Vec<_> = balancer.entry().options.iter().map(|spec| spec.key).collect();
        keys.extend(balancer.vectors().iter().map(|spec| spec.key));
        keys.sort_unstable();
        keys.windows(2).for_each(|pair| assert_ne!(pair[0], pair[1], "{key}"));
        for spec in balancer.entry().options {
            assert_eq!(spec.clamp(spec.default), spec.default, "{key} {}", spec.key);
        }
        let mut lab = lab(key).gram(gram(&mut random(i as u32), 3));
        lab.step(&[1.0, 2.0, 3.0], Some(&[1.0, 1.5, 3.0]));
        let remembered: Vec<_> =
            balancer.vectors().iter().filter(|spec| spec.remembered).map(|spec| spec.key).collect();
        let kept: Vec<_> = lab.vectors.keys().copied().collect();
        assert!(kept.iter().all(|kept| remembered.contains(kept)), "{key}: {kept:?}");
        let adam_unused = key == "gradnorm" && kept.len() == 2;
        assert!(adam_unused || kept.len() == remembered.len(), "{key}: {kept:?} of {remembered:?}");
    }
}
