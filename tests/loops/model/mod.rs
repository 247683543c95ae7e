//! Workload W1 by hand: two inputs, a tanh trunk 16-16, three linear heads, MSE summed over tasks,
//! Adam, a full batch of 64 rows, P independent members one after another. It says what the machine
//! could do if nothing stood between the numbers and the loops; no engine with layers to compose
//! can be expected to reach it.
//!
//! It stands here twice. The *plain* loops are what one writes down first and leaves to the compiler:
//! they are the yardstick, with a rational tanh and without tuning. The *tuned* ones
//! keep four outputs of a layer in a SIMD register, two rows or inputs at a time, so that a 16-wide
//! layer has its eight sums in registers. The three heads are padded to four lanes whose fourth is
//! zero throughout, gradient included.

mod lanes;
mod plain;
mod tuned;
pub mod wide;

pub const ROWS: usize = 64;
pub const INPUTS: usize = 2;
pub const WIDTH: usize = 16;
pub const TASKS: usize = 3;
/// The heads' outputs, padded to one register.
pub const PADDED: usize = 4;

const RATE: f32 = 0.01;
const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

#[repr(C)]
#[derive(Clone)]
pub struct Weights {
    pub w1: [[f32; WIDTH]; INPUTS],
    pub b1: [f32; WIDTH],
    pub w2: [[f32; WIDTH]; WIDTH],
    pub b2: [f32; WIDTH],
    pub wh: [[f32; PADDED]; WIDTH],
    pub bh: [f32; PADDED],
}

impl Weights {
    pub const ZERO: Self = Self {
        w1: [[0.0; WIDTH]; INPUTS],
        b1: [0.0; WIDTH],
        w2: [[0.0; WIDTH]; WIDTH],
        b2: [0.0; WIDTH],
        wh: [[0.0; PADDED]; WIDTH],
        bh: [0.0; PADDED],
    };

    pub fn parts(&self) -> [&[f32]; 6] {
        [self.w1.as_flattened(), &self.b1, self.w2.as_flattened(), &self.b2, self.wh.as_flattened(), &self.bh]
    }

    pub fn parts_mut(&mut self) -> [&mut [f32]; 6] {
        [
            self.w1.as_flattened_mut(),
            &mut self.b1,
            self.w2.as_flattened_mut(),
            &mut self.b2,
            self.wh.as_flattened_mut(),
            &mut self.bh,
        ]
    }
}

pub struct Member {
    pub weights: Weights,
    first: Weights,
    second: Weights,
}

/// What one member's step needs in between; all members share it.
struct Scratch {
    h1: [[f32; WIDTH]; ROWS],
    h2: [[f32; WIDTH]; ROWS],
    out: [[f32; PADDED]; ROWS],
    d1: [[f32; WIDTH]; ROWS],
    d2: [[f32; WIDTH]; ROWS],
    gradient: Weights,
}

pub struct Population {
    pub inputs: [[f32; INPUTS]; ROWS],
    targets: [[f32; PADDED]; ROWS],
    pub members: Vec<Member>,
    pub tuned: bool,
    scratch: Box<Scratch>,
    power1: f32,
    power2: f32,
}

impl Population {
    pub fn new(members: usize) -> Self {
        let member = || Member { weights: Weights::ZERO, first: Weights::ZERO, second: Weights::ZERO };
        Self {
            inputs: [[0.0; INPUTS]; ROWS],
            targets: [[0.0; PADDED]; ROWS],
            members: (0..members).map(|_| member()).collect(),
            tuned: true,
            scratch: Box::new(Scratch {
                h1: [[0.0; WIDTH]; ROWS],
                h2: [[0.0; WIDTH]; ROWS],
                out: [[0.0; PADDED]; ROWS],
                d1: [[0.0; WIDTH]; ROWS],
                d2: [[0.0; WIDTH]; ROWS],
                gradient: Weights::ZERO,
            }),
            power1: 1.0,
            power2: 1.0,
        }
    }

    pub fn set_targets(&mut self, targets: &[[f32; TASKS]; ROWS]) {
        for (padded, row) in self.targets.iter_mut().zip(targets) {
            padded[..TASKS].copy_from_slice(row);
        }
    }

    /// The loss summed over tasks and averaged over members, at the present weights.
    pub fn loss(&mut self) -> f32 {
        let mut total = 0.0;
        for member in &self.members {
            total += self.scratch.forward::<true>(&member.weights, &self.inputs, &self.targets);
        }
        total / self.members.len() as f32
    }

    /// One step of every member; gives the loss before it.
    pub fn step(&mut self) -> f32 {
        if self.tuned { self.step_as::<true>() } else { self.step_as::<false>() }
    }

    fn step_as<const TUNED: bool>(&mut self) -> f32 {
        self.power1 *= BETA1;
        self.power2 *= BETA2;
        let rate = RATE / (1.0 - self.power1);
        let scale2 = 1.0 / (1.0 - self.power2);
        let mut total = 0.0;
        for member in &mut self.members {
            let scratch = &mut *self.scratch;
            total += scratch.forward::<TUNED>(&member.weights, &self.inputs, &self.targets);
            scratch.backward::<TUNED>(&member.weights, &self.inputs);
            let Member { weights, first, second } = member;
            let gradient = scratch.gradient.parts();
            let parts = weights.parts_mut().into_iter();
            let moments = first.parts_mut().into_iter().zip(second.parts_mut());
            for ((w, g), (m, v)) in parts.zip(gradient).zip(moments) {
                if TUNED {
                    tuned::adam(w, g, m, v, rate, scale2);
                } else {
                    plain::adam(w, g, m, v, rate, scale2);
                }
            }
        }
        total / self.members.len() as f32
    }

    /// The gradient of one member's loss at its present weights.
    #[allow(dead_code, reason = "only the native test asks for it")]
    pub fn gradient(&mut self, member: usize) -> Weights {
        let weights = &self.members[member].weights;
        if self.tuned {
            self.scratch.forward::<true>(weights, &self.inputs, &self.targets);
            self.scratch.backward::<true>(weights, &self.inputs);
        } else {
            self.scratch.forward::<false>(weights, &self.inputs, &self.targets);
            self.scratch.backward::<false>(weights, &self.inputs);
        }
        self.scratch.gradient.clone()
    }
}

impl Scratch {
    /// Activations, and `out` becomes the derivative of the loss by the outputs.
    fn forward<const TUNED: bool>(
        &mut self,
        w: &Weights,
        inputs: &[[f32; INPUTS]; ROWS],
        targets: &[[f32; PADDED]; ROWS],
    ) -> f32 {
        if TUNED {
            tuned::layer::<ROWS, INPUTS, WIDTH, 4, 2>(inputs, &w.w1, &w.b1, &mut self.h1);
            tuned::tanh(self.h1.as_flattened_mut());
            tuned::layer::<ROWS, WIDTH, WIDTH, 4, 2>(&self.h1, &w.w2, &w.b2, &mut self.h2);
            tuned::tanh(self.h2.as_flattened_mut());
            tuned::layer::<ROWS, WIDTH, PADDED, 1, 8>(&self.h2, &w.wh, &w.bh, &mut self.out);
        } else {
            plain::layer(inputs, &w.w1, &w.b1, &mut self.h1);
            plain::tanh(self.h1.as_flattened_mut());
            plain::layer(&self.h1, &w.w2, &w.b2, &mut self.h2);
            plain::tanh(self.h2.as_flattened_mut());
            plain::layer(&self.h2, &w.wh, &w.bh, &mut self.out);
        }
        let mut squares = 0.0;
        for (out, target) in self.out.as_flattened_mut().iter_mut().zip(targets.as_flattened()) {
            let error = *out - target;
            squares += error * error;
            *out = error * (2.0 / ROWS as f32);
        }
        squares / ROWS as f32
    }

    fn backward<const TUNED: bool>(&mut self, w: &Weights, inputs: &[[f32; INPUTS]; ROWS]) {
        let g = &mut self.gradient;
        if TUNED {
            let zero = [0.0; WIDTH];
            tuned::outer::<ROWS, WIDTH, PADDED, 1, 8>(&self.h2, &self.out, &mut g.wh, &mut g.bh);
            tuned::layer::<ROWS, PADDED, WIDTH, 4, 2>(&self.out, &tuned::transposed(&w.wh), &zero, &mut self.d2);
            tuned::through_tanh(self.d2.as_flattened_mut(), self.h2.as_flattened());
            tuned::outer::<ROWS, WIDTH, WIDTH, 4, 2>(&self.h1, &self.d2, &mut g.w2, &mut g.b2);
            tuned::layer::<ROWS, WIDTH, WIDTH, 4, 2>(&self.d2, &tuned::transposed(&w.w2), &zero, &mut self.d1);
            tuned::through_tanh(self.d1.as_flattened_mut(), self.h1.as_flattened());
            tuned::outer::<ROWS, INPUTS, WIDTH, 4, 2>(inputs, &self.d1, &mut g.w1, &mut g.b1);
        } else {
            plain::outer(&self.h2, &self.out, &mut g.wh, &mut g.bh);
            plain::back(&self.out, &w.wh, &self.h2, &mut self.d2);
            plain::outer(&self.h1, &self.d2, &mut g.w2, &mut g.b2);
            plain::back(&self.d2, &w.w2, &self.h1, &mut self.d1);
            plain::outer(inputs, &self.d1, &mut g.w1, &mut g.b1);
        }
    }
}

/// A rational approximation of tanh, good to a few units in the last place: an odd polynomial over
/// an even one, highest power first.
const LIMIT: f32 = 7.905_311;
const TOP: [f32; 7] =
    [-2.760_768_5e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619e-4, 4.893_524_6e-3];
const BOTTOM: [f32; 4] = [1.198_258_4e-6, 1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3];
