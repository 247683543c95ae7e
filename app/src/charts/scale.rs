//! Axes: values to pixels and back, few and round ticks, and how numbers are written.

mod format;

pub use format::{format_percent, format_value};
use format::{scientific, signed};

/// How values are spread over an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Evenly.
    Linear,
    /// Evenly by ratio; values that are not positive lie on the lower end.
    Log,
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
        }
    }

    /// At most `most` round values within the range, rising, and how each is written.
    pub fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let most = most.max(2);
        match self.spread {
            Spread::Linear => linear_ticks(self.low, self.high, most),
            Spread::Log => log_ticks(self.low, self.high, most),
        }
    }
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

fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let rough = (high - low) / most as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0]
        .iter()
        .map(|digit| digit * power)
        .find(|step| (high / step + 1e-9).floor() - (low / step - 1e-9).ceil() + 1.0 <= most as f64)
        .unwrap_or(high - low);
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    let mut ticks = Vec::new();
    let mut k = first;
    while k <= last && ticks.len() < most {
        let value = k * step;
        ticks.push((value, in_steps(value, step)));
        k += 1.0;
    }
    ticks
}

fn log_ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let decades = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let within = |digits: &[f64], stride: i32| -> Vec<(f64, String)> {
        (decades.0..=decades.1)
            .filter(|decade| decade.rem_euclid(stride) == 0)
            .flat_map(|decade| digits.iter().map(move |digit| (*digit, decade)))
            // Parsed, not multiplied: 5e-3 is then the very number that 0.005 stands for.
            .filter_map(|(digit, decade)| format!("{digit}e{decade}").parse::<f64>().ok())
            .filter(|value| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value))
            .map(|value| (value, format_value(value)))
            .collect()
    };
    let sets: [(&[f64], i32); 3] = [(&[1.0, 2.0, 5.0], 1), (&[1.0, 3.0], 1), (&[1.0], 1)];
    for (digits, stride) in sets {
        let ticks = within(digits, stride);
        if ticks.len() <= most {
            return if ticks.len() >= 2 { ticks } else { linear_ticks(low, high, most.min(4)) };
        }
    }
    (2..).map(|stride| within(&[1.0], stride)).find(|ticks| ticks.len() <= most).unwrap_or_default()
}

/// A tick's number with as many decimals as its step needs.
fn in_steps(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if value.abs() >= 1e5 || step < 1e-4 {
        return scientific(value, 2);
    }
    let decimals = (0..=6).find(|&d| {
        let scaled = step * 10f64.powi(d);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    });
    signed(format!("{:.*}", decimals.unwrap_or(6) as usize, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(scale: Scale, most: usize) -> Vec<String> {
        scale.ticks(most).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_pixel_leads_back_to_its_value() {
        for scale in [Scale::linear((2.0, 9.0), (40.0, 400.0)), Scale::log((0.01, 3.0), (200.0, 10.0))] {
            for value in [2.1, 2.5, 2.9] {
                assert!((scale.value(scale.at(value)) - value).abs() < 1e-9);
            }
        }
        assert_eq!(Scale::linear((0.0, 1.0), (0.0, 10.0)).value(99.0), 1.0);
    }

    #[test]
    fn log_ticks_are_few_and_round() {
        let log = |low, high| Scale::log((low, high), (100.0, 0.0));
        assert_eq!(written(log(0.08, 1.3), 6), ["0.1", "0.2", "0.5", "1"]);
        assert_eq!(written(log(0.003, 2.0), 6), ["0.003", "0.01", "0.03", "0.1", "0.3", "1"]);
        assert_eq!(written(log(1e-5, 10.0), 5), ["0.0001", "0.01", "1"]);
        assert_eq!(written(log(0.31, 0.44), 5), ["0.35", "0.40"]);
        for (low, high) in [(1e-12, 1.0), (0.5, 0.7), (1e-300, 1e300), (3.0, 3.0), (0.0, 0.0)] {
            let ticks = log(low, high).ticks(6);
            assert!((1..=6).contains(&ticks.len()), "{low}..{high}: {ticks:?}");
        }
    }

    #[test]
    fn linear_ticks_are_few_and_round() {
        let linear = |low, high| Scale::linear((low, high), (0.0, 100.0));
        assert_eq!(written(linear(0.0, 128.0), 5), ["0", "50", "100"]);
        assert_eq!(written(linear(-0.3, 0.42), 5), ["\u{2212}0.2", "0", "0.2", "0.4"]);
        assert_eq!(written(linear(0.0, 0.0041), 5), ["0", "0.001", "0.002", "0.003", "0.004"]);
        for (low, high) in [(0.0, 1e9), (-1e300, 1e300), (f64::NAN, 1.0), (7.0, 7.0), (0.0, f64::INFINITY)] {
            let ticks = linear(low, high).ticks(5);
            assert!((1..=5).contains(&ticks.len()), "{low}..{high}: {ticks:?}");
        }
    }
}
