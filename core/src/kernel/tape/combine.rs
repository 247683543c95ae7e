//! A mixture by factors that are the same for every row, such as those of a stitch.

use super::{Columns, Given, Run, Scratch, Slopes, padded};
use crate::kernel::loops::{Factor, add_columns, dot, scale_into};

/// What one of the mixed values is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// What is mixed.
    pub x: Columns,
    /// Where its factor stands, where that is a parameter.
    pub factor: Option<usize>,
    /// What is added to the factor.
    pub plus: f32,
}

impl Term {
    /// By a factor that is a parameter.
    pub fn by(x: Columns, factor: usize) -> Self {
        Self { x, factor: Some(factor), plus: 0.0 }
    }

    /// By a number.
    pub fn times(x: Columns, number: f32) -> Self {
        Self { x, factor: None, plus: number }
    }

    fn factor(&self, parameters: &[f32]) -> f32 {
        self.plus + self.factor.map_or(0.0, |place| parameters[place])
    }
}

/// `sum_i a_i x_i + b`, with a factor for each of some equally wide values.
#[derive(Clone, Debug, PartialEq)]
pub struct Combine {
    /// What is mixed, and by what.
    pub of: Vec<Term>,
    /// Where a bias begins, if there is one.
    pub bias: Option<usize>,
}

impl Combine {
    fn width(&self) -> usize {
        self.of.first().map_or(0, |term| term.x.width)
    }
}

impl Run for Combine {
    fn reads(&self) -> Vec<Columns> {
        self.of.iter().map(|term| term.x).collect()
    }

    fn forward(&self, given: &Given, out: &mut [f32], _: &mut Scratch) {
        let width = self.width();
        for (i, term) in self.of.iter().enumerate() {
            let (x, own) = given.values.of(term.x);
            let factor = term.factor(given.parameters);
            for (y, x) in out.chunks_mut(padded(width)).zip(x.chunks(own)).take(given.batch) {
                scale_into(y, &x[..width], factor, i > 0);
            }
        }
        if let Some(bias) = self.bias {
            let bias = &given.parameters[bias..][..width];
            for y in out.chunks_mut(padded(width)).take(given.batch) {
                y.iter_mut().zip(bias).for_each(|(y, bias)| *y += bias);
            }
        }
    }

    fn backward(&self, given: &Given, _: &[f32], dy: &mut [f32], to: &mut Slopes, _: &mut Scratch) {
        let (width, own) = (self.width(), padded(self.width()));
        for term in &self.of {
            if let Some(place) = term.factor {
                let (x, stride) = given.values.of(term.x);
                let rows = x.chunks(stride).zip(dy.chunks(own)).take(given.batch);
                let along = rows.map(|(x, dy)| dot(&x[..width], dy));
                to.parameters[place] += along.sum::<f32>();
            }
            let factor = term.factor(given.parameters);
            let Some(mut target) = to.target(term.x) else { continue };
            let rows = target.rows().zip(dy.chunks(own)).take(given.batch);
            rows.for_each(|(dx, dy)| dx.take_times(factor, &dy[..width]));
        }
        if let Some(bias) = self.bias {
            add_columns(Factor { values: dy, stride: own }, given.batch, &mut to.parameters[bias..][..width]);
        }
    }
}
