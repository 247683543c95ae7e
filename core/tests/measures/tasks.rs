//! Across tasks: delta-m, ranks, averages, transfer, forgetting.

use super::{assert_close, wild};
use mtl_core::measure::forgetting::{forgetting, mean_forgetting};
use mtl_core::measure::tasks::{Score, average, delta_m, delta_m_drop, mean_ranks, validation};
use mtl_core::measure::transfer::{TransferGain, Verdict, gain_of, log_ratio, matrix};
use proptest::prelude::*;

fn score(value: f64, baseline: f64, higher_is_better: bool) -> Score {
    Score { value, baseline, higher_is_better }
}

/// The example of LibMTL's documentation.
fn example() -> Vec<Vec<Score>> {
    vec![vec![score(93.0, 96.0, false), score(99.0, 98.0, true)], vec![score(0.5, 0.2, false)]]
}

#[test]
fn delta_m_has_the_value_of_the_example() {
    assert_close(delta_m(&example()), -0.739_636_5, 1e-7);
    assert_close(delta_m(&example()[..1]), 0.020_727_0, 1e-7);
    assert_close(delta_m(&example()[1..]), -1.5, 1e-12);
}

#[test]
fn the_other_convention_turns_the_sign_and_averages_over_all_metrics() {
    // -(3/96 + 1/98 - 1.5) / 3.
    assert_close(delta_m_drop(&example()), -(3.0 / 96.0 + 1.0 / 98.0 - 1.5) / 3.0, 1e-12);
    assert_close(delta_m_drop(&example()[..1]), -0.020_727_0, 1e-7);
}

#[test]
fn delta_m_says_nothing_without_a_baseline() {
    for baseline in [0.0, 1e-13, -1.0, f64::NAN, f64::INFINITY] {
        let tasks = [[score(1.0, 1.0, true)], [score(1.0, baseline, true)]];
        assert_eq!((delta_m(&tasks), delta_m_drop(&tasks)), (None, None), "{baseline}");
    }
    for value in [f64::NAN, f64::INFINITY] {
        let tasks = [[score(value, 1.0, false)]];
        assert_eq!((delta_m(&tasks), delta_m_drop(&tasks)), (None, None));
    }
    let missing = [vec![score(1.0, 1.0, true)], vec![]];
    assert_eq!((delta_m(&missing), delta_m_drop(&missing)), (None, None));
    assert_eq!((delta_m::<Vec<Score>>(&[]), delta_m_drop::<Vec<Score>>(&[])), (None, None));
}

#[test]
fn mean_ranks_share_ties_and_leave_diverged_models_out() {
    // Accuracy ranks 1, 2.5, 2.5; error ranks 3, 1, 2.
    let methods = [[0.9, 3.0], [0.8, 1.0], [0.8, 2.0]];
    assert_eq!(mean_ranks(&methods, &[true, false]), [Some(2.0), Some(1.75), Some(2.25)]);
    let methods = [[f64::NAN, 1.0], [0.8, 1.0], [0.9, 2.0]];
    assert_eq!(mean_ranks(&methods, &[true, false]), [None, Some(1.5), Some(1.5)]);
    assert_eq!(mean_ranks(&[vec![1.0], vec![1.0, 2.0]], &[true]), [Some(1.0), None]);
    assert_eq!(mean_ranks(&[[0.0; 0]], &[]), [None]);
    assert_eq!(mean_ranks::<Vec<f64>>(&[], &[true]), []);
}

#[test]
fn an_average_counts_every_task_by_its_weight() {
    assert_close(average(&[0.5, 0.9], &[3.0, 1.0]), 0.6, 1e-12);
    assert_eq!(average(&[0.5, f64::NAN], &[1.0, 0.0]), Some(0.5));
    assert_eq!(average(&[1.0, 3.0], &[f64::MAX, f64::MAX]), Some(2.0));
    assert_eq!(average(&[0.5, f64::NAN], &[1.0, 1.0]), None);
    for weights in [[0.0, 0.0], [1.0, -0.5], [1.0, f64::NAN], [1.0, f64::INFINITY]] {
        assert_eq!(average(&[0.5, 0.9], &weights), None, "{weights:?}");
    }
    assert_eq!((average(&[], &[]), average(&[1.0], &[])), (None, None));
}

#[test]
fn validation_is_relative_to_the_best_constant_guess() {
    assert_close(validation(&[0.5, 30.0], &[1.0, 40.0]), 0.625, 1e-12);
    assert_eq!(validation(&[0.7, 2.5], &[0.7, 2.5]), Some(1.0));
    assert_eq!((validation(&[1.0], &[0.0]), validation(&[f64::NAN], &[1.0]), validation(&[], &[])), (None, None, None));
    assert_eq!(validation(&[1.0], &[1.0, 1.0]), None);
}

#[test]
fn a_gain_is_a_share_of_the_loss_alone() {
    for (alone, together, share) in [(2.0, 1.0, 0.5), (1.0, 1.5, -0.5), (1.0, 1.0, 0.0)] {
        assert_close(log_ratio(alone, together).map(gain_of), share, 1e-12);
    }
    // With a loss of zero together all but nothing of the loss alone is gone.
    assert_close(log_ratio(1.0, 0.0).map(gain_of), 1.0 - 1e-6, 1e-12);
    for (alone, together) in
        [(0.0, 1.0), (1e-7, 1.0), (-1.0, 1.0), (f64::NAN, 1.0), (1.0, f64::NAN), (1.0, f64::INFINITY)]
    {
        assert_eq!(log_ratio(alone, together), None);
    }
}

#[test]
fn a_transfer_matrix_says_which_task_helps_which() {
    let alone = [vec![1.0, 1.0, 1.0], vec![2.0, 2.0, 2.0]];
    let guesses = [vec![3.0; 3], vec![3.0; 3]];
    let paired = [vec![vec![], vec![1.0, 1.1, 0.9]], vec![vec![1.5, 1.6, 1.4], vec![]]];
    let all = matrix(&alone, &guesses, &paired);
    assert_eq!((&all[0][0], &all[1][1]), (&None, &None));
    // Task 0 helps task 1, and task 1 hurts task 0: logarithms of mean 0.696497 and -0.403980, half an
    // interval 0.249351 and 0.165886.
    let of = |i: usize, j: usize| all[i][j].clone().unwrap_or_default();
    assert_eq!((of(0, 1).verdict, of(1, 0).verdict), (Verdict::Gains, Verdict::Loses));
    assert_close(of(0, 1).mean, 0.501_672, 1e-6);
    assert_close(of(0, 1).high, 0.611_650, 1e-5);
    assert_close(of(1, 0).mean, -0.497_774, 1e-6);
    assert_close(of(1, 0).low, -0.768_031, 1e-5);
    // Where a constant guess does as well nothing is said; where it is not known nothing speaks against it.
    let low = matrix(&alone, &[vec![1.0; 3], vec![1.0; 3]], &paired);
    assert_eq!(low[1][0].as_ref().map(|gain| gain.verdict), Some(Verdict::NothingLearned));
    assert_eq!(matrix(&alone, &[], &paired)[1][0].as_ref().map(|gain| gain.verdict), Some(Verdict::Loses));
}

#[test]
fn a_transfer_matrix_without_its_runs_is_undefined() {
    let undefined = Some(TransferGain::undefined());
    let alone = [vec![1.0], vec![0.0]];
    assert_eq!(matrix(&alone, &[], &[]), [[None, undefined.clone()], [undefined.clone(), None]]);
    // A baseline of zero, and two seeds against one.
    let paired = [vec![vec![], vec![1.0]], vec![vec![1.0, 1.0], vec![]]];
    assert_eq!(matrix(&alone, &[], &paired), [[None, undefined.clone()], [undefined, None]]);
    assert!(matrix(&[], &[], &paired).is_empty());
}

#[test]
fn forgetting_is_measured_from_the_best_stage() {
    assert_close(forgetting(&[0.5, 0.3, 0.9]), 0.6, 1e-12);
    assert_close(forgetting(&[0.5, 0.4]), -0.1, 1e-12);
    assert_eq!((forgetting(&[0.5]), forgetting(&[])), (None, None));
    assert_eq!((forgetting(&[f64::NAN, 0.5]), forgetting(&[0.5, f64::INFINITY])), (None, None));
    assert_close(mean_forgetting(&[vec![0.5, 0.3, 0.9], vec![0.5, 0.4], vec![0.2]]), 0.25, 1e-12);
    assert_eq!((mean_forgetting(&[[0.5], [0.5]]), mean_forgetting(&[[0.5, f64::NAN], [0.5, 0.5]])), (None, None));
}

fn tables() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<bool>)> {
    (0..5_usize).prop_flat_map(|columns| {
        (
            prop::collection::vec(prop::collection::vec(wild(), columns), 0..6),
            prop::collection::vec(any::<bool>(), columns),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ranks_of_all_methods_have_one_mean((methods, higher) in tables()) {
        let ranks: Vec<f64> = mean_ranks(&methods, &higher).into_iter().flatten().collect();
        let count = ranks.len() as f64;
        prop_assert!(ranks.iter().all(|rank| (1.0..=count).contains(rank)));
        prop_assert!((ranks.iter().sum::<f64>() - count * (count + 1.0) / 2.0).abs() < 1e-9);
        let turned: Vec<bool> = higher.iter().map(|higher| !higher).collect();
        for (rank, other) in ranks.iter().zip(mean_ranks(&methods, &turned).into_iter().flatten()) {
            prop_assert!((rank + other - count - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn with_one_metric_a_task_the_two_conventions_differ_in_sign_only(pairs in prop::collection::vec((wild(), wild(), any::<bool>()), 0..6)) {
        let tasks: Vec<_> = pairs.iter().map(|(value, baseline, higher)| [score(*value, *baseline, *higher)]).collect();
        let (up, down) = (delta_m(&tasks), delta_m_drop(&tasks));
        prop_assert_eq!(up.map(|gain| -gain), down);
        prop_assert!(up.is_none_or(f64::is_finite));
    }

    #[test]
    fn across_tasks_whatever_is_measured_is_finite_or_nothing(a in prop::collection::vec(wild(), 0..5), b in prop::collection::vec(wild(), 0..5)) {
        let all = [average(&a, &b), validation(&a, &b), forgetting(&a), mean_forgetting(&[a.clone(), b.clone()])];
        prop_assert!(all.iter().flatten().all(|value| value.is_finite()), "{all:?}");
        let (alone, paired) = ([a.clone(), b.clone()], [vec![b.clone(), a.clone()], vec![b, a]]);
        for gains in matrix(&alone, &alone, &paired).iter().flatten().flatten() {
            prop_assert!(gains.mean.is_finite());
        }
    }
}
