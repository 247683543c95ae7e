//! What the tuned loops compute with.

/// Four numbers: a SIMD register on wasm, an array on the machine that tests.
#[derive(Clone, Copy)]
pub struct F4(register::Lanes);

#[cfg(target_arch = "wasm32")]
mod register {
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
mod register {
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
