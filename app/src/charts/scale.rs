//! Axes: values to pixels and back, few and round ticks, and how numbers are written.

mod format;
mod ticks;

pub use format::{format_short, format_value};

/// How values are spread over an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Evenly.
    Linear,
    /// Evenly by ratio; values that are not positive lie on the lower end.
    Log,
    /// Log time: evenly by the ratio of one more than the value, which begins at 0. For epochs.
    LogTime,
}

/// One axis: the range of values, and the pixels of its two ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    spread: Spread,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

/// The widest log axis; smaller values lie on its lower end.
const DECADES: f64 = 12.0;

impl Scale {
    /// An even axis from `low`, drawn at pixel `from`, to `high`, drawn at pixel `to`. A range that
    /// is empty or not finite becomes one that can be drawn.
    pub fn linear((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let (low, high) = widened(low, high);
        Scale { spread: Spread::Linear, low, high, from, to }
    }

    /// A logarithmic axis; see [`Scale::linear`].
    pub fn log((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let usable = |x: f64| x.is_finite() && x > 0.0;
        let (low, high) = match (usable(low), usable(high)) {
            (true, true) => (low.min(high), low.max(high)),
            (true, false) => (low, low),
            (false, true) => (high, high),
            (false, false) => (0.1, 10.0),
        };
        let low = low.max(high * 10f64.powf(-DECADES)).max(f64::MIN_POSITIVE * 10.0);
        let (low, high) = if high / low < 1.2 { (low / 1.6, (low * 1.6).max(high)) } else { (low, high) };
        Scale { spread: Spread::Log, low, high: high.min(f64::MAX / 10.0), from, to }
    }

    /// An axis of log time from `low`, at least 0; see [`Scale::linear`].
    pub fn log_time((low, high): (f64, f64), pixels: (f64, f64)) -> Self {
        Scale { spread: Spread::LogTime, ..Scale::linear((low.max(0.0), high.max(0.0)), pixels) }
    }

    /// The range of values.
    pub fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Whether the axis is logarithmic.
    pub fn spread(&self) -> Spread {
        self.spread
    }

    /// The pixel of a value; outside the range it goes on beyond the ends. Not a number where the
    /// value is none.
    pub fn at(&self, value: f64) -> f64 {
        let part = match self.spread {
            Spread::Linear => (value - self.low) / (self.high - self.low),
            Spread::Log if value.is_nan() => f64::NAN,
            Spread::Log if value <= self.low => 0.0,
            Spread::Log => (value / self.low).ln() / (self.high / self.low).ln(),
            Spread::LogTime => (log_time(value) - log_time(self.low)) / (log_time(self.high) - log_time(self.low)),
        };
        self.from + part * (self.to - self.from)
    }

    /// The value at a pixel, kept within the range.
    pub fn value(&self, pixel: f64) -> f64 {
        let part = (pixel - self.from) / (self.to - self.from);
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
        match self.spread {
            Spread::Linear => self.low + part * (self.high - self.low),
            Spread::Log => self.low * (self.high / self.low).powf(part),
            Spread::LogTime => {
                let (from, to) = (log_time(self.low), log_time(self.high));
                // The ends exactly: both ways round, they would miss.
                let inner = (from + part * (to - from)).exp_m1().clamp(self.low, self.high);
                if part < 1.0 { inner } else { self.high }
            }
        }
    }

    /// At least two and at most `most` round values within the range, rising, and how each is written.
    pub fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let most = most.max(2);
        match self.spread {
            Spread::Linear => ticks::linear(self.low, self.high, most),
            Spread::Log => ticks::log(self.low, self.high, most),
            Spread::LogTime => ticks::log_time(self.low, self.high, most),
        }
    }
}

/// `ln(1 + value)`; before 0, where nothing is drawn, straight on.
fn log_time(value: f64) -> f64 {
    if value > 0.0 { value.ln_1p() } else { value }
}

fn widened(low: f64, high: f64) -> (f64, f64) {
    match (low.is_finite(), high.is_finite()) {
        (true, true) => {
            // Half the largest number, so that a difference never overflows.
            let limit = f64::MAX / 4.0;
            let (low, high) = (low.min(high).max(-limit), low.max(high).min(limit));
            let size = low.abs().max(high.abs());
            if high - low > size * 1e-9 && high - low > f64::MIN_POSITIVE * 1e3 {
                (low, high)
            } else {
                let room = if size < f64::MIN_POSITIVE * 1e6 { 1.0 } else { size * 0.1 };
                (low - room, high + room)
            }
        }
        (true, false) => widened(low, low),
        (false, true) => widened(high, high),
        (false, false) => (0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_leads_back_to_its_value() {
        let scales = [
            Scale::linear((2.0, 9.0), (40.0, 400.0)),
            Scale::log((0.01, 3.0), (200.0, 10.0)),
            Scale::log_time((0.0, 200.0), (40.0, 400.0)),
            Scale::log_time((2.0, 3.0), (40.0, 400.0)),
        ];
        for scale in scales {
            for value in [2.1, 2.5, 2.9] {
                assert!((scale.value(scale.at(value)) - value).abs() < 1e-9);
            }
        }
        assert_eq!(Scale::linear((0.0, 1.0), (0.0, 10.0)).value(99.0), 1.0);
    }

    #[test]
    fn log_time_begins_at_zero_and_goes_by_ratios() {
        let scale = Scale::log_time((0.0, 999.0), (0.0, 300.0));
        for (epoch, pixel) in [(0.0, 0.0), (9.0, 100.0), (99.0, 200.0), (999.0, 300.0)] {
            assert!((scale.at(epoch) - pixel).abs() < 1e-9, "{epoch}");
        }
        assert_eq!((scale.value(-5.0), scale.value(1e9)), (0.0, 999.0));
        assert!(scale.at(f64::NAN).is_nan() && scale.at(-1.0) < 0.0);
        // Part of it, as when one looks at a stretch.
        let part = Scale::log_time((9.0, 99.0), (0.0, 100.0));
        assert!(part.at(0.0) < 0.0 && (part.at(9.0), part.at(99.0)) == (0.0, 100.0));
        for (low, high) in [(0.0, 0.0), (-4.0, -2.0), (f64::NAN, f64::INFINITY), (0.0, f64::MAX)] {
            let odd = Scale::log_time((low, high), (0.0, 100.0));
            assert!(odd.at(1.0).is_finite() && odd.value(50.0).is_finite(), "{low}..{high}");
        }
    }
}
