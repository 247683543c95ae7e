//! What every path of a kernel has to do alike: each case runs on the host and, where there is one, on a GPU, and
//! is held against burn's own operations on the host.
//!
//! Cases are all combinations that a lesson can reach: losses by missing labels, activations by rows that share
//! their input, optimisers by clips by rates by `moves` (none, some at rest, fractions) by members that diverge.

use super::evaluate::{Rows, SplitLosses};
use super::loss::{LossGroup, Targets};
use super::optimiser::{OptimiserSettings, ParameterFactors, State};
use super::tensors::{Device, upload, upload_indices};
use super::{dense, gather, loss, optimiser};
use crate::config::{Activation, Clip, LossKind, Optimiser, TrainingConfig};
use burn::tensor::Tensor;

const MEMBERS: usize = 4;
const BATCH: usize = 6;

/// Numbers without a pattern that a kernel could rely on.
fn wave(length: usize, pace: f32) -> Vec<f32> {
    (0..length).map(|i| (1.0 + i as f32 * pace).sin()).collect()
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(tensor.into_data_async()).unwrap().iter::<f32>().collect()
}

/// The paths apart from burn's own operations, with what they may differ by.
fn paths() -> Vec<(&'static str, Device, f32)> {
    let host = ("host", Device::flex(), 2e-6);
    #[cfg(feature = "gpu")]
    let all = vec![host, ("GPU", burn::tensor::Device::wgpu(Default::default()), 2e-5)];
    #[cfg(not(feature = "gpu"))]
    let all = vec![host];
    all
}

/// Both NaN or infinite, or near each other; larger numbers may differ by more.
fn alike(what: &str, found: &[f32], wanted: &[f32], slack: f32) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let near = (found - wanted).abs() <= slack * (1.0 + wanted.abs());
        assert!(near || !found.is_finite() && !wanted.is_finite(), "{what}, number {i}: {found} and {wanted}");
    }
}

#[test]
fn a_layer_is_the_same_on_every_path() {
    use Activation::{Gelu, Identity, LeakyRelu, Relu, Sigmoid, Silu, Tanh};
    let (from, to) = (5, 7);
    for activation in [Identity, Relu, LeakyRelu, Tanh, Sigmoid, Gelu, Silu] {
        for once in [false, true] {
            let run = |device: &Device, by_operations: bool| {
                let rows = if once { 1 } else { MEMBERS };
                let x = upload(wave(rows * BATCH * from, 0.7), [rows, BATCH, from], device);
                let x = x.expand([MEMBERS, BATCH, from]).autodiff().require_grad();
                let leaf = |length, shape: [usize; 3], pace| {
                    upload(wave(length, pace), shape, device).autodiff().require_grad()
                };
                let w = leaf(MEMBERS * from * to, [MEMBERS, from, to], 0.3);
                let b = leaf(MEMBERS * to, [MEMBERS, 1, to], 0.9);
                let layer = if by_operations { dense::operations } else { dense::dense };
                let y = layer(x.clone(), w.clone(), b.clone(), activation);
                let pull = upload(wave(MEMBERS * BATCH * to, 0.11), [MEMBERS, BATCH, to], device).autodiff();
                let mut gradients = (y.clone() * pull).sum().backward();
                let slopes = [w, b].map(|leaf| read(leaf.grad_remove(&mut gradients).unwrap()));
                [&[read(y.inner())], &slopes[..]].concat()
            };
            let wanted = run(&Device::flex(), true);
            for (path, device, slack) in paths() {
                // There it is burn's own operation on either path, whose error function on a GPU is a polynomial.
                let slack = if activation == Gelu && path == "GPU" { 20.0 * slack } else { slack };
                for (part, (found, wanted)) in run(&device, false).iter().zip(&wanted).enumerate() {
                    alike(&format!("{path}, {activation:?}, once {once}, part {part}"), found, wanted, 4.0 * slack);
                }
            }
        }
    }
}

/// Tasks and outputs of a task.
fn widths(kind: LossKind) -> (usize, usize) {
    match kind {
        LossKind::Bce => (3, 1),
        LossKind::Ce => (2, 4),
        LossKind::Mse | LossKind::Huber => (2, 3),
    }
}

/// Targets `[1, rows, tasks * outputs]` of a kind.
fn targets(kind: LossKind, rows: usize, (tasks, outputs): (usize, usize)) -> Vec<f32> {
    match kind {
        LossKind::Ce => {
            let one_hot = |i: usize| (0..outputs).map(move |o| f32::from((i * 7 + 2) % outputs == o));
            (0..rows * tasks).flat_map(one_hot).collect()
        }
        LossKind::Bce => (0..rows * tasks).map(|i| f32::from(i % 3 == 0)).collect(),
        LossKind::Mse | LossKind::Huber => {
            wave(rows * tasks * outputs, 0.77).iter().map(|number| 2.0 * number).collect()
        }
    }
}

const KINDS: [LossKind; 4] = [LossKind::Mse, LossKind::Huber, LossKind::Bce, LossKind::Ce];

/// Labels of all, of some, and of no row of the last task.
fn labels(tasks: usize) -> [Option<Vec<f32>>; 3] {
    let some = |missing: fn(usize, usize, usize) -> bool| {
        (0..BATCH * tasks).map(|i| f32::from(!missing(i / tasks, i % tasks, tasks))).collect()
    };
    [None, Some(some(|row, task, _| (row + task) % 3 == 0)), Some(some(|_, task, tasks| task + 1 == tasks))]
}

#[test]
fn losses_and_their_slopes_are_the_same_on_every_path() {
    for kind in KINDS {
        let (tasks, each) = widths(kind);
        for labelled in labels(tasks) {
            let run = |device: &Device, by_operations: bool| {
                let group = LossGroup { loss: kind, tasks };
                let all = |values: Vec<f32>, width: usize| {
                    upload(values, [1, BATCH, width], device).expand([MEMBERS, BATCH, width])
                };
                let logits = wave(MEMBERS * BATCH * tasks * each, 0.51).iter().map(|x| 4.0 * x).collect();
                let outputs = upload(logits, [MEMBERS, BATCH, tasks * each], device).autodiff().require_grad();
                let targets = [all(targets(kind, BATCH, (tasks, each)), tasks * each)];
                let labelled = [labelled.clone().map(|labelled| all(labelled, tasks))];
                let weights = upload(wave(MEMBERS * tasks, 0.4), [MEMBERS, tasks], device);
                let scales = upload(vec![0.5; tasks], [1, tasks], device);
                let (total, losses) = if by_operations {
                    let losses = loss::operations(group, outputs.clone(), &targets[0], labelled[0].as_ref());
                    ((losses.clone() * (weights * scales.clone())).sum().reshape([1, 1]), losses.inner() * scales)
                } else {
                    let batch = Targets { targets: &targets, labelled: &labelled };
                    loss::weighted_losses(&[group], vec![outputs.clone()], batch, weights, &scales)
                };
                let slopes = outputs.grad_remove(&mut total.backward()).unwrap();
                [read(losses), read(slopes)]
            };
            let wanted = run(&Device::flex(), true);
            for (path, device, slack) in paths() {
                let found = run(&device, false);
                let what = format!("{path}, {kind:?}, {} missing", labelled.is_some());
                alike(&format!("losses, {what}"), &found[0], &wanted[0], 4.0 * slack);
                alike(&format!("slopes, {what}"), &found[1], &wanted[1], 4.0 * slack);
            }
        }
    }
}

/// The losses of two pieces of rows, which `sets` members each have for themselves, or all members together.
fn losses_of_splits(sets: usize, device: &Device, by_operations: bool) -> Vec<f32> {
    let groups: Vec<_> = KINDS.iter().map(|kind| LossGroup { loss: *kind, tasks: widths(*kind).0 }).collect();
    let mut sum = SplitLosses::default();
    // Two pieces, the second of which has no row of the first split.
    for (piece, splits) in [(0, [0..3, 3..6, 0..0]), (1, [0..0, 0..2, 2..6])] {
        let of = |kind: LossKind| {
            let (tasks, each) = widths(kind);
            let pace = 0.2 + piece as f32;
            let outputs = upload(wave(MEMBERS * BATCH * tasks * each, pace), [MEMBERS, BATCH, tasks * each], device);
            let goals = upload(targets(kind, sets * BATCH, (tasks, each)), [sets, BATCH, tasks * each], device);
            let shares = wave(sets * BATCH * tasks, 0.6).iter().map(|x| x.abs()).collect();
            (outputs, goals, upload(shares, [sets, BATCH, tasks], device))
        };
        let (mut outputs, mut goals, mut shares) = (Vec::new(), Vec::new(), Vec::new());
        for (output, goal, share) in KINDS.map(of) {
            outputs.push(output);
            goals.push(goal);
            shares.push(share);
        }
        let rows = Rows { targets: &goals, shares: &shares, splits: &splits };
        if by_operations {
            sum.add_by_operations(&groups, outputs, &rows);
        } else {
            sum.add(&groups, outputs, &rows);
        }
    }
    read(sum.finish())
}

#[test]
fn losses_of_splits_are_the_same_on_every_path() {
    // All members on the same rows, and each on rows of its own.
    for sets in [1, MEMBERS] {
        let wanted = losses_of_splits(sets, &Device::flex(), true);
        for (path, device, slack) in paths() {
            alike(path, &losses_of_splits(sets, &device, false), &wanted, 4.0 * slack);
        }
    }
}

#[test]
fn a_minibatch_is_the_same_on_every_path() {
    let (rows, columns) = (9, [0..2, 2..7, 7..8]);
    let picked: Vec<i32> = (0..2 * MEMBERS as i32 * 3).map(|i| i * 5 % rows).collect();
    let run = |device: &Device, by_operations: bool| {
        let table = upload(wave(rows as usize * 8, 0.3), [rows as usize, 8], device);
        let picked = upload_indices(picked.clone(), device);
        let pieces = if by_operations { gather::operations } else { gather::pieces };
        pieces(&table, &picked, MEMBERS * 3, [MEMBERS, 3], &columns).into_iter().map(read).collect::<Vec<_>>()
    };
    let wanted = run(&Device::flex(), true);
    for (path, device, _) in paths() {
        assert_eq!(run(&device, false), wanted, "{path}");
    }
}

const COLUMNS: usize = 7;

/// The last member has diverged.
fn state(device: &Device) -> State {
    let tensor = |values: Vec<f32>| upload(values, [MEMBERS, COLUMNS], device);
    let diverged = upload(vec![0.0, 0.0, 0.0, 1.0], [MEMBERS, 1], device).greater_elem(0.5);
    let numbers = |pace| wave(MEMBERS * COLUMNS, pace);
    State {
        theta: tensor(numbers(0.9)),
        last_finite: tensor(numbers(0.5)),
        first: tensor(numbers(0.2)),
        second: tensor(numbers(0.4).iter().map(|x| x.abs()).collect()),
        diverged,
    }
}

/// What moves in a step: everything, some of it, or every parameter by a fraction of its own.
#[derive(Clone, Copy, Debug)]
enum Moves {
    All,
    Some,
    Fractions,
}

impl Moves {
    fn values(self, step: usize) -> Option<Vec<f32>> {
        let all = 0..MEMBERS * COLUMNS;
        match self {
            Self::All => None,
            Self::Some => Some(all.map(|i| f32::from(i % 3 != step)).collect()),
            Self::Fractions => Some(all.map(|i| [0.0, 0.1, 0.5, 1.0][(i + step) % 4]).collect()),
        }
    }
}

/// Three steps; in the second one the second member's gradient and the third one's loss are not finite.
fn walk(settings: &OptimiserSettings, moves: Moves, device: &Device, by_operations: bool) -> State {
    let mut state = state(device);
    for step in 0..3 {
        let mut gradient = wave(MEMBERS * COLUMNS, 0.6 + step as f32);
        let mut losses = vec![1.0; 2 * MEMBERS];
        if step == 1 {
            gradient[COLUMNS + 2] = f32::NAN;
            losses[4] = f32::INFINITY;
        }
        let gradient = upload(gradient, [MEMBERS, COLUMNS], device);
        let losses = upload(losses, [MEMBERS, 2], device);
        let moves = moves.values(step).map(|moves| upload(moves, [MEMBERS, COLUMNS], device));
        if by_operations {
            let scales = settings.scales(step as u32, 0.05);
            optimiser::operations::step(settings, &mut state, gradient, losses, moves, scales);
        } else {
            settings.step(&mut state, gradient, losses, moves, step as u32, 0.05);
        }
    }
    state
}

fn settings(optimiser: Optimiser, clip: Clip, uneven: bool, device: &Device) -> OptimiserSettings {
    let training = TrainingConfig {
        optimiser,
        momentum: 0.8,
        learning_rate: 0.1,
        clip,
        clip_at: 0.4,
        ..TrainingConfig::default()
    };
    let factors = match uneven {
        false => ParameterFactors { rates: vec![1.0; COLUMNS], decay: vec![0.0; COLUMNS] },
        true => ParameterFactors { rates: wave(COLUMNS, 0.3), decay: wave(COLUMNS, 0.7) },
    };
    OptimiserSettings::new(&training, factors, device)
}

fn walks_alike(optimiser: Optimiser, clip: Clip, uneven: bool, moves: Moves) {
    let on =
        |device: &Device, by_operations| walk(&settings(optimiser, clip, uneven, device), moves, device, by_operations);
    let wanted = on(&Device::flex(), true);
    for (path, device, slack) in paths() {
        let found = on(&device, false);
        let what = format!("on the {path}, {optimiser:?}, {clip:?}, uneven {uneven}, moves {moves:?}");
        let gone = |state: &State| read(state.diverged.clone().float());
        assert_eq!(gone(&found), [0.0, 1.0, 1.0, 1.0], "{what}");
        assert_eq!(gone(&found), gone(&wanted), "{what}");
        let same = |part: &str, found: &Tensor<2>, wanted: &Tensor<2>, all: bool| {
            // What a diverged member remembers is of no use.
            let count = if all { MEMBERS * COLUMNS } else { COLUMNS };
            let (found, wanted) = (read(found.clone()), read(wanted.clone()));
            alike(&format!("{part} {what}"), &found[..count], &wanted[..count], slack);
        };
        same("parameters", &found.theta, &wanted.theta, true);
        same("last finite parameters", &found.last_finite, &wanted.last_finite, true);
        same("first means", &found.first, &wanted.first, false);
        same("second means", &found.second, &wanted.second, false);
    }
}

#[test]
fn an_optimisers_step_is_the_same_on_every_path() {
    for optimiser in [Optimiser::Sgd, Optimiser::Adam, Optimiser::AdamW, Optimiser::RmsProp] {
        for clip in [Clip::None, Clip::Value, Clip::Norm] {
            for uneven in [false, true] {
                for moves in [Moves::All, Moves::Some, Moves::Fractions] {
                    walks_alike(optimiser, clip, uneven, moves);
                }
            }
        }
    }
}

#[test]
fn a_fraction_of_a_move_is_one_of_the_rate_and_what_rests_remembers_nothing() {
    let device = Device::flex();
    for (path, device, _) in paths() {
        let settings = settings(Optimiser::Sgd, Clip::None, false, &device);
        let (whole, part) =
            (walk(&settings, Moves::All, &device, false), walk(&settings, Moves::Fractions, &device, false));
        // The first member's second parameter moves by 0.1, 0.5 and 1 of its steps: momentum is that of whole ones.
        let second = |state: &State| read(state.first.clone())[1];
        assert_eq!(second(&whole), second(&part), "{path}");
        // Its first one rests in the first step.
        let first = |state: &State| read(state.first.clone())[0];
        assert!((first(&whole) - first(&part)).abs() > 1e-3, "{path}");
    }
    drop(device);
}

#[test]
fn the_host_takes_its_own_path() {
    let device = Device::flex();
    let settings = settings(Optimiser::Adam, Clip::Norm, true, &device);
    let gradient = upload(wave(MEMBERS * COLUMNS, 0.6), [MEMBERS, COLUMNS], &device);
    let losses = upload(vec![1.0; MEMBERS], [MEMBERS, 1], &device);
    let scales = settings.scales(0, 0.05);
    let mut state = state(&device);
    assert!(optimiser::host::step(&settings, &mut state, &gradient, &losses, None, scales).is_some());
    let x = upload(wave(MEMBERS * BATCH, 0.1), [MEMBERS, BATCH, 1], &device);
    let w = upload(wave(MEMBERS * 3, 0.2), [MEMBERS, 1, 3], &device);
    let b = upload(wave(MEMBERS * 3, 0.3), [MEMBERS, 1, 3], &device);
    assert!(dense::host::dense(&x, &w, &b, Activation::Tanh).is_some());
    let outputs = x.clone().autodiff().require_grad();
    assert!(loss::host::mean_losses(LossKind::Mse, &outputs, &x, None, 1).is_some());
}
