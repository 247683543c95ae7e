//! The recorded points of a run, as the page keeps them.

use mtl_core::protocol::CurvePoint;

/// Appends points; those that they overtake (after a step back) are forgotten.
pub fn append(curves: &mut Vec<CurvePoint>, points: Vec<CurvePoint>) {
    let Some(step) = points.first().map(|point| point.step) else { return };
    while curves.last().is_some_and(|point| point.step >= step) {
        curves.pop();
    }
    curves.extend(points);
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
    fn a_step_itself_is_not_after_it() {
        let mut curves = points(&[0, 10, 20]);
        forget_after(&mut curves, 10);
        assert_eq!(steps(&curves), [0, 10]);
    }
}
