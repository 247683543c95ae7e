//! The recorded points of a run, as the page keeps them.

use mtl_core::measure::transfer::TransferGain;
use mtl_core::protocol::{CurvePoint, Gains, MOST_OF_SEEDS, MOST_POINTS};

/// When points are too many the first so many stay, where a run changes most.
const FIRST: usize = 300;

/// Appends points; those that they overtake (after a step back) are forgotten. Where there are too many, every second
/// one after the first ones goes; where single seeds have too many numbers, every second point that has some keeps only
/// what is said over all seeds.
pub fn append(curves: &mut Vec<CurvePoint>, points: Vec<CurvePoint>) {
    let Some(step) = points.first().map(|point| point.step) else { return };
    while curves.last().is_some_and(|point| point.step >= step) {
        curves.pop();
    }
    curves.extend(points);
    while curves.len() > MOST_POINTS {
        let newest = curves.len() - 1;
        let mut place = 0;
        curves.retain(|_| {
            place += 1;
            place <= FIRST || place % 2 == 0 || place > newest
        });
    }
    while curves.iter().map(of_seeds).sum::<usize>() > MOST_OF_SEEDS {
        let newest = curves.len() - 1;
        let with_some = curves.iter_mut().take(newest).filter(|point| of_seeds(point) > 0);
        if with_some.step_by(2).map(forget_seeds).count() == 0 {
            return;
        }
    }
}

/// The gains of a point that hold numbers of single seeds.
fn gains(point: &mut CurvePoint) -> impl Iterator<Item = &mut TransferGain> {
    let CurvePoint { transfer: Gains { best, one_step, now }, matched_transfer, .. } = point;
    [best, one_step, now, matched_transfer].into_iter().flatten()
}

/// How many numbers of single seeds a point holds.
fn of_seeds(point: &CurvePoint) -> usize {
    let CurvePoint { transfer: Gains { best, one_step, now }, matched_transfer, .. } = point;
    [best, one_step, now, matched_transfer].into_iter().flatten().map(|gain| gain.log_ratios.len()).sum()
}

fn forget_seeds(point: &mut CurvePoint) {
    gains(point).for_each(|gain| gain.log_ratios = Vec::new());
}

/// Forgets the points after a step.
pub fn forget_after(curves: &mut Vec<CurvePoint>, step: u32) {
    curves.retain(|point| point.step <= step);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(steps: &[u32]) -> Vec<CurvePoint> {
        steps.iter().map(|step| CurvePoint { step: *step, ..CurvePoint::default() }).collect()
    }

    fn steps(curves: &[CurvePoint]) -> Vec<u32> {
        curves.iter().map(|point| point.step).collect()
    }

    #[test]
    fn points_that_come_again_take_the_place_of_those_before() {
        let mut curves = points(&[0, 10, 20, 30]);
        append(&mut curves, points(&[20, 40]));
        assert_eq!(steps(&curves), [0, 10, 20, 40]);
        append(&mut curves, Vec::new());
        assert_eq!(steps(&curves), [0, 10, 20, 40]);
    }

    #[test]
    fn numbers_of_single_seeds_stay_few_and_the_newest_point_keeps_its_own() {
        let seen = |step| {
            let gain = TransferGain { log_ratios: vec![0.5; 64], ..TransferGain::default() };
            let transfer = Gains { best: vec![gain.clone(); 6], now: vec![gain; 6], ..Gains::default() };
            CurvePoint { step, transfer, ..CurvePoint::default() }
        };
        let mut curves = Vec::new();
        for step in 0..1000 {
            append(&mut curves, vec![seen(step)]);
        }
        let kept: Vec<u32> = curves.iter().filter(|point| of_seeds(point) > 0).map(|point| point.step).collect();
        assert_eq!((curves.len(), kept.last()), (1000, Some(&999)));
        assert!((50..=MOST_OF_SEEDS / (12 * 64)).contains(&kept.len()), "{}", kept.len());
        // The newest have theirs; the older, the fewer.
        assert!((990..1000).all(|step| kept.contains(&step)), "{kept:?}");
    }

    #[test]
    fn points_stay_few_and_the_first_ones_and_the_newest_are_among_them() {
        let mut curves = Vec::new();
        for step in 0..10_000 {
            append(&mut curves, points(&[step]));
            assert!(curves.len() <= MOST_POINTS);
        }
        let kept = steps(&curves);
        assert_eq!((&kept[..FIRST], kept.last()), (&(0..FIRST as u32).collect::<Vec<_>>()[..], Some(&9999)));
        assert!(kept.is_sorted() && kept.len() > MOST_POINTS / 2);
    }

    #[test]
    fn a_step_itself_is_not_after_it() {
        let mut curves = points(&[0, 10, 20]);
        forget_after(&mut curves, 10);
        assert_eq!(steps(&curves), [0, 10]);
    }
}
