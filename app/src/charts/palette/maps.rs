//! Colour maps for surfaces: diverging, sequential, and classes.

use super::{Rgb, ground};
use crate::charts::theme::Theme;
use std::sync::OnceLock;

/// As many classes have a colour of their own.
pub const MAX_CLASSES: usize = 10;

/// Entries of a colour table; odd, so that zero has an entry of its own.
const TABLE: usize = 257;

/// Orange over the panel's own colour to blue, the pair that readers of TensorFlow Playground know.
const DIVERGING_LIGHT: [Rgb; 5] =
    [(0xD9, 0x6A, 0x00), (0xF6, 0xB2, 0x6B), (0xF7, 0xF7, 0xF5), (0x7F, 0xB8, 0xDA), (0x08, 0x6C, 0xB0)];
const DIVERGING_DARK: [Rgb; 5] =
    [(0xF2, 0x8E, 0x1C), (0x95, 0x55, 0x12), (0x24, 0x27, 0x2C), (0x15, 0x57, 0x8A), (0x3C, 0xA4, 0xE8)];

/// Nine stops of viridis: rising lightness, readable with every kind of colour vision.
const VIRIDIS: [Rgb; 9] = [
    (0x44, 0x01, 0x54),
    (0x47, 0x2C, 0x7A),
    (0x3B, 0x51, 0x8B),
    (0x2C, 0x71, 0x8E),
    (0x21, 0x90, 0x8D),
    (0x27, 0xAD, 0x81),
    (0x5C, 0xC8, 0x63),
    (0xAA, 0xDC, 0x32),
    (0xFD, 0xE7, 0x25),
];

/// Found by a farthest-first search over the CIEDE2000 distance under four kinds of colour vision,
/// so the first n are a good choice for n classes.
const CLASSES: [Rgb; MAX_CLASSES] = [
    (0x00, 0x72, 0xB2),
    (0xE6, 0x9F, 0x00),
    (0x90, 0x18, 0x00),
    (0x00, 0xD8, 0xF0),
    (0xF0, 0x00, 0x60),
    (0x18, 0xA8, 0x90),
    (0xA8, 0xD8, 0x90),
    (0xA8, 0x30, 0x78),
    (0x48, 0x00, 0xD8),
    (0x90, 0x90, 0xF0),
];

/// The colour of a signed value: orange at -1, the panel's colour at 0, blue at 1. What is not a
/// number is grey.
pub fn diverging(t: f32, theme: Theme) -> Rgb {
    static LIGHT: OnceLock<Vec<Rgb>> = OnceLock::new();
    static DARK: OnceLock<Vec<Rgb>> = OnceLock::new();
    let table = if theme.dark {
        DARK.get_or_init(|| table(&DIVERGING_DARK))
    } else {
        LIGHT.get_or_init(|| table(&DIVERGING_LIGHT))
    };
    look_up(table, (t + 1.0) / 2.0)
}

/// The colour of a value between 0 and 1, from dark violet to bright yellow. What is not a number
/// is grey.
pub fn sequential(t: f32) -> Rgb {
    static VIRIDIS_TABLE: OnceLock<Vec<Rgb>> = OnceLock::new();
    look_up(VIRIDIS_TABLE.get_or_init(|| table(&VIRIDIS)), t)
}

/// The colour of class `i` of `n`. Two classes get the ends of the diverging map's hues; beyond
/// ten the colours start again, mixed with grey.
pub fn class_colour(i: usize, n: usize) -> Rgb {
    if n <= 2 {
        return if i.is_multiple_of(2) { DIVERGING_LIGHT[0] } else { DIVERGING_LIGHT[4] };
    }
    let colour = CLASSES[i % MAX_CLASSES];
    match i / MAX_CLASSES {
        0 => colour,
        turn => mix(colour, NOTHING, 0.5 * (1.0 - 0.5f64.powi(turn as i32))),
    }
}

/// What stands where there is no number.
pub(crate) const NOTHING: Rgb = (0x80, 0x80, 0x80);

/// A class colour, weaker where the model is less sure of it.
pub(crate) fn faded(colour: Rgb, strength: f64, theme: Theme) -> Rgb {
    mix_fast(ground(theme.dark).background, colour, strength)
}

fn look_up(table: &[Rgb], t: f32) -> Rgb {
    if t.is_nan() {
        return NOTHING;
    }
    let last = table.len() - 1;
    table[((t.clamp(0.0, 1.0) * last as f32).round() as usize).min(last)]
}

fn table(stops: &[Rgb]) -> Vec<Rgb> {
    let pieces = (stops.len() - 1) as f64;
    let at = |k: usize| {
        let place = k as f64 / (TABLE - 1) as f64 * pieces;
        let piece = (place as usize).min(stops.len() - 2);
        mix(stops[piece], stops[piece + 1], place - piece as f64)
    };
    (0..TABLE).map(at).collect()
}

/// Straight in sRGB: for pixels, thousands at a time.
pub(crate) fn mix_fast(from: Rgb, to: Rgb, t: f64) -> Rgb {
    let t = t.clamp(0.0, 1.0);
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
    (channel(from.0, to.0), channel(from.1, to.1), channel(from.2, to.2))
}

/// Evenly for the eye: straight in OKLab.
pub(crate) fn mix(from: Rgb, to: Rgb, t: f64) -> Rgb {
    let t = t.clamp(0.0, 1.0);
    if t == 0.0 || from == to {
        return from;
    }
    if t == 1.0 {
        return to;
    }
    let (a, b) = (to_oklab(from), to_oklab(to));
    from_oklab([0, 1, 2].map(|k| a[k] + (b[k] - a[k]) * t))
}

pub(crate) fn to_linear(c: u8) -> f64 {
    let c = f64::from(c) / 255.0;
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

fn from_linear(c: f64) -> u8 {
    let c = c.clamp(0.0, 1.0);
    let c = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
    (c * 255.0).round() as u8
}

fn to_oklab((r, g, b): Rgb) -> [f64; 3] {
    let (r, g, b) = (to_linear(r), to_linear(g), to_linear(b));
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
    ]
}

fn from_oklab([l, a, b]: [f64; 3]) -> Rgb {
    let cube = |x: f64| x * x * x;
    let (l, m, s) = (
        cube(l + 0.396_337_777_4 * a + 0.215_803_757_3 * b),
        cube(l - 0.105_561_345_8 * a - 0.063_854_172_8 * b),
        cube(l - 0.089_484_177_5 * a - 1.291_485_548 * b),
    );
    (
        from_linear(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
        from_linear(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
        from_linear(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s),
    )
}
