//! Surfaces over the plane as pixels: predictions of a task, activations of a unit.
//!
//! Values come as a mathematician writes a grid: `values[j * side + i]` belongs to the i-th x and
//! the j-th y, both rising, so the first row is the *lowest* y. Pixels leave as a screen has them:
//! RGBA, four bytes a pixel, row by row from the top, so the first row is the *highest* y and the
//! picture is never upside down.

use super::palette::{Rgb, class_colour, diverging, ground, sequential};
use super::theme::Theme;

/// What the values of a surface are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Surface {
    /// The probability of the second class, 0 to 1; the boundary at one half is drawn.
    Binary,
    /// A number; `low` and `high` take the ends of the colours. Contour lines are drawn.
    Regression {
        /// The value of the darkest colour.
        low: f32,
        /// The value of the brightest colour.
        high: f32,
    },
    /// Probabilities of `n` classes, those of one place side by side: `values[place * n + class]`.
    /// The colour is the likeliest class's, stronger where the model is surer.
    Classes {
        /// How many classes there are.
        n: usize,
    },
}

/// Contour lines of a regression surface, and steps where it is discretised.
const LEVELS: f32 = 8.0;

/// The pixels of a surface of `side` times `side` places, `4 * side * side` bytes; see the module
/// for which way is up. `discretise` shows decisions instead of degrees: the likelier class in one
/// colour, a number in eight steps. Places without a value are transparent, places with a value that
/// is not a number grey.
pub fn surface_rgba(values: &[f32], side: usize, kind: Surface, theme: Theme, discretise: bool) -> Vec<u8> {
    match kind {
        Surface::Binary => {
            let colour = |p: f32| {
                let signed = p * 2.0 - 1.0;
                let decided = if p.is_nan() { p } else { (0.75f32).copysign(signed) };
                diverging(if discretise { decided } else { signed }, theme)
            };
            let level = |p: f32| if p.is_nan() { -1 } else { i32::from(p >= 0.5) };
            painted(side, theme, |place| values.get(place).map(|&p| (colour(p), level(p))))
        }
        Surface::Regression { low, high } => {
            let span = if (high - low).abs() > f32::MIN_POSITIVE { high - low } else { 1.0 };
            let level = |v: f32| {
                if v.is_nan() { -1 } else { ((v - low) / span * LEVELS).floor().clamp(0.0, LEVELS - 1.0) as i32 }
            };
            let colour = |v: f32| {
                let part = (v - low) / span;
                let stepped = (level(v) as f32 + 0.5) / LEVELS;
                sequential(if discretise && !v.is_nan() { stepped } else { part })
            };
            painted(side, theme, |place| values.get(place).map(|&v| (colour(v), level(v))))
        }
        Surface::Classes { n } => {
            let n = n.max(1);
            let place_of = |place: usize| {
                let chances = values.get(place * n..(place + 1) * n)?;
                let best = likeliest(chances);
                Some(match best {
                    None => (super::palette::NOTHING, -1),
                    Some((class, chance)) => {
                        // From chance level, where nothing is known, to certainty.
                        let floor = 1.0 / n as f32;
                        let sure = ((chance - floor) / (1.0 - floor).max(1e-6)).clamp(0.0, 1.0);
                        let strength = if discretise { 0.8 } else { 0.25 + 0.65 * sure };
                        (super::palette::faded(class_colour(class, n), f64::from(strength), theme), class as i32)
                    }
                })
            };
            painted(side, theme, place_of)
        }
    }
}

/// The pixels of signed values between -1 and 1, as a unit's activation map shows them; sizes and
/// directions as in [`surface_rgba`], without contour lines.
pub fn unit_rgba(values: &[f32], side: usize, theme: Theme) -> Vec<u8> {
    painted(side, theme, |place| values.get(place).map(|&v| (diverging(v, theme), 0)))
}

/// The likeliest class and its probability; none where any probability is not a number.
fn likeliest(chances: &[f32]) -> Option<(usize, f32)> {
    let mut best: Option<(usize, f32)> = None;
    for (class, &chance) in chances.iter().enumerate() {
        if chance.is_nan() {
            return None;
        }
        if best.is_none_or(|(_, most)| chance > most) {
            best = Some((class, chance));
        }
    }
    best
}

/// The level of a place without a value.
const MISSING: i32 = i32::MIN;

/// Turns the grid over and draws a line wherever the level changes between neighbours.
fn painted(side: usize, theme: Theme, place: impl Fn(usize) -> Option<(Rgb, i32)>) -> Vec<u8> {
    let line = ground(theme.dark).foreground;
    // Colours and levels apart, and rows at a time: a map is painted many times a second.
    let mut colours: Vec<[u8; 4]> = Vec::with_capacity(side * side);
    let mut levels: Vec<i32> = Vec::with_capacity(side * side);
    for at in 0..side * side {
        let ((r, g, b), level, alpha) =
            place(at).map_or(((0, 0, 0), MISSING, 0), |(colour, level)| (colour, level, 255));
        colours.push([r, g, b, alpha]);
        levels.push(level);
    }
    if levels.first().is_some_and(|first| levels.iter().any(|level| level != first)) {
        let row = |j: usize| levels.get(j * side..(j + 1) * side).unwrap_or(&[]);
        for (j, colours) in colours.chunks_exact_mut(side).enumerate() {
            let (here, below) = (row(j), if j > 0 { row(j - 1) } else { &[] });
            draw_edges(colours, [here, below, row(j + 1)], line);
        }
    }
    let mut pixels = Vec::with_capacity(4 * colours.len());
    colours.chunks_exact(side.max(1)).rev().for_each(|row| pixels.extend_from_slice(row.as_flattened()));
    pixels
}

/// Draws the line in a row of places, between rows that may be none. It lies on the higher side of a step, so that it
/// is one pixel wide.
fn draw_edges(colours: &mut [[u8; 4]], [here, below, above]: [&[i32]; 3], line: Rgb) {
    for (i, colour) in colours.iter_mut().enumerate() {
        let level = here.get(i).copied().unwrap_or(MISSING);
        let lower = |other: Option<&i32>| other.is_some_and(|other| (0..level).contains(other));
        let before = i.checked_sub(1).and_then(|i| here.get(i));
        if lower(before) || lower(here.get(i + 1)) || lower(below.get(i)) || lower(above.get(i)) {
            let [r, g, b, alpha] = *colour;
            let (r, g, b) = super::palette::mix_fast((r, g, b), line, 0.55);
            *colour = [r, g, b, alpha];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(pixels: &[u8], side: usize, column: usize, row: usize) -> Rgb {
        let at = (row * side + column) * 4;
        (pixels[at], pixels[at + 1], pixels[at + 2])
    }

    fn grid(side: usize, f: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        let at = |k: usize| k as f32 / (side - 1) as f32;
        (0..side * side).map(|place| f(at(place % side), at(place / side))).collect()
    }

    const LIGHT: Theme = Theme { dark: false, scale: 1.0, font: Theme::FONT };

    #[test]
    fn a_surface_is_not_upside_down_and_not_mirrored() {
        // Likely where y is large, on the left only.
        let values = grid(16, |x, y| if y > 0.5 && x < 0.5 { 1.0 } else { 0.0 });
        let pixels = surface_rgba(&values, 16, Surface::Binary, LIGHT, false);
        assert_eq!(pixel(&pixels, 16, 1, 1), diverging(1.0, LIGHT), "top left is where y is large");
        assert_eq!(pixel(&pixels, 16, 14, 1), diverging(-1.0, LIGHT));
        assert_eq!(pixel(&pixels, 16, 1, 14), diverging(-1.0, LIGHT));
        let unit = unit_rgba(&values, 16, LIGHT);
        assert_eq!(pixel(&unit, 16, 0, 0), diverging(1.0, LIGHT));
        assert_eq!(pixel(&unit, 16, 0, 15), diverging(0.0, LIGHT));
    }

    #[test]
    fn the_boundary_at_one_half_is_a_line_one_pixel_wide() {
        for dark in [false, true] {
            let theme = Theme { dark, ..LIGHT };
            let values = grid(20, |x, _| 0.4 + 0.2 * x);
            let pixels = surface_rgba(&values, 20, Surface::Binary, theme, false);
            let plain = |k: usize| diverging(values[k] * 2.0 - 1.0, theme);
            let lines: Vec<usize> = (0..20).filter(|&k| pixel(&pixels, 20, k, 7) != plain(k)).collect();
            assert_eq!(lines, [10]);
        }
    }

    #[test]
    fn a_regression_surface_has_contours_and_steps() {
        let values = grid(64, |x, _| x * 10.0);
        let kind = Surface::Regression { low: 0.0, high: 10.0 };
        let smooth = surface_rgba(&values, 64, kind, LIGHT, false);
        let contours = (0..64).filter(|&k| pixel(&smooth, 64, k, 5) != sequential(values[k] / 10.0)).count();
        assert_eq!(contours, 7);
        let stepped = surface_rgba(&values, 64, kind, LIGHT, true);
        assert_eq!(pixel(&stepped, 64, 1, 5), sequential(0.5 / 8.0));
        assert_eq!(pixel(&stepped, 64, 63, 5), sequential(7.5 / 8.0));
    }

    #[test]
    fn a_class_is_stronger_where_the_model_is_surer() {
        let values = [[0.9, 0.05, 0.05], [0.4, 0.3, 0.3], [0.9, 0.05, 0.05], [0.4, 0.3, 0.3]].concat();
        let pixels = surface_rgba(&values, 2, Surface::Classes { n: 3 }, LIGHT, false);
        let paleness = |(r, g, b): Rgb| u32::from(r) + u32::from(g) + u32::from(b);
        assert!(paleness(pixel(&pixels, 2, 0, 0)) < paleness(pixel(&pixels, 2, 1, 0)));
        let flat = surface_rgba(&values, 2, Surface::Classes { n: 3 }, LIGHT, true);
        assert_eq!(pixel(&flat, 2, 0, 0), pixel(&flat, 2, 1, 0));
    }

    #[test]
    fn what_is_not_a_number_is_grey_and_what_is_missing_is_transparent() {
        let kinds = [Surface::Binary, Surface::Regression { low: 0.0, high: 1.0 }, Surface::Classes { n: 1 }];
        for kind in kinds {
            let pixels = surface_rgba(&[f32::NAN], 2, kind, LIGHT, true);
            assert_eq!(pixels.len(), 16);
            assert_eq!(pixel(&pixels, 2, 0, 1), (0x80, 0x80, 0x80));
            assert_eq!(pixels[7], 0, "no value, no paint");
        }
        assert!(surface_rgba(&[], 0, Surface::Binary, LIGHT, false).is_empty());
        let level = Surface::Regression { low: f32::NAN, high: 2.0 };
        assert_eq!(surface_rgba(&[1.0; 4], 2, level, LIGHT, false).len(), 16);
    }
}
