//! One task's predictions.

use super::{assert_close, wild};
use mtl_core::measure::classes::{accuracy, auc, auc_one_vs_rest, balanced_accuracy, macro_f1};
use mtl_core::measure::numbers::{mae, mse, r2, rmse};
use mtl_core::measure::real::ranks;
use proptest::prelude::*;

#[test]
fn three_classes_have_the_values_of_their_confusion_matrix() {
    // Rows of the matrix, by truth: [2 1 0], [0 1 0], [1 0 1].
    let truth = [0, 0, 0, 1, 2, 2];
    let predicted = [0, 0, 1, 1, 0, 2];
    assert_close(accuracy(&truth, &predicted), 4.0 / 6.0, 1e-15);
    assert_close(balanced_accuracy(&truth, &predicted), (2.0 / 3.0 + 1.0 + 0.5) / 3.0, 1e-15);
    // Each class has F1 of 2/3: 4/6, 2/3, 2/3.
    assert_close(macro_f1(&truth, &predicted), 2.0 / 3.0, 1e-15);
}

#[test]
fn a_class_that_is_only_predicted_costs_f1_but_not_recall() {
    let (truth, predicted) = ([0, 0, 1, 1], [0, 7, 1, 1]);
    assert_close(balanced_accuracy(&truth, &predicted), 0.75, 1e-15);
    // 2/3, 1 and 0.
    assert_close(macro_f1(&truth, &predicted), 5.0 / 9.0, 1e-15);
}

#[test]
fn always_saying_the_common_class_is_accurate_but_not_balanced() {
    let truth: Vec<usize> = (0..100).map(|row| usize::from(row >= 95)).collect();
    let predicted = [0; 100];
    assert_eq!((accuracy(&truth, &predicted), balanced_accuracy(&truth, &predicted)), (Some(0.95), Some(0.5)));
    // 190/195 for the common class, nothing for the rare one.
    assert_close(macro_f1(&truth, &predicted), 95.0 / 195.0, 1e-15);
}

#[test]
fn one_class_has_an_accuracy_and_no_rows_have_nothing() {
    assert_eq!(accuracy(&[1, 1], &[1, 0]), Some(0.5));
    assert_eq!((balanced_accuracy(&[1, 1], &[1, 0]), macro_f1(&[1, 1], &[1, 0])), (None, None));
    for measure in [accuracy, balanced_accuracy, macro_f1] {
        assert_eq!((measure(&[], &[]), measure(&[0, 1], &[0])), (None, None));
        assert_eq!(measure(&[0, usize::MAX], &[0, usize::MAX]), Some(1.0));
    }
}

#[test]
fn auc_counts_pairs_and_ties_half() {
    // Positives 0.8 and 0.35 against 0.1 and 0.4: three of four pairs are in order.
    assert_eq!(auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), Some(0.75));
    assert_eq!(auc(&[1.0, 1.0, 1.0], &[true, false, true]), Some(0.5));
    // 2 over 1 wins, 1 against 1 ties, 1 under 2 loses for one positive: (1 + 1/2 + 1/2 + 0) / 4.
    assert_eq!(auc(&[2.0, 1.0, 2.0, 1.0], &[true, true, false, false]), Some(0.5));
    assert_eq!(auc(&[2.0, 1.0, 1.0, 0.0], &[true, true, false, false]), Some(0.875));
    assert_eq!(auc(&[f64::NEG_INFINITY, 0.0, f64::INFINITY], &[false, false, true]), Some(1.0));
    assert_eq!(auc(&[-0.0_f32, 0.0], &[false, true]), Some(0.5));
}

#[test]
fn auc_needs_both_kinds_and_numbers() {
    assert_eq!(auc(&[0.1, 0.2], &[true, true]), None);
    assert_eq!(auc(&[0.1, 0.2], &[false, false]), None);
    assert_eq!(auc(&[0.1, f64::NAN], &[true, false]), None);
    assert_eq!((auc::<f64>(&[], &[]), auc(&[0.1], &[true, false])), (None, None));
}

#[test]
fn several_classes_have_the_mean_of_each_against_the_rest() {
    let scores = [0.7, 0.2, 0.1, 0.5, 0.4, 0.1, 0.6, 0.3, 0.1, 0.1, 0.1, 0.8];
    // Class 0: 0.7 and 0.5 against 0.6 and 0.1: 3/4. Class 1: 0.3 against 0.2, 0.4, 0.1: 2/3.
    // Class 2: 0.8 above all: 1.
    assert_close(auc_one_vs_rest(&scores, &[0, 0, 1, 2], 3), (0.75 + 2.0 / 3.0 + 1.0) / 3.0, 1e-15);
    // Without rows of class 2: class 0 has 0.7, 0.5, 0.1 against 0.6, 1/3; class 1 0.3 against 0.2,
    // 0.4, 0.1, 2/3.
    assert_close(auc_one_vs_rest(&scores, &[0, 0, 1, 0], 3), 0.5, 1e-15);
    assert_eq!(auc_one_vs_rest(&scores, &[1, 1, 1, 1], 3), None);
    assert_eq!(auc_one_vs_rest(&scores, &[0, 0, 1, 3], 3), None);
    assert_eq!((auc_one_vs_rest(&scores, &[0, 1], 3), auc_one_vs_rest::<f32>(&[], &[], 0)), (None, None));
    assert_eq!(auc_one_vs_rest(&[0.1, f64::NAN, 0.1, 0.2], &[0, 1], 2), None);
}

#[test]
fn numbers_have_the_errors_worked_out_by_hand() {
    // Errors -1, 0, 2 around targets of mean 3 and squares 4 + 1 + 9.
    let (predicted, target) = ([0.0, 2.0, 8.0], [1.0, 2.0, 6.0]);
    assert_close(mse(&predicted, &target), 5.0 / 3.0, 1e-15);
    assert_close(rmse(&predicted, &target), (5.0_f64 / 3.0).sqrt(), 1e-15);
    assert_close(mae(&predicted, &target), 1.0, 1e-15);
    assert_close(r2(&predicted, &target, 1), 1.0 - 5.0 / 14.0, 1e-15);
    assert_eq!((r2(&target, &target, 1), r2(&[3.0; 3], &target, 1)), (Some(1.0), Some(0.0)));
    assert_eq!((mse(&[1.5_f32], &[1.0]), mae(&[1.5_f32], &[1.0])), (Some(0.25), Some(0.5)));
}

#[test]
fn r2_of_several_outputs_is_the_mean_over_those_that_vary() {
    // Output 0 as above; output 1 is constant, output 2 perfect.
    let predicted = [0.0, 5.0, 1.0, 2.0, 4.0, 2.0, 8.0, 4.0, 4.0];
    let target = [1.0, 4.0, 1.0, 2.0, 4.0, 2.0, 6.0, 4.0, 4.0];
    assert_close(r2(&predicted, &target, 3), (1.0 - 5.0 / 14.0 + 1.0) / 2.0, 1e-15);
    // Three times 0.1 is a constant, though its rounded mean is another number.
    assert_eq!(r2(&[0.1, 0.2, 0.3], &[0.1; 3], 1), None);
    assert_eq!((r2(&predicted, &target, 2), r2(&predicted, &target, 0), r2(&[1.0], &[1.0], 1)), (None, None, None));
}

#[test]
fn numbers_without_rows_or_bounds_have_no_error() {
    for measure in [mse::<f64>, rmse, mae, |p: &[f64], t: &[f64]| r2(p, t, 1)] {
        assert_eq!((measure(&[], &[]), measure(&[1.0], &[1.0, 2.0])), (None, None));
        assert_eq!(measure(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(measure(&[1.0, 1.0], &[1.0, f64::INFINITY]), None);
    }
    assert_eq!((mse(&[1e300], &[-1e300]), r2(&[1e300, 1.0], &[-1e300, 1.0], 1)), (None, None));
}

#[test]
fn equal_numbers_share_the_mean_of_their_ranks() {
    assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
    assert_eq!((ranks(&[]), ranks(&[f64::INFINITY, -0.0, 0.0])), (vec![], vec![3.0, 1.5, 1.5]));
}

/// By the definition: every positive row against every negative one.
fn pairs_in_order(rows: &[(f64, bool)]) -> Option<f64> {
    let of = |kind: bool| rows.iter().filter(move |row| row.1 == kind).map(|row| row.0);
    let wins = of(true).flat_map(|a| {
        of(false).map(move |b| {
            if a > b {
                1.0
            } else if a == b {
                0.5
            } else {
                0.0
            }
        })
    });
    let (sum, count) = wins.fold((0.0, 0), |(sum, count), win| (sum + win, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn auc_is_the_share_of_pairs_in_order(rows in prop::collection::vec(((-3..4_i8).prop_map(f64::from), any::<bool>()), 0..30)) {
        let (scores, positive): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
        let (got, expected) = (auc(&scores, &positive), pairs_in_order(&rows));
        prop_assert_eq!(got.is_some(), expected.is_some());
        if let (Some(got), Some(expected)) = (got, expected) {
            prop_assert!((got - expected).abs() < 1e-12);
            let negated: Vec<f64> = scores.iter().map(|score| -score).collect();
            prop_assert!((auc(&negated, &positive).unwrap_or(f64::NAN) - (1.0 - got)).abs() < 1e-12);
            // Two columns that mirror each other are one score.
            let both: Vec<f64> = scores.iter().flat_map(|score| [-score, *score]).collect();
            let truth: Vec<usize> = positive.iter().map(|positive| usize::from(*positive)).collect();
            prop_assert!((auc_one_vs_rest(&both, &truth, 2).unwrap_or(f64::NAN) - got).abs() < 1e-12);
        }
    }

    #[test]
    fn shares_of_classes_lie_between_nothing_and_one(rows in prop::collection::vec((0..5_usize, 0..5_usize), 0..30)) {
        let (truth, predicted): (Vec<usize>, Vec<usize>) = rows.iter().copied().unzip();
        for measure in [accuracy, balanced_accuracy, macro_f1] {
            prop_assert!(measure(&truth, &predicted).is_none_or(|share| (0.0..=1.0).contains(&share)));
            prop_assert!(measure(&truth, &truth).is_none_or(|share| share == 1.0));
        }
        prop_assert_eq!(accuracy(&truth, &predicted).is_some(), !rows.is_empty());
    }

    #[test]
    fn whatever_is_measured_is_finite_or_nothing(rows in prop::collection::vec((wild(), wild(), any::<bool>()), 0..12), outputs in 0..4_usize) {
        let predicted: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let target: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let positive: Vec<bool> = rows.iter().map(|row| row.2).collect();
        let truth: Vec<usize> = positive.iter().step_by(outputs.max(1)).map(|positive| usize::from(*positive)).collect();
        let all = [mse(&predicted, &target), rmse(&predicted, &target), mae(&predicted, &target),
            r2(&predicted, &target, outputs), auc(&predicted, &positive), auc_one_vs_rest(&predicted, &truth, outputs)];
        prop_assert!(all.iter().flatten().all(|value| value.is_finite()), "{all:?}");
        prop_assert!(r2(&predicted, &target, outputs).is_none_or(|share| share <= 1.0));
    }
}
