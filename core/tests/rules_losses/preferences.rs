//! The rules with a preference, section 2.2.

use super::{LOSSES, assert_close, lab, random};
use rand::RngExt;

#[test]
fn the_preference_rules_have_the_published_values() {
    let half = |key| lab(key).vector("preference", &[0.5, 0.5]);
    assert_close(&[half("linear").value(&LOSSES), half("tchebycheff").value(&LOSSES)], &[2.5, 2.0]);
    assert_close(&half("linear").weights(&LOSSES), &[0.5, 0.5]);
    assert_close(&half("tchebycheff").weights(&LOSSES), &[0.0, 0.5]);
    assert_close(&[half("stch").value(&LOSSES)], &[2.201413]);
    assert_close(&half("stch").weights(&LOSSES), &[0.091213, 0.408787]);
    let sharp = half("stch").option("mu", 0.1);
    assert!((sharp.value(&LOSSES) - 2.00000003).abs() < 1e-8);
    assert!((sharp.weights(&LOSSES)[0] - 1.5e-7).abs() < 1e-8);
    assert_close(&[half("pbi").value(&LOSSES), half("cosmos").value(&LOSSES)], &[14.142136, 1.642507]);
    assert_close(&half("pbi").weights(&LOSSES), &[-2.828427, 4.242641]);
}

#[test]
fn preferences_count_as_given_and_losses_from_the_ideal() {
    assert_close(&lab("linear").vector("preference", &[3.0, 1.0]).weights(&LOSSES), &[3.0, 1.0]);
    assert_close(&lab("linear").vector("preference", &[-1.0, 0.0]).weights(&LOSSES), &[0.5, 0.5]);
    assert_close(&lab("linear").weights(&[1.0; 4]), &[0.25; 4]);
    assert_close(&lab("tchebycheff").vector("ideal", &[0.0, 3.5]).weights(&LOSSES), &[0.5, 0.0]);
    assert_close(&lab("stch").vector("ideal", &[0.0, 3.0]).weights(&LOSSES), &[0.25, 0.25]);
}

#[test]
fn smooth_tchebycheff_lies_between_its_bounds() {
    let mut random = random(3);
    for tasks in (2..=6).cycle().take(200) {
        let losses: Vec<f64> = (0..tasks).map(|_| random.random_range(0.0..5.0)).collect();
        let mu = 10_f64.powf(random.random_range(-2.0..2.0));
        let (hard, smooth) = (lab("tchebycheff").value(&losses), lab("stch").option("mu", mu).value(&losses));
        assert!(hard <= smooth + 1e-12 && smooth <= hard + mu * (tasks as f64).ln() + 1e-12);
    }
}
