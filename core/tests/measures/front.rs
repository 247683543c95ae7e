//! How evenly a front is covered, and its hypervolume in three losses.

use super::{assert_close, wild};
use mtl_core::math::hypervolume::hypervolume;
use mtl_core::math::pareto::non_dominated;
use mtl_core::measure::spread::{spacing, sparsity};
use proptest::prelude::*;

#[test]
fn an_even_front_has_no_spacing_and_the_sparsity_of_its_gaps() {
    let even: Vec<[f64; 2]> = (0..5).map(|k| [f64::from(k), 4.0 - f64::from(k)]).collect();
    // Four gaps of 1 along each of two losses.
    assert_eq!((spacing(&even), sparsity(&even)), (Some(0.0), Some(2.0)));
}

#[test]
fn an_uneven_front_has_the_values_worked_out_by_hand() {
    // Nearest neighbours at sqrt 2, sqrt 2, and 3 sqrt 2: mean 5/3 sqrt 2, variance 16/9.
    let uneven = [[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]];
    assert_close(spacing(&uneven), 4.0 / 3.0, 1e-12);
    // Gaps 1 and 3 along both.
    assert_close(sparsity(&uneven), (1.0 + 9.0) * 2.0 / 2.0, 1e-12);
    // Three losses, one gap of (1, 1, 2).
    assert_close(sparsity(&[[0.0, 1.0, 0.0], [1.0, 0.0, -2.0]]), 6.0, 1e-12);
    // Three points at distances sqrt 2, sqrt 5 and again sqrt 2.
    let three = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [-1.0, 0.0, 3.0]];
    let (near, far) = (2_f64.sqrt(), 5_f64.sqrt());
    assert_close(spacing(&three), (far - near) * 2_f64.sqrt() / 3.0, 1e-12);
}

#[test]
fn what_is_not_on_the_front_does_not_count() {
    let front = [[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]];
    let more = [[0.0, 4.0], [2.0, 3.5], [1.0, 3.0], [f64::NAN, 0.0], [4.0, 0.0]];
    assert_eq!((spacing(&more), sparsity(&more)), (spacing(&front), sparsity(&front)));
}

#[test]
fn a_front_of_one_point_has_no_gaps() {
    for points in [vec![], vec![[1.0, 1.0]], vec![[1.0, 1.0], [2.0, 2.0]], vec![[1.0, f64::NAN], [1.0, 0.0]]] {
        assert_eq!((spacing(&points), sparsity(&points)), (None, None));
    }
    assert_eq!((spacing(&[vec![], vec![]]), sparsity(&[vec![1.0, 0.0], vec![1.0]])), (None, None));
}

#[test]
fn equal_points_have_no_gap_between_them() {
    assert_eq!((spacing(&[[1.0, 1.0]; 3]), sparsity(&[[1.0, 1.0]; 3])), (Some(0.0), Some(0.0)));
}

#[test]
fn hypervolume_in_three_losses_is_exact() {
    // A corner cut from a cube: three unit cubes at (0, 1, 1), (1, 0, 1), (1, 1, 0) below (2, 2, 2).
    // Each has volume 2, each pair shares the cube above (1, 1, 1), all three share it too.
    assert_eq!(hypervolume(&[[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]], &[2.0; 3]), 4.0);
    // A staircase of n steps in two losses, 3 high: 3 * (n - 1) n / 2.
    let steps: Vec<[f64; 3]> = (1..10).map(|k| [f64::from(k), 10.0 - f64::from(k), 0.0]).collect();
    assert_eq!(hypervolume(&steps, &[10.0, 10.0, 3.0]), 3.0 * 45.0);
    // The plane x + y + z = 1 below (1, 1, 1) leaves a sixth of the cube undominated.
    let lattice: Vec<[f64; 3]> = (0..=60)
        .flat_map(|i| (0..=60 - i).map(move |j| [i, j, 60 - i - j].map(|part| f64::from(part) / 60.0)))
        .collect();
    assert_close(hypervolume(&lattice, &[1.0; 3]), 5.0 / 6.0, 0.01);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_spread_is_finite_and_grows_with_the_scale(points in prop::collection::vec(prop::collection::vec(-3.0..3.0, 3), 0..12), scale in 0.1..10.0) {
        let scaled: Vec<Vec<f64>> = points.iter().map(|point| point.iter().map(|loss| scale * loss + 1.0).collect()).collect();
        let on_front = non_dominated(&points).iter().filter(|keep| **keep).count();
        for (measure, power) in [(spacing as fn(&[Vec<f64>]) -> Option<f64>, 1), (sparsity, 2)] {
            let (one, other) = (measure(&points), measure(&scaled));
            prop_assert_eq!(one.is_some(), on_front > 1);
            if let (Some(one), Some(other)) = (one, other) {
                prop_assert!(one >= 0.0 && (one * f64::powi(scale, power) - other).abs() < 1e-9 * (1.0 + other));
            }
        }
    }

    #[test]
    fn a_wild_set_has_a_finite_spread_or_none(points in prop::collection::vec(prop::collection::vec(wild(), 2), 0..8)) {
        prop_assert!(spacing(&points).is_none_or(|spread| spread.is_finite() && spread >= 0.0));
        prop_assert!(sparsity(&points).is_none_or(|spread| spread.is_finite() && spread >= 0.0));
    }
}
