//! The balancers against values worked out from their formulas.

use mtl_core::balance::all;
use mtl_core::balance::balancer::{BalancerContext, Needs, Vectors, WEIGHT};
use mtl_core::balance::{
    self,
    device_weights::{DeviceWeights, Given, STATE_LIMIT},
};
use mtl_core::config::{Config, LossKind, Pick};
use mtl_core::lesson::check;
use mtl_core::random::{Purpose, stream};

const LOSSES: [f64; 2] = [1.0, 4.0];
const REGRESSION: [LossKind; 2] = [LossKind::Mse, LossKind::Huber];
const CLASSIFICATION: [LossKind; 2] = [LossKind::Bce, LossKind::Ce];

fn given<'a>(kinds: &'a [LossKind], options: &'a Pick) -> Given<'a> {
    Given { kinds, manual: &[1.0, 1.0], options }
}

fn device_weights(options: &Pick, kinds: &[LossKind]) -> DeviceWeights {
    balance::of(options).device_weights(&given(kinds, options)).unwrap_or_else(|| panic!("{options:?} has none"))
}

fn assert_close(got: &[f64], expected: &[f64]) {
    let close = got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(close, "{got:?} is not {expected:?}");
}

#[test]
fn equal_weights_sum_the_losses() {
    let equal = device_weights(&Pick::new("equal"), &REGRESSION);
    assert_eq!(equal.weights(&[]), [1.0, 1.0]);
    assert_eq!(equal.objective(&LOSSES, &[]), 5.0);
    assert_eq!((equal.state_gradient(&LOSSES, &[]), equal.rate), (vec![], 0.0));
}

#[test]
fn manual_weights_are_rescaled_to_the_number_of_tasks() {
    let options = Pick::new("manual");
    let weights = |manual: &[f64]| {
        let given = Given { kinds: &REGRESSION, manual, options: &options };
        balance::of(&options).device_weights(&given).unwrap().weights(&[])
    };
    assert_close(&weights(&[1.0, 3.0]), &[0.5, 1.5]);
    assert_close(&weights(&[10.0, 10.0]), &[1.0, 1.0]);
    assert_close(&weights(&[5.0, 0.0]), &[2.0, 0.0]);
    assert_close(&weights(&[0.0, 0.0]), &[1.0, 1.0]);
    assert_close(&weights(&[f64::NAN, -1.0]), &[1.0, 1.0]);
    assert_close(&weights(&[f64::MAX, f64::MAX]), &[1.0, 1.0]);
    assert_close(&weights(&[5e-324, 0.0]), &[2.0, 0.0]);
    assert_close(&weights(&[1.0]), &[1.0, 1.0]);
}

#[test]
fn uncertainty_has_the_published_values_for_regression() {
    let learned = device_weights(&Pick::new("uncertainty"), &REGRESSION);
    assert_close(&learned.weights(&[0.0, 0.0]), &[0.5, 0.5]);
    assert_close(&learned.state_gradient(&LOSSES, &[0.0, 0.0]), &[0.0, -1.5]);
    assert_close(&[learned.objective(&LOSSES, &[0.0, 0.0])], &[2.5]);
    let rest = [0.0, 4_f64.ln()];
    assert_close(&[learned.objective(&LOSSES, &rest)], &[1.693147]);
    assert_close(&learned.state_gradient(&LOSSES, &rest), &[0.0, 0.0]);
    assert_close(&learned.weights(&rest), &[0.5, 0.125]);
}

#[test]
fn uncertainty_has_the_published_values_for_classification() {
    let learned = device_weights(&Pick::new("uncertainty"), &CLASSIFICATION);
    assert_close(&learned.weights(&[0.0, 0.0]), &[1.0, 1.0]);
    assert_close(&learned.state_gradient(&LOSSES, &[0.0, 0.0]), &[-0.5, -3.5]);
    assert_close(&[learned.objective(&LOSSES, &[0.0, 0.0])], &[5.0]);
    // It rests at s = ln 2L, with the same weight 1 / (2 L) as a regression.
    let rest = [2_f64.ln(), 8_f64.ln()];
    assert_close(&learned.state_gradient(&LOSSES, &rest), &[0.0, 0.0]);
    assert_close(&learned.weights(&rest), &[0.5, 0.125]);
}

#[test]
fn the_gradient_of_the_state_is_that_of_the_objective() {
    for kinds in [&REGRESSION, &CLASSIFICATION] {
        let learned = device_weights(&Pick::new("uncertainty"), kinds);
        let state = [0.7, -1.3];
        let gradient = learned.state_gradient(&LOSSES, &state);
        for task in 0..2 {
            let at = |step: f64| {
                let mut moved = state;
                moved[task] += step;
                learned.objective(&LOSSES, &moved)
            };
            assert_close(&[gradient[task]], &[(at(1e-6) - at(-1e-6)) / 2e-6]);
        }
    }
}

#[test]
fn the_form_follows_the_kind_or_the_option() {
    let factors = |form: f64| {
        device_weights(&Pick::new("uncertainty").with("form", form), &[LossKind::Mse, LossKind::Ce]).learned
    };
    assert_eq!(factors(0.0), Some(vec![0.5, 1.0]));
    assert_eq!(factors(1.0), Some(vec![0.5, 0.5]));
    assert_eq!(factors(2.0), Some(vec![1.0, 1.0]));
    assert_eq!(factors(f64::NAN), Some(vec![0.5, 1.0]));
}

#[test]
fn the_state_has_its_own_rate_and_stays_within_limits() {
    assert_eq!(device_weights(&Pick::new("uncertainty"), &REGRESSION).rate, 0.025);
    let learned = device_weights(&Pick::new("uncertainty").with("lr", 0.1), &REGRESSION);
    assert_eq!(learned.rate, 0.1);
    assert_close(&[learned.weights(&[1e9, 0.0])[0] / (0.5 * (-STATE_LIMIT).exp())], &[1.0]);
    assert!(learned.weights(&[-1e9, 0.0])[0] <= 0.5 * STATE_LIMIT.exp() * (1.0 + 1e-12));
    assert_close(&learned.weights(&[]), &[0.5, 0.5]);
}

#[test]
fn device_weights_are_the_weights_that_the_balancer_itself_answers() {
    let mut with = 0;
    for balancer in all() {
        let options = Pick::new(balancer.entry().choice.key);
        for tasks in 1..=6 {
            let kinds = vec![LossKind::Mse; tasks];
            let whole = (tasks * (tasks + 1) / 2) as f64;
            let preference: Vec<f64> = (1..=tasks).map(|k| k as f64 / whole).collect();
            let given = Given { kinds: &kinds, manual: &preference, options: &options };
            let Some(device_weights) = balancer.device_weights(&given) else { continue };
            let losses: Vec<f64> = (1..=tasks).map(|k| 0.5 * k as f64).collect();
            let vectors = Vectors::from([("preference", preference.clone())]);
            let seen = BalancerContext {
                pick: &options,
                losses: &losses,
                gram: None,
                jacobian: None,
                layers: &[],
                vectors: &vectors,
            };
            let answer = balancer.answer(&seen, &mut stream(1, Purpose::Balancer, 0, 0));
            assert_close(&device_weights.weights(&[]), &answer.weights.unwrap());
            with += 1;
        }
    }
    assert_eq!(with, 5 * 6, "equal, manual, mean, uncertainty and linear have device weights");
}

#[test]
fn every_line_of_the_picker_has_its_balancer_and_its_heading() {
    let keys: Vec<_> = balance::balancers().iter().map(|entry| entry.choice.key).collect();
    assert_eq!(keys, all().map(|balancer| balancer.entry().choice.key).collect::<Vec<_>>());
    assert!(balance::balancers().iter().all(|entry| !entry.group.is_empty()));
    let preferences: Vec<_> = balance::preferences().iter().map(|entry| entry.choice.key).collect();
    assert_eq!(preferences, ["linear", "tchebycheff", "stch", "pbi", "cosmos", "epo", "pareto-mtl"]);
}

#[test]
fn a_method_reads_the_tasks_weights_where_its_balancer_has_a_preference() {
    for balancer in all() {
        let reads = balancer.vectors().iter().any(|spec| spec.key == "preference");
        let pick = Pick::new(balancer.entry().choice.key);
        assert_eq!(balance::reads(&pick, WEIGHT), reads, "{}", pick.method);
    }
}

#[test]
fn a_preference_is_given_as_it_is_or_as_the_ratio_of_losses_that_it_asks_for() {
    let encoded = |key: &str, preference: &[f64]| balance::find(key).unwrap().encode_preference(preference);
    let preference = [0.5, 0.3, 0.2];
    for balancer in all() {
        let (key, told) = (balancer.entry().choice.key, balancer.encode_preference(&preference));
        let as_it_is = !["pbi", "pareto-mtl"].contains(&key);
        assert_eq!(told["preference"] == preference, as_it_is, "{key}");
    }
    assert_close(&encoded("pbi", &preference)["preference"], &[0.5, 0.7, 0.8]);
    assert_close(&encoded("cosmos", &preference)["ray"], &[0.5, 0.7, 0.8]);
    // All for one: its loss is to be the least, and the others alike.
    assert_close(&encoded("pareto-mtl", &[0.0, 1.0, 0.0])["preference"], &[1.0, 0.0, 1.0]);
    // Nothing to share, nothing to prefer.
    assert_close(&encoded("pbi", &[1.0])["preference"], &[0.0]);
}

#[test]
fn an_unknown_balancer_is_read_as_the_first() {
    assert_eq!(balance::of(&Pick::new("magic")).entry().choice.key, "equal");
}

#[test]
fn a_method_that_combines_gradients_is_no_choice_without_a_shared_layer() {
    for entry in balance::balancers() {
        let bare = Config { trunk: Vec::new(), balancer: Pick::new(entry.choice.key), ..Config::default() };
        let by_gradients = balance::of(&bare.balancer).needs(&bare.balancer) != Needs::Losses;
        assert_eq!((entry.unfit)(&bare).is_some(), by_gradients, "{}", entry.choice.key);
        let (lesson, notices) = check(bare);
        let expected = if by_gradients { "equal" } else { entry.choice.key };
        assert_eq!(lesson.balancer.method, expected);
        assert_eq!(notices.iter().filter(|notice| notice.key == "bal").count(), usize::from(by_gradients));
    }
}
