//! Measures against values that were computed independently, and against brute force.

use mtl_core::config::LossKind;
use mtl_core::math::hypervolume::hypervolume;
use mtl_core::math::pareto::{dominates, fan, non_dominated};
use mtl_core::measure::conflict::{cosine, magnitude_similarity, norms};
use mtl_core::measure::distinct::t_interval;
use mtl_core::measure::metric::{higher_is_better, metric, metric_name};
use mtl_core::measure::transfer::{SeedLosses, TransferGain, Verdict};
use proptest::prelude::*;

fn assert_close(got: f64, expected: f64, within: f64) {
    assert!((got - expected).abs() <= within, "{got} is not {expected}");
}

/// Gram matrix of the gradients T1: (1, 0) and (-1, 1).
const T1: [f32; 4] = [1.0, -1.0, -1.0, 2.0];
/// T2: (1, 0, 0), (-1, 1, 0), (0, -2, 1).
const T2: [f32; 9] = [1.0, -1.0, 0.0, -1.0, 2.0, -2.0, 0.0, -2.0, 5.0];
/// T3: (-4, 1, 1) and (6, 1, 1).
const T3: [f32; 4] = [18.0, -22.0, -22.0, 38.0];

#[test]
fn conflict_has_its_known_values() {
    assert_close(cosine(&T1, 0, 1).unwrap_or(f64::NAN), -0.5_f64.sqrt(), 1e-12);
    assert_close(magnitude_similarity(&T1, 0, 1).unwrap_or(f64::NAN), 0.942809, 1e-6);
    assert_eq!(norms(&T1), [1.0, 2_f64.sqrt()]);
    assert_eq!(cosine(&T2, 0, 2), Some(0.0));
    assert_close(cosine(&T2, 2, 1).unwrap_or(f64::NAN), -2.0 / 10_f64.sqrt(), 1e-12);
    assert_close(cosine(&T3, 0, 1).unwrap_or(f64::NAN), -22.0 / (18.0_f64 * 38.0).sqrt(), 1e-12);
    assert_eq!((cosine(&T1, 1, 1), magnitude_similarity(&T1, 1, 1)), (Some(1.0), Some(1.0)));
}

#[test]
fn a_missing_gradient_has_no_angle() {
    for gram in [[1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, f32::NAN], [f32::INFINITY, 1.0, 1.0, 1.0], [1.0, 0.0, 0.0, -1.0]]
    {
        assert_eq!((cosine(&gram, 0, 1), magnitude_similarity(&gram, 0, 1)), (None, None));
    }
    assert_eq!(cosine(&[1.0, f32::NAN, f32::NAN, 1.0], 0, 1), None);
    assert_eq!((cosine(&T1, 0, 2), cosine::<f32>(&[], 0, 0), cosine(&[1.0, 2.0, 3.0], 0, 0)), (None, None, None));
    assert_eq!((norms::<f32>(&[]), norms(&[1.0, 2.0]), norms(&[-1e-9])), (vec![], vec![], vec![0.0]));
}

#[test]
fn rounding_keeps_a_cosine_within_its_range() {
    assert_eq!(cosine(&[1.0, 1.0001, 1.0001, 1.0], 0, 1), Some(1.0));
    assert_eq!(cosine(&[1e-30, -1e-30, -1e-30, 1e-30], 0, 1), Some(-1.0));
}

#[test]
fn hypervolume_has_its_known_values() {
    assert_eq!(hypervolume(&[[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]], &[4.0, 4.0]), 6.0);
    assert_eq!(hypervolume(&[[1.0, 1.0, 1.0], [0.5, 1.5, 1.5]], &[2.0; 3]), 1.125);
    assert_eq!(hypervolume(&[[3.0], [1.0], [2.0]], &[4.0]), 3.0);
    assert_eq!(hypervolume(&[[1.0; 4], [1.0; 4]], &[2.0; 4]), 1.0);
    assert_eq!(hypervolume(&[[0.0; 6]], &[2.0; 6]), 64.0);
}

/// The concave front of Fonseca and Fleming's problem: `f = 1 - exp(-(1 -/+ t)²)`, uniform in t.
fn fonseca(points: usize) -> Vec<[f64; 2]> {
    let t = |k: usize| 2.0 * k as f64 / (points - 1) as f64 - 1.0;
    (0..points).map(t).map(|t| [1.0 - (-(1.0 - t).powi(2)).exp(), 1.0 - (-(1.0 + t).powi(2)).exp()]).collect()
}

#[test]
fn the_concave_front_has_its_published_hypervolume() {
    for (points, expected) in [(5, 0.230060), (10, 0.287579), (20, 0.315385), (50, 0.331568), (2000, 0.341854)] {
        assert_close(hypervolume(&fonseca(points), &[1.0, 1.0]), expected, 1e-6);
    }
    assert_close(hypervolume(&fonseca(200_000), &[1.0, 1.0]), 0.342116, 1e-5);
}

#[test]
fn the_front_of_two_quadratics_has_its_exact_hypervolume() {
    // sqrt(f1) + sqrt(f2) = sqrt(R) with R = 2: 5/6 R².
    let points: Vec<_> =
        (0..=20_000).map(|k| f64::from(k) / 20_000.0).map(|t| [2.0 * t * t, 2.0 * (1.0 - t).powi(2)]).collect();
    assert_close(hypervolume(&points, &[2.0, 2.0]), 10.0 / 3.0, 1e-3);
}

#[test]
fn points_beyond_the_reference_or_not_finite_count_for_nothing() {
    let reference = [2.0, 2.0];
    for point in [[2.0, 0.0], [0.0, 3.0], [f64::NAN, 1.0], [f64::NEG_INFINITY, 1.0], [f64::INFINITY, 1.0]] {
        assert_eq!(hypervolume(&[point], &reference), 0.0);
        assert_eq!(hypervolume(&[point, [1.0, 1.0]], &reference), 1.0);
    }
    assert_eq!(hypervolume(&[vec![1.0], vec![1.0, 1.0, 1.0], vec![]], &reference), 0.0);
    assert_eq!((hypervolume(&[[0.0; 0]], &[]), hypervolume::<Vec<f64>>(&[], &reference)), (0.0, 0.0));
    assert_eq!(hypervolume(&[[0.0, 0.0]], &[1.0, f64::INFINITY]), 0.0);
}

/// Inclusion and exclusion over all subsets: exact, and feasible for a few points.
fn brute_force(points: &[Vec<f64>], reference: &[f64]) -> f64 {
    let sign = |subset: u32| {
        if subset.count_ones() % 2 == 1 { 1.0 } else { -1.0 }
    };
    let corner = |subset: u32, loss: usize| {
        let chosen = points.iter().enumerate().filter(|(k, _)| subset >> k & 1 == 1);
        chosen.map(|(_, point)| point[loss]).fold(f64::NEG_INFINITY, f64::max)
    };
    let volume = |subset: u32| {
        (0..reference.len()).map(|loss| (reference[loss] - corner(subset, loss)).max(0.0)).product::<f64>()
    };
    (1..1_u32 << points.len()).map(|subset| sign(subset) * volume(subset)).sum()
}

fn clouds(most: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1..=6_usize).prop_flat_map(move |losses| {
        // A coarse grid now and then, so that coordinates tie.
        let loss = prop_oneof![0.0..1.2, (0..5_u8).prop_map(|k| f64::from(k) / 4.0)];
        prop::collection::vec(prop::collection::vec(loss, losses), 1..=most)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hypervolume_is_that_of_inclusion_and_exclusion(points in clouds(8)) {
        let reference = vec![1.0; points[0].len()];
        let (got, expected) = (hypervolume(&points, &reference), brute_force(&points, &reference));
        prop_assert!((got - expected).abs() < 1e-9, "{got} is not {expected}");
    }

    #[test]
    fn only_the_front_counts_in_any_order(mut points in clouds(20)) {
        let reference = vec![1.0; points[0].len()];
        let all = hypervolume(&points, &reference);
        let keep = non_dominated(&points);
        let front: Vec<_> = points.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(point, _)| point.clone()).collect();
        prop_assert!((hypervolume(&front, &reference) - all).abs() < 1e-9);
        points.reverse();
        prop_assert!((hypervolume(&points, &reference) - all).abs() < 1e-9);
        points.pop();
        prop_assert!(hypervolume(&points, &reference) <= all + 1e-9);
    }

    #[test]
    fn every_point_off_the_front_is_dominated_by_one_on_it(points in clouds(20)) {
        let keep = non_dominated(&points);
        prop_assert!(keep.contains(&true));
        let front: Vec<_> = points.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(point, _)| point).collect();
        for (point, keep) in points.iter().zip(&keep) {
            prop_assert_eq!(front.iter().any(|other| dominates(other, point)), !keep);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hypervolume_is_the_share_of_a_cube_that_is_dominated(points in clouds(50), seed: u64) {
        let losses = points[0].len();
        let mut state = seed;
        let mut draw = || {
            // Split-mix: good enough to count with.
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        };
        let samples = 20_000;
        let hits = (0..samples).filter(|_| {
            let sample: Vec<f64> = (0..losses).map(|_| draw()).collect();
            points.iter().any(|point| point.iter().zip(&sample).all(|(a, b)| a <= b))
        }).count();
        let (share, got) = (hits as f64 / f64::from(samples), hypervolume(&points, &vec![1.0; losses]));
        let spread = (got * (1.0 - got) / f64::from(samples)).max(0.0).sqrt();
        prop_assert!((share - got).abs() < 5.0 * spread + 2e-3, "{got}, counted {share}");
    }
}

#[test]
fn fifty_points_in_six_losses_take_no_time() {
    let loss = |k: usize, l: usize| ((k * 7919 + l * 104_729) % 1009) as f64 / 1009.0;
    let points: Vec<Vec<f64>> = (0..50).map(|k| (0..6).map(|l| loss(k, l)).collect()).collect();
    let volume = hypervolume(&points, &[1.0; 6]);
    assert!(volume > 0.0 && volume < 1.0);
}

#[test]
fn domination_is_nowhere_worse_and_somewhere_better() {
    assert!(dominates(&[1.0, 2.0], &[1.0, 3.0]));
    assert!(!dominates(&[1.0, 2.0], &[1.0, 2.0]));
    assert!(!dominates(&[1.0, 3.0], &[2.0, 2.0]));
    assert!(!dominates(&[1.0], &[1.0, 2.0]) && !dominates(&[], &[]) && !dominates(&[f64::NAN], &[1.0]));
}

#[test]
fn diverged_models_are_never_on_the_front() {
    let points = [[f64::NAN, 0.0], [1.0, 1.0], [f64::NEG_INFINITY, 0.0], [1.0, 1.0], [2.0, 1.0]];
    assert_eq!(non_dominated(&points), [false, true, false, true, false]);
}

#[test]
fn a_fan_over_two_tasks_is_evenly_spaced() {
    let list = fan(2, 11);
    assert_eq!((list.len(), list[0].as_slice(), list[10].as_slice()), (11, &[1.0, 0.0][..], &[0.0, 1.0][..]));
    for (k, point) in list.iter().enumerate() {
        assert_close(f64::from(point[1]), k as f64 / 10.0, 1e-7);
    }
    assert_eq!(fan(2, 2), [[1.0, 0.0], [0.0, 1.0]]);
    assert_eq!((fan(2, 1).len(), fan(2, 0).len(), fan(1, 11).len(), fan(0, 11).len()), (0, 0, 0, 0));
}

#[test]
fn a_fan_over_more_tasks_is_the_largest_lattice_that_fits() {
    let sizes = |points| [3, 4, 5, 6].map(|tasks| fan(tasks, points).len());
    assert_eq!(sizes(11), [10, 10, 5, 6]);
    assert_eq!(sizes(45), [45, 35, 35, 21]);
    assert_eq!(sizes(5), [3, 4, 5, 0]);
    assert_eq!(sizes(2), [0; 4]);
    for tasks in 2..=6 {
        let list = fan(tasks, 45);
        for task in 0..tasks {
            assert!(list.iter().any(|point| point[task] == 1.0), "no point is all for task {task}");
        }
        for (k, point) in list.iter().enumerate() {
            assert_close(point.iter().map(|part| f64::from(*part)).sum(), 1.0, 1e-6);
            assert!(!list[..k].contains(point));
        }
        assert!(list.is_sorted_by(|a, b| a > b));
    }
}

#[test]
fn metrics_have_a_name_and_a_direction() {
    for loss in [LossKind::Mse, LossKind::Huber] {
        assert_eq!((metric_name(loss), higher_is_better(loss), metric(loss, 8.0, 2)), ("error", false, Some(2.0)));
    }
    for loss in [LossKind::Bce, LossKind::Ce] {
        assert_eq!((metric_name(loss), higher_is_better(loss), metric(loss, 1.0, 2)), ("accuracy", true, Some(0.5)));
    }
    assert_eq!(metric(LossKind::Mse, 0.0, 0), None);
}

#[test]
fn the_t_interval_has_the_quantiles_of_the_tables() {
    for (seeds, quantile) in [(2, 12.7062), (3, 4.302653), (5, 2.776445), (10, 2.262157), (64, 1.998341)] {
        let sample: Vec<f64> = (0..seeds).map(f64::from).collect();
        let mean = sample.iter().sum::<f64>() / f64::from(seeds);
        let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(seeds - 1);
        let (got, half) = t_interval(&sample);
        assert_close(got, mean, 1e-12);
        assert_close(half / (variance / f64::from(seeds)).sqrt(), quantile, 1e-4);
    }
    assert_eq!(t_interval(&[3.0]), (3.0, f64::INFINITY));
}

/// The gain over seeds with these losses alone and together; a constant guess would do far worse.
fn gain(pairs: &[(f64, f64)]) -> TransferGain {
    gain_over(pairs, 10.0)
}

fn gain_over(pairs: &[(f64, f64)], guess: f64) -> TransferGain {
    let seeds: Vec<_> =
        pairs.iter().map(|(alone, together)| SeedLosses { alone: *alone, together: *together, guess }).collect();
    TransferGain::over_seeds(&seeds)
}

#[test]
fn a_transfer_gain_is_called_by_its_interval() {
    // Logarithms of mean 0.2232998 and half an interval of 0.0245456, taken back.
    let better = gain(&[(1.0, 0.8), (1.0, 0.82), (1.0, 0.78), (1.0, 0.81), (1.0, 0.79)]);
    assert_eq!((better.verdict, better.seeds), (Verdict::Gains, 5));
    assert_close(better.mean, 0.200_125, 1e-6);
    assert_close(better.low, 0.180_249, 1e-5);
    assert_close(better.high, 0.219_519, 1e-5);
    let worse = gain(&[(0.5, 0.6), (0.5, 0.61), (0.5, 0.59)]);
    assert_eq!(worse.verdict, Verdict::Loses);
    assert_close(worse.mean, -0.199_889, 1e-6);
    assert_close(worse.low, -0.250_615, 1e-5);
    assert_eq!(gain(&[(1.0, 0.5), (1.0, 1.4), (1.0, 1.2)]).verdict, Verdict::NotClear);
    assert_eq!(gain(&[(1.0, 1.0), (1.0, 1.01), (1.0, 0.99)]).verdict, Verdict::AboutTheSame);
    // Within 5 % of zero nothing is gained, however sure.
    assert_eq!(gain(&[(1.0, 0.98), (1.0, 0.98), (1.0, 0.98)]).verdict, Verdict::AboutTheSame);
}

#[test]
fn twice_as_good_and_twice_as_bad_are_equally_far_from_no_difference() {
    // Plain shares would average to -25 %.
    let even = gain(&[(1.0, 0.5), (1.0, 2.0)]);
    assert_close(even.mean, 0.0, 1e-12);
    even.of_seeds().zip([0.5, -1.0]).for_each(|(gain, expected)| assert_close(gain, expected, 1e-12));
    // No interval reaches where no loss can be.
    assert!(even.high < 1.0 && even.low < -1.0);
}

#[test]
fn a_transfer_gain_needs_a_baseline_and_three_seeds_for_a_word() {
    let one = gain(&[(1.0, 0.1)]);
    assert_eq!((one.verdict, one.seeds), (Verdict::TooEarly, 1));
    assert_close(one.mean, 0.9, 1e-12);
    assert_eq!(gain(&[(1.0, 0.1), (1.0, 0.1)]).verdict, Verdict::TooEarly);
    assert_eq!(gain(&[(1.0, 0.1), (1.0, 0.1), (1.0, 0.1)]).verdict, Verdict::Gains);
    assert_eq!(gain(&[]), TransferGain::undefined());
    assert_eq!(gain(&[(0.0, 1.0)]), TransferGain::undefined());
    // A seed whose baseline is nearly zero has no ratio, the others have theirs.
    assert_eq!(gain(&[(0.0, 1.0), (1.0, 1.0)]).seeds, 1);
    assert_eq!(gain(&[(f64::NAN, 1.0), (1.0, f64::INFINITY)]), TransferGain::undefined());
    let diverged = gain(&[(1.0, 0.5), (f64::NAN, 1.0)]);
    assert_eq!((diverged.seeds, diverged.of_seeds().count(), diverged.log_ratios.len()), (1, 1, 2));
}

#[test]
fn no_gain_is_named_where_neither_side_beats_a_constant_guess() {
    let halved = [(1.0, 0.5), (1.0, 0.51), (1.0, 0.49)];
    for (guess, word) in [(0.5, Verdict::NothingLearned), (0.6, Verdict::Gains), (f64::NAN, Verdict::Gains)] {
        assert_eq!(gain_over(&halved, guess).verdict, word, "{guess}");
    }
    // One side is enough.
    let alone = [(0.5, 1.0), (0.5, 1.01), (0.5, 0.99)];
    assert_eq!(gain_over(&alone, 0.6).verdict, Verdict::Loses);
}
