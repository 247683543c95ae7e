//! Declared relations held against measured affinities.

use mtl_core::config::{Declared, Relation};
use mtl_core::measure::distinct::t_interval;
use mtl_core::measure::relations::{ENOUGH, Held, NEGLIGIBLE, Tally, Verdict, verdict};

fn tally(values: &[f64]) -> Tally {
    let mut tally = Tally::default();
    values.iter().for_each(|value| tally.add(*value));
    tally
}

fn held(relation: Relation, values: &[f64], own: f64) -> Held {
    Held::against(Declared { tasks: (0, 1), relation }, &tally(values), own)
}

/// Numbers about a mean, neighbours on either side of it.
fn about(mean: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| mean + [0.3, -0.3, 0.1, -0.1][i % 4]).collect()
}

#[test]
fn neighbours_that_are_nothing_alike_give_the_plain_interval() {
    let values = about(1.0, 12);
    let (mean, half) = tally(&values).interval().unwrap();
    let plain = t_interval(&values);
    assert!((mean - plain.0).abs() < 1e-12 && (half - plain.1).abs() < 1e-12, "{mean} {half} {plain:?}");
}

#[test]
fn neighbours_that_are_alike_widen_the_interval() {
    // Each number twice: half of them say nothing new.
    let values: Vec<f64> = (0..40).map(|i| f64::from(i / 2 * 7 % 20)).collect();
    let mean = values.iter().sum::<f64>() / 40.0;
    let spread: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    let memory = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>() / spread;
    let worth = 40.0 * (1.0 - memory) / (1.0 + memory);
    assert!(memory > 0.2, "{memory}");
    let (_, half) = tally(&values).interval().unwrap();
    let (_, plain) = t_interval(&values);
    assert!(half > plain * (40.0 / worth).sqrt() && half < plain * (40.0 / worth).sqrt() * 1.2, "{half} {plain}");
    // A steady rise looks like memory.
    let rise: Vec<f64> = (0..40).map(f64::from).collect();
    assert!(tally(&rise).interval().unwrap().1 > 5.0 * t_interval(&rise).1);
}

#[test]
fn too_few_numbers_have_no_interval_and_those_that_are_none_do_not_count() {
    assert_eq!(tally(&[]).interval(), None);
    assert_eq!(tally(&[2.0]).interval(), Some((2.0, f64::INFINITY)));
    assert_eq!(tally(&[1.0, f64::NAN, 3.0, f64::INFINITY]).count(), 2);
    assert_eq!(tally(&[4.0; 12]).interval(), Some((4.0, 0.0)));
}

#[test]
fn a_declared_sign_agrees_on_its_side_of_zero_and_differs_on_the_other() {
    for (relation, above, below) in [
        (Relation::Positive, Verdict::Agrees, Verdict::Differs),
        (Relation::Negative, Verdict::Differs, Verdict::Agrees),
        (Relation::Neutral, Verdict::Differs, Verdict::Differs),
    ] {
        assert_eq!(verdict(relation, 0.5, 0.4, 1.0), above, "{relation:?}");
        assert_eq!(verdict(relation, -0.5, 0.4, 1.0), below, "{relation:?}");
        let undecided = if relation == Relation::Neutral { Verdict::Agrees } else { Verdict::Open };
        assert_eq!(verdict(relation, 0.5, 0.6, 1.0), undecided, "{relation:?}");
        assert_eq!(verdict(relation, -0.5, 0.6, 1.0), undecided, "{relation:?}");
    }
    assert_eq!(verdict(Relation::Undeclared, 0.5, 0.4, 1.0), Verdict::Open);
}

#[test]
fn a_mean_that_is_small_against_what_tasks_do_for_themselves_is_neutral() {
    let small = 0.9 * NEGLIGIBLE;
    assert_eq!(verdict(Relation::Neutral, small, 1e-6, 1.0), Verdict::Agrees);
    assert_eq!(verdict(Relation::Neutral, -small, 1e-6, -1.0), Verdict::Agrees);
    assert_eq!(verdict(Relation::Neutral, small, 1e-6, 0.5), Verdict::Differs);
    assert_eq!(verdict(Relation::Positive, small, 1e-6, 1.0), Verdict::Agrees, "small, and yet above zero");
}

#[test]
fn nothing_is_said_before_there_are_enough_recorded_steps() {
    let enough = ENOUGH as usize;
    for relation in [Relation::Positive, Relation::Neutral, Relation::Negative] {
        for count in [0, 1, enough - 1] {
            let held = held(relation, &about(1.0, count), 1.0);
            assert_eq!((held.verdict, held.steps as usize), (Verdict::Open, count), "{relation:?}");
        }
    }
    assert_eq!(held(Relation::Positive, &about(1.0, enough), 1.0).verdict, Verdict::Agrees);
    assert_eq!(held(Relation::Negative, &about(1.0, enough), 1.0).verdict, Verdict::Differs);
    assert!(held(Relation::Positive, &[], 1.0).mean.is_nan());
}
