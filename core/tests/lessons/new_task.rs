//! A new task: what it finds when it comes, and what becomes of the task before it.

use super::{A, B, OWN, gains, holds, negative, percent, points};
use mtl_core::measure::table::each;
use mtl_core::protocol::CurvePoint;

const TUNED: &str = "p=new-task";
const PROBE: &str = "p=new-task&strategy.then=probe";
const COLUMNS: &str = "p=new-task&arch=progressive&strategy=sequential&strategy.stage=100";

/// The last epoch of A's turn.
const TURN: u32 = 100;

/// The numbers of a measure for the two tasks.
fn numbers(point: &CurvePoint, key: &str) -> Vec<f32> {
    let found = each(&point.measures, 2).find(|(measure, _)| measure.choice.key == key);
    found.expect("a measure of that key").1.to_vec()
}

/// Mean gains of B at some epochs.
fn of_b(settings: &str, seed: u32, epochs: &[u32]) -> Vec<f64> {
    gains(settings, seed, epochs).iter().map(|gains| gains[B].mean).collect()
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn new_task_waits_with_its_baseline_until_its_turn() {
    let before = points(TUNED, OWN, &[2, 50, TURN]);
    assert!(before.iter().all(|point| point.single[B] == before[0].single[B]), "B's baseline learns");
    assert!(before[2].valid[B] != before[0].valid[B], "B's outputs move with the trunk");
    assert!(numbers(&before[2], "steps-to-single")[2..].iter().all(|steps| steps.is_nan()));
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn new_task_on_a_trained_trunk_is_ahead_of_one_from_scratch_after_as_many_steps() {
    holds("B gains at equal steps", |seed| gains(TUNED, seed, &[102, 104, 106]).iter().all(|gains| gains[B].low > 0.0));
    let steps = |seed: u32| {
        let steps = numbers(&points(TUNED, seed, &[200])[0], "steps-to-single");
        println!("new-task seed {seed}: B after {} steps, from scratch {}", steps[2 * B], steps[2 * B + 1]);
        [steps[2 * B], steps[2 * B + 1]]
    };
    // Steps are counted where they are recorded, every eight: from scratch it is often no more than that.
    holds("B is as good as it gets from scratch within as many steps", |seed| {
        let [joint, alone] = steps(seed);
        joint <= alone
    });
    let [joint, alone] = steps(OWN);
    assert!(joint < alone, "{joint} and {alone}");
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn new_task_on_a_tuned_trunk_makes_the_first_one_forgotten() {
    holds("A's gain of now falls far below zero, and its headline stays", |seed| {
        points(TUNED, seed, &[200, 300]).iter().all(|point| {
            let [now, best] = [&point.transfer.now[A], &point.transfer.best[A]];
            println!("{TUNED} seed {seed} epoch {}: now {}, best {}", point.epoch, percent(now), percent(best));
            negative(now) && now.mean < -0.5 && best.mean.abs() < 0.05
        })
    });
    holds("A's loss climbs, and forgetting says by how much", |seed| {
        let all = points(TUNED, seed, &[TURN, 150, 200, 300]);
        let kept = all[0].valid[A];
        all[1..].iter().all(|point| {
            let forgotten = numbers(point, "forgetting")[A];
            assert!((forgotten - (point.valid[A] - kept)).abs() < 1e-5, "{forgotten}: {} after {kept}", point.valid[A]);
            forgotten > 0.25 * kept
        })
    });
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn new_task_on_a_frozen_trunk_costs_the_first_one_nothing_and_gains_about_as_much_as_by_tuning() {
    holds("A forgets nothing", |seed| {
        let all = points(PROBE, seed, &[TURN, 150, 200, 300]);
        all[1..].iter().all(|point| point.valid[A] == all[0].valid[A] && numbers(point, "forgetting")[A] == 0.0)
    });
    holds("B gains about as much as by tuning", |seed| {
        let pairs = of_b(PROBE, seed, &[120, 200]).into_iter().zip(of_b(TUNED, seed, &[120, 200]));
        pairs.into_iter().all(|(probe, tuned)| probe > 0.25 && (probe - tuned).abs() < 0.12)
    });
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn new_task_in_a_column_of_its_own_leaves_the_first_as_it_was_and_is_soon_ahead_of_one_from_scratch() {
    holds("A's column stays as it was", |seed| {
        let all = points(COLUMNS, seed, &[TURN, 102, 150, 200, 300]);
        all[1..].iter().all(|point| point.valid[A] == all[0].valid[A])
    });
    holds("B gains within a few epochs", |seed| {
        let gains = gains(COLUMNS, seed, &[102, 104, 106]);
        gains[0][B].low > 0.0 && gains.iter().all(|gains| gains[B].mean > 0.0)
    });
    holds("B learns its labels by heart", |seed| {
        let all = points(COLUMNS, seed, &[102, 104, 200, 300]);
        let best = all[0].valid[B].min(all[1].valid[B]);
        all[2..].iter().all(|point| point.valid[B] > 1.2 * best)
    });
}
