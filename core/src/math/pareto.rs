//! Which points can't be bettered in one loss without losing in another, and the preferences that
//! look for them.

/// Whether `a` dominates `b`: nowhere worse, somewhere better (losses). Points of different lengths
/// don't compare, nor does what is not a number.
pub fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
}

/// Which points are dominated by no other. A point that is not finite is a diverged model and never on
/// the front; of equal points all are.
///
/// ```
/// let front = mtl_core::math::pareto::non_dominated(&[[1.0, 3.0], [2.0, 2.0], [3.0, 3.0]]);
/// assert_eq!(front, [true, true, false]);
/// ```
pub fn non_dominated<P: AsRef<[f64]>>(points: &[P]) -> Vec<bool> {
    let finite = |point: &P| point.as_ref().iter().all(|loss| loss.is_finite());
    let sound: Vec<&P> = points.iter().filter(|point| finite(point)).collect();
    let beaten = |point: &P| sound.iter().any(|other| dominates(other.as_ref(), point.as_ref()));
    points.iter().map(|point| finite(point) && !beaten(point)).collect()
}

/// Preference vectors along the Pareto front, each summing to 1, with at most `points` of them.
///
/// * One task: none, there is nothing to prefer.
/// * Two tasks: `points` evenly spaced, from all for A to all for B; none for fewer than two.
/// * T tasks, three or more: the simplex lattice `{i / H}` of all `T` whole numbers that sum to
///   `H`, with the largest `H` of which the `C(H + T - 1, T - 1)` vectors are not more than `points`
///   (Das and Dennis 1998). With 11 points that is 10 for three tasks (H = 3), 10 for four
///   (H = 2), 5 for five and 6 for six (H = 1, one task each); with 45 it is 45, 35, 35 and 21.
///   If not even H = 1 fits, none.
///
/// They are ordered from all for the first task to all for the last.
pub fn fan(tasks: usize, points: usize) -> Vec<Vec<f32>> {
    let steps = match tasks {
        0 | 1 => 0,
        2 => points.saturating_sub(1),
        _ => (1..).take_while(|steps| lattice_size(tasks, *steps) <= points).last().unwrap_or(0),
    };
    if steps == 0 {
        return Vec::new();
    }
    let mut list = Vec::new();
    lattice(tasks, steps, &mut Vec::new(), &mut list);
    list.iter().map(|whole| whole.iter().map(|part| *part as f32 / steps as f32).collect()).collect()
}

/// `C(H + T - 1, T - 1)`, or the largest number if it is larger.
fn lattice_size(tasks: usize, steps: usize) -> usize {
    // After i factors the product is C(H + i, i), so every division is exact.
    (1..tasks).try_fold(1_usize, |size, i| Some(size.checked_mul(steps + i)? / i)).unwrap_or(usize::MAX)
}

/// All vectors of `tasks` whole numbers that sum to `steps` and begin with `begun`.
fn lattice(tasks: usize, steps: usize, begun: &mut Vec<usize>, list: &mut Vec<Vec<usize>>) {
    if begun.len() + 1 == tasks {
        begun.push(steps);
        list.push(begun.clone());
        begun.pop();
        return;
    }
    for part in (0..=steps).rev() {
        begun.push(part);
        lattice(tasks, steps - part, begun, list);
        begun.pop();
    }
}
