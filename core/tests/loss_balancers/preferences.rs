//! The balancers with a preference.

use super::{LOSSES, Lab, assert_close, lab, random};
use rand::RngExt;

#[test]
fn the_balancers_with_a_preference_have_the_published_values() {
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
fn cosmos_rewards_the_ray_that_it_is_given_and_else_the_preference() {
    let preference = [0.75, 0.25];
    let published = lab("cosmos").vector("preference", &preference);
    let same = lab("cosmos").vector("preference", &preference).vector("ray", &preference);
    assert_close(&same.weights(&LOSSES), &published.weights(&LOSSES));
    assert_close(&published.vector("ray", &[0.0, 0.0]).weights(&LOSSES), &same.weights(&LOSSES));
    let asked = lab("cosmos").vector("preference", &preference).vector("ray", &[0.25, 0.75]);
    let lead = |lab: &Lab| lab.weights(&[1.0, 1.0])[0] - lab.weights(&[1.0, 1.0])[1];
    // The weights alone lead by a half.
    assert!(lead(&same) < 0.5 && lead(&asked) > 0.5, "{} {}", lead(&same), lead(&asked));
    assert_close(&[asked.value(&[1.0, 3.0])], &[1.5 - 1.0]);
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

/// Smooth Tchebycheff with a warm-up of so many steps.
fn warmed(steps: f64) -> Lab {
    lab("stch").option("warmup", steps)
}

/// The same after its warm-up, in which the losses were these on average.
fn scaled(units: &[f64]) -> Lab {
    warmed(10.0).vector("units", units).vector("warm_steps", &[10.0; 2])
}

#[test]
fn smooth_tchebycheff_adds_up_logarithms_while_it_warms_up() {
    let warm = warmed(10.0).vector("preference", &[0.9, 0.1]);
    assert_close(&[warm.value(&LOSSES)], &[1.386294]);
    assert_close(&warm.weights(&LOSSES), &[1.0, 0.25]);
    assert_close(&warm.vector("ideal", &[0.5, 2.0]).weights(&LOSSES), &[2.0, 0.5]);
}

/// The logarithms of (1, 4) in units of (1, 2) are 0 and ln 2, so that the shares are (1, 2) / 3; at
/// `mu` = 1/2 they are (1, 4) / 5, at preferences of 1 to 3 they are (1, 6) / 7.
#[test]
fn smooth_tchebycheff_counts_losses_in_units_of_the_warm_up() {
    let even = scaled(&[1.0, 2.0]);
    assert_close(&[even.value(&LOSSES)], &[2.0 * 3_f64.ln()]);
    assert_close(&even.weights(&LOSSES), &[2.0 / 3.0, 1.0 / 3.0]);
    let sharp = even.option("mu", 0.5);
    assert_close(&[sharp.value(&LOSSES)], &[5_f64.ln()]);
    assert_close(&sharp.weights(&LOSSES), &[0.4, 0.4]);
    let bent = scaled(&[1.0, 2.0]).vector("preference", &[0.25, 0.75]);
    assert_close(&[bent.value(&LOSSES)], &[2.0 * 3.5_f64.ln()]);
    assert_close(&bent.weights(&LOSSES), &[2.0 / 7.0, 3.0 / 7.0]);
    assert_close(&bent.vector("preference", &[1.0, 3.0]).weights(&LOSSES), &[2.0 / 7.0, 3.0 / 7.0]);
    assert_close(&scaled(&[0.5, 1.0]).vector("ideal", &[0.5, 2.0]).weights(&LOSSES), &[4.0 / 3.0, 2.0 / 3.0]);
}

#[test]
fn the_last_fifth_of_the_warm_up_is_averaged_to_the_units() {
    let mut stch = warmed(10.0);
    for _ in 0..8 {
        assert_close(&stch.step(&LOSSES, None), &[1.0, 0.25]);
    }
    assert_close(&stch.vectors["units"], &[0.0, 0.0]);
    stch.step(&[2.0, 6.0], None);
    assert_close(&stch.step(&[4.0, 2.0], None), &[0.25, 0.5]);
    assert_close(&stch.vectors["units"], &[3.0, 4.0]);
    assert_close(&stch.step(&[3.0, 8.0], None), &[2.0 / 9.0, 1.0 / 6.0]);
    assert_close(&stch.vectors["units"], &[3.0, 4.0]);
    assert_close(&stch.vectors["warm_steps"], &[10.0, 10.0]);
}

#[test]
fn a_warm_up_is_begun_when_it_is_asked_for_and_cut_short_when_it_is_not() {
    let mut late = lab("stch");
    (0..50).for_each(|_| drop(late.step(&LOSSES, None)));
    let mut late = late.option("warmup", 10.0);
    assert_close(&late.step(&LOSSES, None), &[1.0, 0.25]);
    // Nothing was averaged yet: the present losses are the units.
    let mut short = late.option("warmup", 1.0);
    assert_close(&short.step(&[2.0, 3.0], None), &[0.5, 1.0 / 3.0]);
    assert_close(&short.vectors["units"], &[2.0, 3.0]);
}

#[test]
fn after_a_warm_up_the_scale_of_a_loss_makes_no_difference() {
    let mut random = random(6);
    for tasks in (2..=6).cycle().take(50) {
        let scales: Vec<f64> = (0..tasks).map(|_| 10_f64.powf(random.random_range(-2.0..2.0))).collect();
        let preference: Vec<f64> = (0..tasks).map(|_| random.random_range(0.1..1.0)).collect();
        let mut plain = warmed(10.0).option("mu", 0.3).vector("preference", &preference);
        let mut other = warmed(10.0).option("mu", 0.3).vector("preference", &preference);
        for _ in 0..20 {
            let losses: Vec<f64> = (0..tasks).map(|_| random.random_range(0.5..2.0)).collect();
            let scaled: Vec<f64> = losses.iter().zip(&scales).map(|(loss, scale)| loss * scale).collect();
            let effect: Vec<f64> = other.step(&scaled, None).iter().zip(&scales).map(|(w, scale)| w * scale).collect();
            let expected = plain.step(&losses, None);
            // The 1e-8 under a logarithm counts more for a loss of a hundredth.
            let near = effect.iter().zip(&expected).all(|(a, b)| (a / b - 1.0).abs() < 1e-4);
            assert!(near, "{effect:?} is not {expected:?}");
        }
    }
}

#[test]
fn after_a_warm_up_weights_are_the_gradient_of_the_objective_too() {
    let lab = scaled(&[0.7, 5.0]).option("mu", 0.4).vector("preference", &[0.3, 0.7]).vector("ideal", &[0.2, 0.1]);
    let slope = |step: [f64; 2]| {
        let at = |sign: f64| lab.value(&[LOSSES[0] + sign * step[0], LOSSES[1] + sign * step[1]]);
        (at(1.0) - at(-1.0)) / 2e-6
    };
    let slopes = [slope([1e-6, 0.0]), slope([0.0, 1e-6])];
    let weights = lab.weights(&LOSSES);
    assert!(weights.iter().zip(slopes).all(|(a, b)| (a - b).abs() < 1e-6), "{weights:?} is not {slopes:?}");
}
