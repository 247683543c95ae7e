//! GradNorm's toy.

use super::*;

fn toy(source: Pick, seed: u32, tasks: usize) -> Dataset {
    of_source(source, seed, 2000, vec![task("slope", LossKind::Mse, 8); tasks])
}

fn loud() -> Pick {
    Pick::new("loud")
}

#[test]
fn inputs_of_the_toy_have_length_one_and_any_direction() {
    let dataset = toy(loud(), 3, 2);
    assert_eq!((dataset.inputs, dataset.extent, dataset.plane), (16, 1.0, false));
    for split in splits(&dataset) {
        for row in split.x.chunks_exact(16) {
            assert!((row.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
        }
        let every = |k: usize| split.x.iter().skip(k).step_by(16).map(|x| f64::from(*x)).collect::<Vec<_>>();
        assert!((0..16).all(|k| mean(&every(k)).abs() < 0.03 && (variance(&every(k)) * 16.0 - 1.0).abs() < 0.1));
    }
    assert_ne!(dataset.train.x, dataset.valid.x);
}

#[test]
fn the_second_task_is_louder_by_the_option_and_further_ones_lie_between() {
    // A tanh of numbers of variance 13.5 is nearly always close to 1 or -1.
    let sizes = |source: Pick, tasks: usize| -> Vec<f64> {
        let dataset = toy(source, 5, tasks);
        (0..tasks).map(|k| labels(&dataset, k).iter().fold(0.0, |most: f64, y| most.max(y.abs()))).collect()
    };
    let powers = [0.0, 1.0, 0.5, 0.25, 0.75, 0.125];
    for loudness in [100.0_f64, 7.0, 1.0] {
        for (size, power) in sizes(loud().with("loud", loudness), 6).iter().zip(powers) {
            assert!((size / loudness.powf(power) - 1.0).abs() < 1e-3, "{loudness}, {power}: {size}");
        }
    }
    assert_eq!(sizes(loud(), 1).len(), 1);
}

#[test]
fn a_louder_task_has_the_same_labels_in_another_unit() {
    let (one, ten) = (toy(loud().with("loud", 1.0), 7, 2), toy(loud().with("loud", 10.0), 7, 2));
    assert_eq!((&one.train.x, &one.train.y[0]), (&ten.train.x, &ten.train.y[0]));
    let scaled = one.train.y[1].iter().zip(&ten.train.y[1]).all(|(a, b)| (10.0 * a - b).abs() < 1e-5);
    assert!(scaled && one.correlation == ten.correlation);
}

/// Before the tanh two tasks correlate by 10 / 13.5 = 0.741, averaged over their weights; the tanh
/// takes some of that away.
#[test]
fn tasks_of_the_toy_are_alike_by_what_their_weights_share() {
    let seeds = 0..40;
    let correlations: Vec<f64> = seeds.map(|seed| f64::from(toy(loud(), seed, 2).correlation[0][1])).collect();
    let mean = mean(&correlations);
    assert!((0.6..0.74).contains(&mean), "{mean}");
}

#[test]
fn classes_of_the_toy_are_equally_likely() {
    let tasks = vec![task("slope", LossKind::Ce, 4), task("slope", LossKind::Bce, 1)];
    let dataset = of_source(loud().with("dims", 2.0), 4, 5000, tasks);
    for (k, classes) in [(0, 4), (1, 2)] {
        let y = labels(&dataset, k);
        for class in 0..classes {
            let share = y.iter().filter(|c| **c == f64::from(class)).count() as f64 / y.len() as f64;
            assert!((share - 1.0 / f64::from(classes)).abs() < 0.03, "{class}/{classes}: {share}");
        }
    }
}
