//! Golden values: what exact solvers of the published formulas give in f64 on three small Jacobians, computed
//! independently of the aggregators.

use crate::ask::{Ask, ask, assert_close, rows, t1, t2, t3};
use mtl_core::balance::aggregators::graddrop;
use nalgebra::DVector;

/// A line of the table of golden values: weights and direction on T1 and T3.
#[track_caller]
fn golden(ask: &Ask, on_t1: ([f64; 2], [f64; 2]), on_t3: ([f64; 2], [f64; 2])) {
    assert_close(&ask.weights(&t1()), &on_t1.0, 1e-6);
    assert_close(&ask.direction(&t1()), &on_t1.1, 1e-6);
    assert_close(&ask.weights(&t3()), &on_t3.0, 1e-6);
    let [x, y] = on_t3.1;
    assert_close(&ask.direction(&t3()), &[x, y, y], 2e-6);
}

#[test]
fn mgda_has_its_golden_values() {
    golden(&ask("mgda"), ([0.6, 0.4], [0.2, 0.4]), ([0.6, 0.4], [0.0, 1.0]));
    assert_close(&ask("mgda").weights(&t2()), &[13.0 / 30.0, 12.0 / 30.0, 5.0 / 30.0], 1e-12);
}

#[test]
fn pcgrad_has_its_golden_values() {
    let sums = ([2.0, 1.5], [0.5, 1.5]);
    golden(&ask("pcgrad"), sums, ([2.222222, 1.578947], [0.584795, 3.801170]));
    golden(&ask("pcgrad").word("order", "random"), sums, ([2.222222, 1.578947], [0.584795, 3.801170]));
    assert_close(&ask("pcgrad").word("reduction", "mean").weights(&t1()), &[1.0, 0.75], 1e-12);
    let on_t2 = t2() * ask("pcgrad").direction(&t2());
    assert_close(&on_t2.rows(0, 2).into_owned(), &[-0.5, -0.2], 1e-12);
}

#[test]
fn upgrad_has_its_golden_values() {
    let exact = ([1.0, 0.75], [0.25, 0.75]);
    golden(&ask("upgrad"), exact, ([1.111111, 0.789474], [0.292398, 1.900585]));
    let ridged = ([0.999850, 0.749963], [0.249888, 0.749963]);
    golden(&ask("upgrad").with("reg", 1e-4), ridged, ([1.110921, 0.789431], [0.292902, 1.900352]));
    assert_close(&ask("upgrad").weights(&t2()), &[4.0 / 3.0, 23.0 / 18.0, 26.0 / 45.0], 1e-12);
    assert_close(&ask("upgrad").direction(&t2()), &[0.055556, 0.122222, 0.577778], 1e-6);
}

#[test]
fn dual_proj_has_its_golden_values() {
    golden(&ask("dual-proj"), ([0.5, 0.5], [0.0, 0.5]), ([0.611111, 0.5], [0.555556, 1.111111]));
}

#[test]
fn cagrad_has_its_golden_values() {
    let with = |c: f64| ask("cagrad").with("c", c);
    golden(&with(0.2), ([0.6, 0.5], [0.1, 0.5]), ([0.581650, 0.5], [0.673401, 1.081650]));
    golden(&with(0.4), ([0.7, 0.5], [0.2, 0.5]), ([0.663299, 0.5], [0.346803, 1.163299]));
    golden(&with(0.5), ([0.75, 0.5], [0.25, 0.5]), ([0.704124, 0.5], [0.183503, 1.204124]));
    golden(&with(0.0), ([0.5, 0.5], [0.0, 0.5]), ([0.5, 0.5], [1.0, 1.0]));
    assert_close(&with(0.5).word("rescale", "1").direction(&t1()), &[0.2, 0.4], 1e-9);
    assert_close(&with(0.5).word("rescale", "2").direction(&t1()), &[1.0 / 6.0, 1.0 / 3.0], 1e-9);
}

#[test]
fn imtl_g_has_its_golden_values() {
    let on_t1 = ([0.585786, 0.414214], [0.171573, 0.414214]);
    golden(&ask("imtl-g"), on_t1, ([0.592330, 0.407670], [0.076697, 1.0]));
}

#[test]
fn nash_mtl_has_its_golden_values() {
    let on_t1 = ([1.847759, 1.306563], [0.541196, 1.306563]);
    let on_t3 = ([0.591461, 0.407071], [0.076584, 0.998533]);
    golden(&ask("nash-mtl"), on_t1, on_t3);
    golden(&ask("fairgrad").with("alpha", 1.0), on_t1, on_t3);
    let clipped = ask("nash-mtl").with("max_norm", 1.0);
    assert_close(&clipped.direction(&t1()), &[0.382683, 0.923880], 1e-6);
    assert_close(&clipped.direction(&t3()), &[0.054153, 0.706069, 0.706069], 1e-6);
}

#[test]
fn fairgrad_has_its_golden_values() {
    let on_t1 = ([2.174053, 1.495842], [0.678211, 1.495842]);
    golden(&ask("fairgrad").with("alpha", 2.0), on_t1, ([0.471363, 0.319454], [0.031274, 0.790817]));
    let on_t1 = ([1.564747, 1.156322], [0.408425, 1.156322]);
    golden(&ask("fairgrad").with("alpha", 0.5), on_t1, ([0.742828, 0.525393], [0.181043, 1.268221]));
}

#[test]
fn aligned_mtl_has_its_golden_values() {
    let on_t1 = ([0.552786, 0.414590], [0.138197, 0.414590]);
    golden(&ask("aligned-mtl"), on_t1, ([0.559072, 0.408261], [0.213279, 0.967333]));
    golden(&ask("aligned-mtl").word("scale_mode", "median"), on_t1, ([0.559072, 0.408261], [0.213279, 0.967333]));
    let on_t1 = ([1.095445, 0.821584], [0.273861, 0.821584]);
    golden(&ask("aligned-mtl").word("scale_mode", "rmse"), on_t1, ([1.510866, 1.103306], [0.576376, 2.614172]));
    let on_t2 = t2() * ask("aligned-mtl").direction(&t2());
    assert!((on_t2[1] + 0.0021).abs() < 1e-4);
}

#[test]
fn config_has_its_golden_values_and_no_weights() {
    assert_close(&ask("config").direction(&t1()), &[0.353553, 0.853553], 1e-6);
    assert_close(&ask("config").direction(&t3()), &[0.158809, 2.070607, 2.070607], 1e-6);
    assert_eq!(ask("config").answer(&t1()).weights, None);
}

#[test]
fn gradvac_has_its_golden_values() {
    let first = ask("gradvac").answer(&t1());
    assert_close(&DVector::from_vec(first.weights.unwrap()), &[2.0, 1.5], 1e-9);
    let rho = first.memory["rho"].clone();
    assert_close(&DVector::from_vec(rho.clone()), &[0.0, -0.353553, -0.353553, 0.0], 1e-6);
    let second = ask("gradvac").vector("rho", &rho).answer(&t1());
    assert_close(&DVector::from_vec(second.weights.unwrap()), &[1.622036, 1.311018], 1e-6);
    assert_close(&DVector::from_vec(second.memory["rho"].clone()), &[0.0, -0.530330, -0.530330, 0.0], 1e-6);
    let preset = ask("gradvac").vector("rho", &[0.5; 4]);
    assert_close(&preset.weights(&t1()), &[2.577350, 1.788675], 1e-6);
    assert_close(&ask("gradvac").weights(&t3()), &[2.222222, 1.578947], 1e-6);
}

#[test]
fn graddrop_masks_by_sign() {
    assert_eq!(graddrop::combine(&t1(), 0.0, &[0.3, 0.3]), [1.0, 1.0]);
    assert_eq!(graddrop::combine(&t1(), 0.0, &[0.7, 0.7]), [-1.0, 1.0]);
    assert_eq!(graddrop::combine(&t1(), 1.0, &[0.7, 0.7]), [0.0, 1.0]);
    assert_eq!(ask("graddrop").answer(&t1()).weights, None);
}

#[test]
fn normalised_mgda_divides_the_gradients_and_halves_the_angle() {
    let bisector = DVector::from_vec(vec![0.5 - 0.125_f64.sqrt(), 0.125_f64.sqrt()]);
    assert_close(&ask("mgda").word("norm", "l2").direction(&t1()), bisector.as_slice(), 1e-12);
    let by_loss = ask("mgda").word("norm", "loss").losses(&[2.0, 4.0]);
    let divided = rows(&[&[0.5, 0.0], &[-0.25, 0.25]]);
    assert_close(&by_loss.direction(&t1()), ask("mgda").direction(&divided).as_slice(), 1e-12);
    let by_both = ask("mgda").word("norm", "loss+").losses(&[2.0, 4.0]);
    let divided = rows(&[&[0.5, 0.0], &[-0.125_f64.sqrt() / 2.0, 0.125_f64.sqrt() / 2.0]]);
    assert_close(&by_both.direction(&t1()), ask("mgda").direction(&divided).as_slice(), 1e-12);
}

#[test]
fn without_conflict_the_surgeons_leave_the_sum_and_the_mean() {
    let agreeing = rows(&[&[1.0, 0.0], &[1.0, 1.0]]);
    for (key, share) in [("pcgrad", 1.0), ("gradvac", 1.0), ("upgrad", 0.5), ("dual-proj", 0.5)] {
        assert_close(&ask(key).weights(&agreeing), &[share, share], 1e-12);
    }
    assert_close(&ask("mgda").direction(&agreeing), &[1.0, 0.0], 1e-12);
    assert_close(&ask("nash-mtl").weights(&agreeing), &[0.765367, 0.541196], 1e-6);
}

#[test]
fn preferences_scale_what_they_are_about() {
    assert_close(&ask("upgrad").vector("preference", &[1.0, 1.0]).weights(&t1()), &[2.0, 1.5], 1e-12);
    assert_close(&ask("upgrad").vector("preference", &[0.0, 0.0]).weights(&t1()), &[1.0, 0.75], 1e-12);
    assert_close(&ask("upgrad").vector("preference", &[f64::NAN, 1.0]).weights(&t1()), &[1.0, 0.75], 1e-12);
    assert_close(&ask("dual-proj").vector("preference", &[1.0, 0.0]).direction(&t1()), &[0.5, 0.5], 1e-12);
    let doubled = ask("aligned-mtl").vector("preference", &[1.0, 1.0]).weights(&t1());
    assert_close(&doubled, &[2.0 * 0.552786, 2.0 * 0.414590], 1e-5);
}
