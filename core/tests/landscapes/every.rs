//! Every balancer of the table on every landscape, for two hundred steps.

use crate::run::{Walk, training};
use mtl_core::balance;
use mtl_core::balance::all;
use mtl_core::config::{Config, Optimiser, Pick};
use mtl_core::landscape::{Convex, Place, Race, Racer};
use mtl_core::lesson::{check, lessons};
use std::collections::BTreeSet;

const STEPS: u32 = 200;

/// A racer that changes neither loss by more stands still.
const MOVED: f64 = 1e-3;

/// The race of a lesson under a balancer, which it admits, with one more setting.
fn race(key: &str, balancer: &str, set: impl Fn(&mut Config)) -> Race {
    let mut config = Config { balancer: Pick::new(balancer), ..lessons::find(key).unwrap().config() };
    set(&mut config);
    let (lesson, notices) = check(config);
    assert!(notices.is_empty(), "{key} under {balancer}: {notices:?}");
    Race::new(&lesson).unwrap()
}

/// Takes the steps, and checks that every racer took them. The keys of the balancers that raced.
fn raced(mut race: Race, what: &str) -> BTreeSet<&'static str> {
    let place = |racer: &Racer| (racer.x().to_vec(), racer.losses());
    let before: Vec<_> = race.scenes().iter().map(|s| s.racers.iter().map(place).collect::<Vec<_>>()).collect();
    (0..STEPS).for_each(|_| race.advance());
    for (scene, before) in race.scenes().iter().zip(before) {
        for (racer, (start, first)) in scene.racers.iter().zip(before) {
            let what = format!("{what}: {} from {start:?}", racer.entrant().key());
            assert_eq!(racer.skipped(), 0, "{what}");
            assert!(racer.x().iter().chain(&racer.losses()).all(|number| number.is_finite()), "{what}");
            let moved = first.iter().zip(racer.losses()).any(|(a, b)| (a - b).abs() > MOVED);
            assert!(moved && racer.x() != start, "{what}: stands still at {:?}", racer.losses());
        }
    }
    race.scenes().iter().flat_map(|scene| scene.keys()).collect()
}

fn table() -> BTreeSet<&'static str> {
    all().map(|balancer| balancer.entry().choice.key).collect()
}

/// None of the published starts is Pareto-stationary: at each some direction lowers both losses.
#[test]
fn every_balancer_walks_down_the_valleys_from_every_start() {
    for (starts, scale) in [(1.0, 0.1), (2.0, 1.0)] {
        let set = |config: &mut Config| {
            config.data.source = Pick::new("two-valleys").with("starts", starts).with("scale", scale);
        };
        let race = race("two-valleys", "equal", set);
        assert_eq!(raced(race, "two valleys"), table());
    }
}

#[test]
fn every_balancer_races_along_both_fronts() {
    for key in table() {
        let race = race("fronts", key, |config| config.data.source = Pick::new("fronts").with("points", 3.0));
        assert!(raced(race, "fronts").contains(key));
    }
}

/// Where a balancer ends on the convex front for preferences from 10 to 90 per cent for the first loss.
/// Short steps, as PBI's penalty has a kink, and enough of them for Pareto MTL to find its sectors.
fn ends(key: &str) -> Vec<f64> {
    let start: Vec<f64> = (0..20).map(|i| 0.3 * f64::from(i * 7 % 11) / 11.0 - 0.1).collect();
    let pick = Pick::new(key);
    let pick = if key == "pareto-mtl" { pick.with("first", 1000.0) } else { pick };
    let end = |tenths: u8| {
        let share = f64::from(tenths) / 10.0;
        let place = Place::Preference([share, 1.0 - share]);
        let walk = Walk::new(pick.clone(), place, &start, &Convex, training(Optimiser::Sgd, 0.01));
        walk.to(4000).racer.losses()[0]
    };
    (1..10).map(end).collect()
}

/// Under every method a preference means the same, whether its own vector is a weight, as Tchebycheff's,
/// or a ratio of losses, as PBI's.
#[test]
fn the_more_a_task_is_preferred_the_lower_its_loss_whatever_the_method() {
    for entry in balance::preferences() {
        let (key, found) = (entry.choice.key, ends(entry.choice.key));
        println!("{key:12} {found:.3?}");
        // PBI jumps to and fro across its ray, a model of Pareto MTL ends anywhere in its sector.
        assert!(found.windows(2).all(|pair| pair[1] < pair[0] + 0.02), "{key}: {found:?}");
        assert!(found[0] > 2.0 * found[4] && found[4] > 2.0 * found[8], "{key}: {found:?}");
    }
}
