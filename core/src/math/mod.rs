//! Small solvers and numbers that are no method's own: Gram matrices, hulls and cones of gradients, spectra, linear
//! programmes, Pareto sets, hypervolumes. Plain functions over plain numbers, in f64.

pub mod adam;
pub mod cone;
pub mod gram;
pub mod hull;
pub mod hypervolume;
pub mod linear_programme;
pub mod pareto;
pub mod spectrum;
pub mod statistics;
