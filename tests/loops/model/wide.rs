//! The same by the tuned loops for one wide model: 256 rows, a tanh trunk 64-64-64, three linear heads, MSE, Adam.

use super::tuned::{adam, layer, outer, tanh, through_tanh, transposed};
use super::{BETA1, BETA2, INPUTS, PADDED, RATE, TASKS};

pub const ROWS: usize = 256;
pub const WIDTH: usize = 64;

type Rows = [[f32; WIDTH]; ROWS];

#[derive(Clone)]
pub struct Weights {
    pub w1: [[f32; WIDTH]; INPUTS],
    pub b1: [f32; WIDTH],
    pub w2: [[f32; WIDTH]; WIDTH],
    pub b2: [f32; WIDTH],
    pub w3: [[f32; WIDTH]; WIDTH],
    pub b3: [f32; WIDTH],
    pub wh: [[f32; PADDED]; WIDTH],
    pub bh: [f32; PADDED],
}

impl Weights {
    const ZERO: Self = Self {
        w1: [[0.0; WIDTH]; INPUTS],
        b1: [0.0; WIDTH],
        w2: [[0.0; WIDTH]; WIDTH],
        b2: [0.0; WIDTH],
        w3: [[0.0; WIDTH]; WIDTH],
        b3: [0.0; WIDTH],
        wh: [[0.0; PADDED]; WIDTH],
        bh: [0.0; PADDED],
    };

    fn parts(&self) -> [&[f32]; 8] {
        let Self { w1, b1, w2, b2, w3, b3, wh, bh } = self;
        [w1.as_flattened(), b1, w2.as_flattened(), b2, w3.as_flattened(), b3, wh.as_flattened(), bh]
    }

    fn parts_mut(&mut self) -> [&mut [f32]; 8] {
        let Self { w1, b1, w2, b2, w3, b3, wh, bh } = self;
        [w1.as_flattened_mut(), b1, w2.as_flattened_mut(), b2, w3.as_flattened_mut(), b3, wh.as_flattened_mut(), bh]
    }
}

/// One model and all that its step needs.
pub struct Model {
    inputs: [[f32; INPUTS]; ROWS],
    targets: [[f32; PADDED]; ROWS],
    pub weights: Weights,
    first: Weights,
    second: Weights,
    gradient: Weights,
    h: [Rows; 3],
    d: [Rows; 3],
    out: [[f32; PADDED]; ROWS],
    powers: [f32; 2],
}

impl Model {
    /// A model with first weights and rows that are always the same.
    pub fn boxed() -> Box<Self> {
        let mut model = Box::new(Self {
            inputs: [[0.0; INPUTS]; ROWS],
            targets: [[0.0; PADDED]; ROWS],
            weights: Weights::ZERO,
            first: Weights::ZERO,
            second: Weights::ZERO,
            gradient: Weights::ZERO,
            h: [[[0.0; WIDTH]; ROWS]; 3],
            d: [[[0.0; WIDTH]; ROWS]; 3],
            out: [[0.0; PADDED]; ROWS],
            powers: [1.0; 2],
        });
        let mut state = 7_u32;
        let mut number = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        model.inputs.as_flattened_mut().fill_with(&mut number);
        for (input, target) in model.inputs.iter().zip(&mut model.targets) {
            target[..TASKS].copy_from_slice(&[input[0] - input[1], (3.0 * input[0]).sin(), input[0] * input[1]]);
        }
        let scales = [0.3, 0.0, 0.2, 0.0, 0.2, 0.0, 0.2, 0.0];
        for (part, scale) in model.weights.parts_mut().into_iter().zip(scales) {
            part.fill_with(|| scale * number());
        }
        // The fourth head is padding.
        model.weights.wh.iter_mut().for_each(|row| row[PADDED - 1] = 0.0);
        model
    }

    /// One step; gives the loss before it.
    pub fn step(&mut self) -> f32 {
        self.powers = [self.powers[0] * BETA1, self.powers[1] * BETA2];
        let loss = self.pass();
        let [rate, scale2] = [RATE / (1.0 - self.powers[0]), 1.0 / (1.0 - self.powers[1])];
        let moments = self.first.parts_mut().into_iter().zip(self.second.parts_mut());
        for ((w, g), (m, v)) in self.weights.parts_mut().into_iter().zip(self.gradient.parts()).zip(moments) {
            adam(w, g, m, v, rate, scale2);
        }
        loss
    }

    /// The loss at the present weights, and its gradient.
    fn pass(&mut self) -> f32 {
        let (w, g) = (&self.weights, &mut self.gradient);
        let ([h1, h2, h3], [d1, d2, d3]) = (&mut self.h, &mut self.d);
        layer::<ROWS, INPUTS, WIDTH, 4, 2>(&self.inputs, &w.w1, &w.b1, h1);
        tanh(h1.as_flattened_mut());
        layer::<ROWS, WIDTH, WIDTH, 4, 2>(h1, &w.w2, &w.b2, h2);
        tanh(h2.as_flattened_mut());
        layer::<ROWS, WIDTH, WIDTH, 4, 2>(h2, &w.w3, &w.b3, h3);
        tanh(h3.as_flattened_mut());
        layer::<ROWS, WIDTH, PADDED, 1, 8>(h3, &w.wh, &w.bh, &mut self.out);
        let mut squares = 0.0;
        for (out, target) in self.out.as_flattened_mut().iter_mut().zip(self.targets.as_flattened()) {
            let error = *out - target;
            squares += error * error;
            *out = error * (2.0 / ROWS as f32);
        }
        let zero = [0.0; WIDTH];
        outer::<ROWS, WIDTH, PADDED, 1, 8>(h3, &self.out, &mut g.wh, &mut g.bh);
        layer::<ROWS, PADDED, WIDTH, 4, 2>(&self.out, &transposed(&w.wh), &zero, d3);
        through_tanh(d3.as_flattened_mut(), h3.as_flattened());
        outer::<ROWS, WIDTH, WIDTH, 4, 2>(h2, d3, &mut g.w3, &mut g.b3);
        layer::<ROWS, WIDTH, WIDTH, 4, 2>(d3, &transposed(&w.w3), &zero, d2);
        through_tanh(d2.as_flattened_mut(), h2.as_flattened());
        outer::<ROWS, WIDTH, WIDTH, 4, 2>(h1, d2, &mut g.w2, &mut g.b2);
        layer::<ROWS, WIDTH, WIDTH, 4, 2>(d2, &transposed(&w.w2), &zero, d1);
        through_tanh(d1.as_flattened_mut(), h1.as_flattened());
        outer::<ROWS, INPUTS, WIDTH, 4, 2>(&self.inputs, d1, &mut g.w1, &mut g.b1);
        squares / ROWS as f32
    }

    /// The loss at the present weights and its derivative by a weight of the second layer, for the test.
    #[allow(dead_code, reason = "only the native test asks for it")]
    pub fn derivative(&mut self, row: usize, column: usize) -> (f32, f32) {
        let loss = self.pass();
        (loss, self.gradient.w2[row][column])
    }
}
