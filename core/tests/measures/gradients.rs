//! What the Gram matrix of the gradients says.

use super::{assert_close, combined, single};
use mtl_core::measure::conflict::{
    AVERAGED, NEUTRAL, conflict_rate, cosine, curvature_bound, is_conflict, magnitude_similarity, mean_cosine, norms,
};
use mtl_core::measure::gram::{condition_number, dominance, stationarity, unit_stationarity};
use mtl_core::measure::update::Combined;
use nalgebra::DMatrix;

/// The Gram matrices of (1, 0), (-1, 1); of (1, 0, 0), (-1, 1, 0), (0, -2, 1); of (-4, 1, 1), (6, 1, 1).
const T1: [f64; 4] = [1.0, -1.0, -1.0, 2.0];
const T2: [f64; 9] = [1.0, -1.0, 0.0, -1.0, 2.0, -2.0, 0.0, -2.0, 5.0];
const T3: [f64; 4] = [18.0, -22.0, -22.0, 38.0];

#[test]
fn the_diagnostics_have_their_known_values() {
    for (cosine, similarity, curvature, condition) in
        [(cosine(&T1, 0, 1), magnitude_similarity(&T1, 0, 1), curvature_bound(&T1, 0, 1), condition_number(&T1)), {
            let gram = single(&T1);
            let pair = (magnitude_similarity(&gram, 0, 1), curvature_bound(&gram, 0, 1));
            (cosine(&gram, 0, 1), pair.0, pair.1, condition_number(&gram))
        }]
    {
        assert_close(cosine, -0.5_f64.sqrt(), 1e-6);
        assert_close(similarity, 0.942_809, 1e-6);
        assert_close(curvature, 2.5, 1e-12);
        assert_close(condition, 2.618_034, 1e-6);
    }
    // lambda = 28 ± sqrt(584), from trace 56 and determinant 200.
    let root = 584_f64.sqrt();
    assert_close(condition_number(&T3), ((28.0 + root) / (28.0 - root)).sqrt(), 1e-9);
    // c² = 484/684, |g1 - g2|² = 100, |g1 + g2|² = 12.
    assert_close(curvature_bound(&T3, 0, 1), 200.0 / 684.0 * 100.0 / 12.0, 1e-12);
    assert_close(curvature_bound(&[4.0, 0.0, 0.0, 4.0], 0, 1), 1.0, 1e-15);
    assert_eq!(curvature_bound(&[1.0, 3.0, 3.0, 9.0], 0, 1), Some(0.0));
}

#[test]
fn gradients_that_cancel_or_are_missing_have_no_curvature_bound() {
    assert_eq!(curvature_bound(&[1.0, -1.0, -1.0, 1.0], 0, 1), None);
    assert_eq!(curvature_bound(&[1.0_f32, -0.999_999_9, -0.999_999_9, 1.0], 0, 1), None);
    for gram in [[1.0, 0.0, 0.0, 0.0], [1.0, f64::NAN, f64::NAN, 1.0], [f64::INFINITY, 0.0, 0.0, 1.0]] {
        assert_eq!(curvature_bound(&gram, 0, 1), None);
    }
    assert_eq!((curvature_bound(&T1, 0, 2), curvature_bound::<f32>(&[], 0, 1)), (None, None));
}

#[test]
fn dependent_gradients_have_no_condition_number() {
    for gram in [[1.0, 2.0, 2.0, 4.0], [1.0, -1.0, -1.0, 1.0], [1.0, 0.0, 0.0, 0.0], [0.0; 4]] {
        assert_eq!((condition_number(&gram), condition_number(&single(&gram))), (None, None), "{gram:?}");
    }
    // Within the rounding of a device it is not known; on the host it is.
    let nearly = [1.0, 1.0 - 1e-8, 1.0 - 1e-8, 1.0];
    assert_eq!(condition_number(&single(&nearly)), None);
    assert_close(condition_number(&nearly), (2e8_f64 - 1.0).sqrt(), 1e-2);
    assert_eq!((condition_number(&[3.0]), condition_number(&[2.0, 0.0, 0.0, 2.0])), (Some(1.0), Some(1.0)));
    assert_eq!((condition_number::<f64>(&[]), condition_number(&[1.0, 2.0])), (None, None));
}

#[test]
fn a_matrix_that_no_gradients_have_is_not_measured() {
    for gram in [[1.0, f64::NAN, 0.0, 1.0], [-1.0, 0.0, 0.0, 1.0], [1.0, 5.0, 5.0, 1.0], [f64::INFINITY, 0.0, 0.0, 1.0]]
    {
        assert_eq!(
            (condition_number(&gram), stationarity(&gram), unit_stationarity(&gram)),
            (None, None, None),
            "{gram:?}"
        );
    }
}

#[test]
fn a_conflict_rate_counts_means_of_ten_steps_with_an_angle() {
    let window = |grams: &[[f64; 4]]| conflict_rate(grams.iter().map(|gram| gram.as_slice()));
    let (none, broken) = ([0.0, 0.0, 0.0, 1.0], [1.0, f64::NAN, f64::NAN, 1.0]);
    // Steps without an angle take no place: means of 0.2, 0.1, 0, -0.1 and -0.2.
    let mut grams = [[none; 1].as_slice(), &[apart(0.2); 10], &[broken; 2], &[apart(-0.8); 4]].concat();
    assert_eq!(window(&grams), Some(0.4));
    grams.truncate(9);
    assert_eq!((window(&grams), window(&[]), window(&[none; 12])), (None, None, None));
    // T2: 0 and 1 conflict, 1 and 2 conflict, 0 and 2 stand at right angles, which is no conflict.
    let three = || [T2.as_slice(); 10].into_iter();
    assert_eq!((conflict_rate(three()), conflict_rate([[1.0].as_slice(); 12])), (Some(2.0 / 3.0), None));
}

/// The Gram matrix of two gradients of length 1 with this cosine.
fn apart(cosine: f64) -> [f64; 4] {
    [1.0, cosine, cosine, 1.0]
}

#[test]
fn a_cosine_near_zero_is_no_conflict() {
    let rate = |cosines: [f64; 10]| {
        let grams = cosines.map(apart);
        conflict_rate(grams.iter().map(|gram| gram.as_slice()))
    };
    assert!(!is_conflict(-0.03) && !is_conflict(-NEUTRAL) && is_conflict(-0.051));
    assert_eq!([-0.03, 0.0, 0.3].map(|cosine| rate([cosine; 10])), [Some(0.0); 3]);
    assert_eq!([-0.06, -1.0].map(|cosine| rate([cosine; 10])), [Some(1.0); 2]);
    // Single batches that wander widely around a right angle are in conflict at every second step, their mean is not.
    assert_eq!(rate([0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5]), Some(0.0));
}

#[test]
fn a_mean_cosine_is_that_of_the_last_ten_steps_with_an_angle() {
    let mean = |grams: &[[f64; 4]]| mean_cosine(grams.iter().map(|gram| gram.as_slice()), 0, 1);
    assert_eq!(AVERAGED, 10);
    assert_eq!((mean(&[]), mean(&[[0.0, 0.0, 0.0, 1.0]]), mean(&[apart(-0.5)])), (None, None, Some(-0.5)));
    // What is further back doesn't count: five at 0.2 and five at -0.4.
    let cosines = [1.0; 20].into_iter().chain([0.2; 5]).chain([-0.4; 5]);
    let mut grams: Vec<[f64; 4]> = cosines.map(apart).collect();
    assert_close(mean(&grams), -0.1, 1e-12);
    // A step in which a task had no label takes no place.
    grams.push([1.0, f64::NAN, f64::NAN, 1.0]);
    assert_close(mean(&grams), -0.1, 1e-12);
    grams.push(apart(1.0));
    assert_close(mean(&grams), (4.0 * 0.2 - 5.0 * 0.4 + 1.0) / 10.0, 1e-12);
    assert_eq!(mean_cosine(grams.iter().map(|gram| gram.as_slice()), 0, 2), None);
}

#[test]
fn dominance_is_the_share_of_the_gradient_norms() {
    assert_eq!(dominance(&[9.0, 0.0, 0.0, 1.0], None), Some(vec![0.75, 0.25]));
    assert_eq!(dominance(&[9.0_f32, 0.0, 0.0, 1.0], Some(&[1.0, 3.0])), Some(vec![0.5, 0.5]));
    assert_eq!(dominance(&[9.0, 0.0, 0.0, 1.0], Some(&[1.0, -1.0])), Some(vec![0.75, 0.25]));
    assert_eq!(dominance(&[4.0, 0.0, 0.0, 0.0], None), Some(vec![1.0, 0.0]));
    assert_eq!(
        (dominance(&[0.0; 4], None), dominance(&T1, Some(&[0.0; 2])), dominance(&T1, Some(&[1.0]))),
        (None, None, None)
    );
    assert!(norms(&[1.0, 0.0, 0.0, f64::NAN])[1].is_nan());
    assert_eq!((dominance(&[1.0, 0.0, 0.0, f64::NAN], None), dominance::<f32>(&[], None)), (None, None));
}

#[test]
fn the_gauge_has_the_length_of_mgda() {
    // MGDA's directions over the longest gradient: (.2, .4) over sqrt 2, and (0, 1, 1) over sqrt 38.
    assert_close(stationarity(&T1), (0.2_f64 / 2.0).sqrt(), 1e-12);
    assert_close(stationarity(&T3), (2.0_f64 / 38.0).sqrt(), 1e-12);
    // T2: weights 13, 12 and 5 of 30 make all products 1/30.
    assert_close(stationarity(&T2), (1.0_f64 / 150.0).sqrt(), 1e-12);
    // (1, 0) and (1, 1): the shorter one alone.
    assert_close(stationarity(&[1.0, 1.0, 1.0, 2.0]), 0.5_f64.sqrt(), 1e-12);
    // Unit gradients at 135 degrees: cos 67.5.
    assert_close(unit_stationarity(&T1), 0.382_683, 1e-6);
    assert_close(stationarity(&single(&T2)), (1.0_f64 / 150.0).sqrt(), 1e-6);
}

#[test]
fn a_stationary_point_reads_zero() {
    // Opposite; opposite and of other lengths; three at 120 degrees; four along two axes; a zero.
    let three = [1.0, -0.5, -0.5, -0.5, 1.0, -0.5, -0.5, -0.5, 1.0];
    let axes = [1.0, -2.0, 0.0, 0.0, -2.0, 4.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0, 1.0];
    for gram in [&[1.0, -1.0, -1.0, 1.0][..], &[1.0, -3.0, -3.0, 9.0], &three, &axes, &[1.0, 0.0, 0.0, 0.0], &[0.0; 9]]
    {
        assert_eq!((stationarity(gram), unit_stationarity(gram)), (Some(0.0), Some(0.0)), "{gram:?}");
        assert_eq!(stationarity(&single(gram)), Some(0.0), "{gram:?}");
    }
}

#[test]
fn a_quiet_task_is_not_a_stationary_point() {
    // (1e-6, 0) and (0, 1).
    let gram = [1e-12, 0.0, 0.0, 1.0];
    assert_close(unit_stationarity(&gram), 0.5_f64.sqrt(), 1e-9);
    assert_close(unit_stationarity(&single(&gram)), 0.5_f64.sqrt(), 1e-6);
    assert_close(stationarity(&gram), 1e-6, 1e-9);
}

#[test]
fn one_task_or_equal_ones_are_as_far_as_can_be() {
    assert_eq!(
        (stationarity(&[5.0]), unit_stationarity(&[5.0]), stationarity(&[3.0; 16])),
        (Some(1.0), Some(1.0), Some(1.0))
    );
    let alone = |tasks: usize| DMatrix::<f64>::identity(tasks, tasks).as_slice().to_vec();
    assert_close(stationarity(&alone(10)), 0.1_f64.sqrt(), 1e-9);
    assert_eq!((stationarity::<f64>(&[]), unit_stationarity(&[1.0, 2.0])), (None, None));
}

#[test]
fn a_combined_gradient_has_the_products_of_the_golden_values() {
    // MGDA on T1: d = (.2, .4), equal products of |d|² = .2.
    let shortest = combined(&T1, &[0.6, 0.4]);
    shortest.decrease().into_iter().for_each(|decrease| assert_close(decrease, 0.2, 1e-12));
    assert_close(shortest.norm(), 0.2_f64.sqrt(), 1e-12);
    assert_close(shortest.alignment(&T1), 0.4 / 0.2_f64.sqrt(), 1e-12);
    // The mean of T1 is (0, .5): nothing for the first task; of T3 it is (1, 1, 1).
    assert_close(combined(&T1, &[0.5, 0.5]).decrease()[0], 0.0, 1e-12);
    let mean = combined(&T3, &[0.5, 0.5]);
    assert_close(mean.norm(), 3_f64.sqrt(), 1e-12);
    assert_close(mean.decrease().into_iter().flatten().reduce(f64::min), -2.0, 1e-12);
    assert_close(combined(&T3, &[7.0, 7.0]).alignment(&T3), 1.0, 1e-12);
}

#[test]
fn a_combined_gradient_without_a_length_has_no_direction() {
    let opposite = [1.0, -1.0, -1.0, 1.0];
    assert_eq!(combined(&opposite, &[1.0, 0.0]).alignment(&opposite), None, "the mean is zero");
    let none = combined(&T1, &[0.0; 2]);
    assert_eq!((none.alignment(&T1), none.norm()), (None, Some(0.0)));
    assert_eq!(none.alignment(&[1.0]), None, "sizes that don't fit");
    let absent = Combined { along: vec![f64::NAN, 1.0], square: 1.0 };
    assert_eq!((absent.decrease(), absent.norm()), (vec![None, Some(1.0)], Some(1.0)));
    assert_eq!(absent.alignment(&[f64::NAN, f64::NAN, f64::NAN, 1.0]), None);
}
