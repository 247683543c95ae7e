//! A layer: `activation(x w + b)`.

use super::{Columns, Given, Run, Scratch, Slopes, padded};
use crate::config::Activation;
use crate::kernel::activations::slope;
use crate::kernel::loops::{Factor, Finish, Product, Sizes, add_columns, multiply, multiply_transposed, transpose};

/// A layer whose parameters stand in the flat vector: weights `[in, out]`, row-major, and a bias `[out]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// What it reads.
    pub x: Columns,
    /// How many units it has.
    pub width: usize,
    /// Where its weights begin.
    pub weight: usize,
    /// Where its bias begins.
    pub bias: Option<usize>,
    /// What follows the affine map: one whose slope follows from its value.
    pub activation: Activation,
    /// Whether the gradient of its value comes with the slope of its activation.
    pub(super) sloped: bool,
    /// The activation behind what it reads, whose slope the gradient handed on is multiplied by.
    pub(super) slope: Activation,
}

impl Dense {
    /// A layer on some columns.
    pub fn new(x: Columns, width: usize, weight: usize, bias: Option<usize>, activation: Activation) -> Self {
        Self { x, width, weight, bias, activation, sloped: false, slope: Activation::Identity }
    }

    fn weights<'a>(&self, parameters: &'a [f32]) -> &'a [f32] {
        &parameters[self.weight..][..self.x.width * self.width]
    }
}

impl Run for Dense {
    fn reads(&self) -> Vec<Columns> {
        vec![self.x]
    }

    fn forward(&self, given: &Given, out: &mut [f32], scratch: &mut Scratch) {
        let (values, stride) = given.values.of(self.x);
        let bias = self.bias.map_or(&[][..], |bias| &given.parameters[bias..][..self.width]);
        let sizes = Sizes { m: given.batch, k: self.x.width, n: self.width };
        let mut out = Product { values: out, stride: padded(self.width), room: padded(self.width) };
        let (x, w) = (Factor { values, stride }, self.weights(given.parameters));
        multiply(sizes, x, w, bias, &mut out, Finish::Activation(self.activation), &mut scratch.panel);
    }

    fn backward(&self, given: &Given, y: &[f32], dy: &mut [f32], to: &mut Slopes, scratch: &mut Scratch) {
        let stride = padded(self.width);
        let dy = &mut dy[..given.batch * stride];
        if !self.sloped {
            slope(dy, y, self.activation);
        }
        let (m, k, n) = (given.batch, self.x.width, self.width);
        let dy = Factor { values: dy, stride };
        if let Some(bias) = self.bias {
            add_columns(dy, m, &mut to.parameters[bias..][..n]);
        }
        let (values, x_stride) = given.values.of(self.x);
        let mut dw = Product { values: &mut to.parameters[self.weight..][..k * n], stride: n, room: n };
        let x = Factor { values, stride: x_stride };
        multiply_transposed(Sizes { m, k, n }, x, dy, &mut dw, &mut scratch.panel);
        let Some(dx) = to.target(self.x) else { return };
        transpose(self.weights(given.parameters), n, &mut scratch.turned);
        let finish = match dx.adds {
            true => Finish::Sum,
            false => Finish::Slope(self.slope, values),
        };
        let mut dx = Product { values: dx.values, stride: dx.stride, room: dx.room };
        let sizes = Sizes { m, k: n, n: k };
        multiply(sizes, dy, &scratch.turned, &[], &mut dx, finish, &mut scratch.panel);
    }
}
