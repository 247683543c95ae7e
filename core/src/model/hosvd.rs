//! Weights of all tasks in a layer, `[in, out, tasks]`, as a small core and thin factors.
//!
//! Along each axis in turn the tensor is unfolded into a matrix, the matrix's leading left singular
//! vectors become the axis' factor, and the tensor is projected on them before the next axis
//! (sequentially truncated higher-order SVD, Vannieuwenhoven et al. 2012). With factors along all three
//! axes this is Tucker's form, without one of the units a tensor train, along the tasks alone an SVD of
//! the stacked weights.

use nalgebra::{DMatrix, SymmetricEigen};

/// The axis of the inputs.
pub const INPUTS: usize = 0;
/// The axis of the units.
pub const UNITS: usize = 1;
/// The axis of the tasks.
pub const TASKS: usize = 2;

/// A tensor with three axes, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor3 {
    /// Its sizes.
    pub sizes: [usize; 3],
    /// Its numbers.
    pub values: Vec<f64>,
}

impl Tensor3 {
    /// A tensor of these sizes by its entries.
    pub fn from_fn(sizes: [usize; 3], entry: impl Fn([usize; 3]) -> f64) -> Self {
        let [a, b, c] = sizes;
        let at = |n: usize| [n / (b * c), n / c % b, n % c];
        Self { sizes, values: (0..a * b * c).map(|n| entry(at(n))).collect() }
    }

    /// An entry.
    pub fn at(&self, [i, j, k]: [usize; 3]) -> f64 {
        let [_, b, c] = self.sizes;
        self.values.get((i * b + j) * c + k).copied().unwrap_or(0.0)
    }

    /// The root of the sum of squares.
    pub fn norm(&self) -> f64 {
        self.values.iter().map(|value| value * value).sum::<f64>().sqrt()
    }

    /// The products of all pairs of slices across an axis, `[size, size]`: its eigenvectors are the left
    /// singular vectors of the unfolding, and the matrix is no wider than the axis is long.
    fn gram(&self, axis: usize) -> DMatrix<f64> {
        let size = self.sizes[axis];
        let after: usize = self.sizes[axis + 1..].iter().product();
        let unfolded = DMatrix::from_fn(size, self.values.len() / size.max(1), |i, rest| {
            self.values[(rest / after * size + i) * after + rest % after]
        });
        &unfolded * unfolded.transpose()
    }

    /// The tensor with an axis replaced by its coordinates in the columns of a factor.
    fn projected(&self, axis: usize, factor: &DMatrix<f64>) -> Self {
        let mut sizes = self.sizes;
        sizes[axis] = factor.ncols();
        Self::from_fn(sizes, |mut at| {
            let column = at[axis];
            let entry = |i: usize| {
                at[axis] = i;
                factor[(i, column)] * self.at(at)
            };
            (0..self.sizes[axis]).map(entry).sum()
        })
    }
}

/// A tensor's core, and the factors along its axes, `[size, rank]` with orthonormal columns.
pub struct Decomposed {
    /// What is left of the tensor in the factors' coordinates.
    pub core: Tensor3,
    /// By axis; `None` where it was left whole.
    pub factors: [Option<DMatrix<f64>>; 3],
}

/// Decomposes a tensor, along each axis at a rank; `None` leaves an axis whole.
pub fn decompose(tensor: &Tensor3, ranks: [Option<usize>; 3]) -> Decomposed {
    let mut core = tensor.clone();
    let factors = [INPUTS, UNITS, TASKS].map(|axis| {
        let factor = leading(core.gram(axis), ranks[axis]?);
        core = core.projected(axis, &factor);
        Some(factor)
    });
    Decomposed { core, factors }
}

/// The eigenvectors of the largest eigenvalues, as columns; each with its largest entry positive, since
/// either sign is one.
fn leading(gram: DMatrix<f64>, rank: usize) -> DMatrix<f64> {
    let found = SymmetricEigen::new(gram);
    let mut order: Vec<usize> = (0..found.eigenvalues.len()).collect();
    order.sort_by(|a, b| found.eigenvalues[*b].total_cmp(&found.eigenvalues[*a]));
    order.truncate(rank);
    let mut columns = found.eigenvectors.select_columns(&order);
    for mut column in columns.column_iter_mut() {
        if column.max() < -column.min() {
            column.neg_mut();
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wavy(sizes: [usize; 3]) -> Tensor3 {
        Tensor3::from_fn(sizes, |[i, j, k]| ((7 * i + 3 * j) as f64 + 2.3 * k as f64 * (1 + i) as f64).sin())
    }

    /// The tensor that a core and its factors stand for.
    fn whole(decomposed: &Decomposed) -> Tensor3 {
        let factors = decomposed.factors.iter().enumerate();
        factors.fold(decomposed.core.clone(), |cube, (axis, factor)| match factor {
            Some(factor) => cube.projected(axis, &factor.transpose()),
            None => cube,
        })
    }

    fn apart(a: &Tensor3, b: &Tensor3) -> f64 {
        a.values.iter().zip(&b.values).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn full_ranks_give_the_tensor_back_in_every_form() {
        let tensor = wavy([4, 5, 3]);
        for ranks in [[None, None, Some(3)], [Some(4), Some(5), Some(3)], [Some(4), None, Some(3)]] {
            let found = decompose(&tensor, ranks);
            assert!(apart(&whole(&found), &tensor) < 1e-12 * tensor.norm(), "{ranks:?}");
            for factor in found.factors.iter().flatten() {
                let products = factor.transpose() * factor;
                assert!((products.clone() - DMatrix::identity(factor.ncols(), factor.ncols())).norm() < 1e-12);
            }
        }
    }

    #[test]
    fn along_the_tasks_it_is_the_singular_value_decomposition_of_the_stacked_weights() {
        let tensor = wavy([4, 5, 3]);
        let stacked = DMatrix::from_fn(20, 3, |n, k| tensor.at([n / 5, n % 5, k]));
        let singular = stacked.singular_values();
        for rank in 1..=3 {
            let found = decompose(&tensor, [None, None, Some(rank)]);
            let left_out = singular.iter().skip(rank).map(|value| value * value).sum::<f64>().sqrt();
            assert!((apart(&whole(&found), &tensor) - left_out).abs() < 1e-10, "rank {rank}");
        }
    }

    #[test]
    fn tasks_that_share_a_direction_need_one_matrix() {
        // Task 2 is twice task 1, task 3 its mirror image.
        let shared = wavy([4, 5, 1]);
        let tensor = Tensor3::from_fn([4, 5, 3], |[i, j, k]| [1.0, 2.0, -1.0][k] * shared.at([i, j, 0]));
        let found = decompose(&tensor, [None, None, Some(1)]);
        assert!(apart(&whole(&found), &tensor) < 1e-12 * tensor.norm());
        let shares = found.factors[TASKS].as_ref().map(|factor| factor.column(0).into_owned()).unwrap_or_default();
        let wanted = [1.0, 2.0, -1.0].map(|share| share / 6.0_f64.sqrt());
        assert!(shares.iter().zip(wanted).all(|(share, wanted)| (share - wanted).abs() < 1e-12), "{shares}");
    }

    #[test]
    fn what_is_left_out_is_no_more_than_each_axis_leaves_out() {
        let tensor = wavy([6, 5, 4]);
        let ranks = [Some(3), Some(2), Some(2)];
        let found = apart(&whole(&decompose(&tensor, ranks)), &tensor).powi(2);
        let of_axis = |axis: usize| {
            let mut values: Vec<f64> = SymmetricEigen::new(tensor.gram(axis)).eigenvalues.iter().copied().collect();
            values.sort_by(f64::total_cmp);
            values.iter().take(tensor.sizes[axis] - ranks[axis].unwrap_or(0)).sum::<f64>()
        };
        assert!(found <= [INPUTS, UNITS, TASKS].map(of_axis).iter().sum::<f64>() + 1e-12);
    }
}
