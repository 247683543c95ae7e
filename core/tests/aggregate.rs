//! The balancers as a tool: golden lines, and every kind of wrong request.

// Helpers of tests are not tests to the linter.
#![allow(clippy::unwrap_used)]

use mtl_core::balance;
use mtl_core::balance::tool;
use serde_json::{Value, json};

const T1: [[f64; 2]; 2] = [[1.0, 0.0], [-1.0, 1.0]];
const T3: [[f64; 3]; 2] = [[-4.0, 1.0, 1.0], [6.0, 1.0, 1.0]];

fn ask(request: &Value) -> Value {
    serde_json::from_str(&tool::line(&request.to_string())).unwrap()
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array().map(|list| list.iter().map(|number| number.as_f64().unwrap()).collect())
}

#[track_caller]
fn assert_numbers(got: &Value, expected: Option<&[f64]>, tolerance: f64) {
    let near = match (numbers(got), expected) {
        (Some(got), Some(expected)) => {
            got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance)
        }
        (got, expected) => got.is_none() && expected.is_none(),
    };
    assert!(near, "{got} is not {expected:?}");
}

#[track_caller]
fn refused(line: &str, reason: &str) {
    let reply = tool::line(line);
    let value: Value = serde_json::from_str(&reply).unwrap();
    let error = value.get("error").and_then(Value::as_str);
    assert!(error.is_some_and(|error| error.contains(reason)), "{line}: {reply}");
    assert!(!reply.contains('\n') && value.as_object().unwrap().len() == 1, "{reply}");
}

#[test]
fn aggregators_answer_with_the_golden_values() {
    let lines = [
        ("mean", json!({}), Some([0.5, 0.5]), [0.0, 0.5]),
        ("sum", json!({}), Some([1.0, 1.0]), [0.0, 1.0]),
        ("mgda", json!({"norm": "none"}), Some([0.6, 0.4]), [0.2, 0.4]),
        ("pcgrad", json!({}), Some([2.0, 1.5]), [0.5, 1.5]),
        ("pcgrad", json!({"reduction": "mean"}), Some([1.0, 0.75]), [0.25, 0.75]),
        ("gradvac", json!({}), Some([2.0, 1.5]), [0.5, 1.5]),
        ("gradvac", json!({"rho": [[0.0, 0.5], [0.5, 0.0]]}), Some([2.577350, 1.788675]), [0.788675, 1.788675]),
        ("upgrad", json!({"reg": 0}), Some([1.0, 0.75]), [0.25, 0.75]),
        ("upgrad", json!({"reg": 0.0001}), Some([0.999850, 0.749963]), [0.249888, 0.749963]),
        ("dual-proj", json!({"reg": 0}), Some([0.5, 0.5]), [0.0, 0.5]),
        ("cagrad", json!({"c": 0.5, "rescale": 0}), Some([0.75, 0.5]), [0.25, 0.5]),
        ("cagrad", json!({"c": 0.5, "rescale": 1}), Some([0.6, 0.4]), [0.2, 0.4]),
        ("imtl-g", json!({}), Some([0.585786, 0.414214]), [0.171573, 0.414214]),
        ("nash-mtl", json!({"max_norm": 1}), Some([1.306563, 0.923880]), [0.382683, 0.923880]),
        ("fairgrad", json!({"alpha": 2, "max_norm": 0}), Some([2.174053, 1.495842]), [0.678211, 1.495842]),
        ("aligned-mtl", json!({"scale_mode": "min"}), Some([0.552786, 0.414590]), [0.138197, 0.414590]),
        ("aligned-mtl", json!({"scale_mode": "rmse"}), Some([1.095445, 0.821584]), [0.273861, 0.821584]),
        ("config", json!({}), None, [0.353553, 0.853553]),
    ];
    for (method, options, weights, direction) in lines {
        let reply = ask(&json!({"method": method, "jacobian": T1, "losses": [1, 4], "options": options, "seed": 0}));
        assert_numbers(&reply["weights"], weights.as_ref().map(<[f64; 2]>::as_slice), 1e-5);
        assert_numbers(&reply["direction"], Some(&direction), 1e-5);
    }
    let reply = ask(&json!({"method": "pcgrad", "jacobian": T3}));
    assert_numbers(&reply["direction"], Some(&[0.584795, 3.801170, 3.801170]), 1e-5);
}

#[test]
fn loss_balancers_answer_with_the_unit_values() {
    let half = [0.5, 0.5];
    let lines = [
        ("uncertainty", json!({"form": "regression"}), [0.5, 0.5]),
        ("uncertainty", json!({"form": "classification", "s": [0, 0]}), [1.0, 1.0]),
        ("uncertainty", json!({"form": "regression", "s": [0, 1.386294361]}), [0.5, 0.125]),
        ("gls", json!({}), [1.0, 0.25]),
        ("scale-invariant", json!({}), [1.0, 0.25]),
        ("imtl-l", json!({"s": [0, 0]}), [1.0, 1.0]),
        ("stch", json!({"mu": 1, "preference": half, "ideal": [0, 0]}), [0.091213, 0.408787]),
        ("stch", json!({}), [0.091213, 0.408787]),
        ("tchebycheff", json!({"preference": half}), [0.0, 0.5]),
        ("pbi", json!({"theta": 5, "preference": half}), [-2.828427, 4.242641]),
        ("famo", json!({"xi": [0, 0], "min_losses": [0, 0]}), [0.8, 0.2]),
        ("dwa", json!({"last": [0.5, 0.9], "before": [1, 1], "temperature": 2}), [0.900332, 1.099668]),
        ("linear", json!({"preference": [0.3, 0.7]}), [0.3, 0.7]),
    ];
    for (method, options, weights) in lines {
        let reply = ask(&json!({"method": method, "losses": [1, 4], "options": options}));
        assert_numbers(&reply["weights"], Some(&weights), 1e-5);
        assert_eq!(reply["direction"], Value::Null);
    }
    let options = json!({"weights": [1, 1], "initial_losses": [1, 1], "alpha": 1});
    let request = json!({"method": "gradnorm", "jacobian": [[2, 0], [0, 8]], "losses": [0.5, 1], "options": options});
    assert_numbers(&ask(&request)["weights"], Some(&[1.135135, 0.864865]), 1e-5);
    let given = ask(&json!({"method": "gls", "losses": [1, 4], "jacobian": T1}));
    assert_numbers(&given["direction"], Some(&[0.75, 0.25]), 1e-5);
}

#[test]
fn the_seed_decides_what_is_drawn() {
    let draw = |method: &str, seed: u64| {
        ask(&json!({"method": method, "losses": [1, 4, 2], "jacobian": [[1, 0], [-1, 1], [1, -2]], "seed": seed}))
    };
    for method in ["rlw", "graddrop"] {
        assert_eq!(draw(method, 5), draw(method, 5));
        assert!((0..20).any(|seed| draw(method, seed) != draw(method, 5)), "{method}");
        assert!((0..20).any(|seed| draw(method, seed << 32) != draw(method, 0)), "{method}");
    }
    assert_eq!(draw("graddrop", 0)["weights"], Value::Null);
}

#[test]
fn zero_and_stationary_gradients_give_a_zero_or_a_finite_direction() {
    let zero: &[&[f64]] = &[&[0.0; 3], &[0.0; 3]];
    let opposite: &[&[f64]] = &[&[1.0, -2.0, 0.5], &[-1.0, 2.0, -0.5]];
    for balancer in balance::all() {
        let method = balancer.entry().choice.key;
        for jacobian in [zero, opposite] {
            let reply = ask(&json!({"method": method, "jacobian": jacobian, "losses": [1, 1]}));
            let direction = numbers(&reply["direction"]);
            let finite = direction.as_ref().is_some_and(|d| d.len() == 3 && d.iter().all(|x| x.is_finite()));
            assert!(finite, "{method}: {reply}");
            if jacobian == zero {
                assert!(direction.is_some_and(|d| d.iter().all(|x| *x == 0.0)), "{method}: {reply}");
            }
        }
    }
}

#[test]
fn a_balancer_that_reads_no_losses_needs_none() {
    for balancer in balance::all() {
        let method = balancer.entry().choice.key;
        let reply = ask(&json!({"method": method, "jacobian": T1}));
        let default = mtl_core::config::Pick::new(method);
        assert_eq!(reply.get("error").is_some(), balancer.reads_losses(&default), "{method}: {reply}");
    }
    refused(r#"{"method": "mean"}"#, "needs losses or a Jacobian");
    refused(r#"{"method": "gls", "jacobian": [[1], [2]]}"#, "needs losses");
    refused(r#"{"method": "pcgrad", "losses": [1, 2]}"#, "needs a Jacobian");
    refused(r#"{"method": "gradnorm", "losses": [1, 2]}"#, "needs a Jacobian");
}

#[test]
fn what_is_not_a_request_is_refused() {
    let lines = [
        "",
        "nonsense",
        "{",
        "[]",
        r#"["sum", [[1]], [1], {}, 0]"#,
        "null",
        "1",
        "{}",
        r#"{"method": 3, "losses": [1]}"#,
        r#"{"method": "sum", "losses": [1], "jacobain": [[1]]}"#,
        r#"{"method": "sum", "losses": [1], "losses": [2]}"#,
        r#"{"method": "sum", "losses": [NaN]}"#,
        r#"{"method": "sum", "losses": [1, null]}"#,
        r#"{"method": "sum", "losses": [1e999]}"#,
        r#"{"method": "sum", "losses": ["1"]}"#,
        r#"{"method": "sum", "losses": 1}"#,
        r#"{"method": "sum", "jacobian": [1, 2]}"#,
        r#"{"method": "sum", "losses": [1], "options": []}"#,
        r#"{"method": "sum", "losses": [1], "seed": -1}"#,
        r#"{"method": "sum", "losses": [1], "seed": 0.5}"#,
        "{\"method\": \"sum\u{fffd}",
    ];
    lines.iter().for_each(|line| refused(line, "not a request"));
    refused(&"[".repeat(100_000), "not a request");
    refused(&format!("{{\"method\": {}", "[".repeat(100_000)), "not a request");
    refused(r#"{"method": "magic", "losses": [1]}"#, "no such method");
}

#[test]
fn a_jacobian_that_is_none_is_refused() {
    for jacobian in ["[]", "[[]]", "[[], []]", "[[1], []]", "[[1, 2], [3]]", "[[1], [2, 3]]"] {
        for method in ["sum", "mgda", "graddrop"] {
            refused(&format!(r#"{{"method": "{method}", "jacobian": {jacobian}}}"#), "the Jacobian must have");
        }
    }
    refused(r#"{"method": "sum", "jacobian": [[1], [2]], "losses": [1]}"#, "one loss for each task: 2, not 1");
    refused(r#"{"method": "sum", "jacobian": [[1], [2]], "losses": []}"#, "one loss for each task: 2, not 0");
    refused(r#"{"method": "sum", "losses": []}"#, "one loss for each task");
}

#[test]
fn options_are_numbers_within_limits_words_of_the_list_or_arrays() {
    let with = |method: &str, options: &str| {
        format!(r#"{{"method": "{method}", "losses": [1, 4], "jacobian": [[1, 0], [-1, 1]], "options": {options}}}"#)
    };
    refused(&with("sum", r#"{"c": 1}"#), "'equal' has no option 'c'; it has none");
    refused(&with("stch", r#"{"Mu": 1}"#), "it has mu, warmup, preference, ideal, units, warm_steps");
    for value in ["0", "-1", "1e9", r#""1""#, r#""small""#, "null", "true", "[1, 1]", "{}"] {
        refused(&with("stch", &format!(r#"{{"mu": {value}}}"#)), "option 'mu' must be a number from");
    }
    for value in [r#""both""#, "7", "0.5", "[]"] {
        refused(&with("uncertainty", &format!(r#"{{"form": {value}}}"#)), "must be one of auto, regression");
    }
    for value in ["1", "[1]", "[1, 2, 3]", "[[1, 2]]", r#"["a", "b"]"#, "[1, null]"] {
        refused(&with("stch", &format!(r#"{{"ideal": {value}}}"#)), "option 'ideal' must be an array of numbers, 2");
    }
    refused(&with("dwa", r#"{"window": 2.5}"#), "a whole number");
    refused(&with("gradvac", r#"{"rho": [0, 0]}"#), "4 of them");
    assert!(tool::line(&with("cagrad", r#"{"rescale": "1", "c": 0}"#)).starts_with(r#"{"weights""#));
    assert!(tool::line(&with("dwa", "null")).starts_with(r#"{"weights""#));
}

#[test]
fn huge_and_tiny_numbers_give_finite_numbers_or_an_error() {
    for balancer in balance::all() {
        let method = balancer.entry().choice.key;
        for size in [1e-320, 1e-200, 1e-30, 1e30, 1e160, 1e308] {
            for losses in [[1.0, 4.0], [size, 1.0], [-size, size], [0.0, 0.0]] {
                let reply = ask(&json!({"method": method, "jacobian": [[size, 0.0], [-size, size]], "losses": losses}));
                let answered = numbers(&reply["direction"]).is_some_and(|d| d.iter().all(|x| x.is_finite()));
                assert!(answered || reply["error"].is_string(), "{method}: {reply}");
            }
        }
    }
    refused(r#"{"method": "mgda", "jacobian": [[1e200], [1]]}"#, "too large");
    refused(r#"{"method": "sum", "jacobian": [[1e308], [1e308]]}"#, "too large");
}

#[test]
fn a_line_is_read_as_shells_and_editors_write_it() {
    const LINE: &str = r#"{"method": "equal", "jacobian": [[1, 0], [0, 1]]}"#;
    assert!(tool::line(LINE).starts_with(r#"{"weights""#));
    assert_eq!(tool::line(&format!("\u{feff}{LINE}\r")), tool::line(LINE));
    let wide: String = LINE.chars().flat_map(|letter| [letter, '\0']).collect();
    refused(&wide, "save it as UTF-8");
}

#[test]
fn requests_made_in_rust_are_checked_as_well() {
    let request = |losses: Vec<f64>, jacobian| tool::Request {
        method: "mean".into(),
        losses: Some(losses),
        jacobian: Some(jacobian),
        ..tool::Request::default()
    };
    assert!(tool::answer(&request(vec![f64::NAN], vec![vec![1.0]])).is_err());
    assert!(tool::answer(&request(vec![1.0], vec![vec![f64::INFINITY]])).is_err());
    assert!(tool::answer(&request(vec![1.0], vec![vec![1.0]])).is_ok());
}

#[test]
fn the_list_shows_every_balancer_with_its_options_and_defaults() {
    let list: Vec<Value> = tool::list().map(|line| serde_json::from_str(&line).unwrap()).collect();
    // And `sum`, the other name of equal weights.
    assert_eq!(list.len(), balance::all().count() + 1);
    let of = |method: &str| list.iter().find(|line| line["method"] == method).unwrap();
    assert_eq!(of("stch")["options"]["mu"]["default"], 1.0);
    assert_eq!(of("uncertainty")["options"]["form"]["default"], "auto");
    assert_eq!(of("gradnorm")["options"]["optimiser"]["default"], "sgd");
    assert_eq!(of("dwa")["options"]["window"]["default"], 25);
    assert_eq!(of("pcgrad")["options"]["reduction"]["default"], "sum");
    for balancer in balance::all() {
        let options = of(balancer.entry().choice.key)["options"].as_object().unwrap();
        assert_eq!(
            options.len(),
            balancer.entry().options.len() + balancer.vectors().len() + balancer.memories().len()
        );
    }
    let keys = "mean sum mgda pcgrad gradvac graddrop cagrad nash-mtl imtl-g aligned-mtl fairgrad upgrad dual-proj \
                config moco db-mtl uncertainty gls scale-invariant imtl-l stch tchebycheff pbi cosmos famo dwa rlw \
                gradnorm";
    assert!(keys.split_whitespace().all(|key| of(key)["help"].is_string()));
}
