//! Classes, missing labels and label noise.

use super::*;
use std::collections::BTreeSet;

#[test]
fn classes_are_balanced() {
    for target in TARGETS {
        for (loss, classes) in [(LossKind::Bce, 2), (LossKind::Ce, 3), (LossKind::Ce, 5)] {
            let outputs = if classes == 2 { 1 } else { classes };
            let dataset = data(5000, vec![task(target.choice.key, loss, outputs)]);
            let y = labels(&dataset, 0);
            // The pinwheel's own classes are blades of nearly equal area in a square.
            let slack = if target.classes.is_some() { 0.03 } else { 0.02 };
            for class in 0..classes {
                let share = y.iter().filter(|c| **c == class as f64).count() as f64 / y.len() as f64;
                let fair = 1.0 / classes as f64;
                assert!((share - fair).abs() < slack, "{} {class}/{classes}: {share}", target.choice.key);
            }
        }
    }
}

#[test]
fn exactly_as_many_rows_are_labelled_as_the_lesson_says() {
    for loss in LOSSES {
        let outputs = if loss == LossKind::Ce { 5 } else { 1 };
        for labelled in [1, 2, 5, 16, 199, 200] {
            let dataset = data(200, vec![TaskConfig { labelled, ..task("five", loss, outputs) }]);
            assert_eq!(dataset.train.labelled(0), labelled, "{loss:?}");
            for (y, on) in dataset.train.y[0].iter().zip(&dataset.train.mask[0]) {
                assert!(*on || *y == 0.0);
            }
            assert_eq!((dataset.valid.labelled(0), dataset.test.labelled(0)), (200, 200));
        }
    }
    assert_eq!(data(200, vec![TaskConfig::default()]).train.labelled(0), 200);
}

#[test]
fn a_few_labels_are_enough_for_every_class_to_be_there() {
    for seed in 0..20 {
        for classes in [3, 5, 10] {
            let few = TaskConfig { labelled: classes, ..task("five", LossKind::Ce, classes) };
            let mut config = lesson(200, vec![few]).into_config();
            config.seed = seed;
            let train = build(&check(config).0).train;
            let seen: BTreeSet<u32> =
                train.y[0].iter().zip(&train.mask[0]).filter(|(_, on)| **on).map(|(y, _)| *y as u32).collect();
            assert_eq!(seen.len(), classes);
        }
    }
}

#[test]
fn more_labels_keep_the_ones_that_were_there() {
    let of = |labelled| data(200, vec![TaskConfig { labelled, ..TaskConfig::default() }]).train.mask.remove(0);
    let (few, many) = (of(10), of(50));
    assert!(few.iter().zip(&many).all(|(few, many)| !few || *many));
}

#[test]
fn noise_touches_training_labels_only() {
    for loss in LOSSES {
        let outputs = if loss == LossKind::Ce { 4 } else { 1 };
        let clean = task("waves", loss, outputs);
        let noisy = TaskConfig { noise: 0.25, ..clean.clone() };
        let (clean, noisy) = (data(5000, vec![clean]), data(5000, vec![noisy]));
        assert_eq!((&clean.valid, &clean.test), (&noisy.valid, &noisy.test));
        let pairs = || clean.train.y[0].iter().zip(&noisy.train.y[0]);
        if loss.is_regression() {
            let errors: Vec<f64> = pairs().map(|(a, b)| f64::from(b - a)).collect();
            assert!(mean(&errors).abs() < 0.02 && (variance(&errors).sqrt() - 0.25).abs() < 0.01);
        } else {
            let flipped = pairs().filter(|(a, b)| a != b).count() as f64 / 5000.0;
            assert!((flipped - 0.25).abs() < 0.02, "{flipped}");
        }
    }
}
