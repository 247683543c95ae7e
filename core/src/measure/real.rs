//! What all measures share: numbers of either precision, and the mean that is none where there is
//! nothing to say.

/// A real number that knows how precisely it was computed: `f32` comes from a device, `f64` from the
/// host.
pub trait Real: Copy + Into<f64> {
    /// The relative error of a sum of products; on the host with some units in the last place to
    /// spare, so that what rounding left of a zero is not taken for more.
    const PRECISION: f64;
}

impl Real for f32 {
    const PRECISION: f64 = f32::EPSILON as f64;
}

impl Real for f64 {
    const PRECISION: f64 = 16.0 * f64::EPSILON;
}

/// The number, unless it is none that can be shown.
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The mean; `None` of nothing, and where it is not finite.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.into_iter().fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    finite(sum / count as f64)
}

/// The rank of every number from the smallest, which has rank 1; equal numbers share the mean of
/// their ranks. None of them may be NaN.
///
/// ```
/// assert_eq!(mtl_core::measure::real::ranks(&[5.0, 1.0, 5.0]), [2.5, 1.0, 2.5]);
/// ```
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|a, b| a.1 == b.1) {
        let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        equal.iter().for_each(|(index, _)| ranks[*index] = rank);
        before += equal.len();
    }
    ranks
}
