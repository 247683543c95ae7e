//! A value times another, such as units behind a mask that was computed.

use super::{Columns, Given, Run, Scratch, Slopes, padded};

/// `a * b`, elementwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// The two, equally wide.
    pub of: [Columns; 2],
}

impl Run for Times {
    fn reads(&self) -> Vec<Columns> {
        self.of.to_vec()
    }

    fn forward(&self, given: &Given, out: &mut [f32], _: &mut Scratch) {
        let width = self.of[0].width;
        let [(a, a_stride), (b, b_stride)] = self.of.map(|of| given.values.of(of));
        let rows = out.chunks_mut(padded(width)).zip(a.chunks(a_stride).zip(b.chunks(b_stride)));
        for (y, (a, b)) in rows.take(given.batch) {
            y.iter_mut().zip(a[..width].iter().zip(b)).for_each(|(y, (a, b))| *y = a * b);
        }
    }

    fn backward(&self, given: &Given, _: &[f32], dy: &mut [f32], to: &mut Slopes, _: &mut Scratch) {
        let [a, b] = self.of;
        for (of, other) in [(a, b), (b, a)] {
            let (other, stride) = given.values.of(other);
            let Some(mut target) = to.target(of) else { continue };
            let rows = target.rows().zip(dy.chunks(padded(of.width))).zip(other.chunks(stride));
            for ((dx, dy), other) in rows.take(given.batch) {
                dx.take(dy[..of.width].iter().zip(other).map(|(dy, other)| dy * other));
            }
        }
    }
}
