//! Dropout: units times a mask.

use super::{Columns, Given, Run, Scratch, Slopes, padded};

/// Which of a step's masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskPlace {
    /// Of a shared layer.
    Trunk(usize),
    /// Of a group's private layer.
    Head(usize, usize),
}

/// `x * mask`; as it is where nothing drops.
#[derive(Clone, Debug, PartialEq)]
pub struct Drop {
    /// What it reads.
    pub x: Columns,
    /// The mask.
    pub mask: MaskPlace,
    /// The mask's first column.
    pub from: usize,
    /// How many columns the mask has.
    pub of: usize,
}

impl Drop {
    /// What each unit of a row is multiplied by.
    fn row<'a>(&self, given: &Given<'a>, row: usize) -> Option<&'a [f32]> {
        given.masks.get(self.mask)?.get(row * self.of + self.from..)?.get(..self.x.width)
    }
}

impl Run for Drop {
    fn reads(&self) -> Vec<Columns> {
        vec![self.x]
    }

    fn forward(&self, given: &Given, out: &mut [f32], _: &mut Scratch) {
        let (x, stride) = given.values.of(self.x);
        let rows = out.chunks_mut(padded(self.x.width)).zip(x.chunks(stride)).take(given.batch);
        for (row, (y, x)) in rows.enumerate() {
            let each = y.iter_mut().zip(&x[..self.x.width]);
            match self.row(given, row) {
                None => each.for_each(|(y, x)| *y = *x),
                Some(mask) => each.zip(mask).for_each(|((y, x), mask)| *y = x * mask),
            }
        }
    }

    fn backward(&self, given: &Given, _: &[f32], dy: &mut [f32], to: &mut Slopes, _: &mut Scratch) {
        let Some(mut target) = to.target(self.x) else { return };
        let rows = target.rows().zip(dy.chunks(padded(self.x.width)));
        for (row, (dx, dy)) in rows.take(given.batch).enumerate() {
            let dy = dy[..self.x.width].iter();
            match self.row(given, row) {
                None => dx.take(dy.copied()),
                Some(mask) => dx.take(dy.zip(mask).map(|(dy, mask)| dy * mask)),
            }
        }
    }
}
