//! Uncertainty weights: the log-variances on the device against what is known of them.

use crate::lab::{Rig, config, edit, layer, lesson, task};
use mtl_core::config::{Activation, Config, LossKind, Optimiser, Pick, TaskConfig};

/// A network that hardly moves: its losses are constants to the log-variances.
fn frozen(form: f64) -> Config {
    let tasks = vec![
        TaskConfig { scale: 20.0, ..task(LossKind::Mse, "waves") },
        task(LossKind::Bce, "circle"),
        task(LossKind::Huber, "xor"),
        TaskConfig { outputs: 4, scale: 0.3, ..task(LossKind::Ce, "five") },
    ];
    let mut config = config(tasks, vec![layer(4, Activation::Tanh)]);
    config.balancer = Pick::new("uncertainty").with("form", form).with("lr", 0.05);
    config.training.learning_rate = 1e-6;
    config.population.baselines = false;
    config
}

/// Scaled losses of the composed model, per task.
fn losses(rig: &mut Rig) -> Vec<f64> {
    let losses = rig.record().train;
    let tasks = rig.ensemble.lesson().tasks.iter();
    tasks.zip(losses).map(|(task, loss)| task.scale * f64::from(loss)).collect()
}

#[test]
fn weights_come_to_rest_at_half_the_inverse_loss_in_every_form() {
    for form in [0.0, 1.0, 2.0] {
        let mut rig = Rig::new(frozen(form));
        let halves = [[0.5, 1.0, 0.5, 1.0], [0.5; 4], [1.0; 4]][form as usize];
        assert_eq!(rig.record().weights, halves);
        rig.steps(1500);
        let losses = losses(&mut rig);
        for (k, (weight, loss)) in rig.record().weights.iter().zip(losses).enumerate() {
            let product = f64::from(*weight) * loss;
            assert!((product - 0.5).abs() < 0.01, "form {form}, task {k}: {weight} x {loss} = {product}");
        }
    }
}

/// Adam on `a e^-s L + s / 2`, one number at a time.
fn adam(a: f64, loss: f64, rate: f64, steps: i32) -> f64 {
    let (mut s, mut m, mut v) = (0.0_f64, 0.0, 0.0);
    for t in 1..=steps {
        let g = 0.5 - a * (-s).exp() * loss;
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        s -= rate * (m / (1.0 - 0.9_f64.powi(t))) / ((v / (1.0 - 0.999_f64.powi(t))).sqrt() + 1e-8);
        s = s.clamp(-10.0, 10.0);
    }
    s
}

/// Columns on the device: every task is a group of its own here.
fn check(rig: &mut Rig, steps: i32, what: &str) {
    let losses = losses(rig);
    let s = rig.rows("s").swap_remove(0);
    for (k, (a, loss)) in [0.5, 1.0, 0.5, 1.0].into_iter().zip(losses).enumerate() {
        let expected = adam(a, loss, 0.05, steps);
        assert!((f64::from(s[k]) - expected).abs() < 2e-3, "{what}, task {k}: {} instead of {expected}", s[k]);
    }
}

#[test]
fn log_variances_follow_an_adam_of_their_own() {
    let mut rig = Rig::new(frozen(0.0));
    for steps in [1, 9, 40] {
        let from = rig.ensemble.step();
        rig.steps(steps);
        check(&mut rig, (from + steps) as i32, "from the start");
    }
}

#[test]
fn a_balancer_that_is_switched_on_late_learns_no_faster_than_one_from_the_start() {
    let mut rig = Rig::new(Config { balancer: Pick::new("equal"), ..frozen(0.0) });
    rig.steps(400);
    rig.ensemble.change(lesson(frozen(0.0)));
    rig.steps(15);
    check(&mut rig, 15, "late");
    // A saved run knows how long it has been learning.
    let snapshot = rig.snapshot();
    let mut other = Rig::new(frozen(0.0));
    other.load(&snapshot);
    other.steps(15);
    check(&mut other, 30, "late, loaded");
}

/// Two tasks with losses that count for little.
fn faint() -> Config {
    let mut config = frozen(2.0);
    config.balancer = Pick::new("uncertainty").with("form", 2.0).with("lr", 1.0);
    config.tasks = vec![TaskConfig { outputs: 3, ..task(LossKind::Ce, "slope") }, task(LossKind::Bce, "slope")];
    config.tasks.iter_mut().for_each(|task| task.scale = 0.01);
    config.trunk = vec![layer(8, Activation::Tanh)];
    config
}

fn check_limit(rig: &mut Rig, s: f32) {
    let weight = (-s).exp();
    for weights in rig.steps(40).iter().map(|point| &point.weights).skip(20) {
        assert!(weights.iter().all(|w| (w / weight - 1.0).abs() < 1e-4), "{weights:?} instead of {weight}");
    }
    assert_eq!(rig.rows("s")[0], [s; 2]);
}

#[test]
fn log_variances_stay_within_ten_of_zero() {
    let mut rig = Rig::new(faint());
    certain(&mut rig);
    check_limit(&mut rig, -10.0);
    let mut rig = Rig::new(faint());
    let mut snapshot = rig.snapshot();
    edit(&mut snapshot, "theta", |theta| theta.iter_mut().for_each(|v| *v *= 1e9));
    edit(&mut snapshot, "s", |s| s.fill(9.5));
    rig.load(&snapshot);
    check_limit(&mut rig, 10.0);
}

/// Parameters under which the losses on the slope are nearly zero: trained, then with larger logits.
fn certain(rig: &mut Rig) {
    let mut snapshot = rig.snapshot();
    let mut trained = Config::clone(rig.ensemble.lesson());
    trained.balancer = Pick::new("equal");
    trained.training.learning_rate = 0.05;
    trained.training.optimiser = Optimiser::Adam;
    trained.training.momentum = 0.9;
    trained.tasks.iter_mut().for_each(|task| task.scale = 1.0);
    let mut source = Rig::new(trained);
    source.steps(600);
    let theta: Vec<f32> = source.theta(0);
    let layout = source.layout().clone();
    for name in ["theta", "safe"] {
        edit(&mut snapshot, name, |values| {
            values.copy_from_slice(&theta);
            values[layout.shared..].iter_mut().for_each(|v| *v *= 30.0);
        });
    }
    rig.load(&snapshot);
    assert!(losses(rig).iter().all(|loss| *loss < 1e-6), "{:?}", losses(rig));
}
