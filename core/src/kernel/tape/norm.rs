//! Layer norm (Ba, Kiros & Hinton 2016), for several tasks side by side.

use super::{Columns, Given, Run, Scratch, Slopes, padded};
use crate::kernel::dense::NORM_EPSILON;

/// `gain (x - mean) / sqrt(variance + e) + shift`, mean and variance over the units of a row and a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Norm {
    /// What it reads.
    pub x: Columns,
    /// Tasks that stand side by side in it.
    pub tasks: usize,
    /// Where its gain begins.
    pub gain: usize,
    /// Where its shift begins.
    pub shift: usize,
}

/// Mean of some units and one by their standard deviation.
fn moments(x: &[f32]) -> (f32, f32) {
    let count = x.len() as f32;
    let mean = x.iter().sum::<f32>() / count;
    let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count;
    (mean, 1.0 / (variance + NORM_EPSILON).sqrt())
}

impl Norm {
    fn each(&self) -> usize {
        (self.x.width / self.tasks.max(1)).max(1)
    }
}

impl Run for Norm {
    fn reads(&self) -> Vec<Columns> {
        vec![self.x]
    }

    fn forward(&self, given: &Given, out: &mut [f32], _: &mut Scratch) {
        let (x, stride) = given.values.of(self.x);
        let (width, each) = (self.x.width, self.each());
        let [gain, shift] = [self.gain, self.shift].map(|at| given.parameters[at..][..width].chunks_exact(each));
        for (y, x) in out.chunks_mut(padded(width)).zip(x.chunks(stride)).take(given.batch) {
            let tasks = y[..width].chunks_exact_mut(each).zip(x[..width].chunks_exact(each));
            for ((y, x), (gain, shift)) in tasks.zip(gain.clone().zip(shift.clone())) {
                let (mean, scale) = moments(x);
                let each = y.iter_mut().zip(x).zip(gain.iter().zip(shift));
                each.for_each(|((y, x), (gain, shift))| *y = (x - mean) * scale * gain + shift);
            }
        }
    }

    fn backward(&self, given: &Given, _: &[f32], dy: &mut [f32], to: &mut Slopes, scratch: &mut Scratch) {
        let (x, stride) = given.values.of(self.x);
        let (width, each) = (self.x.width, self.each());
        let gain = &given.parameters[self.gain..][..width];
        // The rows' gradients by x first: these and those by the parameters are borrowed apart.
        let turned = &mut scratch.turned;
        turned.clear();
        turned.resize(given.batch * width, 0.0);
        let lines = dy.chunks(padded(width)).zip(x.chunks(stride)).zip(turned.chunks_exact_mut(width));
        for ((dy, x), dx) in lines.take(given.batch) {
            for at in (0..width).step_by(each) {
                let (dy, x, gain) = (&dy[at..at + each], &x[at..at + each], &gain[at..at + each]);
                let (mean, scale) = moments(x);
                let (mut sum, mut along) = (0.0, 0.0);
                for (i, ((dy, x), gain)) in dy.iter().zip(x).zip(gain).enumerate() {
                    let normal = (x - mean) * scale;
                    to.parameters[self.gain + at + i] += dy * normal;
                    to.parameters[self.shift + at + i] += dy;
                    sum += dy * gain;
                    along += dy * gain * normal;
                }
                let (sum, along) = (sum / each as f32, along / each as f32);
                for ((dx, dy), (x, gain)) in dx[at..at + each].iter_mut().zip(dy).zip(x.iter().zip(gain)) {
                    *dx = scale * (dy * gain - sum - (x - mean) * scale * along);
                }
            }
        }
        let Some(mut target) = to.target(self.x) else { return };
        target.rows().zip(turned.chunks_exact(width)).for_each(|(dx, own)| dx.take(own.iter().copied()));
    }
}
