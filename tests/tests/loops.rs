//! The hand-written loops that the benchmark compares with: right before fast.

#[path = "../loops/model/mod.rs"]
mod model;

use model::{INPUTS, PADDED, Population, ROWS, TASKS, WIDTH};

/// Numbers in [-1, 1], always the same.
fn numbers(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

fn population(members: usize, tuned: bool) -> Population {
    let mut population = Population::new(members);
    population.tuned = tuned;
    let mut number = numbers(1);
    let mut targets = [[0.0; TASKS]; ROWS];
    for (input, target) in population.inputs.iter_mut().zip(&mut targets) {
        *input = [number(), number()];
        *target = [input[0] - input[1], (3.0 * input[0]).sin(), f32::from(input[0] * input[1] > 0.0)];
    }
    population.set_targets(&targets);
    for member in &mut population.members {
        for (part, scale) in member.weights.parts_mut().into_iter().zip([0.8, 0.1, 0.4, 0.1, 0.4, 0.1]) {
            part.fill_with(|| scale * number());
        }
        // The fourth head is padding.
        member.weights.wh.iter_mut().for_each(|row| row[PADDED - 1] = 0.0);
        member.weights.bh[PADDED - 1] = 0.0;
    }
    population
}

/// The loss of a member in double precision, with the standard library's tanh.
fn reference(population: &Population, member: usize, targets: &[[f32; TASKS]; ROWS]) -> f64 {
    let w = &population.members[member].weights;
    let mut loss = 0.0;
    for (input, target) in population.inputs.iter().zip(targets) {
        let h1: [f64; WIDTH] = std::array::from_fn(|j| {
            let sum: f64 = (0..INPUTS).map(|i| f64::from(input[i]) * f64::from(w.w1[i][j])).sum();
            (sum + f64::from(w.b1[j])).tanh()
        });
        let h2: [f64; WIDTH] = std::array::from_fn(|j| {
            let sum: f64 = (0..WIDTH).map(|i| h1[i] * f64::from(w.w2[i][j])).sum();
            (sum + f64::from(w.b2[j])).tanh()
        });
        for (task, target) in target.iter().enumerate() {
            let sum: f64 = (0..WIDTH).map(|i| h2[i] * f64::from(w.wh[i][task])).sum();
            let error = sum + f64::from(w.bh[task]) - f64::from(*target);
            loss += error * error / ROWS as f64;
        }
    }
    loss
}

fn targets(population: &Population) -> [[f32; TASKS]; ROWS] {
    population.inputs.map(|x| [x[0] - x[1], (3.0 * x[0]).sin(), f32::from(x[0] * x[1] > 0.0)])
}

#[test]
fn the_loss_is_the_reference_loss() {
    let mut population = population(3, true);
    let targets = targets(&population);
    let expected = (0..3).map(|member| reference(&population, member, &targets)).sum::<f64>() / 3.0;
    let loss = f64::from(population.loss());
    assert!((loss - expected).abs() < 1e-5 * expected, "{loss} against {expected}");
}

#[test]
fn gradients_agree_with_finite_differences() {
    for tuned in [true, false] {
        let mut population = population(2, tuned);
        let targets = targets(&population);
        let gradient = population.gradient(1);
        for (part, gradients) in gradient.parts().into_iter().enumerate() {
            for (index, found) in gradients.iter().enumerate() {
                if part >= 4 && index % PADDED >= TASKS {
                    assert_eq!(*found, 0.0, "padding");
                    continue;
                }
                let mut at = |shift: f32| {
                    let parts = population.members[1].weights.parts_mut();
                    let Some(value) = parts.into_iter().nth(part).and_then(|part| part.get_mut(index)) else {
                        return (0.0, 0.0);
                    };
                    let kept = *value;
                    *value += shift;
                    let moved = f64::from(*value) - f64::from(kept);
                    let loss = reference(&population, 1, &targets);
                    if let Some(part) = population.members[1].weights.parts_mut().into_iter().nth(part) {
                        part[index] = kept;
                    }
                    (moved, loss)
                };
                let ((up, above), (down, below)) = (at(1e-3), at(-1e-3));
                let expected = (above - below) / (up - down);
                let error = (f64::from(*found) - expected).abs();
                assert!(error < 1e-4 * (1.0 + expected.abs()), "part {part}, {index}: {found} against {expected}");
            }
        }
    }
}

#[test]
fn a_step_is_adams_step() {
    let mut population = population(1, true);
    let before = population.members[0].weights.clone();
    let gradient = population.gradient(0);
    population.step();
    let after = &population.members[0].weights;
    for ((before, after), gradient) in before.parts().into_iter().zip(after.parts()).zip(gradient.parts()) {
        for ((before, after), g) in before.iter().zip(after).zip(gradient) {
            // Adam's first step is the learning rate against the sign of the gradient.
            let expected = before - 0.01 * g / (g.abs() + 1e-8);
            assert!((after - expected).abs() < 1e-5, "{before} to {after}, expected {expected}");
        }
    }
}

#[test]
fn plain_and_tuned_loops_train_alike_and_members_alone_as_together() {
    let [mut tuned, mut plain] = [population(3, true), population(3, false)];
    let mut alone = population(3, true);
    alone.members.drain(..2);
    let first = tuned.loss();
    for _ in 0..100 {
        tuned.step();
        plain.step();
        alone.step();
    }
    let [last, other] = [tuned.loss(), plain.loss()];
    assert!(last < 0.5 * first, "{first} to {last}");
    assert!((last - other).abs() < 1e-3 * last, "{last} against {other}");
    for (one, other) in tuned.members[2].weights.parts().into_iter().zip(alone.members[0].weights.parts()) {
        assert_eq!(one, other);
    }
}

#[test]
fn the_wide_loops_have_the_derivatives_of_their_loss_and_learn() {
    use model::wide::Model;
    let step = 1e-2;
    for (row, column) in [(0, 0), (13, 60), (63, 17)] {
        let (_, derivative) = Model::boxed().derivative(row, column);
        let at = |by: f32| {
            let mut model = Model::boxed();
            model.weights.w2[row][column] += by;
            f64::from(model.derivative(row, column).0)
        };
        let found = (at(step) - at(-step)) / (2.0 * f64::from(step));
        let derivative = f64::from(derivative);
        assert!((found - derivative).abs() < 1e-4 + 0.02 * derivative.abs(), "{found} and {derivative}");
    }
    let mut model = Model::boxed();
    let first = model.step();
    let last = (0..60).fold(first, |_, _| model.step());
    assert!(last < 0.5 * first, "from {first} to {last}");
}
