//! A member with two task weights is a true model of these two tasks.

use crate::lab::{Rig, close, config, double, edit, layer, task};
use crate::reference::Reference;
use mtl_core::config::{Activation, Config, LossKind, Optimiser, PopulationConfig, TaskConfig};
use mtl_core::measure::table::each;
use std::collections::BTreeMap;

fn together() -> Config {
    let head = |w: usize| vec![layer(w, Activation::Silu)];
    let tasks = vec![
        TaskConfig { head: head(4), noise: 0.1, ..task(LossKind::Mse, "waves") },
        TaskConfig { rate: 2.0, ..task(LossKind::Bce, "circle") },
        TaskConfig { outputs: 3, scale: 2.0, ..task(LossKind::Ce, "five") },
    ];
    let mut config = config(tasks, vec![layer(7, Activation::Tanh), layer(6, Activation::Gelu)]);
    config.training.optimiser = Optimiser::Adam;
    config.training.learning_rate = 0.02;
    config.training.batch = 8;
    // In the trunk alone: the masks of a head follow from the task's letter.
    config.trunk[0].dropout = Some(0.25);
    config.population = PopulationConfig { seeds: 2, fan: 0, spread: 0.1, pairs: true, ..PopulationConfig::default() };
    config
}

/// Positions of the shared parameters and of those that some tasks own, task by task.
fn positions(rig: &Rig, tasks: &[usize]) -> Vec<usize> {
    let of = |task: Option<usize>| rig.layout().slots.iter().flat_map(move |slot| slot.positions(task));
    of(None).chain(tasks.iter().flat_map(|task| of(Some(*task)))).collect()
}

fn pick(values: &[f32], positions: &[usize]) -> Vec<f32> {
    positions.iter().map(|p| values[*p]).collect()
}

#[test]
fn a_pair_member_is_a_lesson_of_these_two_tasks_alone() {
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
        let mut many = Rig::new(together());
        let all = together();
        let mut two = Config { tasks: vec![all.tasks[i].clone(), all.tasks[j].clone()], ..all };
        two.population =
            PopulationConfig { seeds: 2, fan: 0, baselines: false, spread: 0.1, ..PopulationConfig::default() };
        let mut few = Rig::new(two);
        for (task, place) in [(i, 0), (j, 1)] {
            assert_eq!(many.ensemble.data().train.y[task], few.ensemble.data().train.y[place]);
        }
        let (wide, narrow) = (positions(&many, &[i, j]), positions(&few, &[0, 1]));
        // Other letters, other initial values: the same start by a copy.
        let mut snapshot = few.snapshot();
        let (width, values) = (few.layout().len, many.rows("theta"));
        for name in ["theta", "safe"] {
            edit(&mut snapshot, name, |all| {
                for (seed, row) in all.chunks_exact_mut(width).enumerate() {
                    narrow.iter().zip(pick(&values[seed], &wide)).for_each(|(p, v)| row[*p] = v);
                }
            });
        }
        few.load(&snapshot);
        many.steps(30);
        few.steps(30);
        for seed in 0..2 {
            let member = many.ensemble.plan().pair(seed, j, i).unwrap();
            let (a, b) = (pick(&many.theta(member), &wide), pick(&few.theta(seed), &narrow));
            close(&format!("tasks {i} and {j}, seed {seed}"), &a, &b, 1e-4);
        }
    }
}

#[test]
fn of_two_tasks_the_pair_is_the_composed_model_under_equal_weights() {
    let mut config = together();
    config.tasks.truncate(2);
    let mut rig = Rig::new(config);
    let point = rig.steps(6).pop().unwrap();
    for seed in 0..2 {
        let pair = rig.ensemble.plan().pair(seed, 0, 1).unwrap();
        close("the pair", &rig.theta(pair), &rig.theta(seed), 1e-5);
    }
    let numbers = |key: &str| each(&point.measures, 2).find(|(m, _)| m.choice.key == key).unwrap().1.to_vec();
    let (gain, matrix) = (numbers("transfer-gain"), numbers("transfer-matrix"));
    // In row 0 the gain of task 1 from task 0, and the other way about.
    close("gains", &[&matrix[3..6], &matrix[6..9]].concat(), &[&gain[3..6], &gain[..3]].concat(), 1e-3);
}

/// What a model has lost on a task's validation and test rows at recorded steps.
type Losses = Vec<[f64; 2]>;

/// Test loss where the validation loss is lowest.
fn at_best(losses: &Losses) -> f64 {
    losses.iter().min_by(|a, b| a[0].total_cmp(&b[0])).unwrap()[1]
}

#[test]
fn the_matrix_holds_the_gain_of_the_column_from_the_row_over_paired_seeds() {
    let mut rig = Rig::new(together());
    let mut seen: BTreeMap<(usize, usize), Losses> = BTreeMap::new();
    let mut last = None;
    for _ in 0..5 {
        last = rig.steps(3).pop();
        let ensemble = &rig.ensemble;
        for (m, member) in ensemble.plan().members.iter().enumerate() {
            let data = ensemble.draws().of_seed(member.seed);
            let reference = Reference::new(ensemble.lesson(), rig.layout(), data);
            let theta = double(&rig.theta(m));
            let [valid, test] = [&data.valid, &data.test].map(|split| {
                let rows: Vec<usize> = (0..split.rows).collect();
                reference.losses(&theta, split, &rows)
            });
            for k in 0..3 {
                seen.entry((m, k)).or_default().push([valid[k], test[k]]);
            }
        }
    }
    let point = last.unwrap();
    let (_, matrix) = each(&point.measures, 3).find(|(measure, _)| measure.choice.key == "transfer-matrix").unwrap();
    let plan = rig.ensemble.plan();
    for i in 0..3 {
        for j in 0..3 {
            let got = &matrix[3 * (3 * i + j)..][..3];
            if i == j {
                assert!(got.iter().all(|number| number.is_nan()));
                continue;
            }
            let ratio = |seed: usize| {
                let alone = at_best(&seen[&(plan.baseline(seed, j).unwrap(), j)]);
                (alone / at_best(&seen[&(plan.pair(seed, i, j).unwrap(), j)])).ln()
            };
            let (a, b) = (ratio(0), ratio(1));
            // Of two seeds the standard error is half their distance, and t is 12.7062.
            let half = 12.7062 * (a - b).abs() / 2.0;
            let expected = [0.0, -half, half].map(|off| 1.0 - (-((a + b) / 2.0 + off)).exp());
            for (got, expected) in got.iter().zip(expected) {
                let close = (f64::from(*got) - expected).abs() < 1e-3 * (1.0 + expected.abs());
                assert!(close, "{i} to {j}: {got} is not {expected}");
            }
        }
    }
}
