//! Two families of tasks.

use super::*;

fn families(like: f64, near: f64, rows: usize, tasks: Vec<TaskConfig>) -> Dataset {
    of_source(Pick::new("groups").with("like", like).with("near", near), 3, rows, tasks)
}

fn regressions(count: usize) -> Vec<TaskConfig> {
    vec![task("slope", LossKind::Mse, 1); count]
}

#[test]
fn labels_correlate_within_a_family_as_the_dial_says_and_not_across() {
    for like in [0.0, 0.5, 1.0] {
        let dataset = families(like, 0.0, 5000, regressions(6));
        for (i, row) in dataset.correlation.iter().enumerate() {
            for (j, correlation) in row.iter().enumerate().filter(|(j, _)| *j != i) {
                let expected = if i % 2 == j % 2 { like as f32 } else { 0.0 };
                assert!((correlation - expected).abs() < 0.04, "{like}: {i} {j}: {correlation}");
            }
        }
        for k in 0..6 {
            let y = labels(&dataset, k);
            assert!(mean(&y).abs() < 0.04 && (variance(&y) - 1.0).abs() < 0.05, "{k}: {}", variance(&y));
        }
    }
}

#[test]
fn a_family_reads_the_same_features() {
    // At likeness 0 the weights are signs, and those of two members agree on two features of four: the
    // sum and the difference have two each.
    // Tasks of different families have eight between them.
    let dataset = families(0.0, 0.0, 5000, regressions(4));
    let y: Vec<_> = (0..4).map(|k| labels(&dataset, k)).collect();
    let largest =
        |i: usize, j: usize, sign: f64| y[i].iter().zip(&y[j]).map(|(a, b)| (a + sign * b).abs()).fold(0.0, f64::max);
    let variance = (1.0 - (-4.5_f64).exp()) / 2.0;
    let feature = 1.0 / (4.0 * variance).sqrt();
    for sign in [1.0, -1.0] {
        assert!(largest(0, 2, sign) <= 4.0 * feature + 1e-5 && largest(1, 3, sign) <= 4.0 * feature + 1e-5);
        assert!(largest(0, 1, sign) > 4.5 * feature && largest(2, 3, sign) > 4.5 * feature);
    }
}

#[test]
fn at_nearness_one_both_families_are_one() {
    let near = families(0.5, 1.0, 200, regressions(4));
    assert_eq!((&near.train.y[0], &near.train.y[2]), (&near.train.y[1], &near.train.y[3]));
    let far = families(0.5, 0.0, 200, regressions(4));
    assert_eq!(far.train.y[0], near.train.y[0], "the first family stays");
    assert_ne!(far.train.y[1], near.train.y[1]);
    let half = families(0.5, 0.8, 5000, regressions(2));
    let between = half.correlation[0][1];
    // Of sines of angles with a cosine c the correlation is sinh(c w²) / sinh(w²), w = 1.5.
    let expected = (0.8 * 2.25_f32).sinh() / 2.25_f32.sinh();
    assert!((between - expected).abs() < 0.03, "{between} for {expected}");
}

#[test]
fn classes_of_the_families_are_equally_likely() {
    let dataset = families(0.3, 0.0, 5000, vec![task("slope", LossKind::Ce, 5), task("slope", LossKind::Bce, 1)]);
    for (k, classes) in [(0, 5), (1, 2)] {
        let y = labels(&dataset, k);
        for class in 0..classes {
            let share = y.iter().filter(|c| **c == f64::from(class)).count() as f64 / y.len() as f64;
            assert!((share - 1.0 / f64::from(classes)).abs() < 0.025, "{class}/{classes}: {share}");
        }
    }
}

#[test]
fn further_outputs_have_the_weights_of_the_next_members() {
    let dataset = families(0.5, 0.0, 50, vec![task("slope", LossKind::Mse, 3); 3]);
    let column = |task: usize, output: usize| -> Vec<f32> {
        dataset.valid.y[task].iter().skip(output).step_by(3).copied().collect()
    };
    assert_eq!((column(0, 1), column(0, 2)), (column(2, 0), column(2, 1)));
    assert_ne!(column(0, 0), column(0, 1));
}
