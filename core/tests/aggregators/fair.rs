//! Nash-MTL and FairGrad.

use crate::ask::{ask, assert_close, distance, each, rows, t1};
use mtl_core::math::gram::Gram;
use nalgebra::DVector;
use rand::RngExt;

#[test]
fn stationarity_does_not_depend_on_the_scale_of_a_task() {
    let uneven = rows(&[&[1e-6, 0.0], &[0.0, 1.0]]);
    assert_close(&ask("nash-mtl").direction(&uneven), &[1.0, 1.0], 1e-9);
    let opposite = rows(&[&[1.0, 2.0], &[-3.0, -6.0]]);
    for key in ["mgda", "nash-mtl", "fairgrad", "upgrad", "config", "pcgrad"] {
        assert_close(&ask(key).direction(&opposite), &[0.0, 0.0], 1e-12);
    }
}

#[test]
fn nash_gives_every_task_the_same_relative_gain() {
    each(4000, |jacobian, _| {
        let weights = ask("nash-mtl").weights(jacobian);
        let distance = distance(jacobian);
        let norms = DVector::from_fn(jacobian.nrows(), |k, _| jacobian.row(k).norm());
        if distance < 0.9e-5 {
            assert_eq!(weights.amax(), 0.0);
        } else if distance > 1e-3 {
            let scaled = weights.component_mul(&norms);
            let unit = Gram::new(&(jacobian * jacobian.transpose())).unwrap().unit;
            let gains = (&unit * &scaled).component_mul(&scaled);
            assert!(gains.add_scalar(-1.0).amax() < 1e-7, "{jacobian} {gains}");
            assert!((scaled.dot(&(unit * &scaled)) - jacobian.nrows() as f64).abs() < 1e-6);
        }
    });
}

#[test]
fn nash_does_not_see_the_scale_of_a_task() {
    each(2000, |jacobian, random| {
        if distance(jacobian) < 1e-2 {
            return;
        }
        let mut scaled = jacobian.clone();
        for k in 0..jacobian.nrows() {
            scaled.row_mut(k).scale_mut(10_f64.powf(random.random_range(-6.0..6.0)));
        }
        let (before, after) = (ask("nash-mtl").direction(jacobian), ask("nash-mtl").direction(&scaled));
        assert!((&before - after).norm() < 1e-6 * before.norm(), "{jacobian}");
    });
}

#[test]
fn fairgrad_meets_its_condition() {
    for alpha in [0.5, 1.0, 2.0, 5.0] {
        let asked = ask("fairgrad").with("alpha", alpha);
        each(1500, |jacobian, random| {
            let (weights, distance) = (asked.weights(jacobian), distance(jacobian));
            let norms = DVector::from_fn(jacobian.nrows(), |k, _| jacobian.row(k).norm());
            if distance < 0.9e-5 {
                assert_eq!(weights.amax(), 0.0);
                return;
            } else if distance < 1e-3 || norms.max() > 1e5 * norms.min() {
                return;
            }
            let gram = jacobian * jacobian.transpose();
            let ratio = (&gram * &weights).component_mul(&weights.map(|w| w.powf(1.0 / alpha)));
            assert!(ratio.add_scalar(-1.0).amax() < 1e-6, "{alpha} {jacobian} {ratio}");
            let scale = 10_f64.powf(random.random_range(-6.0..6.0));
            let expected = weights * (scale * scale).powf(-alpha / (1.0 + alpha));
            let scaled = asked.weights(&(jacobian * scale));
            assert!((scaled.component_div(&expected)).add_scalar(-1.0).amax() < 1e-6);
        });
    }
}

#[test]
fn fairness_to_infinity_and_zero_is_equal_gain_and_dual_proj() {
    let equal = t1() * ask("fairgrad").with("alpha", 10.0).direction(&t1());
    assert!((equal[0] / equal[1]).ln().abs() < 0.1);
    let few = ask("fairgrad").with("alpha", 0.1).weights(&t1());
    assert!((few - ask("dual-proj").weights(&t1()) * 2.0).amax() < 0.2);
}
