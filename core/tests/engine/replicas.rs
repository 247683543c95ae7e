//! Replicas: the gradient of the summed loss at a replicated leaf is the Jacobian.

use crate::lab::{Rig, close, config, double, layer, single, task};
use crate::population::everything;
use crate::reference::Reference;
use mtl_core::config::{Activation, Config, LossKind, Optimiser, TaskConfig};
use mtl_core::measure::conflict;
use mtl_core::train::{Plan, Role};

/// Two groups that interleave: the columns on the device are A, C, B, D.
fn interleaved() -> Config {
    let tasks = vec![
        TaskConfig { scale: 3.0, noise: 0.3, ..task(LossKind::Mse, "waves") },
        TaskConfig { labelled: 7, ..task(LossKind::Bce, "circle") },
        TaskConfig { labelled: 11, ..task(LossKind::Mse, "xor") },
        TaskConfig { head: Vec::new(), ..task(LossKind::Bce, "moons") },
    ];
    config(tasks, vec![layer(5, Activation::Tanh), layer(4, Activation::Silu)])
}

/// Inner products of the rows' first `shared` entries, row-major.
fn products(rows: &[Vec<f64>], shared: usize) -> Vec<f64> {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).take(shared).map(|(a, b)| a * b).sum::<f64>();
    rows.iter().flat_map(|a| rows.iter().map(|b| product(a, b)).collect::<Vec<_>>()).collect()
}

#[test]
fn the_gram_matrix_is_that_of_the_tasks_gradients_in_the_tasks_order() {
    let mut rig = Rig::new(interleaved());
    let theta = rig.scrambled();
    rig.put(&theta);
    let (lesson, data, layout) = (rig.ensemble.lesson(), rig.ensemble.data(), rig.layout());
    let rows: Vec<usize> = (0..data.train.rows).collect();
    let mut jacobian = Reference::new(lesson, layout, data).gradients(&double(&theta), &rows);
    for (row, task) in jacobian.iter_mut().zip(&lesson.tasks) {
        row.iter_mut().for_each(|v| *v *= task.scale);
    }
    let expected = products(&jacobian, layout.shared);
    let gram = rig.steps(1).remove(0).gram;
    close("gram", &gram, &single(&expected), 1e-5);
    for (i, j) in [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)] {
        let cosine = conflict::cosine(&gram, i, j).unwrap();
        let norms = (expected[i * 5] * expected[j * 5]).sqrt();
        assert!((cosine - expected[i * 4 + j] / norms).abs() < 1e-4, "{i} {j}: {cosine}");
    }
}

#[test]
fn the_jacobian_is_what_separate_backward_passes_give_on_one_batch_and_one_mask() {
    let mut config = interleaved();
    // One batch an epoch, and not of all rows.
    config.training.batch = 13;
    config.training.dropout = 0.3;
    let mut rig = Rig::new(config);
    let before = double(&rig.theta(0));
    let gram = rig.steps(1).remove(0).gram;
    let plan = rig.ensemble.plan().clone();
    let separate = (0..4).map(|k| {
        let after = double(&rig.theta(plan.baseline(0, k).unwrap()));
        before.iter().zip(after).map(|(a, b)| a - b).collect()
    });
    let separate: Vec<Vec<f64>> = separate.collect();
    close("gram", &gram, &single(&products(&separate, rig.layout().shared)), 1e-4);
    // And the composed step is their sum.
    let sum: Vec<f64> = (0..before.len()).map(|i| before[i] - separate.iter().map(|row| row[i]).sum::<f64>()).collect();
    close("composed", &rig.theta(0), &single(&sum), 1e-5);
}

#[test]
fn a_member_with_replicas_trains_as_one_without() {
    let run = |replicated: usize| {
        let mut rig = Rig::planned(everything(Optimiser::Adam), |plan| Plan { replicated, ..plan });
        let points = rig.steps(32);
        (rig.rows("theta"), rig.rows("s"), points)
    };
    let (theta, s, points) = run(0);
    assert!(points.iter().all(|point| point.gram.is_empty()));
    let (_, _, with_one) = run(1);
    for replicated in [1, 2] {
        let (other_theta, other_s, other_points) = run(replicated);
        for m in 0..theta.len() {
            close(&format!("{replicated} replicated, member {m}"), &theta[m], &other_theta[m], 1e-4);
            close(&format!("{replicated} replicated, weights of {m}"), &s[m], &other_s[m], 1e-4);
        }
        for (a, b) in with_one.iter().zip(&other_points) {
            close("gram of the first member", &a.gram, &b.gram, 1e-3);
        }
    }
}

#[test]
fn there_is_no_gram_matrix_where_nothing_is_shared() {
    let mut config = interleaved();
    config.trunk.clear();
    assert!(Rig::new(config.clone()).steps(1)[0].gram.is_empty());
    config.trunk = interleaved().trunk;
    config.tasks.truncate(1);
    let mut rig = Rig::new(config);
    assert!(rig.steps(1)[0].gram.is_empty());
    assert!(rig.ensemble.plan().members.iter().all(|member| member.role == Role::Composed));
}
