//! The data that lessons train on, as they are seen from outside the crate.

use mtl_core::config::{Config, LossKind, Pick, PickEntry, TaskConfig};
use mtl_core::data::targets::TARGETS;
use mtl_core::data::{Dataset, Split, build, is_plane, outputs, sources};
use mtl_core::landscape::is_landscape;
use mtl_core::lesson::{Lesson, check};
use mtl_core::protocol::Rows;

mod batches;
mod digits;
mod groups;
mod labels;
mod loud;
mod mmoe;
mod plane;

pub const LOSSES: [LossKind; 4] = [LossKind::Mse, LossKind::Huber, LossKind::Bce, LossKind::Ce];

pub fn task(target: &str, loss: LossKind, outputs: usize) -> TaskConfig {
    TaskConfig { target: target.into(), loss, outputs, ..TaskConfig::default() }
}

pub fn lesson(rows: usize, tasks: Vec<TaskConfig>) -> Lesson {
    let mut config = Config { tasks, ..Config::default() };
    config.data.train_rows = rows;
    config.data.valid_rows = rows;
    config.data.test_rows = rows;
    let (lesson, notices) = check(config);
    assert!(notices.iter().all(|n| n.key == "batch"), "{notices:?}");
    lesson
}

pub fn data(rows: usize, tasks: Vec<TaskConfig>) -> Dataset {
    build(&lesson(rows, tasks))
}

/// The data of another source than the plane.
pub fn of_source(source: Pick, seed: u32, rows: usize, tasks: Vec<TaskConfig>) -> Dataset {
    let mut config = lesson(rows, tasks).into_config();
    config.data.source = source;
    config.seed = seed;
    build(&check(config).0)
}

pub fn splits(dataset: &Dataset) -> [&Split; 3] {
    [&dataset.train, &dataset.valid, &dataset.test]
}

/// Labels of a task over all splits.
pub fn labels(dataset: &Dataset, task: usize) -> Vec<f64> {
    splits(dataset).iter().flat_map(|s| &s.y[task]).map(|y| f64::from(*y)).collect()
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub fn variance(values: &[f64]) -> f64 {
    let m = mean(values);
    values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / values.len() as f64
}

pub fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let both = a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum::<f64>() / a.len() as f64;
    both / (variance(a) * variance(b)).sqrt()
}

/// The sources but for the landscapes, which have no rows.
fn with_rows() -> impl Iterator<Item = &'static PickEntry> {
    sources().iter().filter(|source| !is_landscape(&Pick::new(source.choice.key)))
}

#[test]
fn every_target_works_for_every_loss_and_source() {
    for source in with_rows() {
        for target in TARGETS {
            for loss in LOSSES {
                let pick = Pick::new(source.choice.key);
                let fits = outputs(&pick, loss);
                let outputs = 4.clamp(*fits.start(), *fits.end());
                let own = task(target.choice.key, loss, 4.min(outputs));
                let mixed = TaskConfig { related: -0.6, noise: 0.3, labelled: 9, ..own.clone() };
                let plane = is_plane(&pick);
                let dataset = of_source(pick, 3, 40, vec![own, mixed]);
                assert_eq!(dataset.plane, plane);
                for (shape, reference) in dataset.tasks.iter().zip(&dataset.reference) {
                    assert_eq!(shape.outputs, outputs);
                    assert_eq!(shape.columns, if loss.is_regression() { outputs } else { 1 });
                    assert!(reference.is_finite() && *reference > 0.0);
                }
                for split in splits(&dataset) {
                    assert_eq!(split.x.len(), 40 * dataset.inputs);
                    assert!(split.x.iter().all(|x| x.is_finite()));
                    for (k, shape) in dataset.tasks.iter().enumerate() {
                        assert_eq!((split.y[k].len(), split.mask[k].len()), (40 * shape.columns, 40));
                        let classes = shape.classes().map_or(f32::MAX, |n| n as f32);
                        let fine = |y: &f32| y.is_finite() && (loss.is_regression() || (0.0..classes).contains(y));
                        assert!(split.y[k].iter().all(fine), "{} {loss:?}", target.choice.key);
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_lesson_gives_the_same_data_and_another_seed_other_data() {
    let tasks =
        || vec![task("ring", LossKind::Ce, 3), TaskConfig { noise: 0.2, labelled: 20, ..TaskConfig::default() }];
    let first = data(100, tasks());
    assert_eq!(first, data(100, tasks()));
    let mut config = lesson(100, tasks()).into_config();
    config.seed += 1;
    assert_ne!(first.train.x, build(&check(config).0).train.x);
}

#[test]
fn another_task_changes_no_task_and_another_row_no_other_split() {
    let noisy = |target: &str| TaskConfig { noise: 0.3, labelled: 30, related: 0.4, ..task(target, LossKind::Mse, 2) };
    let tasks = |n: usize| ["moons", "waves", "xor", "ring"].iter().take(n).map(|t| noisy(t)).collect::<Vec<_>>();
    for source in with_rows() {
        let of = |n| of_source(Pick::new(source.choice.key), 5, 100, tasks(n));
        let (two, four) = (of(2), of(4));
        for k in 0..2 {
            for (a, b) in splits(&two).iter().zip(splits(&four)) {
                assert_eq!((&a.x, &a.y[k], &a.mask[k]), (&b.x, &b.y[k], &b.mask[k]));
            }
        }
        let mut config = lesson(100, tasks(2)).into_config();
        config.data.source = Pick::new(source.choice.key);
        config.seed = 5;
        config.data.train_rows = 150;
        assert_eq!(build(&check(config).0).valid, two.valid);
    }
}

#[test]
fn the_page_gets_the_first_two_inputs() {
    let dataset = of_source(Pick::new("mmoe").with("dims", 7.0), 1, 30, vec![task("slope", LossKind::Mse, 3)]);
    assert_eq!((dataset.inputs, dataset.extent, dataset.plane), (7, 3.0, false));
    let rows = Rows::from(&dataset.valid);
    assert_eq!((rows.inputs.len(), rows.targets[0].len(), rows.labelled[0].len()), (60, 90, 30));
    assert_eq!(rows.inputs[2..4], dataset.valid.x[7..9]);
    assert_eq!(Rows::from(&Split::default()).inputs.len(), 0);
}
