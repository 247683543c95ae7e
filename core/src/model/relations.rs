//! Declared relations as terms of an objective: pairs of tasks with matrices that are drawn together, and
//! pairs with matrices that are kept apart.
//!
//! Drawn together is `|W_i - W_j|^2`. Kept apart is `|W_i' W_j|^2 / (|W_i|^2 |W_j|^2)` in Frobenius
//! norms, from 0, where the two look at orthogonal directions of their input, to 1, where each looks at
//! one and the same. The lengths are divided out, so that a matrix can't escape by growing, nor by
//! shrinking. Two matrices that are alike have the same gradient, so that this alone never parts them: their
//! tasks' losses do, and it drives on what they began.

use super::network::LearnedMatrix;
use super::shape::Shape;
use crate::config::{Relation, task_name};
use burn::tensor::Tensor;

/// Keeps the quotient by a matrix of zeros finite; such a matrix overlaps with none.
const TINY: f32 = 1e-12;

/// Some of the pairs of tasks, as places in column order.
pub struct Pairs {
    columns: Vec<usize>,
    pairs: Vec<(usize, usize)>,
}

impl Pairs {
    /// The pairs of a shape with one of those relations.
    pub fn of(shape: &Shape, which: impl Fn(Relation) -> bool) -> Self {
        let columns = shape.columns();
        let wanted =
            |a: usize, b: usize| columns.get(a).zip(columns.get(b)).is_some_and(|(a, b)| which(shape.relation(*a, *b)));
        let all = (0..columns.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let pairs = all.filter(|(a, b)| wanted(*a, *b)).collect();
        Self { columns, pairs }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// How far apart a pair's matrices are, squared; `None` where there are no pairs.
    ///
    /// # Shapes
    ///
    /// `values`: `[R * T, rows, columns]`, tasks in column order; gives `[R, P]`.
    pub fn distances(&self, values: Tensor<3>) -> Option<Tensor<2>> {
        let differences = self.combined(values, |a, b, column| f32::from(column == a) - f32::from(column == b))?;
        let [rows, pairs, _] = differences.dims();
        Some(differences.powi_scalar(2).sum_dim(2).reshape([rows, pairs]))
    }

    /// How much of a pair's directions is the same, from 0 to 1; see the module. `None` where there are
    /// no pairs.
    ///
    /// # Shapes
    ///
    /// `weights`: `[R * T, in, out]`, tasks in column order; gives `[R, P]`.
    pub fn overlaps(&self, weights: Tensor<3>) -> Option<Tensor<2>> {
        let [_, from, to] = weights.dims();
        let squares = weights.clone().powi_scalar(2).sum_dim(2).sum_dim(1);
        let unit = weights / (squares + TINY).sqrt();
        let first = self.combined(unit.clone(), |a, _, column| f32::from(column == a))?;
        let second = self.combined(unit, |_, b, column| f32::from(column == b))?;
        let [rows, pairs, _] = first.dims();
        let matrices = |side: Tensor<3>| side.reshape([rows * pairs, from, to]);
        let products = matrices(first).transpose().matmul(matrices(second));
        Some(products.powi_scalar(2).sum_dim(2).sum_dim(1).reshape([rows, pairs]))
    }

    /// For every pair the tasks' matrices times `factor(first, second, column)`, summed, `[R, P, rows *
    /// columns]`: one product for all pairs, where slices would cost an operation for each.
    fn combined(&self, values: Tensor<3>, factor: impl Fn(usize, usize, usize) -> f32) -> Option<Tensor<3>> {
        let (tasks, pairs) = (self.columns.len(), self.pairs.len());
        if pairs == 0 {
            return None;
        }
        let [rows, from, to] = values.dims();
        let factor = &factor;
        let factors: Vec<f32> =
            self.pairs.iter().flat_map(|(a, b)| (0..tasks).map(move |column| factor(*a, *b, column))).collect();
        let factors = Tensor::<1>::from_floats(factors.as_slice(), &values.device()).reshape([1, pairs, tasks]);
        let rows = rows / tasks;
        Some(factors.expand([rows, pairs, tasks]).matmul(values.reshape([rows, tasks, from * to])))
    }

    /// A matrix with a row for each pair; `layers` are columns of it, `[1, P]` each. `None` where there are
    /// no pairs.
    pub fn matrix(&self, title: &str, layers: impl Iterator<Item = Option<Tensor<2>>>) -> Option<LearnedMatrix> {
        let layers: Vec<Tensor<2>> = layers.flatten().collect();
        let name = |column: &usize| self.columns.get(*column).map_or("?", |task| task_name(*task));
        (!layers.is_empty()).then(|| LearnedMatrix {
            title: title.into(),
            rows: self.pairs.iter().map(|(a, b)| format!("{} and {}", name(a), name(b))).collect(),
            columns: (1..=layers.len()).map(|l| format!("layer {l}")).collect(),
            values: Tensor::cat(layers, 0).transpose(),
        })
    }
}

/// The sum of everything that there is.
pub fn total(terms: impl Iterator<Item = Option<Tensor<2>>>) -> Option<Tensor<1>> {
    terms.flatten().map(|term| term.sum()).reduce(|a, b| a + b)
}
