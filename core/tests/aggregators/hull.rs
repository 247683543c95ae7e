//! Aggregators that solve a problem over the simplex or the dual cone.

use crate::ask::{along, ask, assert_close, distance, each, rows};
use mtl_core::math::cone::project;
use mtl_core::math::gram::Gram;
use mtl_core::math::hull::min_norm;
use nalgebra::DMatrix;
use nalgebra::DVector;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

#[test]
fn a_zero_gradient_does_not_stop_cagrad() {
    let one = rows(&[&[1.0, 0.0], &[0.0, 0.0]]);
    assert_close(&ask("cagrad").direction(&one), &[0.5, 0.0], 1e-12);
}

#[test]
fn mgda_is_the_shortest_point_of_the_hull() {
    each(4000, |jacobian, random| {
        let weights = ask("mgda").weights(jacobian);
        assert!((weights.sum() - 1.0).abs() < 1e-9 && weights.min() >= 0.0);
        let (along, size) = along(jacobian, &weights);
        let square = (jacobian.transpose() * &weights).norm_squared();
        for k in 0..jacobian.nrows() {
            let norm = jacobian.row(k).norm();
            // Rounding alone: a product of this task with parts of this size.
            assert!(along[k] * norm >= square - 1e-9 * norm * size, "{jacobian} {weights}");
        }
        let other = DVector::from_fn(jacobian.nrows(), |_, _| random.random_range(0.0..1.0_f64));
        let other = &other / other.sum();
        assert!(square.sqrt() <= (jacobian.transpose() * other).norm() * (1.0 + 1e-9));
    });
}

#[test]
fn mgda_has_its_closed_form_for_two() {
    each(4000, |jacobian, _| {
        let gram = jacobian * jacobian.transpose();
        let (a, b, c) = (gram[(0, 0)], gram[(1, 1)], gram[(0, 1)]);
        if jacobian.nrows() != 2 || a + b - 2.0 * c <= 1e-9 * (a + b) {
            return;
        }
        let share = ((b - c) / (a + b - 2.0 * c)).clamp(0.0, 1.0);
        assert_close(&ask("mgda").weights(jacobian), &[share, 1.0 - share], 1e-6);
    });
}

#[test]
fn steps_towards_the_hull_agree_with_enumeration() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..200 {
        let jacobian = DMatrix::from_fn(5, 4, |_, _| random.random_range(-1.0..1.5));
        // Doubled rows leave the hull as it is.
        let doubled = DMatrix::from_fn(10, 4, |i, j| jacobian[(i % 5, j)]);
        let near = |jacobian: &DMatrix<f64>| {
            jacobian.transpose() * min_norm(&Gram::new(&(jacobian * jacobian.transpose())).unwrap())
        };
        let (a, b) = (near(&jacobian), near(&doubled));
        assert!((&a - &b).norm() < 1e-7, "{jacobian} {a} {b}");
        let (few, many) = (ask("upgrad").direction(&jacobian), ask("upgrad").direction(&doubled));
        assert!((few - many).norm() < 1e-6);
    }
}

#[test]
fn upgrad_and_dual_proj_harm_no_task() {
    each(4000, |jacobian, random| {
        for key in ["upgrad", "dual-proj"] {
            let preferred = (0..jacobian.nrows()).map(|_| random.random_range(0.0..1.0)).collect::<Vec<f64>>();
            for asked in [ask(key), ask(key).vector("preference", &preferred)] {
                let weights = asked.weights(jacobian);
                let (along, size) = along(jacobian, &weights);
                assert!(along.min() >= -1e-7 * size, "{key} {jacobian} {weights} {along}");
            }
        }
    });
}

#[test]
fn a_projection_is_where_its_conditions_hold() {
    each(2000, |jacobian, random| {
        let gram = Gram::new(&(jacobian * jacobian.transpose())).unwrap();
        let floor = DVector::from_fn(gram.tasks(), |_, _| random.random_range(0.0..1.0));
        let point = project(&gram, &floor);
        let slope = (&gram.matrix * &point).zip_map(&gram.norms, |s, n| if n > 0.0 { s / n } else { 0.0 });
        let size = point.dot(&gram.norms);
        for k in 0..gram.tasks() {
            let risen = (point[k] - floor[k]) * gram.norms[k] > 1e-7 * size;
            assert!(point[k] >= floor[k] && slope[k] >= -1e-7 * size && (!risen || slope[k] <= 1e-7 * size));
        }
    });
}

#[test]
fn upgrad_is_half_of_pcgrad_for_two() {
    each(4000, |jacobian, _| {
        if jacobian.nrows() == 2 {
            let (up, pc) = (ask("upgrad").weights(jacobian), ask("pcgrad").weights(jacobian));
            assert!((&up * 2.0 - &pc).component_div(&pc).amax() < 1e-9, "{jacobian} {up} {pc}");
        }
    });
}

#[test]
fn pcgrad_for_two_never_conflicts() {
    each(4000, |jacobian, _| {
        let weights = ask("pcgrad").weights(jacobian);
        if jacobian.nrows() == 2 {
            let (along, size) = along(jacobian, &weights);
            assert!(along.min() >= -1e-12 * size, "{jacobian}");
        }
        let gram = jacobian * jacobian.transpose();
        if gram.min() >= 0.0 {
            assert_close(&weights, &vec![1.0; jacobian.nrows()], 0.0);
            assert_close(
                &ask("upgrad").weights(jacobian),
                &vec![1.0 / jacobian.nrows() as f64; jacobian.nrows()],
                1e-12,
            );
        }
        assert_eq!(ask("gradvac").weights(jacobian).len(), jacobian.nrows());
        // With targets of zero, GradVac is PCGrad; later meetings see the edited gradient.
        if jacobian.nrows() == 2 && jacobian.iter().any(|x| *x != 0.0) {
            let vac = ask("gradvac").weights(jacobian);
            assert!((&vac - &weights).component_div(&weights).amax() < 1e-9);
        }
    });
}

#[test]
fn cagrad_stays_in_its_ball_and_helps_the_worst_task() {
    each(3000, |jacobian, random| {
        let mean = jacobian.row_mean().transpose();
        let asked = ask("cagrad").with("c", 0.4);
        let direction = asked.direction(jacobian);
        let size = jacobian.row_iter().map(|row| row.norm()).fold(0.0, f64::max);
        let strayed = (&direction - &mean).norm();
        assert!(strayed <= 0.4 * mean.norm() * (1.0 + 1e-5) + 1e-9 * size, "{jacobian}");
        let worst = |direction: &DVector<f64>| (jacobian * direction).min();
        assert!(worst(&direction) >= worst(&mean) - 1e-7 * size * size, "{jacobian}");
        // Where zero is in the hull, the mean gradient may stand in.
        for _ in 0..if distance(jacobian) > 1e-6 { 5 } else { 0 } {
            let aside = DVector::from_fn(mean.len(), |_, _| random.random_range(-1.0..1.0_f64));
            let other = &mean + &aside * (0.4 * mean.norm() / aside.norm().max(1e-9));
            assert!(worst(&other) <= worst(&direction) + 1e-7 * size * size, "{jacobian} {other}");
        }
        let far = asked.direction(&(jacobian * 1e3)) / 1e3;
        if distance(jacobian) > 1e-2 {
            assert!((&far - &direction).norm() < 1e-4 * size, "{jacobian} {direction} {far}");
        }
    });
}

#[test]
fn cagrad_for_many_tasks_agrees_with_enumeration() {
    let mut random = ChaCha8Rng::seed_from_u64(6);
    for _ in 0..200 {
        let jacobian = DMatrix::from_fn(4, 5, |_, _| random.random_range(-1.0..1.5));
        let doubled = DMatrix::from_fn(8, 5, |i, j| jacobian[(i % 4, j)]);
        let (few, many) = (ask("cagrad").direction(&jacobian), ask("cagrad").direction(&doubled));
        assert!((&few - &many).norm() < 1e-4, "{jacobian} {few} {many}");
    }
}
