//! Where a number lies on its slider, and what the steppers beside it do.

use mtl_core::config::{Kind, Value};

/// Positions of a slider that has no natural step.
const POSITIONS: f64 = 400.0;

/// An even slider with more whole numbers than this moves in factors.
const EVEN: f64 = 130.0;

/// The slider of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slide {
    min: f64,
    max: f64,
    log: bool,
    whole: bool,
    /// Where the value 0 lies that has a word: below the smallest value or above the largest.
    word: Option<Word>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word {
    Below,
    Above,
}

impl Slide {
    /// The slider of a kind; none for what is no number or has too wide a range for one.
    pub fn new(kind: &Kind) -> Option<Self> {
        match *kind {
            Kind::Number { min, max, log, .. } => {
                Some(Self { min, max, log: log && min > 0.0, whole: false, word: None })
            }
            Kind::Integer { min, max, word } => {
                let (min, max) = (min as f64, max as f64);
                // 'all' and 'full' are more than the largest number, 'none' is less than the smallest.
                let word = word.map(|word| if word == "none" { Word::Below } else { Word::Above });
                Some(Self { min, max, log: min > 0.0 && max - min > EVEN, whole: true, word })
            }
            _ => None,
        }
    }

    /// Whether a slider can be moved to every value that matters; a seed's can't.
    pub fn is_useful(&self) -> bool {
        self.max - self.min < 1e6
    }

    /// The last position; the first is 0.
    pub fn last(&self) -> f64 {
        self.positions() + if self.word.is_some() { 1.0 } else { 0.0 }
    }

    fn positions(&self) -> f64 {
        if self.whole && !self.log { (self.max - self.min).max(1.0) } else { POSITIONS }
    }

    /// The position of a value.
    pub fn position(&self, value: f64) -> f64 {
        let shift = if self.word == Some(Word::Below) { 1.0 } else { 0.0 };
        if self.word.is_some() && value == 0.0 {
            return if self.word == Some(Word::Below) { 0.0 } else { self.last() };
        }
        let value = value.clamp(self.min, self.max);
        let part = if self.log {
            (value / self.min).ln() / (self.max / self.min).ln()
        } else {
            (value - self.min) / (self.max - self.min)
        };
        (part * self.positions()).round() + shift
    }

    /// The value at a position, rounded to what a person would write.
    pub fn value(&self, position: f64) -> Value {
        let shift = match self.word {
            Some(Word::Below) if position < 1.0 => return Value::Integer(0),
            Some(Word::Above) if position >= self.last() => return Value::Integer(0),
            Some(Word::Below) => 1.0,
            _ => 0.0,
        };
        let part = ((position - shift) / self.positions()).clamp(0.0, 1.0);
        let raw = if self.log {
            self.min * (self.max / self.min).powf(part)
        } else {
            self.min + part * (self.max - self.min)
        };
        if self.whole {
            let unit = if self.log { (unit(raw) / 10.0).max(1.0) } else { 1.0 };
            return Value::Integer(((raw / unit).round() * unit).clamp(self.min, self.max) as i64);
        }
        let unit = if self.log { unit(raw) / 10.0 } else { round_step((self.max - self.min) / POSITIONS) };
        Value::Number(tidy((raw / unit).round() * unit).clamp(self.min, self.max))
    }

    /// The next value up or down.
    pub fn stepped(&self, value: f64, up: bool) -> Value {
        let special = self.word.is_some() && value == 0.0;
        match self.word {
            Some(Word::Below) if special => return Value::Integer(if up { self.min as i64 } else { 0 }),
            Some(Word::Above) if special => return Value::Integer(if up { 0 } else { self.max as i64 }),
            Some(Word::Below) if !up && value <= self.min => return Value::Integer(0),
            Some(Word::Above) if up && value >= self.max => return Value::Integer(0),
            _ => {}
        }
        let sign = if up { 1.0 } else { -1.0 };
        if self.whole {
            let unit = if self.log { (unit(value) / 10.0).max(1.0) } else { 1.0 };
            return Value::Integer((value + sign * unit).clamp(self.min, self.max) as i64);
        }
        let next = if self.log {
            next_round(value, up)
        } else {
            let step = round_step((self.max - self.min) / 20.0);
            tidy(((value / step).round() + sign) * step)
        };
        Value::Number(next.clamp(self.min, self.max))
    }
}

/// The power of ten at or below a value.
fn unit(value: f64) -> f64 {
    10f64.powf((value.abs().max(1e-12) * (1.0 + 1e-9)).log10().floor())
}

/// 1, 2 or 5 times a power of ten, not below the step.
fn round_step(step: f64) -> f64 {
    let unit = unit(step);
    [1.0, 2.0, 5.0, 10.0].iter().map(|digit| digit * unit).find(|round| *round >= step * (1.0 - 1e-9)).unwrap_or(step)
}

/// The next of 1, 2, 5, 10, 20 ... above or below a value.
fn next_round(value: f64, up: bool) -> f64 {
    let unit = unit(value);
    let all = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0].map(|digit| tidy(digit * unit));
    let found = if up {
        all.iter().find(|next| **next > value * (1.0 + 1e-9))
    } else {
        all.iter().rev().find(|next| **next < value * (1.0 - 1e-9))
    };
    found.copied().unwrap_or(value)
}

/// Without the dust of binary fractions.
fn tidy(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Kind = Kind::Number { min: 1e-6, max: 10.0, log: true, inherits: false };
    const BATCH: Kind = Kind::Integer { min: 1, max: 5000, word: Some("full") };
    const FAN: Kind = Kind::Integer { min: 2, max: 45, word: Some("none") };
    const RELATED: Kind = Kind::Number { min: -1.0, max: 1.0, log: false, inherits: false };

    fn slide(kind: &Kind) -> Slide {
        Slide::new(kind).unwrap_or(Slide { min: 0.0, max: 0.0, log: false, whole: false, word: None })
    }

    #[test]
    fn every_position_leads_to_an_admitted_value_and_nearly_back() {
        for kind in [RATE, BATCH, FAN, RELATED] {
            let slide = slide(&kind);
            for position in 0..=slide.last() as u32 {
                let value = slide.value(f64::from(position));
                assert_eq!(kind.clamp(value.clone()), value);
                let back = slide.position(value.number().unwrap_or(f64::NAN));
                // Several positions may stand for one whole number.
                let near = (back - f64::from(position)).abs() <= 3.0 || slide.value(back) == value;
                assert!(near, "{kind:?} {position} {value:?} {back}");
            }
        }
    }

    #[test]
    fn the_ends_and_the_words_can_be_reached() {
        assert_eq!(slide(&BATCH).value(slide(&BATCH).last()), Value::Integer(0));
        assert_eq!(slide(&BATCH).value(0.0), Value::Integer(1));
        assert_eq!(slide(&FAN).value(0.0), Value::Integer(0));
        assert_eq!(slide(&FAN).value(slide(&FAN).last()), Value::Integer(45));
        assert_eq!(slide(&RATE).value(400.0), Value::Number(10.0));
        assert_eq!(slide(&RELATED).value(200.0), Value::Number(0.0));
    }

    #[test]
    fn steppers_take_round_steps() {
        let rate = slide(&RATE);
        assert_eq!(rate.stepped(0.01, true), Value::Number(0.02));
        assert_eq!(rate.stepped(0.02, true), Value::Number(0.05));
        assert_eq!(rate.stepped(0.01, false), Value::Number(0.005));
        assert_eq!(rate.stepped(0.03, false), Value::Number(0.02));
        assert_eq!(rate.stepped(10.0, true), Value::Number(10.0));
        assert_eq!(slide(&RELATED).stepped(0.9, true), Value::Number(1.0));
        assert_eq!(slide(&BATCH).stepped(0.0, false), Value::Integer(5000));
        assert_eq!(slide(&BATCH).stepped(200.0, true), Value::Integer(210));
        assert_eq!(slide(&FAN).stepped(2.0, false), Value::Integer(0));
        assert_eq!(slide(&FAN).stepped(0.0, true), Value::Integer(2));
    }
}
