//! Every balancer in the engine: the step that is taken is the one that the balancer answers.

use crate::lab::{Rig, bits, close, config, double, layer, lesson, single, task};
use crate::population::everything;
use crate::reference::Reference;
use mtl_core::balance;
use mtl_core::balance::all;
use mtl_core::balance::balancer::{Balancer, BalancerContext, GramScope, Needs};
use mtl_core::config::{Activation, Config, Heads, LossKind, Norm, Optimiser, Pick, PopulationConfig, TaskConfig};
use mtl_core::landscape;
use mtl_core::lesson::lessons;
use mtl_core::random::{Purpose, stream};
use nalgebra::{DMatrix, DVector};

/// Two groups that interleave: the columns on the device are A, C, B, D.
fn interleaved() -> Config {
    let tasks = vec![
        TaskConfig { scale: 3.0, noise: 0.3, weight: 2.0, ..task(LossKind::Mse, "waves") },
        TaskConfig { labelled: 7, ..task(LossKind::Bce, "circle") },
        TaskConfig { labelled: 11, ..task(LossKind::Mse, "xor") },
        TaskConfig { weight: 0.5, ..task(LossKind::Bce, "moons") },
    ];
    config(tasks, vec![layer(5, Activation::Tanh), layer(4, Activation::Silu)])
}

fn key(balancer: &dyn Balancer) -> &'static str {
    balancer.entry().choice.key
}

/// A lesson's losses and task gradients at some parameters, scaled, in f64.
struct Truth {
    theta: Vec<f32>,
    losses: Vec<f64>,
    /// `[T, N]`.
    jacobian: DMatrix<f64>,
    shared: usize,
    layers: Vec<std::ops::Range<usize>>,
}

impl Truth {
    fn of(config: &Config) -> Self {
        let rig = Rig::new(config.clone());
        let theta = rig.scrambled();
        let (lesson, data, layout) = (rig.ensemble.lesson(), rig.ensemble.data(), rig.layout());
        let rows: Vec<usize> = (0..data.train.rows).collect();
        let reference = Reference::new(lesson, layout, data);
        let scales: Vec<f64> = lesson.tasks.iter().map(|task| task.scale).collect();
        let losses = reference.losses(&double(&theta), &data.train, &rows);
        let gradients = reference.gradients(&double(&theta), &rows);
        Self {
            losses: losses.iter().zip(&scales).map(|(loss, scale)| loss * scale).collect(),
            jacobian: DMatrix::from_fn(4, theta.len(), |k, p| gradients[k][p] * scales[k]),
            shared: layout.shared,
            layers: layout.shared_layers(),
            theta,
        }
    }

    /// What a balancer answers: weights, and the gradient at the shared layers.
    fn answer(&self, balancer: &dyn Balancer, pick: &Pick) -> (Option<Vec<f64>>, DVector<f64>) {
        let jacobian = self.jacobian.columns(0, self.shared).into_owned();
        let over = if balancer.gram_scope() == GramScope::LastLayer { self.layers[1].clone() } else { 0..self.shared };
        let part = self.jacobian.columns(over.start, over.len());
        // As the engine has it: read from a device that computes in f32.
        let gram = (part * part.transpose()).map(|x| f64::from(x as f32));
        let shares = [2.0, 1.0, 1.0, 0.5].map(|weight: f64| weight / 4.5);
        let mut vectors = balancer.encode_preference(&shares);
        vectors.insert("regression", vec![1.0, 0.0, 1.0, 0.0]);
        let seen = BalancerContext {
            pick,
            losses: &self.losses,
            gram: (balancer.needs(pick) == Needs::Gram).then_some(&gram),
            jacobian: (balancer.needs(pick) == Needs::Jacobian).then_some(&jacobian),
            layers: &self.layers,
            vectors: &vectors,
        };
        let answer = balancer.answer(&seen, &mut stream(7, Purpose::Balancer, 0, 0));
        let weighted = || jacobian.tr_mul(&DVector::from_vec(answer.weights.clone().unwrap()));
        let direction = answer.direction.clone().map_or_else(weighted, DVector::from_vec);
        (answer.weights.filter(|_| balancer.has_weights(pick)), direction)
    }

    /// The whole gradient: the answer at the shared layers, the heads' gradients times `heads`.
    fn gradient(&self, direction: &DVector<f64>, heads: &[f64]) -> Vec<f64> {
        let own = self.jacobian.tr_mul(&DVector::from_column_slice(heads));
        (0..self.theta.len()).map(|p| if p < self.shared { direction[p] } else { own[p] }).collect()
    }
}

/// The gradient that the composed model's first step follows.
fn step(config: Config, truth: &Truth) -> Vec<f32> {
    let mut rig = Rig::new(config);
    rig.put(&truth.theta);
    rig.gradients().swap_remove(0)
}

#[test]
fn the_step_that_is_taken_is_the_one_that_the_balancer_answers_to_the_true_gradients() {
    let truth = Truth::of(&interleaved());
    for balancer in all() {
        let pick = Pick::new(key(balancer));
        let (weights, direction) = truth.answer(balancer, &pick);
        let weighs = balancer.weighs_heads(&pick) && weights.is_some();
        let heads = weights.filter(|_| weighs).unwrap_or_else(|| vec![1.0; 4]);
        let longest = balancer.max_norm(&pick).unwrap_or(f64::INFINITY);
        let expected = truth.gradient(&(&direction * (longest / direction.norm()).min(1.0)), &heads);
        let taken = step(Config { balancer: pick, ..interleaved() }, &truth);
        close(key(balancer), &taken, &single(&expected), 1e-3);
    }
}

#[test]
fn gradients_are_turned_layer_by_layer_where_the_option_says_so() {
    let truth = Truth::of(&interleaved());
    let balancer = all().find(|balancer| key(*balancer) == "gradvac").unwrap();
    let pick = Pick::new("gradvac").with("scope", 1.0);
    let (weights, direction) = truth.answer(balancer, &pick);
    assert_eq!(weights, None);
    let whole = truth.answer(balancer, &Pick::new("gradvac")).1;
    assert!((&whole - &direction).norm() > 0.01 * whole.norm(), "layers make no difference here");
    let taken = step(Config { balancer: pick, ..interleaved() }, &truth);
    close("per layer", &taken, &single(&truth.gradient(&direction, &[1.0; 4])), 1e-3);
}

#[test]
fn weights_count_in_the_heads_or_not_as_the_lesson_says() {
    let truth = Truth::of(&interleaved());
    for name in ["mgda", "pcgrad", "gls", "uncertainty", "manual"] {
        let balancer = all().find(|balancer| key(*balancer) == name).unwrap();
        let (weights, direction) = truth.answer(balancer, &Pick::new(name));
        for (heads, expected) in [(Heads::Weighed, weights.unwrap()), (Heads::Plain, vec![1.0; 4])] {
            let mut config = Config { balancer: Pick::new(name), ..interleaved() };
            config.sharing.heads = heads;
            let expected = single(&truth.gradient(&direction, &expected));
            close(&format!("{name}, {heads:?}"), &step(config, &truth), &expected, 1e-3);
        }
    }
}

#[test]
fn the_step_is_made_as_long_as_the_mean_or_the_sum_of_the_gradients() {
    let truth = Truth::of(&interleaved());
    let sum = truth.jacobian.columns(0, truth.shared).row_sum().norm();
    for name in ["equal", "gls", "mgda", "graddrop", "moco", "config"] {
        let balancer = all().find(|balancer| key(*balancer) == name).unwrap();
        let (_, direction) = truth.answer(balancer, &Pick::new(name));
        for (norm, length) in [(Norm::Mean, sum / 4.0), (Norm::Sum, sum)] {
            let mut config = Config { balancer: Pick::new(name), ..interleaved() };
            config.sharing.norm = norm;
            let taken = step(config, &truth);
            let expected: Vec<f64> = direction.iter().map(|x| x * length / direction.norm()).collect();
            close(&format!("{name}, {norm:?}"), &taken[..truth.shared], &single(&expected), 1e-3);
        }
    }
}

#[test]
fn weights_hold_between_two_calls_of_the_balancer_and_are_smoothed_from_one_to_the_next() {
    let weights = |refresh: usize, smoothing: f64| {
        let mut config = Config { balancer: Pick::new("rlw"), ..interleaved() };
        config.training.learning_rate = 0.01;
        config.sharing.refresh = refresh;
        config.sharing.smoothing = smoothing;
        let mut rig = Rig::new(config);
        // A step is an epoch here, and every one of the first fifty is recorded.
        rig.steps(8).into_iter().map(|point| double(&point.weights)).collect::<Vec<_>>()
    };
    let fresh = weights(1, 0.0);
    let held = weights(4, 0.0);
    for (i, weights) in held.iter().enumerate() {
        assert_eq!(weights, &fresh[i / 4 * 4], "step {i}");
    }
    let mut before = fresh[0].clone();
    for (i, (smooth, fresh)) in weights(1, 0.75).iter().zip(&fresh).enumerate() {
        before = before.iter().zip(fresh).map(|(b, f)| if i == 0 { *f } else { 0.75 * b + 0.25 * f }).collect();
        close(&format!("step {i}"), &single(smooth), &single(&before), 1e-6);
    }
}

/// A lesson with everything on, under a balancer, which the fan goes by as well where it can.
fn mixed(balancer: &dyn Balancer) -> Config {
    let entry = balancer.entry();
    let by_preference = entry.group == mtl_core::balance::balancer::BY_PREFERENCE;
    let preference = Pick::new(if by_preference { entry.choice.key } else { "linear" });
    Config { balancer: Pick::new(entry.choice.key), preference, ..everything(Optimiser::Adam) }
}

#[test]
fn under_every_balancer_a_population_equals_its_members_trained_one_by_one() {
    for balancer in all() {
        let mut together = Rig::new(mixed(balancer));
        together.steps(9);
        let theta = together.rows("theta");
        // Both seeds of the composed model, and two points of the fan.
        for m in [0, 1, 4, 9] {
            let mut alone = Rig::planned(mixed(balancer), |plan| plan.only(m));
            alone.steps(9);
            let what = format!("{}, {:?}", key(balancer), together.ensemble.plan().members[m]);
            close(&what, &alone.theta(0), &theta[m], 2e-3);
        }
    }
}

#[test]
fn under_every_balancer_training_goes_on_from_a_snapshot_bit_for_bit() {
    for balancer in all() {
        let mut whole = Rig::new(mixed(balancer));
        whole.steps(5);
        let snapshot = whole.snapshot();
        whole.steps(6);
        let mut resumed = Rig::new(mixed(balancer));
        resumed.load(&snapshot);
        resumed.steps(6);
        assert_eq!(bits(&whole.snapshot()), bits(&resumed.snapshot()), "{}", key(balancer));
        assert_eq!(whole.snapshot().balancers, resumed.snapshot().balancers, "{}", key(balancer));
    }
}

#[test]
fn a_rewound_balancer_remembers_what_it_did_then() {
    let mut rig = Rig::new(Config { balancer: Pick::new("gradnorm"), ..everything(Optimiser::Adam) });
    rig.steps(4);
    let before = rig.snapshot();
    // The end of an epoch, which is recorded: there it goes back to.
    rig.steps(3);
    assert_ne!(rig.snapshot().balancers, before.balancers);
    rig.ensemble.rewind();
    assert_eq!((rig.snapshot().step, rig.snapshot().balancers), (before.step, before.balancers));
}

#[test]
fn a_change_of_balancer_begins_anew_and_leaves_the_rest_as_it_is() {
    let mut rig = Rig::new(Config { balancer: Pick::new("dwa"), ..everything(Optimiser::Adam) });
    rig.steps(30);
    let theta = rig.rows("theta");
    let to = |name: &str| lesson(Config { balancer: Pick::new(name), ..everything(Optimiser::Adam) });
    rig.ensemble.change(to("famo"));
    assert_eq!(rig.rows("theta"), theta);
    rig.steps(4);
    let famo = rig.snapshot().balancers;
    rig.ensemble.change(to("famo"));
    assert_eq!(rig.snapshot().balancers, famo, "the same balancer goes on");
    rig.ensemble.change(to("dwa"));
    assert_ne!(rig.snapshot().balancers, famo);
    rig.steps(4);
}

#[test]
fn the_predicted_decrease_is_what_a_small_step_lowers_the_losses_by() {
    for name in ["equal", "mgda", "graddrop"] {
        let mut config = Config { balancer: Pick::new(name), ..interleaved() };
        config.training.learning_rate = 1e-3;
        let mut rig = Rig::new(config);
        let theta = rig.scrambled();
        rig.put(&theta);
        let before = rig.record();
        let point = rig.steps(1).remove(0);
        let fallen: Vec<f32> = before.train.iter().zip(&point.train).map(|(a, b)| a - b).collect();
        close(name, point.recorded("decrease"), &fallen, 0.03);
        let shared = rig.layout().shared;
        let moved: f32 = theta.iter().zip(rig.theta(0)).take(shared).map(|(a, b)| (a - b).powi(2)).sum();
        assert!((point.recorded("step-length")[0] / moved.sqrt() - 1.0).abs() < 1e-3, "{name}");
    }
}

#[test]
fn a_member_with_losses_that_are_no_numbers_stops_and_touches_no_other() {
    for name in ["cagrad", "moco", "famo", "config"] {
        let mut rig = Rig::new(Config { balancer: Pick::new(name), ..everything(Optimiser::Adam) });
        rig.steps(3);
        let mut snapshot = rig.snapshot();
        let width = rig.layout().len;
        crate::lab::edit(&mut snapshot, "theta", |theta| theta[width..2 * width].fill(f32::NAN));
        rig.load(&snapshot);
        rig.steps(5);
        let diverged = rig.rows("dead").concat();
        let expected: Vec<f32> = (0..diverged.len()).map(|m| f32::from(m == 1)).collect();
        assert_eq!(diverged, expected, "{name}");
        assert!(rig.theta(0).iter().all(|x| x.is_finite()), "{name}");
    }
}

#[test]
fn every_balancer_trains_every_lesson_that_admits_it_for_200_steps() {
    for preset in lessons::LESSONS.iter().filter(|preset| !landscape::is_landscape(&preset.config().data.source)) {
        for balancer in all() {
            let mut config = Config { balancer: Pick::new(key(balancer)), ..preset.config() };
            if balance::balancers().iter().any(|e| e.choice.key == key(balancer) && (e.unfit)(&config).is_some()) {
                continue;
            }
            config.population = PopulationConfig {
                seeds: 2,
                fan: config.tasks.len(),
                baselines: false,
                spread: 0.1,
                ..PopulationConfig::default()
            };
            let mut rig = Rig::new(config);
            let before = rig.record();
            let points = rig.steps(200);
            let what = format!("{} under {}", preset.key, key(balancer));
            assert_eq!(rig.rows("dead").concat().iter().sum::<f32>(), 0.0, "{what}");
            let last = points.last().unwrap();
            for (k, (a, b)) in before.train.iter().zip(&last.train).enumerate() {
                assert!(b.is_finite() && (a - b).abs() > 1e-3, "{what}: loss {k} went from {a} to {b}");
            }
            assert!(
                last.recorded("decrease").iter().all(|d| d.is_finite()) && last.recorded("step-length")[0] > 0.0,
                "{what}"
            );
        }
    }
}
