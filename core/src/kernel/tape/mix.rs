//! A mixture by shares that are computed for every row, such as those of a gate.

use super::{Columns, Given, Run, Scratch, Slopes, padded};
use crate::kernel::loops::{dot, scale_into};

/// `sum_e s_e x_e`, with a share a row for each of some equally wide values.
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// A column for each of what is mixed.
    pub shares: Columns,
    /// What is mixed.
    pub of: Vec<Columns>,
}

impl Run for Mix {
    fn reads(&self) -> Vec<Columns> {
        std::iter::once(self.shares).chain(self.of.iter().copied()).collect()
    }

    fn forward(&self, given: &Given, out: &mut [f32], _: &mut Scratch) {
        let (shares, stride) = given.values.of(self.shares);
        let Some(width) = self.of.first().map(|of| of.width) else { return };
        for (e, of) in self.of.iter().enumerate() {
            let (x, own) = given.values.of(*of);
            let rows = out.chunks_mut(padded(width)).zip(x.chunks(own)).zip(shares.chunks(stride));
            for ((y, x), shares) in rows.take(given.batch) {
                scale_into(y, &x[..width], shares[e], e > 0);
            }
        }
    }

    fn backward(&self, given: &Given, _: &[f32], dy: &mut [f32], to: &mut Slopes, _: &mut Scratch) {
        let (shares, stride) = given.values.of(self.shares);
        for (e, of) in self.of.iter().enumerate() {
            let (width, own) = (of.width, padded(of.width));
            if let Some(mut target) = to.target(self.shares.part(e, 1)) {
                let (x, stride) = given.values.of(*of);
                let rows = target.rows().zip(x.chunks(stride)).zip(dy.chunks(own));
                for ((ds, x), dy) in rows.take(given.batch) {
                    ds.take(std::iter::once(dot(&x[..width], dy)));
                }
            }
            if let Some(mut target) = to.target(*of) {
                let rows = target.rows().zip(dy.chunks(own)).zip(shares.chunks(stride));
                for ((dx, dy), shares) in rows.take(given.batch) {
                    dx.take_times(shares[e], &dy[..width]);
                }
            }
        }
    }
}
