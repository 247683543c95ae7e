//! An activation on its own: behind a layer norm, or one whose slope needs what it was applied to.

use super::{Columns, Given, Run, Scratch, Slopes, padded};
use crate::config::Activation;
use crate::kernel::activations::activation_and_slope;

/// `activation(x)`, elementwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Activate {
    /// What it reads.
    pub x: Columns,
    /// Which one.
    pub activation: Activation,
}

impl Run for Activate {
    fn reads(&self) -> Vec<Columns> {
        vec![self.x]
    }

    fn forward(&self, given: &Given, out: &mut [f32], _: &mut Scratch) {
        let (x, stride) = given.values.of(self.x);
        let rows = out.chunks_mut(padded(self.x.width)).zip(x.chunks(stride)).take(given.batch);
        for (y, x) in rows {
            let each = y.iter_mut().zip(&x[..self.x.width]);
            each.for_each(|(y, x)| *y = activation_and_slope(*x, self.activation).0);
        }
    }

    fn backward(&self, given: &Given, _: &[f32], dy: &mut [f32], to: &mut Slopes, _: &mut Scratch) {
        let (x, stride) = given.values.of(self.x);
        let Some(mut target) = to.target(self.x) else { return };
        let rows = target.rows().zip(dy.chunks(padded(self.x.width)));
        for ((dx, dy), x) in rows.zip(x.chunks(stride)).take(given.batch) {
            let each = dy.iter().zip(&x[..self.x.width]);
            dx.take(each.map(|(dy, x)| dy * activation_and_slope(*x, self.activation).1));
        }
    }
}
