//! The steps to the single-task loss, against its definition over whole curves.

use super::wild;
use mtl_core::measure::steps_to_baseline::StepsToBaseline;
use proptest::prelude::*;

/// By definition: where the curve alone is lowest first, and where the other first is as low.
fn slow(joint: &[(u32, f64)], alone: &[(u32, f64)]) -> [Option<u32>; 2] {
    let finite = |curve: &[(u32, f64)]| curve.iter().copied().filter(|(_, loss)| loss.is_finite()).collect::<Vec<_>>();
    let level = finite(alone).into_iter().map(|(_, loss)| loss).fold(f64::INFINITY, f64::min);
    let first =
        |curve: &[(u32, f64)]| finite(curve).into_iter().find(|(_, loss)| *loss <= level).map(|(steps, _)| steps);
    match first(alone) {
        Some(steps) if steps > 0 => [first(joint), Some(steps)],
        _ => [None, None],
    }
}

fn steps(points: &[[(u32, f64); 2]]) -> [Option<u32>; 2] {
    let mut run = StepsToBaseline::default();
    points.iter().for_each(|[joint, alone]| run.record(*joint, *alone));
    run.steps()
}

#[test]
fn a_task_that_comes_later_counts_its_own_steps() {
    // While another task is trained nothing is counted, though the trunk may help already.
    let waiting = [0.9, 0.8, 0.85].map(|loss| [(0, loss), (0, 1.0)]);
    assert_eq!(steps(&waiting), [None, None]);
    let trained = [[(10, 0.5), (10, 0.9)], [(20, 0.4), (20, 0.6)], [(30, 0.3), (30, 0.45)]];
    assert_eq!(steps(&[&waiting[..], &trained[..1]].concat()), [Some(0), Some(10)]);
    assert_eq!(steps(&[&waiting[..], &trained[..2]].concat()), [Some(10), Some(20)]);
    assert_eq!(steps(&[&waiting[..], &trained[..]].concat()), [Some(20), Some(30)]);
}

#[test]
fn the_loss_to_reach_is_the_lowest_alone_and_not_the_newest() {
    let points = [[(10, 0.8), (10, 0.7)], [(20, 0.7), (20, 0.5)], [(30, 0.6), (30, 0.9)]];
    assert_eq!(steps(&points), [None, Some(20)]);
    assert_eq!(steps(&[&points[..], &[[(40, 0.5), (40, 0.9)]]].concat()), [Some(40), Some(20)]);
}

#[test]
fn a_model_that_has_diverged_tells_nothing() {
    let none = f64::NAN;
    assert_eq!(steps(&[]), [None, None]);
    assert_eq!(steps(&[[(10, 0.5), (10, none)]]), [None, None]);
    assert_eq!(steps(&[[(10, none), (10, 0.5)], [(20, none), (20, 0.4)]]), [None, Some(20)]);
    assert_eq!(steps(&[[(10, 0.4), (10, 0.5)], [(20, none), (20, none)]]), [Some(10), Some(10)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_of_the_curves_says_what_all_of_them_would(
        points in prop::collection::vec((wild(), wild(), 0_u32..3, 0_u32..3), 0..12),
    ) {
        let (mut run, mut seen) = (StepsToBaseline::default(), (Vec::new(), Vec::new()));
        let mut counts = (0, 0);
        for (joint, alone, more, more_alone) in points {
            counts = (counts.0 + more, counts.1 + more_alone);
            seen.0.push((counts.0, joint));
            seen.1.push((counts.1, alone));
            // A point that is recorded twice is one point.
            (0..2).for_each(|_| run.record((counts.0, joint), (counts.1, alone)));
            prop_assert_eq!(run.steps(), slow(&seen.0, &seen.1));
        }
    }
}
