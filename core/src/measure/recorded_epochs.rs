//! Which epochs are recorded.
//!
//! The rule depends on the epoch alone, so that speed, pauses and batch sizes never change which points a
//! curve has, and its points thin out as the epochs grow: some 350 for every tenfold, 1 335 for a million
//! epochs. Gaps are 1, 2, 5 and their tens, so that round epochs are among them.

/// From the end of the first epochs on, gaps are at most so much of the epoch: one part in so many.
const PARTS: u32 = 100;

/// The last epoch of each of the first gaps, which are wider for their epoch than the later ones: there an
/// epoch is short, and recording it takes longer than training it.
const FIRST: [(u32, u32); 3] = [(50, 1), (200, 2), (1000, 5)];

/// Epochs from one recorded epoch to the next, for the epochs of a range that ends at a multiple of it.
fn gap(epoch: u32) -> u32 {
    if let Some((_, gap)) = FIRST.iter().find(|(last, _)| epoch <= *last) {
        return *gap;
    }
    // The power of ten below the epoch; an epoch that is one ends the range before it.
    let tens = 10_u32.pow((epoch - 1).ilog10());
    let times = epoch.div_ceil(tens);
    let multiple = match times {
        0..=2 => 1,
        3..=5 => 2,
        _ => 5,
    };
    multiple * (tens / PARTS)
}

/// Whether the end of an epoch is recorded.
///
/// ```
/// use mtl_core::measure::recorded_epochs::is_recorded;
///
/// let recorded = |epochs: std::ops::Range<u32>| epochs.filter(|epoch| is_recorded(*epoch)).collect::<Vec<_>>();
/// assert_eq!(recorded(47..57), [47, 48, 49, 50, 52, 54, 56]);
/// assert_eq!(recorded(1990..2050), [1990, 2000, 2020, 2040]);
/// ```
pub fn is_recorded(epoch: u32) -> bool {
    epoch.is_multiple_of(gap(epoch))
}

/// The first recorded epoch after another; the last epoch that can be counted where there is none.
pub fn after(epoch: u32) -> u32 {
    let Some(next) = epoch.checked_add(1) else { return epoch };
    let gap = gap(next);
    (epoch / gap + 1).saturating_mul(gap)
}

/// How many epochs after the first one are recorded up to one, it included.
pub fn count(last: u32) -> u32 {
    let next = |epoch: &u32| Some(after(*epoch)).filter(|next| next > epoch);
    std::iter::successors(Some(0), next).skip(1).take_while(|epoch| *epoch <= last).map(|_| 1).sum()
}

/// How long training takes, flat out, and what of it goes into recording: seconds, and a share.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Optimiser steps per second of training alone.
    pub steps_per_second: f64,
    /// Seconds by which a recorded step lasts longer.
    pub record_seconds: f64,
    /// Optimiser steps in an epoch.
    pub steps_per_epoch: u32,
}

impl Rates {
    /// The seconds that some epochs take, and the share of them that recording takes.
    pub fn over(&self, epochs: std::ops::Range<u32>) -> (f64, f64) {
        let recording = f64::from(count(epochs.end) - count(epochs.start)) * self.record_seconds;
        let steps = f64::from(epochs.end - epochs.start) * f64::from(self.steps_per_epoch);
        let seconds = steps / self.steps_per_second + recording;
        (seconds, recording / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every recorded epoch up to one.
    fn up_to(last: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(0), |epoch| Some(after(*epoch))).take_while(move |epoch| *epoch <= last)
    }

    #[test]
    fn stepping_from_one_to_the_next_meets_every_recorded_epoch() {
        let each: Vec<u32> = (0..=30_000).filter(|epoch| is_recorded(*epoch)).collect();
        assert_eq!(up_to(30_000).collect::<Vec<_>>(), each);
    }

    #[test]
    fn the_first_fifty_are_all_recorded_and_round_ones_always() {
        assert!((0..=50).all(is_recorded));
        let round = (1..=9).flat_map(|digit| (2..=8).map(move |tens| digit * 10_u32.pow(tens)));
        assert!(round.clone().all(is_recorded), "{:?}", round.filter(|epoch| !is_recorded(*epoch)).collect::<Vec<_>>());
    }

    #[test]
    fn gaps_are_at_most_a_hundredth_of_the_epoch_and_points_stay_few() {
        assert!(
            up_to(1_000_000_000)
                .zip(up_to(1_000_000_000).skip(1))
                .all(|(one, next)| { one <= 1000 || (next - one) * PARTS <= next && (next - one) * 3 * PARTS >= next })
        );
        assert_eq!([0, 1000, 10_000, 1_000_000, 1_000_000_000].map(count), [0, 285, 635, 1335, 2385]);
    }

    #[test]
    fn the_end_of_counting_is_no_fault() {
        assert_eq!(after(u32::MAX), u32::MAX);
        assert!(after(u32::MAX - 1) > u32::MAX - 100_000_000);
    }
}
