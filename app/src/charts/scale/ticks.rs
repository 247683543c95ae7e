//! Few and round ticks, but never fewer than two: one number says nothing about an axis.

use super::format::{format_value, scientific, signed};

type Ticks = Vec<(f64, String)>;

/// The digits of the ladder, coarser from set to set.
const DIGITS: [&[f64]; 3] = [&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];

pub(super) fn linear(low: f64, high: f64, most: usize) -> Ticks {
    let rough = (high - low) / most as f64;
    let power = 10f64.powf(rough.log10().floor());
    let every = |step: f64| {
        let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
        // The finest step is no finer than a tenth of what would do.
        (0..12 * most).map(|k| first + k as f64).take_while(|k| *k <= last).map(|k| tick(k * step, step)).collect()
    };
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0];
    few(steps.iter().map(|digit| every(digit * power)), most)
}

pub(super) fn log(low: f64, high: f64, most: usize) -> Ticks {
    let ticks = few(ladders(low, high), most);
    if ticks.len() < 2 { linear(low, high, most.min(4)) } else { ticks }
}

/// 0, 1, 2, 5, 10, 20, ...
pub(super) fn log_time(low: f64, high: f64, most: usize) -> Ticks {
    let zero = (low <= 0.0).then(|| (0.0, "0".to_string()));
    let whole = |ticks: Ticks| zero.clone().into_iter().chain(ticks.into_iter().filter(|tick| tick.0 >= 1.0)).collect();
    let ticks = few(ladders(low.max(0.5), high).map(whole), most);
    if ticks.len() < 2 { linear(low, high, most) } else { ticks }
}

/// The first set of two to `most` ticks. Where none is, the ends of the smallest one that is too large;
/// nothing where there is none either.
fn few(sets: impl Iterator<Item = Ticks>, most: usize) -> Ticks {
    let mut ends = Vec::new();
    for set in sets {
        match set.len() {
            0 | 1 => {}
            count if count <= most => return set,
            _ => ends = [set.first(), set.last()].into_iter().flatten().cloned().collect(),
        }
    }
    ends
}

/// Round values within a range that go by ratios, from all of the ladder to fewer and fewer decades.
fn ladders(low: f64, high: f64) -> impl Iterator<Item = Ticks> {
    let decades = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let within = move |digits: &[f64], stride: i32| -> Ticks {
        (decades.0..=decades.1)
            .filter(|decade| decade.rem_euclid(stride) == 0)
            .flat_map(|decade| digits.iter().map(move |digit| (*digit, decade)))
            // Parsed, not multiplied: 5e-3 is then the very number that 0.005 stands for.
            .filter_map(|(digit, decade)| format!("{digit}e{decade}").parse::<f64>().ok())
            .filter(|value| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value))
            .map(|value| (value, format_value(value)))
            .collect()
    };
    let widest = (decades.1 - decades.0).max(2);
    DIGITS.into_iter().map(move |digits| within(digits, 1)).chain((2..=widest).map(move |s| within(&[1.0], s)))
}

/// A tick with as many decimals as its step needs.
fn tick(value: f64, step: f64) -> (f64, String) {
    let size = value.abs();
    if size == 0.0 {
        return (value, "0".into());
    }
    if size >= 1e5 || (step < 1e-4 && size < 1e-2) {
        // One more than the powers are apart, for steps of 2.5.
        let decimals = (size.log10().floor() - step.log10().floor()).clamp(0.0, 15.0) as usize + 1;
        return (value, scientific(value, decimals));
    }
    let decimals = (0..=15).find(|&d| {
        let scaled = step * 10f64.powi(d);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    });
    (value, signed(format!("{:.*}", decimals.unwrap_or(15) as usize, value)))
}

#[cfg(test)]
mod tests {
    use super::super::Scale;
    use std::collections::HashSet;

    fn written(scale: Scale, most: usize) -> Vec<String> {
        scale.ticks(most).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn log_ticks_are_few_and_round() {
        let log = |low, high| Scale::log((low, high), (100.0, 0.0));
        assert_eq!(written(log(0.08, 1.3), 6), ["0.1", "0.2", "0.5", "1"]);
        assert_eq!(written(log(0.003, 2.0), 6), ["0.003", "0.01", "0.03", "0.1", "0.3", "1"]);
        assert_eq!(written(log(1e-5, 10.0), 5), ["0.0001", "0.01", "1"]);
        assert_eq!(written(log(0.31, 0.44), 5), ["0.35", "0.40"]);
    }

    #[test]
    fn linear_ticks_are_few_and_round() {
        let linear = |low, high| Scale::linear((low, high), (0.0, 100.0));
        assert_eq!(written(linear(0.0, 128.0), 5), ["0", "50", "100"]);
        assert_eq!(written(linear(-0.3, 0.42), 5), ["\u{2212}0.2", "0", "0.2", "0.4"]);
        assert_eq!(written(linear(0.0, 0.0041), 5), ["0", "0.001", "0.002", "0.003", "0.004"]);
        assert_eq!(written(linear(1e5, 1.4e5), 5), ["1e5", "1.1e5", "1.2e5", "1.3e5", "1.4e5"]);
    }

    #[test]
    fn epochs_go_by_one_two_and_five_from_zero_on() {
        let time = |low, high| Scale::log_time((low, high), (0.0, 400.0));
        assert_eq!(written(time(0.0, 200.0), 12), ["0", "1", "2", "5", "10", "20", "50", "100", "200"]);
        assert_eq!(written(time(0.0, 200.0), 6), ["0", "1", "3", "10", "30", "100"]);
        assert_eq!(written(time(0.0, 2e4), 6), ["0", "1", "10", "100", "1000", "10000"]);
        assert_eq!(written(time(0.0, 1.0), 6), ["0", "1"]);
        assert_eq!(written(time(30.0, 400.0), 6), ["50", "100", "200"]);
        assert_eq!(written(time(41.0, 48.0), 4), ["42", "44", "46", "48"]);
    }

    #[test]
    fn every_axis_has_at_least_two_ticks_that_differ() {
        let mut ranges = vec![
            (1e-12, 1.0),
            (1e-300, 1e300),
            (-1e300, 1e300),
            (0.0, f64::INFINITY),
            (f64::NAN, 1.0),
            (3.0, 3.0),
            (0.0, 0.0),
            (0.3, 0.52),
            (1.0, 1.000_000_1),
            (123_456.0, 123_457.0),
        ];
        // Wherever a range begins and however wide it is.
        for k in 0..400 {
            let low = f64::from(k * 37 % 101) * 0.0137;
            ranges.push((low, low + 10f64.powf(f64::from(k % 29) / 4.0 - 4.0)));
        }
        for (low, high) in ranges {
            let pixels = (0.0, 100.0);
            let scales = [Scale::linear, Scale::log, Scale::log_time].map(|make| make((low, high), pixels));
            for (scale, most) in scales.iter().flat_map(|scale| [2, 3, 5, 7].map(|most| (scale, most))) {
                let ticks = scale.ticks(most);
                let texts: HashSet<_> = ticks.iter().map(|(_, text)| text).collect();
                assert!((2..=most).contains(&texts.len()), "{:?} {low}..{high}, {most}: {ticks:?}", scale.spread());
                assert_eq!(texts.len(), ticks.len(), "{ticks:?}");
                let (low, high) = scale.range();
                let room = (high - low) * 1e-6;
                assert!(ticks.iter().all(|(value, _)| (low - room..=high + room).contains(value)), "{ticks:?}");
            }
        }
    }
}
