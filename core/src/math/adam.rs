//! Adam in f64, one number at a time (Kingma & Ba 2015, <https://arxiv.org/abs/1412.6980>).

/// Keeps the denominator away from zero.
pub const EPSILON: f64 = 1e-8;

/// A running mean after its newest number.
pub fn decayed(mean: f64, newest: f64, decay: f64) -> f64 {
    decay * mean + (1.0 - decay) * newest
}

/// The step that the running means of a gradient and of its square ask for, at rate 1; `corrections` are
/// `1 - beta^t` of both.
pub fn direction(first: f64, second: f64, corrections: (f64, f64)) -> f64 {
    first / corrections.0 / ((second / corrections.1).sqrt() + EPSILON)
}
