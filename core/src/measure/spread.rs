//! How evenly a set of solutions covers the front. All points that are dominated or not finite are
//! left out first.

use super::real::{finite, mean};
use crate::math::pareto::non_dominated;

/// The points on the front, if there are two of them or more and all are of one length.
fn front<P: AsRef<[f64]>>(points: &[P]) -> Option<Vec<&[f64]>> {
    let losses = points.first()?.as_ref().len();
    if losses == 0 || points.iter().any(|point| point.as_ref().len() != losses) {
        return None;
    }
    let kept = points.iter().zip(non_dominated(points)).filter(|(_, keep)| *keep);
    Some(kept.map(|(point, _)| point.as_ref()).collect()).filter(|front: &Vec<_>| front.len() > 1)
}

/// The standard deviation of the distances from every point to its nearest neighbour (after Schott
/// 1995, with Euclidean distances as in LibMOON): 0 where all are equally far. `None` for fewer
/// than two points on the front.
pub fn spacing<P: AsRef<[f64]>>(points: &[P]) -> Option<f64> {
    let front = front(points)?;
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let nearest = |i: usize| {
        let others = front.iter().enumerate().filter(|(j, _)| *j != i);
        others.map(|(_, other)| distance(front[i], other)).fold(f64::INFINITY, f64::min)
    };
    let nearest: Vec<f64> = (0..front.len()).map(nearest).collect();
    let middle = mean(nearest.iter().copied())?;
    mean(nearest.iter().map(|distance| (distance - middle).powi(2))).map(f64::sqrt)
}

/// The squared gaps between neighbours along every loss, summed, over the number of gaps (Xu et al.
/// 2020): small for a dense front. `None` for fewer than two points on the front.
///
/// ```
/// use mtl_core::measure::spread::sparsity;
///
/// assert_eq!(sparsity(&[[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]]), Some(2.0));
/// ```
pub fn sparsity<P: AsRef<[f64]>>(points: &[P]) -> Option<f64> {
    let front = front(points)?;
    let gaps = |loss: usize| {
        let mut along: Vec<f64> = front.iter().map(|point| point[loss]).collect();
        along.sort_by(f64::total_cmp);
        along.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f64>()
    };
    finite((0..front[0].len()).map(gaps).sum::<f64>() / (front.len() - 1) as f64)
}
