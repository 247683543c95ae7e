//! What those aggregators share that remember a moving average of the task gradients.

use crate::balance::balancer::{Answer, BalancerContext, MemorySize, MemorySpec};
use crate::config::{Kind, OptionSpec};
use nalgebra::{DMatrix, DVector};

/// The remembered gradients.
pub const AVERAGE: MemorySpec =
    MemorySpec { key: "average", help: "The moving average of every task's gradient.", size: MemorySize::Jacobian };

/// How many steps were done.
pub const COUNT: MemorySpec = MemorySpec { key: "steps", help: "How many steps were done.", size: MemorySize::One };

/// An option that is a share, from 0 to 1.
pub const fn share(key: &'static str, label: &'static str, help: &'static str, default: f64) -> OptionSpec {
    OptionSpec {
        key,
        label,
        help,
        kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
        default,
        live: true,
    }
}

/// A moving average of the task gradients, in which the newest has a share.
pub struct Buffer {
    /// `[K, P]`: the average with this step in it.
    pub average: DMatrix<f64>,
    /// The number of this step, from 1.
    pub step: f64,
    newest: DVector<f64>,
}

impl Buffer {
    /// The average after this step: gradient k counts `factors[k]` times, and the newest has the
    /// share that `share` says for the number of the step. `None` where no gradients are given.
    pub fn advance(seen: &BalancerContext, factors: &DVector<f64>, share: impl Fn(f64) -> f64) -> Option<Self> {
        let jacobian = seen.jacobian?;
        let step = seen.memory(&COUNT).first().copied().unwrap_or(0.0) + 1.0;
        let share = share(step);
        let before = DMatrix::from_row_slice(jacobian.nrows(), jacobian.ncols(), &seen.memory(&AVERAGE));
        let newest = factors * share;
        let finite = |x: f64| if x.is_finite() { x } else { 0.0 };
        let entry = |k: usize, p: usize| finite((1.0 - share) * before[(k, p)] + newest[k] * jacobian[(k, p)]);
        let average = DMatrix::from_fn(jacobian.nrows(), jacobian.ncols(), entry);
        Some(Self { average, step, newest })
    }

    /// The combination of the averages: what this step's gradients count in it, the direction, and
    /// what is remembered.
    pub fn answer(&self, weights: &DVector<f64>) -> Answer {
        let settle = |values: &DVector<f64>| {
            let finite = values.iter().all(|x| x.is_finite());
            if finite { values.as_slice().to_vec() } else { vec![0.0; values.len()] }
        };
        let mut answer = Answer::weights(settle(&weights.component_mul(&self.newest)));
        answer.direction = Some(settle(&(self.average.transpose() * weights)));
        answer.memory.insert(AVERAGE.key, self.average.transpose().as_slice().to_vec());
        answer.memory.insert(COUNT.key, vec![self.step]);
        answer
    }
}
