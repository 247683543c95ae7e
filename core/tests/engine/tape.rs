//! A network's tape computes what its forward pass by burn's autodiff computes.

use crate::lab::{Rig, close, config, layer, task};
use crate::population::everything;
use mtl_core::balance::balancers;
use mtl_core::config::{
    Activation, Clip, Config, Heads, LayerConfig, LossKind, Norm, Optimiser, Pick, PopulationConfig, Schedule,
    SharingConfig, TaskConfig,
};
use mtl_core::model::ARCHITECTURES;
use mtl_core::strategy::strategies;
use pollster::block_on;

const STEPS: u32 = 8;

/// Trains by the tape and without it, and holds everything that is saved against each other.
fn same(what: &str, config: Config, tolerance: f64) {
    let mut taped = Rig::new(config.clone());
    let mut other = Rig::new(config);
    assert!(taped.ensemble.is_taped(), "{what}: there is no tape");
    other.ensemble = other.ensemble.without_tape();
    assert!(!other.ensemble.is_taped());
    let (points, wanted) = (taped.steps(STEPS), other.steps(STEPS));
    assert_eq!(points.len(), wanted.len());
    for (point, wanted) in points.iter().zip(&wanted) {
        close(&format!("{what}: validation losses at step {}", point.step), &point.valid, &wanted.valid, tolerance);
        // A task that was not there has none.
        let known = |gram: &[f32]| gram.iter().map(|product| if product.is_nan() { 0.0 } else { *product }).collect();
        let [found, wanted]: [Vec<f32>; 2] = [&point.gram, &wanted.gram].map(|gram| known(gram));
        close(&format!("{what}: products at step {}", point.step), &found, &wanted, 20.0 * tolerance);
    }
    let [shown, wanted] = [&taped, &other].map(|rig| block_on(rig.ensemble.picture()).unwrap());
    close(&format!("{what}: maps"), &shown.maps.concat(), &wanted.maps.concat(), 5.0 * tolerance);
    assert_eq!(shown.layers.len(), wanted.layers.len(), "{what}: pictured layers");
    for (l, (shown, wanted)) in shown.layers.iter().zip(&wanted.layers).enumerate() {
        assert!(!wanted.maps.is_empty(), "{what}: layer {l} has units to show");
        close(&format!("{what}: units of layer {l}"), &shown.maps, &wanted.maps, 5.0 * tolerance);
    }
    for name in ["theta", "s", "first"] {
        for (m, (found, wanted)) in taped.rows(name).iter().zip(other.rows(name)).enumerate() {
            // Quotients of small numbers magnify rounding.
            let slack = if name == "first" { 5.0 } else { 1.0 };
            close(&format!("{what}: {name} of member {m}"), found, &wanted, slack * tolerance);
        }
    }
}

fn small(optimiser: Optimiser) -> Config {
    let config = everything(optimiser);
    Config { population: PopulationConfig { fan: 4, ..config.population.clone() }, ..config }
}

#[test]
fn a_tape_takes_the_steps_of_every_optimiser_with_everything_that_a_step_has() {
    for optimiser in [Optimiser::Sgd, Optimiser::Adam, Optimiser::AdamW, Optimiser::RmsProp] {
        for clip in [Clip::None, Clip::Value, Clip::Norm] {
            let mut config = small(optimiser);
            config.training.clip = clip;
            config.training.schedule = Schedule::Cosine;
            same(&format!("{optimiser:?}, {clip:?}"), config, 1e-4);
        }
    }
}

#[test]
fn every_row_reaches_the_trunk_through_heads_of_any_width() {
    for width in [1, 2, 3, 5, 6, 9] {
        for tasks in [2, 3] {
            let head = vec![layer(width, Activation::Tanh), layer(3, Activation::Relu)];
            let own = TaskConfig { head, ..task(LossKind::Mse, "waves") };
            let mut config = config(vec![own; tasks], vec![layer(5, Activation::Tanh)]);
            config.training.learning_rate = 0.1;
            same(&format!("{tasks} heads of {width}"), config, 1e-4);
        }
    }
}

#[test]
fn a_tape_asks_every_balancer_what_it_is_asked_without() {
    for balancer in balancers() {
        let key = balancer.choice.key;
        let mut config = small(Optimiser::Sgd);
        config.training.learning_rate = 0.02;
        config.balancer = Pick::new(key);
        same(key, config, 2e-4);
    }
}

#[test]
fn a_tape_weighs_heads_shortens_and_refreshes_as_without() {
    for (heads, norm, refresh) in
        [(Heads::Plain, Norm::Own, 1), (Heads::Weighed, Norm::Mean, 3), (Heads::Published, Norm::Sum, 2)]
    {
        for key in ["pcgrad", "mgda", "dwa"] {
            let mut config = small(Optimiser::Adam);
            config.balancer = Pick::new(key);
            config.sharing = SharingConfig { heads, norm, refresh, ..SharingConfig::default() };
            same(&format!("{key}, {heads:?}, {norm:?}, {refresh}"), config, 2e-4);
        }
    }
}

#[test]
fn a_tape_follows_every_strategy() {
    for strategy in strategies() {
        let mut config = small(Optimiser::Adam);
        config.strategy = Pick::new(strategy.choice.key);
        same(strategy.choice.key, config, 1e-4);
    }
}

#[test]
fn a_tape_lets_a_member_that_is_no_longer_finite_rest() {
    let mut config = small(Optimiser::Sgd);
    config.training.learning_rate = 10.0;
    config.training.clip = Clip::None;
    let mut taped = Rig::new(config.clone());
    let mut other = Rig::new(config);
    other.ensemble = other.ensemble.without_tape();
    taped.steps(STEPS);
    other.steps(STEPS);
    let [found, wanted] = [&taped, &other].map(|rig| rig.rows("dead"));
    assert_eq!(found, wanted);
    assert!(found.concat().contains(&1.0) && taped.rows("theta").concat().iter().all(|number| number.is_finite()));
}

#[test]
fn affinities_are_measured_by_the_tape_as_without_tape() {
    let mut config = small(Optimiser::Adam);
    config.population.affinity = true;
    let mut other = Rig::new(config.clone());
    other.ensemble = other.ensemble.without_tape();
    let (points, wanted) = (Rig::new(config).steps(STEPS), other.steps(STEPS));
    let last = |points: &[mtl_core::protocol::CurvePoint]| points.last().map(|point| point.affinity.clone()).unwrap();
    let (found, wanted) = (last(&points), last(&wanted));
    assert!(!found.is_empty());
    close("affinities", &found, &wanted, 1e-3);
}

/// Architectures that need something for which a tape has no operation: their files say what.
const WITHOUT: [&str; 4] = ["dselect-k", "routing", "branch", "progressive"];

#[test]
fn every_architecture_has_a_tape_that_takes_the_same_steps() {
    for architecture in ARCHITECTURES {
        let key = architecture.entry.choice.key;
        for (balancer, norm) in [("equal", false), ("pcgrad", true)] {
            let mut config = small(Optimiser::Adam);
            // A norm stands there without an activation too.
            let last = if norm { Activation::Identity } else { Activation::Tanh };
            let trunk = [Activation::Tanh, last].map(|activation| layer(6, activation));
            config.trunk = trunk.into_iter().map(|layer| LayerConfig { norm, ..layer }).collect();
            config.balancer = Pick::new(if architecture.shares { balancer } else { "dwa" });
            config.architecture = Pick::new(key);
            let taped = Rig::new(config.clone()).ensemble.is_taped();
            assert_eq!(taped, !WITHOUT.contains(&key), "{key}");
            if taped {
                same(&format!("{key}, {balancer}"), config, 2e-4);
            }
        }
    }
}
