//! The two valleys: the two-parameter landscape that most papers on balancers draw.

use super::{Landscape, Losses, along};
use nalgebra::DMatrix;

/// The toy problem of CAGrad (Liu et al. 2021), Nash-MTL (Navon et al. 2022) and FAMO (Liu et al.
/// 2023). With `t = tanh`:
///
/// * above the middle, `x2 > 0`, logarithmic cliffs
///   `l_1 = ln max(|(-x1 - 7) / 2 + t(x2)|, 5e-6) + 6`,
///   `l_2 = ln max(|(-x1 + 3) / 2 - t(x2) + 2|, 5e-6) + 6`, faded in by `c_1 = max(t(x2 / 2), 0)`;
/// * below it bowls `q_1, q_2 = ((x1 -+ 7)² + (x2 + 8)² / 10) / 10 - 20`, faded in by
///   `c_2 = max(-t(x2 / 2), 0)`;
/// * `f_1 = scale (l_1 c_1 + q_1 c_2)`, `f_2 = l_2 c_1 + q_2 c_2`.
///
/// Both fades have a kink at `x2 = 0`, where one of the published starts lies. As in the published
/// runs each passes its gradient there (PyTorch's `clamp` does at equality): a zero would mean that
/// nothing ever moves from that start.
///
/// The Pareto set is exact: for weights `w` and `1 - w` the best `x1` is `14 w - 7` whatever `x2`
/// is, and `x2` follows from one equation (papers draw the straight line `x2 = -8.3552`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoValleys {
    /// The factor on the first loss: 1 in CAGrad's runs, 0.1 in those of Nash-MTL and FAMO.
    pub scale: f64,
}

/// The floor under a logarithm's argument.
const EPSILON: f64 = 5e-6;

/// The end of the Pareto set.
const END: f64 = 7.0;

/// What a loss is made of at a point: a value and its slopes.
#[derive(Clone, Copy)]
struct Part {
    value: f64,
    slope: [f64; 2],
}

fn cliff(inner: f64, slope: [f64; 2]) -> Part {
    let size = inner.abs();
    if size > EPSILON {
        Part { value: size.ln() + 6.0, slope: slope.map(|slope| slope / inner) }
    } else {
        Part { value: EPSILON.ln() + 6.0, slope: [0.0; 2] }
    }
}

fn bowl(x: [f64; 2], centre: f64) -> Part {
    let (across, down) = (x[0] - centre, x[1] + 8.0);
    let value = (across * across + 0.1 * down * down) / 10.0 - 20.0;
    Part { value, slope: [across / 5.0, down / 50.0] }
}

impl TwoValleys {
    fn parts(&self, x: &[f64]) -> [Part; 2] {
        let x = [x.first().copied().unwrap_or(0.0), x.get(1).copied().unwrap_or(0.0)];
        let (t, half) = (x[1].tanh(), (x[1] / 2.0).tanh());
        let bend = 1.0 - t * t;
        let cliffs =
            [cliff(0.5 * (-x[0] - 7.0) + t, [-0.5, bend]), cliff(0.5 * (-x[0] + 3.0) - t + 2.0, [-0.5, -bend])];
        let bowls = [bowl(x, END), bowl(x, -END)];
        let fade = 0.5 * (1.0 - half * half);
        // At the kink both fades pass their gradient.
        let above = (half.max(0.0), if half >= 0.0 { fade } else { 0.0 });
        let below = ((-half).max(0.0), if half <= 0.0 { -fade } else { 0.0 });
        let mixed = |k: usize, scale: f64| {
            let (l, q): (Part, Part) = (cliffs[k], bowls[k]);
            let across = l.slope[0] * above.0 + q.slope[0] * below.0;
            let down = l.slope[1] * above.0 + l.value * above.1 + q.slope[1] * below.0 + q.value * below.1;
            Part { value: scale * (l.value * above.0 + q.value * below.0), slope: [scale * across, scale * down] }
        };
        [mixed(0, self.scale), mixed(1, 1.0)]
    }
}

impl Landscape for TwoValleys {
    fn title(&self) -> &'static str {
        "Two valleys"
    }

    fn parameters(&self) -> usize {
        2
    }

    fn losses(&self, x: &[f64]) -> Losses {
        self.parts(x).map(|part| part.value)
    }

    fn gradients(&self, x: &[f64]) -> DMatrix<f64> {
        let parts = self.parts(x);
        DMatrix::from_fn(2, 2, |k, i| parts[k].slope[i])
    }

    fn distance(&self, x: &[f64]) -> f64 {
        let (x1, x2) = (x.first().copied().unwrap_or(0.0), x.get(1).copied().unwrap_or(0.0));
        // Far away the exact floor makes no difference.
        let nearest = x1.clamp(-END, END);
        let floor = if (x2 + 8.4).abs() > 1.0 { -8.4 } else { valley(nearest) };
        (x1 - nearest).hypot(x2 - floor)
    }

    /// Where the published tables count arrivals, `x2 < -8` in their runs. The floor is nearly flat:
    /// up to there each loss is within 0.01 of its value on the set.
    fn tolerance(&self) -> f64 {
        0.4
    }

    fn set(&self) -> Vec<Vec<f64>> {
        along().map(|t| vec![t * END, valley(t * END)]).collect()
    }

    fn floor(&self) -> Losses {
        [-21.0 * self.scale, -21.0]
    }
}

/// The `x2` of the Pareto set at an `x1` between its ends: there the slope of
/// `((49 - x1² + (x2 + 8)² / 10) / 10 - 20) t(-x2 / 2)` by `x2` is zero.
fn valley(x1: f64) -> f64 {
    let slope = |x2: f64| {
        let (down, half) = (x2 + 8.0, (-x2 / 2.0).tanh());
        let value = (END * END - x1 * x1 + 0.1 * down * down) / 10.0 - 20.0;
        down / 50.0 * half - 0.5 * value * (1.0 - half * half)
    };
    let (mut low, mut high) = (-9.0, -8.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        // Below the floor of the valley the loss falls with a rising x2.
        if slope(middle) < 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
