//! A mixture by factors that are parameters, such as those of a stitch.

use super::{Columns, Given, Run, Scratch, Slopes, padded};

/// `sum_i a_i x_i`, with a factor for each of some equally wide values.
#[derive(Clone, Debug, PartialEq)]
pub struct Combine {
    /// Where each factor stands, and what it multiplies.
    pub of: Vec<(usize, Columns)>,
}

impl Run for Combine {
    fn reads(&self) -> Vec<Columns> {
        self.of.iter().map(|(_, of)| *of).collect()
    }

    fn forward(&self, given: &Given, out: &mut [f32], _: &mut Scratch) {
        for (i, (factor, of)) in self.of.iter().enumerate() {
            let (x, own) = given.values.of(*of);
            let (width, factor) = (of.width, given.parameters[*factor]);
            let rows = out.chunks_mut(padded(width)).zip(x.chunks(own));
            for (y, x) in rows.take(given.batch) {
                let each = y[..width].iter_mut().zip(&x[..width]);
                match i {
                    0 => each.for_each(|(y, x)| *y = factor * x),
                    _ => each.for_each(|(y, x)| *y += factor * x),
                }
            }
        }
    }

    fn backward(&self, given: &Given, _: &[f32], dy: &mut [f32], to: &mut Slopes, _: &mut Scratch) {
        for (place, of) in &self.of {
            let (x, stride) = given.values.of(*of);
            let (width, own) = (of.width, padded(of.width));
            let rows = x.chunks(stride).zip(dy.chunks(own)).take(given.batch);
            let along = rows.map(|(x, dy)| x[..width].iter().zip(dy).map(|(x, dy)| x * dy).sum::<f32>());
            to.parameters[*place] += along.sum::<f32>();
            let factor = given.parameters[*place];
            if let Some(target) = to.target(*of) {
                let rows = target.values.chunks_mut(target.stride).zip(dy.chunks(own));
                for (dx, dy) in rows.take(given.batch) {
                    let each = dx.iter_mut().zip(&dy[..width]);
                    match target.adds {
                        true => each.for_each(|(dx, dy)| *dx += factor * dy),
                        false => each.for_each(|(dx, dy)| *dx = factor * dy),
                    }
                }
            }
        }
    }
}
