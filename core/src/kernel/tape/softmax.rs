//! Shares out of logits.

use super::{Columns, Given, Run, Scratch, Slopes, padded};
use crate::kernel::loss::shares_of;

/// `softmax(a x)` over the columns of a row, with a number a.
#[derive(Clone, Debug, PartialEq)]
pub struct Softmax {
    /// The logits.
    pub x: Columns,
    /// What they are multiplied by.
    pub times: f32,
}

impl Run for Softmax {
    fn reads(&self) -> Vec<Columns> {
        vec![self.x]
    }

    fn forward(&self, given: &Given, out: &mut [f32], scratch: &mut Scratch) {
        let (x, stride) = given.values.of(self.x);
        let width = self.x.width;
        for (y, x) in out.chunks_mut(padded(width)).zip(x.chunks(stride)).take(given.batch) {
            let y = &mut y[..width];
            scratch.turned.clear();
            scratch.turned.extend(x[..width].iter().map(|x| self.times * x));
            shares_of(&scratch.turned, y);
        }
    }

    fn backward(&self, given: &Given, y: &[f32], dy: &mut [f32], to: &mut Slopes, _: &mut Scratch) {
        let (width, own) = (self.x.width, padded(self.x.width));
        let Some(mut target) = to.target(self.x) else { return };
        let rows = target.rows().zip(y.chunks(own).zip(dy.chunks(own)));
        for (dx, (y, dy)) in rows.take(given.batch) {
            let along: f32 = y[..width].iter().zip(dy).map(|(y, dy)| y * dy).sum();
            dx.take(y[..width].iter().zip(dy).map(|(y, dy)| self.times * y * (dy - along)));
        }
    }
}
