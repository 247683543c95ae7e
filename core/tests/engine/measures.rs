//! Every measure of the table at recorded steps, against formulas written without looking at it.

use crate::lab::{Rig, config, double, edit, layer, task};
use crate::reference::Reference;
use crate::window::conflict_rate;
use mtl_core::config::{Activation, Config, LossKind, PopulationConfig, TaskConfig};
use mtl_core::math::pareto::non_dominated;
use mtl_core::measure::spread;
use mtl_core::measure::table::{Measure, Need, Per, each};
use mtl_core::measure::transfer::TransferGain;
use mtl_core::protocol::CurvePoint;
use nalgebra::{DMatrix, SymmetricEigen};

/// A regression of two numbers, a binary task and one of three classes.
fn mixed() -> Config {
    let tasks = vec![
        TaskConfig { outputs: 2, ..task(LossKind::Mse, "waves") },
        TaskConfig { weight: 3.0, ..task(LossKind::Bce, "circle") },
        TaskConfig { outputs: 3, scale: 2.0, ..task(LossKind::Ce, "five") },
    ];
    let mut config = config(tasks, vec![layer(6, Activation::Tanh)]);
    config.data.valid_rows = 60;
    config.training.learning_rate = 0.1;
    config.population = PopulationConfig { seeds: 3, fan: 10, spread: 0.1, pairs: true, ..PopulationConfig::default() };
    config
}

pub fn numbers(point: &CurvePoint, key: &str) -> Vec<f64> {
    let tasks = point.valid.len();
    let found = each(&point.measures, tasks).find(|(measure, _)| measure.choice.key == key);
    double(found.unwrap_or_else(|| panic!("no measure {key}")).1)
}

#[track_caller]
fn assert_close(point: &CurvePoint, key: &str, expected: &[f64], tolerance: f64) {
    let got = numbers(point, key);
    assert_eq!(got.len(), expected.len(), "{key}");
    for (got, expected) in got.iter().zip(expected) {
        let apart = (got - expected).abs();
        let both_nothing = got.is_nan() && expected.is_nan();
        assert!(both_nothing || apart <= tolerance * expected.abs().max(1.0), "{key}: {got} is not {expected}");
    }
}

/// The task that a number of a measure belongs to.
fn owner(measure: &Measure, place: usize) -> Option<usize> {
    match measure.per {
        Per::Task => Some(place),
        _ => None,
    }
}

fn assert_whole(what: &str, config: Config) {
    let mut rig = Rig::new(config);
    let points = [vec![rig.record()], rig.steps(12)].concat();
    let (summary, lesson) = (rig.ensemble.summary(), rig.ensemble.lesson().clone());
    let tasks = lesson.tasks.len();
    for (k, point) in points.iter().enumerate() {
        let given = summary.given(point);
        assert_eq!(given.gradients, tasks > 1 && point.step > 0);
        let front: Vec<Vec<f64>> = point.fan.chunks(tasks).chain([&point.valid[..]]).map(double).collect();
        let one_point = non_dominated(&front).iter().filter(|on| **on).count() < 2;
        for (measure, numbers) in each(&point.measures, tasks) {
            assert_eq!(numbers.len(), measure.per.count(tasks));
            for (place, number) in numbers.iter().enumerate() {
                let loss = owner(measure, place).map(|k| lesson.tasks[k].loss);
                let diagonal = measure.per == Per::Gains && (place / 3) / tasks == (place / 3) % tasks;
                // One seed has a mean, but no spread.
                let spread =
                    matches!(measure.per, Per::Seeds | Per::Gain | Per::Gains) && place % 3 > 0 && summary.seeds == 1;
                // One model that beats all others has no neighbours.
                let lone = measure.need == Need::Fan && one_point;
                let key = measure.choice.key;
                // It counts means of ten steps; the first point comes before any.
                let few = key == "conflict-rate" && k < 10;
                let applies = measure.need.unmet(&given, loss).is_none() && !diagonal && !spread && !lone && !few;
                // Of two tasks that have learned nothing yet no gain is named.
                if measure.per == Per::Gains && applies && number.is_nan() {
                    continue;
                }
                // Whether a loss is reached is not known beforehand; without baselines there is none.
                if measure.need == Need::Reached && given.baselines && tasks > 1 {
                    continue;
                }
                assert_eq!(number.is_finite(), applies, "{what}, step {}: {key} {place}: {number}", point.step);
            }
        }
    }
}

#[test]
fn every_measure_has_a_number_where_it_applies_and_none_where_it_does_not() {
    assert_whole("mixed", mixed());
    let bare = PopulationConfig { seeds: 1, fan: 0, baselines: false, spread: 0.1, ..PopulationConfig::default() };
    assert_whole("neither baselines nor fan", Config { population: bare.clone(), ..mixed() });
    assert_whole("a fan alone", Config { population: PopulationConfig { fan: 10, ..bare.clone() }, ..mixed() });
    assert_whole("one seed", Config { population: PopulationConfig { seeds: 1, ..mixed().population }, ..mixed() });
    for k in 0..3 {
        let tasks = vec![mixed().tasks.swap_remove(k)];
        assert_whole("one task", Config { tasks, ..mixed() });
    }
    let mut two = mixed();
    two.tasks.remove(0);
    assert_whole("two tasks", two);
}

/// What a model says of a task's validation rows, with their labels: `[row][output]`.
fn predictions(rig: &Rig, member: usize, task: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let data = rig.ensemble.draws().of_seed(rig.ensemble.plan().members[member].seed);
    let theta = double(&rig.theta(member));
    let reference = Reference::new(rig.ensemble.lesson(), rig.layout(), data);
    let inputs = data.valid.x.chunks_exact(data.inputs);
    let said = inputs.enumerate().map(|(i, x)| reference.outputs(&theta, task, &double(x), i)).collect();
    let labels = data.valid.y[task].chunks_exact(data.tasks[task].columns).map(double).collect();
    (said, labels)
}

/// How often a positive row scores above a negative one, pair by pair.
fn area(scores: &[f64], positive: &[bool]) -> f64 {
    let (mut wins, mut all) = (0.0, 0.0);
    for (a, _) in scores.iter().zip(positive).filter(|(_, positive)| **positive) {
        for (b, _) in scores.iter().zip(positive).filter(|(_, positive)| !**positive) {
            all += 1.0;
            wins += if a > b {
                1.0
            } else if a == b {
                0.5
            } else {
                0.0
            };
        }
    }
    wins / all
}

/// Accuracy, balanced accuracy, macro F1 and AUC.
fn of_classes(said: &[Vec<f64>], labels: &[Vec<f64>]) -> [f64; 4] {
    let chances = |logits: &Vec<f64>| -> Vec<f64> {
        let logits = if logits.len() == 1 { vec![0.0, logits[0]] } else { logits.clone() };
        let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
        logits.iter().map(|logit| logit.exp() / sum).collect()
    };
    let chances: Vec<Vec<f64>> = said.iter().map(chances).collect();
    let (rows, classes) = (said.len() as f64, chances[0].len());
    let truth: Vec<usize> = labels.iter().map(|label| label[0] as usize).collect();
    let best = |row: &Vec<f64>| (0..classes).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
    let guess: Vec<usize> = chances.iter().map(best).collect();
    let count = |keep: &dyn Fn(usize, usize) -> bool| {
        truth.iter().zip(&guess).filter(|(truth, guess)| keep(**truth, **guess)).count() as f64
    };
    let mut sums = [0.0; 3];
    for class in 0..classes {
        let both = count(&|t, g| t == class && g == class);
        let (is, said) = (count(&|t, _| t == class), count(&|_, g| g == class));
        assert!(is > 0.0, "a validation set without class {class} tells nothing here");
        let positive: Vec<bool> = truth.iter().map(|truth| *truth == class).collect();
        let scores: Vec<f64> = chances.iter().map(|row| row[class]).collect();
        let each = [both / is, 2.0 * both / (is + said), area(&scores, &positive)];
        sums.iter_mut().zip(each).for_each(|(sum, each)| *sum += each / classes as f64);
    }
    [count(&|t, g| t == g) / rows, sums[0], sums[1], sums[2]]
}

/// Mean squared error, its root, mean absolute error and R².
fn of_numbers(said: &[Vec<f64>], labels: &[Vec<f64>]) -> [f64; 4] {
    let (rows, outputs) = (said.len() as f64, said[0].len());
    let (mut squares, mut sizes, mut explained) = (0.0, 0.0, 0.0);
    for output in 0..outputs {
        let errors: Vec<f64> = said.iter().zip(labels).map(|(said, label)| said[output] - label[output]).collect();
        let middle = labels.iter().map(|label| label[output]).sum::<f64>() / rows;
        let square: f64 = errors.iter().map(|error| error * error).sum();
        let total: f64 = labels.iter().map(|label| (label[output] - middle).powi(2)).sum();
        squares += square / rows / outputs as f64;
        sizes += errors.iter().map(|error| error.abs()).sum::<f64>() / rows / outputs as f64;
        explained += (1.0 - square / total) / outputs as f64;
    }
    [squares, squares.sqrt(), sizes, explained]
}

const OF_CLASSES: [&str; 4] = ["accuracy", "balanced-accuracy", "macro-f1", "auc"];
const OF_NUMBERS: [&str; 4] = ["mse", "rmse", "mae", "r2"];

#[test]
fn every_measure_of_one_task_follows_from_its_predictions() {
    let mut rig = Rig::new(mixed());
    let point = rig.steps(40).pop().unwrap();
    let nothing = [f64::NAN; 4];
    let of_task = |k: usize| {
        let (said, labels) = predictions(&rig, 0, k);
        if k == 0 { (nothing, of_numbers(&said, &labels)) } else { (of_classes(&said, &labels), nothing) }
    };
    let all: Vec<_> = (0..3).map(of_task).collect();
    for m in 0..4 {
        let (classes, numbers): (Vec<f64>, Vec<f64>) = all.iter().map(|(c, n)| (c[m], n[m])).unzip();
        assert_close(&point, OF_CLASSES[m], &classes, 1e-4);
        assert_close(&point, OF_NUMBERS[m], &numbers, 1e-4);
    }
    // Weights 1, 3 and 1 of R² and two accuracies.
    let average = (all[0].1[3] + 3.0 * all[1].0[0] + all[2].0[0]) / 5.0;
    assert_close(&point, "average", &[average], 1e-4);
}

/// What each metric of a task gains over its baseline's on a paired seed.
fn metric_gains(rig: &Rig, seed: usize, task: usize) -> Vec<f64> {
    let of = |member: usize| {
        let (said, labels) = predictions(rig, member, task);
        if task == 0 { of_numbers(&said, &labels)[1..3].to_vec() } else { of_classes(&said, &labels).to_vec() }
    };
    let (model, alone) = (of(seed), of(rig.ensemble.plan().baseline(seed, task).unwrap()));
    let sign = if task == 0 { -1.0 } else { 1.0 };
    model.iter().zip(&alone).map(|(m, b)| sign * (m - b) / b).collect()
}

/// Mean and 95 % interval of three numbers: with two degrees of freedom t is 4.3027.
fn interval_of_three(numbers: &[f64]) -> [f64; 3] {
    let mean = numbers.iter().sum::<f64>() / 3.0;
    let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2.0;
    let half = 4.302_653 * (variance / 3.0).sqrt();
    [mean, mean - half, mean + half]
}

#[test]
fn every_measure_across_tasks_follows_from_models_and_baselines() {
    let mut rig = Rig::new(mixed());
    let point = rig.steps(40).pop().unwrap();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mut gain, mut drop) = (Vec::new(), Vec::new());
    for seed in 0..3 {
        let gains: Vec<Vec<f64>> = (0..3).map(|k| metric_gains(&rig, seed, k)).collect();
        gain.push(mean(&gains.iter().map(|gains| mean(gains)).collect::<Vec<_>>()));
        drop.push(-mean(&gains.concat()));
    }
    assert_close(&point, "delta-m", &interval_of_three(&gain), 1e-4);
    assert_close(&point, "delta-m-drop", &interval_of_three(&drop), 1e-4);

    let (valid, single, fan) = (double(&point.valid), double(&point.single), double(&point.fan));
    let methods: Vec<&[f64]> = [&valid[..], &single[..]].into_iter().chain(fan.chunks(3)).collect();
    // The fan's middle point is the same model under equal weights, and shares its rank.
    let count =
        |k: usize, keep: fn(f64, f64) -> bool| methods.iter().filter(|losses| keep(losses[k], valid[k])).count() as f64;
    let rank = |k: usize| 1.0 + count(k, |other, own| other < own) + (count(k, |other, own| other == own) - 1.0) / 2.0;
    assert_close(&point, "mean-rank", &[mean(&[rank(0), rank(1), rank(2)])], 1e-6);
    let reference = double(&rig.ensemble.data().reference);
    let shares: Vec<f64> = valid.iter().zip(&reference).map(|(loss, guess)| loss / guess).collect();
    assert_close(&point, "validation", &[mean(&shares)], 1e-5);
    let said = |gain: &TransferGain| match gain.is_named() {
        true => [gain.mean, gain.low, gain.high],
        false => [f64::NAN; 3],
    };
    let transfer: Vec<f64> = point.transfer.best.iter().flat_map(said).collect();
    assert_close(&point, "transfer-gain", &transfer, 1e-6);

    let front: Vec<Vec<f64>> = fan.chunks(3).chain([&valid[..]]).map(<[f64]>::to_vec).collect();
    assert_eq!(front.len(), 11);
    assert_close(&point, "hypervolume", &[point.hypervolume], 1e-6);
    assert_close(&point, "spacing", &[spread::spacing(&front).unwrap()], 1e-6);
    assert_close(&point, "sparsity", &[spread::sparsity(&front).unwrap()], 1e-6);
}

/// The length of the shortest weighted mean of the gradients, on a grid.
fn shortest(gram: &DMatrix<f64>) -> f64 {
    const STEPS: i32 = 400;
    let mut least = f64::INFINITY;
    for i in 0..=STEPS {
        for j in 0..=STEPS - i {
            let w = DMatrix::from_column_slice(3, 1, &[i, j, STEPS - i - j].map(|w| f64::from(w) / f64::from(STEPS)));
            least = least.min((w.transpose() * gram * &w)[(0, 0)]);
        }
    }
    least.max(0.0).sqrt()
}

#[test]
fn every_measure_of_the_gradients_follows_from_the_gram_matrix() {
    let mut rig = Rig::new(mixed());
    let points = rig.steps(20);
    let point = &points[19];
    let g = DMatrix::from_row_slice(3, 3, &double(&point.gram));
    let w = double(&point.weights);
    let n: Vec<f64> = (0..3).map(|k| g[(k, k)].sqrt()).collect();
    let pairs = [(0, 1), (0, 2), (1, 2)];
    let of_pairs = |of: &dyn Fn(usize, usize) -> f64| pairs.map(|(i, j)| of(i, j));
    let cosine = |i: usize, j: usize| g[(i, j)] / n[i] / n[j];
    let distance = |i: usize, j: usize, sign: f64| g[(i, i)] + g[(j, j)] + sign * 2.0 * g[(i, j)];
    assert_close(point, "gradient-norm", &n, 1e-5);
    let total: f64 = (0..3).map(|k| w[k] * n[k]).sum();
    assert_close(point, "dominance", &[0, 1, 2].map(|k| w[k] * n[k] / total), 1e-5);
    assert_close(point, "cosine", &of_pairs(&cosine), 1e-5);
    let similarity = |i: usize, j: usize| 2.0 * n[i] * n[j] / (g[(i, i)] + g[(j, j)]);
    assert_close(point, "magnitude-similarity", &of_pairs(&similarity), 1e-5);
    let bound = |i, j| (1.0 - f64::powi(cosine(i, j), 2)) * distance(i, j, -1.0) / distance(i, j, 1.0);
    assert_close(point, "curvature-bound", &of_pairs(&bound), 1e-4);
    let decrease = [0, 1, 2].map(|k| (0..3).map(|j| g[(k, j)] * w[j]).sum::<f64>());
    assert_close(point, "predicted-decrease", &decrease, 1e-5);
    let length = (0..3).map(|k| w[k] * decrease[k]).sum::<f64>().sqrt();
    assert_close(point, "combined-norm", &[length], 1e-5);
    let mean_length = g.sum().sqrt();
    assert_close(point, "alignment", &[decrease.iter().sum::<f64>() / length / mean_length], 1e-4);
    let values = SymmetricEigen::new(g.clone()).eigenvalues;
    assert_close(point, "condition-number", &[(values.max() / values.min()).sqrt()], 1e-3);
    let longest = n.iter().copied().fold(0.0, f64::max);
    assert_close(point, "stationarity", &[shortest(&g) / longest], 1e-2);
    let unit = DMatrix::from_fn(3, 3, |i, j| g[(i, j)] / n[i] / n[j]);
    assert_close(point, "unit-stationarity", &[shortest(&unit)], 1e-2);
    assert_close(point, "conflict-rate", &[conflict_rate(&points)], 1e-6);
}

#[test]
fn a_seed_with_a_diverged_baseline_does_not_count_for_delta_m() {
    let mut rig = Rig::new(mixed());
    rig.steps(5);
    let mut snapshot = rig.snapshot();
    let baselines = [0, 1, 2].map(|seed| rig.ensemble.plan().baseline(seed, 1).unwrap());
    edit(&mut snapshot, "dead", |diverged| diverged[baselines[0]] = 1.0);
    rig.load(&snapshot);
    let others = [1, 2].map(|seed| {
        let gains = (0..3).map(|k| metric_gains(&rig, seed, k));
        gains.map(|gains| gains.iter().sum::<f64>() / gains.len() as f64).sum::<f64>() / 3.0
    });
    let point = rig.record();
    assert!((numbers(&point, "delta-m")[0] - (others[0] + others[1]) / 2.0).abs() < 1e-4);
    assert!(numbers(&point, "accuracy")[1].is_finite());
    edit(&mut snapshot, "dead", |diverged| baselines.iter().for_each(|baseline| diverged[*baseline] = 1.0));
    rig.load(&snapshot);
    let point = rig.record();
    for (measure, numbers) in each(&point.measures, 3).filter(|(measure, _)| measure.per == Per::Seeds) {
        assert!(numbers.iter().all(|number| number.is_nan()), "{}", measure.choice.key);
    }
}
