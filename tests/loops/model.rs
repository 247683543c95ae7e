//! Workload W1 by hand: two inputs, a tanh trunk 16-16, three linear heads, MSE summed over tasks,
//! Adam, a full batch of 64 rows, P independent members one after another. It says what the machine
//! could do if nothing stood between the numbers and the loops; no engine with layers to compose
//! can be expected to reach it.
//!
//! It stands here twice. The *plain* loops are what one writes down first and leaves to the compiler:
//! they are the yardstick of `platform.md`, with a rational tanh and without tuning. The *tuned* ones
//! keep four outputs of a layer in a SIMD register, two rows or inputs at a time, so that a 16-wide
//! layer has its eight sums in registers. The three heads are padded to four lanes whose fourth is
//! zero throughout, gradient included.

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
                    adam(w, g, m, v, rate, scale2);
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
            layer::<INPUTS, WIDTH, 4, 2>(inputs, &w.w1, &w.b1, &mut self.h1);
            tanh(self.h1.as_flattened_mut());
            layer::<WIDTH, WIDTH, 4, 2>(&self.h1, &w.w2, &w.b2, &mut self.h2);
            tanh(self.h2.as_flattened_mut());
            layer::<WIDTH, PADDED, 1, 8>(&self.h2, &w.wh, &w.bh, &mut self.out);
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
            outer::<WIDTH, PADDED, 1, 8>(&self.h2, &self.out, &mut g.wh, &mut g.bh);
            layer::<PADDED, WIDTH, 4, 2>(&self.out, &transposed(&w.wh), &zero, &mut self.d2);
            through_tanh(self.d2.as_flattened_mut(), self.h2.as_flattened());
            outer::<WIDTH, WIDTH, 4, 2>(&self.h1, &self.d2, &mut g.w2, &mut g.b2);
            layer::<WIDTH, WIDTH, 4, 2>(&self.d2, &transposed(&w.w2), &zero, &mut self.d1);
            through_tanh(self.d1.as_flattened_mut(), self.h1.as_flattened());
            outer::<INPUTS, WIDTH, 4, 2>(inputs, &self.d1, &mut g.w1, &mut g.b1);
        } else {
            plain::outer(&self.h2, &self.out, &mut g.wh, &mut g.bh);
            plain::back(&self.out, &w.wh, &self.h2, &mut self.d2);
            plain::outer(&self.h1, &self.d2, &mut g.w2, &mut g.b2);
            plain::back(&self.d2, &w.w2, &self.h1, &mut self.d1);
            plain::outer(inputs, &self.d1, &mut g.w1, &mut g.b1);
        }
    }
}

/// `out = input * w + b`: N outputs in V registers, R rows at a time.
fn layer<const K: usize, const N: usize, const V: usize, const R: usize>(
    input: &[[f32; K]; ROWS],
    w: &[[f32; N]; K],
    b: &[f32; N],
    out: &mut [[f32; N]; ROWS],
) {
    const { assert!(4 * V == N && ROWS.is_multiple_of(R)) };
    for row in (0..ROWS).step_by(R) {
        let mut sums = [[F4::splat(0.0); V]; R];
        for sum in &mut sums {
            for (v, lane) in sum.iter_mut().enumerate() {
                *lane = F4::load(b, 4 * v);
            }
        }
        for k in 0..K {
            for (r, sum) in sums.iter_mut().enumerate() {
                let a = F4::splat(input[row + r][k]);
                for (v, lane) in sum.iter_mut().enumerate() {
                    *lane = lane.add(a.mul(F4::load(&w[k], 4 * v)));
                }
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            for (v, lane) in sum.iter().enumerate() {
                lane.store(&mut out[row + r], 4 * v);
            }
        }
    }
}

/// The gradients of a layer: `w[k] = sum of input[row][k] * d[row]` and `b = sum of d[row]`, with R
/// of the K inputs at a time.
fn outer<const K: usize, const N: usize, const V: usize, const R: usize>(
    input: &[[f32; K]; ROWS],
    d: &[[f32; N]; ROWS],
    w: &mut [[f32; N]; K],
    b: &mut [f32; N],
) {
    const { assert!(4 * V == N && K.is_multiple_of(R)) };
    for k in (0..K).step_by(R) {
        let mut sums = [[F4::splat(0.0); V]; R];
        for (input, d) in input.iter().zip(d) {
            for (r, sum) in sums.iter_mut().enumerate() {
                let a = F4::splat(input[k + r]);
                for (v, lane) in sum.iter_mut().enumerate() {
                    *lane = lane.add(a.mul(F4::load(d, 4 * v)));
                }
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            for (v, lane) in sum.iter().enumerate() {
                lane.store(&mut w[k + r], 4 * v);
            }
        }
    }
    let mut sums = [F4::splat(0.0); V];
    for d in d {
        for (v, lane) in sums.iter_mut().enumerate() {
            *lane = lane.add(F4::load(d, 4 * v));
        }
    }
    for (v, lane) in sums.iter().enumerate() {
        lane.store(b, 4 * v);
    }
}

fn transposed<const K: usize, const N: usize>(w: &[[f32; N]; K]) -> [[f32; K]; N] {
    let mut out = [[0.0; K]; N];
    for (k, row) in w.iter().enumerate() {
        for (n, value) in row.iter().enumerate() {
            out[n][k] = *value;
        }
    }
    out
}

/// The loops as one writes them down first.
mod plain {
    use super::{BETA1, BETA2, BOTTOM, EPSILON, LIMIT, ROWS, TOP};

    pub fn layer<const K: usize, const N: usize>(
        input: &[[f32; K]; ROWS],
        w: &[[f32; N]; K],
        b: &[f32; N],
        out: &mut [[f32; N]; ROWS],
    ) {
        for (input, out) in input.iter().zip(out) {
            *out = *b;
            for (a, w) in input.iter().zip(w) {
                for (out, w) in out.iter_mut().zip(w) {
                    *out += a * w;
                }
            }
        }
    }

    pub fn tanh(values: &mut [f32]) {
        for value in values {
            let x = value.clamp(-LIMIT, LIMIT);
            let square = x * x;
            let top = TOP[1..].iter().fold(TOP[0], |sum, c| sum * square + c);
            let bottom = BOTTOM[1..].iter().fold(BOTTOM[0], |sum, c| sum * square + c);
            *value = x * top / bottom;
        }
    }

    /// The derivative by a hidden layer before its tanh.
    pub fn back<const K: usize, const N: usize>(
        d: &[[f32; N]; ROWS],
        w: &[[f32; N]; K],
        h: &[[f32; K]; ROWS],
        out: &mut [[f32; K]; ROWS],
    ) {
        for ((d, h), out) in d.iter().zip(h).zip(out) {
            for ((w, h), out) in w.iter().zip(h).zip(out) {
                let sum: f32 = w.iter().zip(d).map(|(w, d)| w * d).sum();
                *out = sum * (1.0 - h * h);
            }
        }
    }

    pub fn outer<const K: usize, const N: usize>(
        input: &[[f32; K]; ROWS],
        d: &[[f32; N]; ROWS],
        w: &mut [[f32; N]; K],
        b: &mut [f32; N],
    ) {
        *w = [[0.0; N]; K];
        *b = [0.0; N];
        for (input, d) in input.iter().zip(d) {
            for (a, w) in input.iter().zip(&mut *w) {
                for (w, d) in w.iter_mut().zip(d) {
                    *w += a * d;
                }
            }
            for (b, d) in b.iter_mut().zip(d) {
                *b += d;
            }
        }
    }

    pub fn adam(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], rate: f32, scale2: f32) {
        for (((w, g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
            *m = BETA1 * *m + (1.0 - BETA1) * g;
            *v = BETA2 * *v + (1.0 - BETA2) * g * g;
            *w -= rate * *m / ((scale2 * *v).sqrt() + EPSILON);
        }
    }
}

/// A rational approximation of tanh, good to a few units in the last place: an odd polynomial over
/// an even one, highest power first.
const LIMIT: f32 = 7.905_311;
const TOP: [f32; 7] =
    [-2.760_768_5e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619e-4, 4.893_524_6e-3];
const BOTTOM: [f32; 4] = [1.198_258_4e-6, 1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3];

fn tanh(values: &mut [f32]) {
    for part in values.as_chunks_mut::<4>().0 {
        let x = F4::load(part, 0).clamp(-LIMIT, LIMIT);
        let square = x.mul(x);
        let polynomial = |coefficients: &[f32]| {
            coefficients[1..].iter().fold(F4::splat(coefficients[0]), |sum, c| sum.mul(square).add(F4::splat(*c)))
        };
        x.mul(polynomial(&TOP)).div(polynomial(&BOTTOM)).store(part, 0);
    }
}

/// `d *= 1 - h * h`
fn through_tanh(d: &mut [f32], h: &[f32]) {
    let one = F4::splat(1.0);
    for (d, h) in d.as_chunks_mut::<4>().0.iter_mut().zip(h.as_chunks::<4>().0) {
        let h = F4::load(h, 0);
        F4::load(d, 0).mul(one.sub(h.mul(h))).store(d, 0);
    }
}

fn adam(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], rate: f32, scale2: f32) {
    let [beta1, beta2] = [F4::splat(BETA1), F4::splat(BETA2)];
    let [rest1, rest2] = [F4::splat(1.0 - BETA1), F4::splat(1.0 - BETA2)];
    let [rate, scale2, epsilon] = [F4::splat(rate), F4::splat(scale2), F4::splat(EPSILON)];
    let weights = w.as_chunks_mut::<4>().0.iter_mut().zip(g.as_chunks::<4>().0);
    let moments = m.as_chunks_mut::<4>().0.iter_mut();
    let moments = moments.zip(v.as_chunks_mut::<4>().0);
    for ((w, g), (m, v)) in weights.zip(moments) {
        let g = F4::load(g, 0);
        let first = F4::load(m, 0).mul(beta1).add(g.mul(rest1));
        let second = F4::load(v, 0).mul(beta2).add(g.mul(g).mul(rest2));
        first.store(m, 0);
        second.store(v, 0);
        let root = second.mul(scale2).sqrt().add(epsilon);
        F4::load(w, 0).sub(first.mul(rate).div(root)).store(w, 0);
    }
}

/// Four numbers: a SIMD register on wasm, an array on the machine that tests.
#[derive(Clone, Copy)]
struct F4(lanes::Lanes);

#[cfg(target_arch = "wasm32")]
mod lanes {
    use core::arch::wasm32::*;

    pub type Lanes = v128;

    impl super::F4 {
        #[inline(always)]
        pub fn splat(value: f32) -> Self {
            Self(f32x4_splat(value))
        }
        #[inline(always)]
        pub fn load<const N: usize>(from: &[f32; N], at: usize) -> Self {
            assert!(at + 4 <= N);
            // SAFETY: four numbers lie there; v128.load needs no alignment.
            Self(unsafe { v128_load(from.as_ptr().add(at).cast()) })
        }
        #[inline(always)]
        pub fn store<const N: usize>(self, to: &mut [f32; N], at: usize) {
            assert!(at + 4 <= N);
            // SAFETY: as in `load`.
            unsafe { v128_store(to.as_mut_ptr().add(at).cast(), self.0) }
        }
        #[inline(always)]
        pub fn add(self, other: Self) -> Self {
            Self(f32x4_add(self.0, other.0))
        }
        #[inline(always)]
        pub fn sub(self, other: Self) -> Self {
            Self(f32x4_sub(self.0, other.0))
        }
        #[inline(always)]
        pub fn mul(self, other: Self) -> Self {
            Self(f32x4_mul(self.0, other.0))
        }
        #[inline(always)]
        pub fn div(self, other: Self) -> Self {
            Self(f32x4_div(self.0, other.0))
        }
        #[inline(always)]
        pub fn sqrt(self) -> Self {
            Self(f32x4_sqrt(self.0))
        }
        #[inline(always)]
        pub fn clamp(self, low: f32, high: f32) -> Self {
            Self(f32x4_pmin(f32x4_splat(high), f32x4_pmax(f32x4_splat(low), self.0)))
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod lanes {
    pub type Lanes = [f32; 4];

    fn both(a: Lanes, b: Lanes, with: impl Fn(f32, f32) -> f32) -> super::F4 {
        super::F4(std::array::from_fn(|i| with(a[i], b[i])))
    }

    impl super::F4 {
        pub fn splat(value: f32) -> Self {
            Self([value; 4])
        }
        pub fn load<const N: usize>(from: &[f32; N], at: usize) -> Self {
            Self(std::array::from_fn(|i| from[at + i]))
        }
        pub fn store<const N: usize>(self, to: &mut [f32; N], at: usize) {
            to[at..at + 4].copy_from_slice(&self.0);
        }
        pub fn add(self, other: Self) -> Self {
            both(self.0, other.0, |a, b| a + b)
        }
        pub fn sub(self, other: Self) -> Self {
            both(self.0, other.0, |a, b| a - b)
        }
        pub fn mul(self, other: Self) -> Self {
            both(self.0, other.0, |a, b| a * b)
        }
        pub fn div(self, other: Self) -> Self {
            both(self.0, other.0, |a, b| a / b)
        }
        pub fn sqrt(self) -> Self {
            Self(self.0.map(f32::sqrt))
        }
        pub fn clamp(self, low: f32, high: f32) -> Self {
            Self(self.0.map(|value| value.clamp(low, high)))
        }
    }
}
