//! How much memory a run takes, counted at the allocator: of recorded points, and of the engine as it trains on.

use mtl_core::data::Draws;
use mtl_core::lesson::link;
use mtl_core::protocol::{CurvePoint, MOST_OF_SEEDS, MOST_POINTS};
use mtl_core::train::tensors::Device;
use mtl_core::train::{Ensemble, TrainError};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A lesson of a link.
fn ensemble(fragment: &str) -> Ensemble {
    let lesson = link::decode(fragment).lesson;
    let draws = Draws::of(&lesson);
    Ensemble::new(lesson, draws, &Device::flex())
}

/// Trains to an epoch; the last recorded point.
fn train_to(ensemble: &mut Ensemble, epoch: u32) -> Result<CurvePoint, TrainError> {
    let mut last = CurvePoint::default();
    while ensemble.epoch() < epoch {
        last = pollster::block_on(ensemble.advance(u32::MAX))?.point.unwrap_or(last);
    }
    Ok(last)
}

/// Bytes that copies of a point take, each.
fn bytes_of(point: &CurvePoint) -> usize {
    const COPIES: usize = 100;
    let region = Region::new(COUNTED);
    let copies = vec![point.clone(); COPIES];
    let change = region.change();
    drop(copies);
    (change.bytes_allocated - change.bytes_deallocated) / COPIES
}

/// As much as a lesson can record: six tasks, the largest fan, one network for the front, a model of equal size,
/// affinities and pairs.
const LARGEST: &str = "#v=2&p=twins&tasks=6&rows=60&valid=40&test=40&trunk=8&seeds=3&arch=mmoe&matched=on&fan=45&front=on&affinity=on\
    &pairs=on";

// One program, one test: what another one allocates meanwhile would be counted too.
#[test]
fn recorded_points_stay_small_for_ever_and_training_on_takes_no_more_memory() {
    let last = train_to(&mut ensemble(LARGEST), 12).expect("it trains");
    assert!(last.fan.len() >= 6 * 20 && !last.conditioned.is_empty() && !last.affinity.is_empty());
    let mut small = last.clone();
    let gains = &mut small.transfer;
    for gain in
        [&mut gains.best, &mut gains.one_step, &mut gains.now, &mut small.matched_transfer].into_iter().flatten()
    {
        // Of these the page keeps as many as there is room for.
        gain.log_ratios = Vec::new();
    }
    let all = bytes_of(&small) * MOST_POINTS + size_of::<f64>() * MOST_OF_SEEDS;
    println!("{} bytes a point, {} kB for ever", bytes_of(&small), all / 1000);
    assert!(all < 8_000_000, "{all} bytes");

    let mut ensemble = ensemble("#v=2&p=twins");
    train_to(&mut ensemble, 200).expect("it trains");
    let region = Region::new(COUNTED);
    train_to(&mut ensemble, 600).expect("it trains");
    let change = region.change();
    // What grows or shrinks in its place is counted among both.
    let more = change.bytes_allocated as f64 - change.bytes_deallocated as f64;
    println!("{more} bytes more after 400 epochs");
    assert!(more.abs() < 100_000.0, "{more} bytes");
}
