//! CAGrad's protocol, and FAMO's ends: scale 1 over 100 000 steps.

use crate::run::{Walk, usual};
use mtl_core::config::Pick;
use mtl_core::landscape::{Racer, TwoValleys};

const STARTS: [[f64; 2]; 3] = [[-8.5, 7.5], [-8.5, -5.0], [9.0, 9.0]];

fn ends(pick: &Pick, steps: u32) -> [Racer; 3] {
    let valleys = TwoValleys { scale: 1.0 };
    STARTS.map(|start| Walk::adam(pick.clone(), start, &valleys).to(steps).racer)
}

/// Against an independent implementation in f64, by the protocol of Liu et al. 2021 (CAGrad). Measured here:
///
/// ```text
///             (-8.5, 7.5)                 (-8.5, -5)        (9, 9)
/// mean        stuck (-5.06, 2.16)          0.000            stuck (5.04, 2.29)
/// mgda        -3.322                      -6.992             3.326
/// pcgrad      -3.855 @42316               -6.434             3.784 @51858
/// cagrad .5    0.000 @65198                0.000             0.000 @71170
/// famo        -0.116                      -3.781             0.109
/// aligned-mtl  0.000                       0.000             0.000
/// nash-mtl    -2.938, stays               -6.553             2.941
/// imtl-g      -2.334 at arrival, then 0   -6.687, then 0     2.202, then 0
/// ```
///
/// Its numbers, but for: MGDA -3.644 and 3.506, PCGrad -2.970 @52074 and 2.233 @58564, where
/// the way leads along a zig-zag that magnifies rounding; Nash-MTL, which drifts to 0.000 there on a
/// numerical floor of 1e-6, and stands still here where no bargain exists; and IMTL-G, which stays at
/// its arrival there, while here its weights near the floor have a negative sum, for which the
/// balancer takes the mean gradient, which leads to 0.
#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn only_cagrad_and_aligned_mtl_reach_the_minimum_of_the_average_from_everywhere() {
    for (key, x1, tolerance) in [
        ("cagrad", [0.0, 0.0, 0.0], 1e-3),
        ("aligned-mtl", [0.0, 0.0, 0.0], 1e-3),
        ("famo", [-0.116, -3.781, 0.109], 0.05),
        ("mgda", [-3.644, -6.988, 3.506], 0.4),
    ] {
        let racers = ends(&usual(key), 100_000);
        for (racer, x1) in racers.iter().zip(x1) {
            println!("{key} {:?} {:?}", racer.x(), racer.arrived());
            assert!(racer.arrived().is_some() && (racer.x()[0] - x1).abs() < tolerance, "{key}: {:?}", racer.x());
        }
    }
    let [left, below, right] = ends(&usual("mean"), 100_000);
    assert!(left.arrived().is_none() && right.arrived().is_none());
    assert!((left.x()[0] + 5.05).abs() < 0.05 && (right.x()[0] - 5.02).abs() < 0.05);
    assert!(below.x()[0].abs() < 1e-3 && (below.losses()[0] + 15.09164).abs() < 1e-4);
    for (key, first) in [("pcgrad", [-3.855, -6.434, 3.784]), ("nash-mtl", [-2.938, -6.553, 2.941])] {
        for (racer, x1) in ends(&usual(key), 100_000).iter().zip(first) {
            assert!((racer.x()[0] - x1).abs() < 0.3, "{key}: {:?}", racer.x());
        }
    }
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn famo_is_balanced_from_all_five_starts() {
    let valleys = TwoValleys { scale: 0.1 };
    for start in [[-8.5, 7.5], [0.0, 0.0], [9.0, 9.0], [-7.5, -0.5], [9.0, -1.0]] {
        let racer = Walk::adam(usual("famo"), start, &valleys).to(50_000).racer;
        assert!(racer.arrived().is_some() && racer.x()[0].abs() < 2.5, "{start:?}: {:?}", racer.x());
    }
}
