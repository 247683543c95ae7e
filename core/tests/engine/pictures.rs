//! Pictures: the right way up, the right unit, the right weights.

use crate::lab::{Rig, config, double, layer, task};
use crate::reference::Reference;
use mtl_core::config::{Activation, Config, LossKind, Optimiser, Pick, TaskConfig};
use mtl_core::protocol::Picture;
use pollster::block_on;

/// Groups that interleave, private layers in two of them.
fn lesson() -> Config {
    let tasks = vec![
        TaskConfig {
            head: vec![layer(3, Activation::Silu), layer(2, Activation::Tanh)],
            ..task(LossKind::Bce, "slope")
        },
        TaskConfig { outputs: 2, ..task(LossKind::Mse, "waves") },
        TaskConfig {
            head: vec![layer(3, Activation::Silu), layer(2, Activation::Tanh)],
            ..task(LossKind::Bce, "moons")
        },
        TaskConfig { outputs: 4, head: vec![layer(5, Activation::Relu)], ..task(LossKind::Ce, "five") },
    ];
    let mut config = config(tasks, vec![layer(6, Activation::Tanh), layer(4, Activation::Tanh)]);
    config.training.optimiser = Optimiser::Adam;
    config.training.momentum = 0.9;
    config.training.learning_rate = 0.02;
    config.training.dropout = 0.2;
    config
}

fn picture(rig: &Rig) -> Picture {
    block_on(rig.ensemble.picture()).unwrap()
}

/// The point in the middle of a cell.
fn centre(side: usize, row: usize, column: usize, extent: f64) -> [f64; 2] {
    let at = |i: usize| (2.0 * (i as f64 + 0.5) / side as f64 - 1.0) * extent;
    [at(column), -at(row)]
}

fn probabilities(loss: LossKind, outputs: &[f64]) -> Vec<f64> {
    match loss {
        LossKind::Bce => vec![1.0 / (1.0 + (-outputs[0]).exp())],
        LossKind::Ce => {
            let sum: f64 = outputs.iter().map(|o| o.exp()).sum();
            outputs.iter().map(|o| o.exp() / sum).collect()
        }
        _ => outputs.to_vec(),
    }
}

#[test]
fn a_map_is_the_networks_prediction_cell_by_cell_with_the_top_row_at_the_largest_second_input() {
    let mut rig = Rig::new(lesson());
    rig.steps(30);
    let picture = picture(&rig);
    let (lesson, data, layout) = (rig.ensemble.lesson(), rig.ensemble.data(), rig.layout());
    let reference = Reference::new(lesson, layout, data);
    let theta = double(&rig.theta(0));
    assert_eq!((picture.step, picture.maps.len(), picture.predictions.len()), (30, 4, 0));
    for (k, map) in picture.maps.iter().enumerate() {
        let outputs = lesson.tasks[k].outputs;
        assert_eq!(map.len(), picture.side * picture.side * outputs);
        for (row, column) in [(0, 0), (0, 47), (47, 0), (13, 30), (40, 3)] {
            let x = centre(picture.side, row, column, f64::from(data.extent));
            let expected = probabilities(lesson.tasks[k].loss, &reference.outputs(&theta, k, &x, 0));
            let cell = &map[(row * picture.side + column) * outputs..][..outputs];
            for (a, b) in cell.iter().zip(expected) {
                assert!((f64::from(*a) - b).abs() < 1e-4, "task {k}, row {row}, column {column}: {cell:?}");
            }
        }
    }
}

#[test]
fn a_well_trained_slope_is_drawn_as_it_slopes() {
    let mut config = config(vec![task(LossKind::Bce, "slope")], vec![layer(8, Activation::Tanh)]);
    config.data.train_rows = 200;
    config.training.optimiser = Optimiser::Adam;
    config.training.momentum = 0.9;
    config.training.learning_rate = 0.05;
    let mut rig = Rig::new(config);
    let point = rig.steps(300).pop().unwrap();
    assert!(point.metric[0] > 0.9, "accuracy {}", point.metric[0]);
    let picture = picture(&rig);
    let (data, map) = (rig.ensemble.data(), &picture.maps[0]);
    let cell = |v: f32| (((v / data.extent + 1.0) / 2.0 * picture.side as f32) as usize).min(picture.side - 1);
    let agrees = |x: &[f32], y: f32| {
        let (column, row) = (cell(x[0]), picture.side - 1 - cell(x[1]));
        (map[row * picture.side + column] > 0.5) == (y > 0.5)
    };
    let rows = data.valid.x.chunks(2).zip(&data.valid.y[0]);
    let right = rows.filter(|(x, y)| agrees(x, **y)).count();
    assert!(right * 10 >= data.valid.rows * 8, "{right} of {} rows lie where the map says", data.valid.rows);
    let flipped = data.valid.x.chunks(2).zip(&data.valid.y[0]).filter(|(x, y)| agrees(&[x[0], -x[1]], **y)).count();
    assert!(flipped < right, "the map is as good upside down");
}

#[test]
fn units_and_weights_are_those_of_their_layer_and_task() {
    let mut rig = Rig::new(lesson());
    rig.steps(5);
    let picture = picture(&rig);
    let (data, layout) = (rig.ensemble.data(), rig.layout());
    let theta = rig.theta(0);
    let owners: Vec<_> = picture.layers.iter().map(|layer| (layer.task, layer.from, layer.width)).collect();
    assert_eq!(
        owners,
        [
            (None, 2, 6),
            (None, 6, 4),
            (Some(0), 4, 3),
            (Some(0), 3, 2),
            (Some(2), 4, 3),
            (Some(2), 3, 2),
            (Some(3), 4, 5),
        ]
    );
    let side = picture.unit_side;
    for layer in &picture.layers {
        assert_eq!(layer.maps.len(), layer.width * side * side);
    }
    for (k, weights) in picture.outputs.iter().enumerate() {
        let slot = layout.slots.iter().filter(|slot| slot.tasks().contains(&k)).rfind(|slot| slot.rows > 1).unwrap();
        let expected: Vec<f32> = slot.positions(Some(k)).iter().map(|p| theta[*p]).collect();
        assert_eq!(weights, &expected, "output of task {k}");
    }
    // The picture's own weights, layer by layer, give the next layer's maps; biases from the state.
    let bias = |task: Option<usize>, nth: usize| {
        let mut slots =
            layout.slots.iter().filter(|slot| slot.name.ends_with("bias") && !slot.positions(task).is_empty());
        let slot = slots.nth(nth).unwrap();
        slot.positions(task).iter().map(|p| theta[*p]).collect::<Vec<f32>>()
    };
    let chains: [&[Link]; 3] = [
        &[(0, None, 0, f32::tanh), (1, None, 1, f32::tanh), (2, Some(0), 0, silu), (3, Some(0), 1, f32::tanh)],
        &[(0, None, 0, f32::tanh), (1, None, 1, f32::tanh), (4, Some(2), 0, silu), (5, Some(2), 1, f32::tanh)],
        &[(0, None, 0, f32::tanh), (1, None, 1, f32::tanh), (6, Some(3), 0, |v| v.max(0.0))],
    ];
    for (row, column) in [(0, 0), (3, 12), (15, 15)] {
        for chain in chains {
            let mut z: Vec<f32> = centre(side, row, column, f64::from(data.extent)).map(|v| v as f32).to_vec();
            for (index, task, nth, activation) in chain {
                let layer = &picture.layers[*index];
                let bias = bias(*task, *nth);
                let unit = |u: usize| {
                    activation(
                        bias[u]
                            + z.iter().enumerate().map(|(i, z)| z * layer.weights[i * layer.width + u]).sum::<f32>(),
                    )
                };
                z = (0..layer.width).map(unit).collect();
                for (u, value) in z.iter().enumerate() {
                    let drawn = layer.maps[u * side * side + row * side + column];
                    assert!((drawn - value).abs() < 1e-4, "layer {index}, unit {u}: {drawn} instead of {value}");
                }
            }
        }
    }
}

/// A layer of the picture, its task and place among the task's biases, and its activation.
type Link = (usize, Option<usize>, usize, fn(f32) -> f32);

fn silu(v: f32) -> f32 {
    v / (1.0 + (-v).exp())
}

#[test]
fn beyond_the_plane_there_are_predictions_of_the_validation_rows_instead_of_maps() {
    let mut config = lesson();
    config.data.source = Pick::new("mmoe").with("dims", 5.0);
    let mut rig = Rig::new(config);
    rig.steps(5);
    let picture = picture(&rig);
    let (lesson, data, layout) = (rig.ensemble.lesson(), rig.ensemble.data(), rig.layout());
    assert_eq!((picture.side, picture.unit_side, picture.maps.len()), (0, 0, 0));
    assert!(
        picture.layers.iter().all(|layer| layer.maps.is_empty() && layer.weights.len() == layer.from * layer.width)
    );
    let reference = Reference::new(lesson, layout, data);
    let theta = double(&rig.theta(0));
    for (k, predictions) in picture.predictions.iter().enumerate() {
        let outputs = lesson.tasks[k].outputs;
        assert_eq!(predictions.len(), data.valid.rows * outputs);
        for (x, given) in data.valid.x.chunks(5).zip(predictions.chunks(outputs)) {
            let expected = probabilities(lesson.tasks[k].loss, &reference.outputs(&theta, k, &double(x), 0));
            assert!(given.iter().zip(expected).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-4));
        }
    }
}

/// Pearson's correlation by sums of products.
fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let sum = |f: &dyn Fn(usize) -> f64| (0..a.len()).map(f).sum::<f64>();
    let (sa, sb) = (sum(&|i| a[i]), sum(&|i| b[i]));
    let (ab, aa, bb) = (sum(&|i| a[i] * b[i]), sum(&|i| a[i] * a[i]), sum(&|i| b[i] * b[i]));
    (n * ab - sa * sb) / ((n * aa - sa * sa) * (n * bb - sb * sb)).sqrt()
}

/// The correlation ratio by what is left within the classes, corrected for chance.
fn ratio(values: &[f64], labels: &[f64], classes: usize) -> f64 {
    let mean = |rows: &[usize]| rows.iter().map(|i| values[*i]).sum::<f64>() / rows.len() as f64;
    let spread = |rows: &[usize]| rows.iter().map(|i| (values[*i] - mean(rows)).powi(2)).sum::<f64>();
    let of = |class: usize| (0..values.len()).filter(|i| labels[*i] as usize == class).collect::<Vec<_>>();
    let groups: Vec<_> = (0..classes).map(of).filter(|rows| !rows.is_empty()).collect();
    let within: f64 = groups.iter().map(|rows| spread(rows)).sum();
    let all: Vec<usize> = (0..values.len()).collect();
    let (n, k) = (values.len() as f64, groups.len() as f64);
    (1.0 - within / (n - k) / (spread(&all) / (n - 1.0))).max(0.0).sqrt()
}

#[test]
fn beyond_the_plane_every_unit_is_held_against_every_task_over_the_validation_rows() {
    let mut config = lesson();
    config.data.source = Pick::new("mmoe").with("dims", 5.0);
    config.data.valid_rows = 64;
    let mut rig = Rig::new(config);
    rig.steps(5);
    let picture = picture(&rig);
    let (lesson, data, layout) = (rig.ensemble.lesson(), rig.ensemble.data(), rig.layout());
    let tasks = lesson.tasks.len();
    let expected = |values: &[f64], task: usize| {
        let shape = data.tasks[task];
        let labels: Vec<f64> = data.valid.y[task].iter().step_by(shape.columns).map(|y| f64::from(*y)).collect();
        match shape.classes() {
            Some(classes) if classes > 2 => ratio(values, &labels, classes),
            _ => pearson(values, &labels),
        }
    };
    let agrees = |given: &[f32], values: &[f64], what: &str| {
        for (task, given) in given.iter().enumerate() {
            let wanted = expected(values, task);
            assert!((f64::from(*given) - wanted).abs() < 1e-4, "{what} with task {task}: {given}, not {wanted}");
        }
    };
    assert_eq!(picture.input_correlations.len(), 5 * tasks);
    for (i, given) in picture.input_correlations.chunks(tasks).enumerate() {
        agrees(given, &double(&data.valid.x.iter().skip(i).step_by(5).copied().collect::<Vec<_>>()), "an input");
    }
    for layer in &picture.layers {
        assert_eq!(layer.correlations.len(), layer.width * tasks);
        assert!(layer.correlations.iter().all(|value| value.abs() <= 1.0) && layer.maps.is_empty());
    }
    // The first shared layer by hand, from the picture's own weights.
    let (first, theta) = (&picture.layers[0], rig.theta(0));
    let bias = layout.slots.iter().find(|slot| slot.name.ends_with("bias")).unwrap();
    let bias: Vec<f32> = bias.positions(None).iter().map(|p| theta[*p]).collect();
    for (unit, given) in first.correlations.chunks(tasks).enumerate() {
        let row = |x: &[f32]| {
            let sum: f32 = x.iter().enumerate().map(|(i, x)| x * first.weights[i * first.width + unit]).sum();
            f64::from((bias[unit] + sum).tanh())
        };
        agrees(given, &data.valid.x.chunks(5).map(row).collect::<Vec<_>>(), "a unit");
    }
    for (task, given) in picture.output_correlations.iter().enumerate() {
        let outputs = lesson.tasks[task].outputs;
        for (output, given) in given.chunks(tasks).enumerate() {
            let values: Vec<f32> = picture.predictions[task].iter().skip(output).step_by(outputs).copied().collect();
            agrees(given, &double(&values), "an output");
        }
    }
    assert_eq!(picture.output_correlations.iter().map(Vec::len).sum::<usize>(), (1 + 2 + 1 + 4) * tasks);
}
