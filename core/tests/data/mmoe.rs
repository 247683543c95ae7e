//! The MMoE paper's generator.

use super::*;

/// Exact, by the Hermite expansion of the labels: generator (terms, observation noise), label
/// correlation at p = .25, .5, .75, .9, .99, 1, and label variance.
const LABEL_CORRELATIONS: [(f64, f64, [f64; 6], f64); 3] = [
    (1.0, 0.01, [0.1070, 0.2180, 0.3405, 0.4575, 0.8145, 1.0000], 7.0567),
    (0.0, 0.1, [0.2073, 0.4270, 0.6766, 0.8560, 0.9822, 0.9973], 3.7467),
    (2.0, 0.1, [0.2475, 0.4950, 0.7426, 0.8911, 0.9802, 0.9901], 1.0000),
];

#[test]
fn mmoe_labels_correlate_as_the_exact_table_says() {
    for (terms, std, correlations, label_variance) in LABEL_CORRELATIONS {
        for (p, exact) in [0.25, 0.5, 0.75, 0.9, 0.99, 1.0].into_iter().zip(correlations) {
            let (mut r, mut v) = (Vec::new(), Vec::new());
            for seed in 0..3 {
                let source = Pick::new("mmoe").with("p", p).with("terms", terms).with("std", std).with("dims", 5.0);
                let slope = task("slope", LossKind::Mse, 1);
                let dataset = of_source(source, seed, 5000, vec![slope.clone(), slope]);
                let (a, b) = (labels(&dataset, 0), labels(&dataset, 1));
                r.push(pearson(&a, &b));
                v.extend([variance(&a) - std * std, variance(&b) - std * std]);
            }
            assert!((mean(&r) - exact).abs() < 0.02, "terms {terms}, p {p}: {} for {exact}", mean(&r));
            let relative = mean(&v) / label_variance;
            assert!((relative - 1.0).abs() < 0.03, "terms {terms}: variance {relative} of {label_variance}");
        }
    }
}

#[test]
fn mmoe_classes_are_balanced_and_there_is_room_for_every_task() {
    let tasks = vec![task("slope", LossKind::Ce, 4), task("slope", LossKind::Bce, 1), task("slope", LossKind::Mse, 2)];
    let dataset = of_source(Pick::new("mmoe").with("dims", 2.0), 4, 5000, tasks);
    assert_eq!(dataset.inputs, 3);
    for (k, classes) in [(0, 4), (1, 2)] {
        let y = labels(&dataset, k);
        for class in 0..classes {
            let share = y.iter().filter(|c| **c == f64::from(class)).count() as f64 / y.len() as f64;
            assert!((share - 1.0 / f64::from(classes)).abs() < 0.02, "{class}/{classes}: {share}");
        }
    }
}
