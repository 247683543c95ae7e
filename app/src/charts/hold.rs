//! Axes that hold still: what moves on a picture is what has changed.

/// How the ends of an axis are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// To multiples of a round step, not below zero where no value is.
    Even,
    /// To 1, 2 or 5 times a power of ten, at least ten apart by ratio; of positive values.
    Ratio,
    /// Of gains around zero: each side to a quarter or to 0.5, 1, 2, 5, ... , whatever the other does.
    Gain,
}

type Range = (f64, f64);

/// An axis needs new ends where what is shown takes less than this share of it.
const LEAST: f64 = 0.25;

/// What has mattered stays in memory for that many recorded points, and at most twice as many.
const MEMORY: usize = 20;

/// A gain has to lie beyond its axis at so many recorded points more than a quarter of those at which it
/// doesn't, to move it: the ratio of two small losses leaps now and then.
const LASTS: usize = 3;

/// The smallest range of an even axis, as a share of its values.
const NARROWEST: f64 = 0.1;

impl Ends {
    /// Round ends around a range, with some room where values go on moving.
    pub fn around(self, (low, high): Range) -> Range {
        match self {
            Self::Even => {
                let span = (high - low).max(low.abs().max(high.abs()) * NARROWEST).max(1e-9);
                let room = (span - (high - low)) / 2.0 + span * 0.08;
                let step = rung_above((span + 2.0 * room) / 8.0);
                // Divided where it can be: 6 * 0.1 is not 0.6.
                let times = |count: f64| if step < 1.0 { count / (1.0 / step).round() } else { count * step };
                let floor = times(((low - room) / step).floor());
                (if low >= 0.0 { floor.max(0.0) } else { floor }, times(((high + room) / step).ceil()))
            }
            Self::Ratio => {
                let top = rung_above(high * 1.05);
                (rung_below((low / 1.2).min(top / 10.0)), top)
            }
            Self::Gain => {
                let side = |gain: f64| if gain <= 0.25 { 0.25 } else { rung_above(gain).min(100.0) };
                (-side(-low), side(high))
            }
        }
    }

    /// What an axis should show that no longer shows all: so much more on the side where it ended that
    /// it need not move again at once.
    fn grown(self, (low, high): Range, (below, above): (bool, bool)) -> Range {
        let more = if self == Self::Even { (high - low) / 2.0 } else { 0.0 };
        let down = if below { low - more } else { low };
        let down = if low >= 0.0 { down.max(0.0) } else { down };
        (down, if above { high + more } else { high })
    }

    /// The share of an axis that a range takes.
    fn share(self, part: Range, whole: Range) -> f64 {
        match self {
            Self::Ratio => (part.1 / part.0).ln() / (whole.1 / whole.0).ln(),
            // A gain of one task should not be a short bar for the harm that another had once.
            Self::Gain => {
                let side = |part: f64, whole: f64| if whole <= 0.25 { 1.0 } else { part.max(0.0) / whole };
                side(-part.0, -whole.0).min(side(part.1, whole.1))
            }
            Self::Even => (part.1 - part.0) / (whole.1 - whole.0),
        }
    }
}

/// The ends of an axis, which stay as they are until what matters lies beyond them, or for a while
/// takes less than a quarter of the axis. They then go in round steps around all that has mattered
/// lately, so that no noise moves them back and forth; what is lately grows with the run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hold {
    /// How they are rounded, and they themselves.
    held: Option<(Ends, Range)>,
    /// Where the present stretch of memory began, what mattered in it and in the one before.
    since: usize,
    recent: Option<Range>,
    before: Option<Range>,
    /// The last point that was judged, and four times how many lay beyond the axis, less those that didn't.
    outside: (usize, usize),
}

impl Hold {
    /// The ends, where there are any yet.
    pub fn ends(&self) -> Option<Range> {
        self.held.map(|(_, range)| range)
    }

    /// The ends for what matters at the `now`-th recorded point of a run; nothing that isn't finite
    /// does.
    pub fn over(&mut self, ends: Ends, now: usize, matters: Range) -> Range {
        if !(matters.0.is_finite() && matters.1.is_finite()) {
            return self.ends().unwrap_or_else(|| ends.around((0.0, 1.0)));
        }
        if self.held.is_some_and(|(other, _)| other != ends) {
            *self = Self::default();
        }
        if now < self.since {
            *self = Self { held: self.held, since: now, ..Self::default() };
        }
        if now - self.since >= MEMORY.max(now / 4) {
            (self.since, self.before, self.recent) = (now, self.recent, None);
        }
        let held = self.ends();
        let beyond = held.map_or((false, false), |held| (matters.0 < held.0, matters.1 > held.1));
        let leaves = self.leaves(ends, now, beyond);
        // What doesn't move the axis isn't remembered beyond it.
        let within = |held: Range| (matters.0.max(held.0), matters.1.min(held.1));
        let recent = joined(self.recent, held.filter(|_| !leaves).map_or(matters, within));
        self.recent = Some(recent);
        let lately = joined(self.before, recent);
        let range = match held {
            None => ends.around(matters),
            Some(held) if leaves || self.before.is_some() && ends.share(lately, held) < LEAST => {
                self.outside = (now, 0);
                ends.around(ends.grown(lately, if leaves { beyond } else { (false, false) }))
            }
            Some(held) => held,
        };
        self.held = Some((ends, range));
        range
    }

    /// Whether what lies beyond the axis moves it.
    fn leaves(&mut self, ends: Ends, now: usize, beyond: (bool, bool)) -> bool {
        let is_beyond = beyond.0 || beyond.1;
        let (last, count) = self.outside;
        // A point that is drawn once more counts once.
        if last != now || self.recent.is_none() {
            // Flat out many points lie between two pictures; each counts as if it were like the last.
            let passed = now.saturating_sub(last).clamp(1, LASTS);
            self.outside = (now, if is_beyond { count + 4 * passed } else { count.saturating_sub(passed) });
        }
        is_beyond && (ends != Ends::Gain || self.outside.1 >= 4 * LASTS)
    }
}

fn joined(a: Option<Range>, b: Range) -> Range {
    a.map_or(b, |a| (a.0.min(b.0), a.1.max(b.1)))
}

/// The first of 1, 2, 5, 10, ... times a power of ten that is not below a positive number.
pub(crate) fn rung_above(value: f64) -> f64 {
    let power = power_of(value);
    [1.0, 2.0, 5.0].iter().map(|digit| digit * power).find(|rung| *rung >= value * (1.0 - 1e-9)).unwrap_or(power * 10.0)
}

/// The last one that is not above it.
fn rung_below(value: f64) -> f64 {
    let power = power_of(value);
    [5.0, 2.0, 1.0].iter().map(|digit| digit * power).find(|rung| *rung <= value * (1.0 + 1e-9)).unwrap_or(power)
}

fn power_of(value: f64) -> f64 {
    10f64.powf(value.clamp(1e-300, 1e300).log10().floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between 0 and 1, the same on every machine.
    fn noise(k: usize) -> f64 {
        let mixed = (k as u32 + 1).wrapping_mul(2_654_435_761);
        f64::from((mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519) >> 8) / f64::from(1u32 << 24)
    }

    /// How often the ends change over a series.
    fn changes(ends: Ends, matters: impl Fn(usize) -> Range, points: usize) -> usize {
        let mut hold = Hold::default();
        let seen: Vec<Range> = (0..points).map(|now| hold.over(ends, now, matters(now))).collect();
        seen.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }

    #[test]
    fn ends_are_round_and_leave_some_room() {
        assert_eq!(Ends::Even.around((0.13, 0.52)), (0.0, 0.6));
        assert_eq!(Ends::Even.around((-3.0, 4.1)), (-4.0, 6.0));
        assert_eq!(Ends::Ratio.around((0.03, 0.7)), (0.02, 1.0));
        assert_eq!(Ends::Ratio.around((0.69, 0.7)), (0.1, 1.0));
        assert_eq!(Ends::Gain.around((-0.057, 0.01)), (-0.25, 0.25));
        assert_eq!(Ends::Gain.around((-0.677, 0.3)), (-1.0, 0.5));
        assert_eq!(Ends::Gain.around((-12.69, 0.0)), (-20.0, 0.25));
        for (low, high) in [(0.5, 0.5), (0.0, 0.0), (-1e-12, 1e-12), (1e-9, 1e9)] {
            let (from, to) = Ends::Even.around((low, high));
            assert!(from <= low && high <= to && from < to, "{low}..{high}: {from}..{to}");
        }
    }

    #[test]
    fn an_axis_moves_only_when_something_lies_beyond_it() {
        let mut hold = Hold::default();
        let first = hold.over(Ends::Even, 0, (0.2, 0.7));
        for now in 1..300 {
            let wobble = 0.04 * noise(now);
            assert_eq!(hold.over(Ends::Even, now, (0.2 + wobble, 0.7 - wobble)), first);
        }
        let next = hold.over(Ends::Even, 300, (0.2, 0.95));
        assert!(next.1 > first.1);
        assert_eq!(hold.over(Ends::Even, 301, (0.2, 0.7)), next);
        // What is no number changes nothing.
        assert_eq!(hold.over(Ends::Even, 302, (f64::NAN, 0.7)), next);
    }

    #[test]
    fn an_axis_that_stays_nearly_empty_closes_in_once() {
        let mut hold = Hold::default();
        let wide = hold.over(Ends::Gain, 0, (-3.0, 0.1));
        assert_eq!(wide, (-5.0, 0.25));
        let mut ends = vec![wide];
        for now in 1..200 {
            let next = hold.over(Ends::Gain, now, (-0.1 * noise(now), 0.1));
            if ends.last() != Some(&next) {
                ends.push(next);
            }
        }
        assert_eq!(ends, [(-5.0, 0.25), (-0.25, 0.25)]);
    }

    #[test]
    fn a_gain_moves_its_axis_when_it_lasts_and_not_when_it_leaps() {
        let mut hold = Hold::default();
        let gain = |now: usize| if now % 9 == 4 { (-4.0, 0.3) } else { (-0.1, 0.3) };
        for now in 0..500 {
            assert_eq!(hold.over(Ends::Gain, now, gain(now)), (-0.25, 0.5), "{now}");
            // Drawn once more.
            assert_eq!(hold.over(Ends::Gain, now, gain(now)), (-0.25, 0.5), "{now}");
        }
        let seen: Vec<Range> = (500..504).map(|now| hold.over(Ends::Gain, now, (-0.6, 0.3))).collect();
        assert_eq!(seen.last(), Some(&(-1.0, 0.5)), "{seen:?}");
    }

    #[test]
    fn a_gain_that_many_points_have_passed_by_moves_its_axis_in_one_picture() {
        let mut hold = Hold::default();
        assert_eq!(hold.over(Ends::Gain, 1, (-0.1, 0.1)), (-0.25, 0.25));
        assert_eq!(hold.over(Ends::Gain, 80, (-0.1, 0.6)), (-0.25, 1.0));
    }

    #[test]
    fn noise_does_not_move_an_axis_back_and_forth() {
        // Around an end of the axis.
        assert!(changes(Ends::Gain, |k| (-0.2 - 0.2 * noise(k), 0.1), 3000) <= 1);
        // Now and then far out.
        let spikes = |k: usize| (0.2, if noise(k) > 0.97 { 5.0 } else { 0.3 + 0.1 * noise(k + 9) });
        let count = changes(Ends::Even, spikes, 3000);
        assert!(count <= 8, "{count}");
        // At any size, falling all the while.
        let falling = |k: usize| {
            let level = (-(k as f64) / 60.0).exp();
            (level * (0.5 + noise(k)), level * 2.0 * (1.0 + noise(k + 5)))
        };
        let count = changes(Ends::Even, falling, 600);
        assert!(count <= 25, "{count}");
        let count = changes(Ends::Ratio, |k| (falling(k).0, 2.0), 600);
        assert!(count <= 15, "{count}");
    }

    #[test]
    fn another_kind_of_axis_begins_anew_and_a_step_back_keeps_the_ends() {
        let mut hold = Hold::default();
        let even = hold.over(Ends::Even, 50, (0.1, 0.7));
        assert_eq!(hold.over(Ends::Even, 10, (0.1, 0.6)), even);
        assert_eq!(hold.over(Ends::Ratio, 11, (0.1, 0.7)), (0.05, 1.0));
        assert_eq!(hold.ends(), Some((0.05, 1.0)));
        assert_eq!(Hold::default().ends(), None);
    }
}
