//! Two digits in one picture: real handwriting, and two things to read in it.
//!
//! The construction of Sener & Koltun (*Multi-Task Learning as Multi-Objective Optimization*, NeurIPS
//! 2018, section 5.1) for the 8x8 digits of the UCI repository:
//!
//! 1. the 1797 digits are shuffled and divided *before* any are laid over each other: 1437 for
//!    training, 180 for validation, 180 for test rows, so that no held-out row shows a digit that
//!    was trained on;
//! 2. a row is two random digits of its split. The canvas has `8 + shift` pixels on a side; one digit
//!    lies at its top left, one at its bottom right, and where they overlap the brighter pixel
//!    stays. Pixels are divided by 16;
//! 3. tasks are about the left digit, the right digit and the sum of both, and then again from the
//!    first. What a task predicts follows from its kind: with several classes the last decimal digit
//!    (of a digit, which one it is), with two classes whether the number is odd, as a regression how
//!    much ink there is, with mean 0 and variance 1 over the training digits.

mod pictures;

use self::pictures::{Digit, FULL, SIDE};
use super::{Drawn, DrawnSplit, DrawnTask, Source, split_rows};
use crate::config::{Choice, Config, Kind, LossKind, OptionSpec, Paper, PickEntry};
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand::seq::SliceRandom;

const PAPERS: &[Paper] = &[
    Paper::new(
        "Alpaydin & Kaynak",
        1998,
        "Optical Recognition of Handwritten Digits",
        "https://doi.org/10.24432/C50P49",
    ),
    Paper::new(
        "Sener & Koltun",
        2018,
        "Multi-Task Learning as Multi-Objective Optimization",
        "https://arxiv.org/abs/1810.04650",
    ),
];

pub(super) const SOURCE: Source = Source {
    picture: true,
    outputs: |loss| if loss == LossKind::Ce { 10..=10 } else { 1..=1 },
    parts: &["left digit", "right digit", "sum"],
    ..Source::new(PickEntry::new(
        Choice {
            key: "digits",
            label: "two digits in one picture",
            help: "Handwritten digits, two overlapping in each picture (E. Alpaydin and C. Kaynak, UCI, CC BY 4.0).",
        },
        &[SHIFT],
    ).by(PAPERS))
};

const SHIFT: OptionSpec = OptionSpec {
    key: "shift",
    label: "shift of the right digit",
    help: "By how many pixels the right digit lies lower and further right: the fewer, the more the two cover of each other.",
    kind: Kind::Integer { min: 1, max: SIDE as i64, word: None },
    default: 2.0,
    live: false,
};

/// Where the digits are divided: the first so many train, the next validate, the rest test.
const DIVIDED: [usize; 2] = [1437, 1617];
/// Streams of [`Purpose::Data`]: which digits are paired, and the order of the digits.
const PAIRS: u64 = 0;
const ORDER: u64 = 1;

pub(super) fn build(config: &Config) -> Drawn {
    let shift = config.data.source.option(&SHIFT) as usize;
    let mut digits = pictures::all();
    digits.shuffle(&mut stream(config.seed, Purpose::Data, ORDER, 0));
    let (train, held_out) = digits.split_at(DIVIDED[0].min(digits.len()));
    let (valid, test) = held_out.split_at((DIVIDED[1] - DIVIDED[0]).min(held_out.len()));
    let ink = Ink::of(train);
    let (sources, rows) = ([train, valid, test], split_rows(&config.data));
    let splits = [0, 1, 2].map(|split| {
        let pairs = pairs(sources[split], config.seed, split, rows[split]);
        let tasks = config.tasks.iter().enumerate().map(|(k, task)| answers(&pairs, k, task.loss, &ink)).collect();
        let x = pairs.iter().flat_map(|pair| canvas(*pair, shift)).collect();
        DrawnSplit { rows: rows[split], x, tasks }
    });
    let side = SIDE + shift;
    Drawn { inputs: side * side, extent: 1.0, splits }
}

/// The digits of a row: left and right.
type Pair<'a> = (&'a Digit, &'a Digit);

fn pairs<'a>(digits: &'a [Digit], seed: u32, split: usize, rows: usize) -> Vec<Pair<'a>> {
    let mut rng = stream(seed, Purpose::Data, PAIRS, split as u64);
    let mut any = || &digits[rng.random_range(0..digits.len())];
    (0..rows).map(|_| (any(), any())).collect()
}

/// The pixels of a row, in [0, 1].
fn canvas((left, right): Pair, shift: usize) -> Vec<f32> {
    let side = SIDE + shift;
    let mut canvas = vec![0_u8; side * side];
    for (digit, offset) in [(left, 0), (right, shift)] {
        for (y, line) in digit.pixels.chunks_exact(SIDE).enumerate() {
            let place = canvas.iter_mut().skip((y + offset) * side + offset);
            place.zip(line).for_each(|(pixel, ink)| *pixel = (*pixel).max(*ink));
        }
    }
    canvas.into_iter().map(|pixel| f32::from(pixel) / f32::from(FULL)).collect()
}

/// Mean and standard deviation of the ink of a digit.
struct Ink {
    mean: f64,
    spread: f64,
}

impl Ink {
    fn of(digits: &[Digit]) -> Self {
        let count = digits.len().max(1) as f64;
        let mean = digits.iter().map(Digit::ink).sum::<f64>() / count;
        let variance = digits.iter().map(|digit| (digit.ink() - mean).powi(2)).sum::<f64>() / count;
        Self { mean, spread: variance.sqrt() }
    }

    fn standard(&self, digit: &Digit) -> f64 {
        (digit.ink() - self.mean) / self.spread
    }
}

/// What a task is to say of every row.
fn answers(pairs: &[Pair], task: usize, loss: LossKind, ink: &Ink) -> DrawnTask {
    let number = |(left, right): &Pair| match task % SOURCE.parts.len() {
        0 => left.class,
        1 => right.class,
        _ => left.class + right.class,
    };
    let amount = |(left, right): &Pair| match task % SOURCE.parts.len() {
        0 => ink.standard(left),
        1 => ink.standard(right),
        _ => (ink.standard(left) + ink.standard(right)) / 2_f64.sqrt(),
    };
    let answer = |pair: &Pair| match loss {
        LossKind::Ce => f64::from(number(pair) % 10),
        LossKind::Bce => f64::from(number(pair) % 2),
        LossKind::Mse | LossKind::Huber => amount(pair),
    };
    let field: Vec<f64> = pairs.iter().map(answer).collect();
    DrawnTask { labels: field.iter().map(|value| *value as f32).collect(), field }
}
