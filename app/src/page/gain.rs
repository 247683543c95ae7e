//! How a transfer gain is written, wherever the page names one.

use super::panels::{percent, with_sign};
use mtl_core::measure::transfer::{TransferGain, Verdict};

/// Below this gain a percentage says little: it is written as a factor between the losses.
const FACTOR_BELOW: f64 = -10.0;

/// From this factor on it is written with a power of ten.
const LONG: f64 = 1e5;

/// The gain where its number may be named: not where there is none to state, nor where nothing is learned.
pub fn named(gain: &TransferGain) -> Option<&TransferGain> {
    gain.is_named().then_some(gain)
}

/// What a factor is one of.
const OF_THE_LOSS: &str = " the loss";

/// A text of gains where there is little room: whose factors they are is said elsewhere.
pub fn brief(text: &str) -> String {
    text.replace(OF_THE_LOSS, "")
}

/// A gain as a signed percentage, `+12.3 %` or `-123 %`; below -1000 % as how many times the loss alone the loss with
/// the others is, `12× the loss`; a dash where it is not finite.
pub fn gain_text(gain: f64) -> String {
    factor(gain).map_or_else(|| percent(gain), |factor| [&factor, OF_THE_LOSS].concat())
}

/// A gain in whole percent with a true minus sign, for sentences; else as [`gain_text`].
pub fn whole_gain_text(gain: f64) -> String {
    if gain.is_finite() && gain >= FACTOR_BELOW { [&whole(gain), " %"].concat() } else { gain_text(gain) }
}

/// An interval of gains, `-10.4 to +12.3 %`, each end as [`gain_text`]; empty where it has no ends.
pub fn interval_text(low: f64, high: f64) -> String {
    interval(low, high, percent)
}

/// A gain's interval; empty where it comes too early to mean anything.
pub fn stated_interval(gain: &TransferGain) -> String {
    if gain.verdict == Verdict::TooEarly { String::new() } else { interval_text(gain.low, gain.high) }
}

/// An interval with its ends as [`whole_gain_text`].
pub fn whole_interval_text(low: f64, high: f64) -> String {
    interval(low, high, whole_gain_text)
}

/// The two ends, the first without what both are in.
fn interval(low: f64, high: f64, percentage: fn(f64) -> String) -> String {
    if !(low.is_finite() && high.is_finite()) {
        return String::new();
    }
    let first = match (factor(low), factor(high)) {
        (Some(low), Some(_)) => low,
        (Some(_), None) => gain_text(low),
        (None, _) => percentage(low).trim_end_matches(" %").into(),
    };
    let second = if factor(high).is_some() { gain_text(high) } else { percentage(high) };
    [&first, " to ", &second].concat()
}

fn whole(gain: f64) -> String {
    with_sign(gain * 100.0, 0).replace('-', "\u{2212}")
}

/// The loss with the others over the loss alone, where that says more than a percentage.
fn factor(gain: f64) -> Option<String> {
    let factor = 1.0 - gain;
    (gain.is_finite() && gain < FACTOR_BELOW).then(|| match factor < LONG {
        true => format!("{factor:.0}\u{d7}"),
        false => format!("{factor:.1e}\u{d7}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_is_a_signed_percentage_down_to_ten_times_the_loss_more() {
        for (gain, text) in [
            (0.236, "+23.6 %"),
            (0.0, "+0.0 %"),
            (-0.57, "-57.0 %"),
            (-5.68, "-568 %"),
            (-10.0, "-1000 %"),
            (-10.01, "11\u{d7} the loss"),
            (-299.0, "300\u{d7} the loss"),
            (-1.5e7, "1.5e7\u{d7} the loss"),
            (f64::NAN, "\u{2014}"),
            (f64::NEG_INFINITY, "\u{2014}"),
        ] {
            assert_eq!(gain_text(gain), text);
        }
    }

    #[test]
    fn no_number_is_named_where_nothing_is_learned_or_known() {
        let gain = |verdict| TransferGain { mean: 0.1, seeds: 5, verdict, ..TransferGain::default() };
        for verdict in [Verdict::TooEarly, Verdict::NotClear, Verdict::AboutTheSame, Verdict::Gains, Verdict::Loses] {
            assert!(named(&gain(verdict)).is_some(), "{verdict:?}");
        }
        for verdict in [Verdict::Undefined, Verdict::NothingLearned] {
            assert_eq!(named(&gain(verdict)), None, "{verdict:?}");
        }
        // Nothing is recorded yet.
        assert_eq!(named(&TransferGain::default()), None);
    }

    #[test]
    fn a_sentence_names_whole_percent() {
        for (gain, text) in [(0.336, "+34 %"), (-0.057, "\u{2212}6 %"), (-0.001, "+0 %"), (-12.0, "13\u{d7} the loss")]
        {
            assert_eq!(whole_gain_text(gain), text);
        }
        assert_eq!(whole_gain_text(f64::NAN), "\u{2014}");
    }

    #[test]
    fn an_interval_names_what_both_ends_are_in_once() {
        for (low, high, text) in [
            (-0.104, 0.123, "-10.4 to +12.3 %"),
            (-30.0, -0.5, "31\u{d7} the loss to -50.0 %"),
            (-30.0, -12.0, "31\u{d7} to 13\u{d7} the loss"),
            (f64::NEG_INFINITY, 1.0, ""),
            (f64::NAN, f64::NAN, ""),
        ] {
            assert_eq!(interval_text(low, high), text);
        }
        assert_eq!(whole_interval_text(-0.14, 0.06), "\u{2212}14 to +6 %");
        assert_eq!(whole_interval_text(-12.0, -0.5), "13\u{d7} the loss to \u{2212}50 %");
    }
}
