//! What a preference means, whoever reads it: the larger a task's part, the lower its loss.
//!
//! Most rules read it so: what a task is weighed by is what its loss is lowered by. Others steer to a
//! *ratio of losses*, where the larger part is the larger loss. [`super::rule::Rule::aim`] says which
//! of the two a rule is told; here is the way from the one to the other, for all of them.

/// The ratio of the losses that a preference asks for, to scale: every task's loss is to be as large
/// as all the others count together, `r_k = sum_j w_j - w_k`. Of two tasks that is the inverse of
/// their parts, of more it tells points of the simplex apart up to its edges, where inverses don't.
///
/// ```
/// use mtl_core::balance::aim::ratio;
///
/// assert_eq!(ratio(&[0.75, 0.25]), [0.25, 0.75]);
/// assert_eq!(ratio(&[1.0, 0.0, 0.0]), [0.0, 1.0, 1.0]);
/// ```
pub fn ratio(wish: &[f64]) -> Vec<f64> {
    let sum: f64 = wish.iter().sum();
    wish.iter().map(|part| sum - part).collect()
}
