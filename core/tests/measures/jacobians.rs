//! What the Gram matrix says, against the gradients themselves, over random ones.

use super::{combined, single, wild};
use mtl_core::measure::conflict::{conflict_rate, cosine, curvature_bound, magnitude_similarity, norms};
use mtl_core::measure::gram::{condition_number, dominance, stationarity, unit_stationarity};
use mtl_core::measure::real::Real;
use mtl_core::measure::update::Combined;
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

/// Random gradients, one a row: of full rank, of low rank, with zeros, duplicates and opposites.
fn jacobians() -> impl Strategy<Value = DMatrix<f64>> {
    (2..=6_usize, 1..=8_usize).prop_flat_map(|(tasks, parameters)| {
        let entries = prop::collection::vec(-2.0..2.0, tasks * parameters);
        let copies =
            prop::collection::vec((0..tasks, 0..tasks, prop::sample::select(vec![0.0, 1.0, -1.0, 0.01])), 0..3);
        (entries, copies).prop_map(move |(entries, copies)| {
            let mut rows = DMatrix::from_vec(tasks, parameters, entries);
            for (to, from, factor) in copies {
                let row = rows.row(from) * factor;
                rows.set_row(to, &row);
            }
            rows
        })
    })
}

fn gram(rows: &DMatrix<f64>) -> Vec<f64> {
    (rows * rows.transpose()).as_slice().to_vec()
}

/// The squared length of the shortest vector of the hull, by Frank and Wolfe's steps with a bound on
/// what is missing.
fn shortest(gram: &DMatrix<f64>) -> (f64, f64) {
    let tasks = gram.nrows();
    let mut weights = vec![1.0 / tasks as f64; tasks];
    let mut gap = f64::INFINITY;
    for _ in 0..3000 {
        let along: Vec<f64> = (0..tasks).map(|k| (0..tasks).map(|j| gram[(k, j)] * weights[j]).sum()).collect();
        let square: f64 = weights.iter().zip(&along).map(|(w, a)| w * a).sum();
        let best = (0..tasks).fold(0, |best, k| if along[k] < along[best] { k } else { best });
        gap = square - along[best];
        let step = gap / (square - 2.0 * along[best] + gram[(best, best)]).max(1e-300);
        weights.iter_mut().for_each(|weight| *weight *= 1.0 - step.clamp(0.0, 1.0));
        weights[best] += step.clamp(0.0, 1.0);
    }
    let square: f64 = (0..tasks)
        .flat_map(|i| (0..tasks).map(move |j| (i, j)))
        .map(|(i, j)| weights[i] * weights[j] * gram[(i, j)])
        .sum();
    (square, 2.0 * gap.max(0.0))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pairs_have_the_values_of_their_vectors(rows in jacobians()) {
        let gram = gram(&rows);
        let (a, b) = (rows.row(0), rows.row(1));
        if a.norm() > 0.0 && b.norm() > 0.0 {
            let cosine = a.dot(&b) / (a.norm() * b.norm());
            if (a + b).norm() > 1e-3 {
                let bound = (1.0 - cosine * cosine) * (a - b).norm_squared() / (a + b).norm_squared();
                prop_assert!((curvature_bound(&gram, 0, 1).unwrap_or(f64::NAN) - bound).abs() <= 1e-8 * (1.0 + bound));
            }
            let similarity = magnitude_similarity(&gram, 0, 1).unwrap_or(f64::NAN);
            prop_assert!(similarity > 0.0 && similarity <= 1.0);
        }
    }

    #[test]
    fn the_condition_number_is_that_of_the_singular_values(rows in jacobians()) {
        let values = rows.clone().svd(false, false).singular_values;
        let ratio = if rows.ncols() < rows.nrows() { f64::INFINITY } else { values.max() / values.min() };
        match condition_number(&gram(&rows)) {
            Some(condition) if ratio < 1e5 => prop_assert!((condition / ratio - 1.0).abs() < 1e-3, "{condition}, {ratio}"),
            Some(condition) => prop_assert!(condition > 9e4),
            None => prop_assert!(ratio.is_nan() || ratio >= 1e6, "{ratio}"),
        }
    }

    #[test]
    fn the_gauge_is_the_shortest_vector_of_the_hull(rows in jacobians()) {
        let square = &rows * rows.transpose();
        let most = square.diagonal().max();
        prop_assume!(most > 0.0);
        let gauge = stationarity(&gram(&rows)).unwrap_or(f64::NAN);
        let (above, missing) = shortest(&(square / most));
        prop_assert!(gauge * gauge <= above + 1e-12 && gauge * gauge >= above - missing - 1e-12, "{gauge}, {above}, {missing}");
    }

    #[test]
    fn no_scale_of_a_task_changes_the_unit_gauge(rows in jacobians(), factor in 1e-3..1e3) {
        let before = unit_stationarity(&gram(&rows)).unwrap_or(f64::NAN);
        let mut scaled = rows.clone();
        scaled.row_mut(0).scale_mut(factor);
        let after = unit_stationarity(&gram(&scaled)).unwrap_or(f64::NAN);
        prop_assert!((before - after).abs() < 1e-6, "{before}, {after}");
        let whole: Vec<f64> = gram(&rows).iter().map(|entry| entry * factor * factor).collect();
        prop_assert!((stationarity(&whole).unwrap_or(f64::NAN) - stationarity(&gram(&rows)).unwrap_or(f64::NAN)).abs() < 1e-6);
    }

    #[test]
    fn a_combined_gradient_is_what_its_direction_does(rows in jacobians(), weights in prop::collection::vec(-1.0..2.0, 6)) {
        let (gram, weights) = (gram(&rows), &weights[..rows.nrows()]);
        let direction = rows.transpose() * DVector::from_column_slice(weights);
        let combined = combined(&gram, weights);
        for (row, decrease) in rows.row_iter().zip(combined.decrease()) {
            prop_assert!((row.transpose().dot(&direction) - decrease.unwrap_or(f64::NAN)).abs() < 1e-9);
        }
        prop_assert!((combined.norm().unwrap_or(f64::NAN) - direction.norm()).abs() < 1e-6);
        let mean = rows.row_sum().transpose();
        if direction.norm() > 1e-3 && mean.norm() > 1e-3 {
            let cosine = direction.dot(&mean) / direction.norm() / mean.norm();
            prop_assert!((combined.alignment(&gram).unwrap_or(f64::NAN) - cosine).abs() < 1e-6);
        }
    }

    #[test]
    fn of_any_matrix_the_measure_is_finite_or_nothing(entries in prop::collection::vec(wild(), 0..17), weights in prop::collection::vec(wild(), 0..5)) {
        check_all(&entries, &weights)?;
        check_all(&single(&entries), &weights)?;
    }

    #[test]
    fn of_any_gradients_the_measure_is_finite_or_nothing(rows in jacobians(), size in -120..120_i32) {
        let gram: Vec<f64> = gram(&rows).iter().map(|entry| entry * 10_f64.powi(size)).collect();
        check_all(&gram, &vec![1.0; rows.nrows()])?;
        check_all(&single(&gram), &vec![1.0; rows.nrows()])?;
        prop_assert!(stationarity(&gram).is_some() && unit_stationarity(&gram).is_some());
    }
}

fn check_all<T: Real>(gram: &[T], weights: &[f64]) -> Result<(), TestCaseError> {
    let within = |value: Option<f64>, from: f64, to: f64| value.is_none_or(|value| (from..=to).contains(&value));
    for (i, j) in [(0, 1), (1, 0), (2, 1), (0, 9)] {
        prop_assert!(within(cosine(gram, i, j), -1.0, 1.0) && within(magnitude_similarity(gram, i, j), 0.0, 1.0));
        prop_assert!(within(curvature_bound(gram, i, j), 0.0, f64::MAX));
    }
    prop_assert!(within(condition_number(gram), 1.0, f64::MAX) && within(conflict_rate([gram; 10]), 0.0, 1.0));
    prop_assert!(within(stationarity(gram), 0.0, 1.0) && within(unit_stationarity(gram), 0.0, 1.0));
    let combined = Combined { along: weights.to_vec(), square: weights.iter().sum() };
    prop_assert!(within(combined.norm(), 0.0, f64::MAX) && within(combined.alignment(gram), -1.0, 1.0));
    prop_assert!(combined.decrease().into_iter().all(|decrease| within(decrease, f64::MIN, f64::MAX)));
    for shares in [dominance(gram, None), dominance(gram, Some(weights))].into_iter().flatten() {
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9 && shares.iter().all(|share| *share >= 0.0));
    }
    prop_assert!(norms(gram).iter().all(|norm| norm.is_nan() || *norm >= 0.0));
    Ok(())
}
