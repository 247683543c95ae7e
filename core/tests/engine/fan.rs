//! The fan: what a preference stands for, whether host or device applies it.

use crate::lab::{Rig, close, config, layer, task};
use mtl_core::balance;
use mtl_core::config::{Activation, Config, Heads, LossKind, Pick, PopulationConfig, TaskConfig};
use mtl_core::lesson::lessons;
use mtl_core::train::Role;

/// Three tasks, six preferences, and a baseline per task.
fn preferring(heads: Heads) -> Config {
    let tasks = vec![
        TaskConfig { scale: 3.0, ..task(LossKind::Mse, "waves") },
        task(LossKind::Bce, "circle"),
        task(LossKind::Huber, "xor"),
    ];
    let mut config = config(tasks, vec![layer(5, Activation::Tanh), layer(4, Activation::Silu)]);
    config.population = PopulationConfig { seeds: 1, fan: 6, spread: 0.1, ..PopulationConfig::default() };
    config.sharing.heads = heads;
    config
}

#[test]
fn a_preference_counts_once_for_every_task_whether_or_not_it_counts_in_the_heads() {
    for heads in [Heads::Published, Heads::Weighed, Heads::Plain] {
        let mut rig = Rig::new(preferring(heads));
        let theta = rig.scrambled();
        rig.put(&theta);
        let gradients = rig.gradients();
        let (plan, shared) = (rig.ensemble.plan(), rig.layout().shared);
        // A baseline's gradient is its task's own.
        let own: Vec<&Vec<f32>> = (0..3).map(|task| &gradients[plan.baseline(0, task).unwrap()]).collect();
        assert_eq!(plan.fan.len(), 6);
        for (member, gradient) in plan.members.iter().zip(&gradients) {
            let Role::Fan(point) = member.role else { continue };
            let weight = |task: usize, at: usize| match heads {
                Heads::Plain if at >= shared => 1.0,
                _ => 3.0 * plan.fan[point][task],
            };
            let sum = |at: usize| (0..3).map(|task| weight(task, at) * own[task][at]).sum();
            let expected: Vec<f32> = (0..gradient.len()).map(sum).collect();
            close(&format!("{heads:?}, {:?}", plan.fan[point]), gradient, &expected, 1e-5);
        }
    }
}

/// Some methods read weights and some a ratio of losses; what the page calls a preference is the same
/// under all.
#[test]
fn the_more_a_point_prefers_a_task_the_lower_its_loss_whatever_the_method() {
    for entry in balance::preferences() {
        let key = entry.choice.key;
        let mut config = lessons::find("rivals").unwrap().config();
        config.population = PopulationConfig { seeds: 1, fan: 5, baselines: false, ..config.population };
        config.preference = Pick::new(key);
        let mut rig = Rig::new(config);
        let last = rig.steps(400).pop().unwrap();
        let points: Vec<&[f32]> = last.fan.chunks_exact(2).collect();
        // From all for A to all for B, and from three quarters to one. Pareto MTL may stop anywhere in a sector,
        // which is no order of its inner points.
        let pairs = [(points[0], points[4]), (points[1], points[3])];
        for (a, b) in pairs.into_iter().take(if key == "pareto-mtl" { 1 } else { 2 }) {
            assert!(a[0] < b[0] && b[1] < a[1], "{key}: {points:?}");
        }
    }
}
