//! The hand-written loops as a WebAssembly module without dependencies. The benchmark compiles it
//! with plain `rustc --target wasm32-unknown-unknown -C opt-level=3 -C target-feature=+simd128`.
//!
//! One population at a time, in one static: the page calls `init` once and nothing concurrently.

#![allow(unsafe_code)]

mod model;

use model::{Population, ROWS, TASKS, wide};
use std::ptr::addr_of_mut;

static mut WIDE: Option<Box<wide::Model>> = None;
static mut POPULATION: Option<Population> = None;
/// Targets as the page writes them, [64, 3]; `Population` pads them to four lanes.
static mut TARGETS: [[f32; TASKS]; ROWS] = [[0.0; TASKS]; ROWS];

fn population() -> &'static mut Population {
    // SAFETY: wasm without threads, and no call of this module is entered from within another.
    unsafe { (*addr_of_mut!(POPULATION)).get_or_insert_with(|| Population::new(1)) }
}

/// `tuned` is 0 for the plain loops, else the tuned ones train.
#[unsafe(no_mangle)]
pub extern "C" fn init(members: usize, tuned: u32) {
    let mut population = Population::new(members);
    population.tuned = tuned != 0;
    // SAFETY: as above.
    unsafe { *addr_of_mut!(POPULATION) = Some(population) }
}

/// Where the page writes the inputs, 64 rows of two.
#[unsafe(no_mangle)]
pub extern "C" fn inputs() -> *mut f32 {
    population().inputs.as_flattened_mut().as_mut_ptr()
}

/// Where the page writes the targets, 64 rows of three; `prepare` takes them over.
#[unsafe(no_mangle)]
pub extern "C" fn targets() -> *mut f32 {
    addr_of_mut!(TARGETS).cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn prepare() {
    // SAFETY: as above.
    let targets = unsafe { *addr_of_mut!(TARGETS) };
    population().set_targets(&targets);
}

/// Where the page writes one member's parameters: w1, b1, w2, b2 and the heads, whose rows are
/// four wide (three tasks and a zero).
#[unsafe(no_mangle)]
pub extern "C" fn parameters(member: usize) -> *mut f32 {
    std::ptr::from_mut(&mut population().members[member].weights).cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn loss() -> f32 {
    population().loss()
}

#[unsafe(no_mangle)]
pub extern "C" fn step(steps: usize) -> f32 {
    let population = population();
    (0..steps).fold(f32::NAN, |_, _| population.step())
}

/// Steps of the wide model, which has rows and first weights of its own; gives the loss before the last one.
#[unsafe(no_mangle)]
pub extern "C" fn wide_step(steps: usize) -> f32 {
    // SAFETY: as above.
    let model = unsafe { (*addr_of_mut!(WIDE)).get_or_insert_with(wide::Model::boxed) };
    (0..steps).fold(f32::NAN, |_, _| model.step())
}
