//! Values side by side.

use super::{Columns, Given, Run, Scratch, Slopes, padded};

/// The columns of some values, one after another.
#[derive(Clone, Debug, PartialEq)]
pub struct Concat {
    /// The columns.
    pub of: Vec<Columns>,
}

impl Concat {
    /// How many columns there are together.
    pub fn width(&self) -> usize {
        self.of.iter().map(|of| of.width).sum()
    }

    /// Each of the values with its first column here.
    fn places(&self) -> impl Iterator<Item = (usize, Columns)> {
        let mut from = 0;
        self.of.iter().map(move |of| {
            let place = from;
            from += of.width;
            (place, *of)
        })
    }
}

impl Run for Concat {
    fn reads(&self) -> Vec<Columns> {
        self.of.clone()
    }

    fn forward(&self, given: &Given, out: &mut [f32], _: &mut Scratch) {
        let own = padded(self.width());
        for (place, of) in self.places() {
            let (x, stride) = given.values.of(of);
            for (y, x) in out.chunks_mut(own).zip(x.chunks(stride)).take(given.batch) {
                y[place..place + of.width].copy_from_slice(&x[..of.width]);
            }
        }
    }

    fn backward(&self, given: &Given, _: &[f32], dy: &mut [f32], to: &mut Slopes, _: &mut Scratch) {
        let own = padded(self.width());
        for (place, of) in self.places() {
            let Some(mut target) = to.target(of) else { continue };
            let rows = target.rows().zip(dy.chunks(own)).take(given.batch);
            rows.for_each(|(dx, dy)| dx.take_times(1.0, &dy[place..place + of.width]));
        }
    }
}
