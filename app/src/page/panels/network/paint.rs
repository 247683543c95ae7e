//! A network's links and its units' squares on one canvas.

use super::layout::{Block, Layout, Part};
use super::units::Seen;
use crate::charts::Theme;
use crate::charts::palette::{self, diverging, hex, task_colour};
use crate::page::panels::draw::context;
use crate::page::panels::predictions::put;
use mtl_core::config::task_name;
use mtl_core::protocol::Picture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The widest link in CSS pixels.
const WIDEST: f64 = 4.0;

/// Links of one sign are drawn in that many widths, each with one stroke.
const WIDTHS: usize = 5;

/// Links weaker than this share of the strongest are not seen anyway.
const FAINT: f32 = 0.04;

/// Of more links than this between two layers the strongest are drawn: of more lines than that none can be told from
/// its neighbours, and to draw them all takes longer than everything else on the page.
const DRAWN: usize = 128;

/// The two ends of a link.
type Segment = ((f64, f64), (f64, f64));

/// Canvases that hold pixels on their way to the picture: small maps stacked, and one large one.
pub struct Scratch {
    small: HtmlCanvasElement,
    large: HtmlCanvasElement,
}

impl Scratch {
    /// Two hidden canvases.
    pub fn new() -> Option<Self> {
        let canvas = crate::page::panels::draw::scratch;
        Some(Self { small: canvas()?, large: canvas()? })
    }
}

/// The weights between two blocks, `[from, to]`, where the picture is of this network.
fn weights<'a>(picture: &'a Picture, from: &Block, to: &Block) -> Option<&'a [f32]> {
    let weights = match to.part {
        Part::Input => return None,
        Part::Layer { picture: index, .. } => &picture.layers.get(index)?.weights,
        Part::Output => picture.outputs.get(to.task?)?,
    };
    (weights.len() == from.count * to.count).then_some(weights.as_slice())
}

/// A square with more room than this has letters below its bars.
const LETTERED: f64 = 60.0;

/// Draws the whole picture.
pub fn paint(
    canvas: &HtmlCanvasElement,
    scratch: &Scratch,
    layout: &Layout,
    seen: Option<&Seen>,
    chosen: Option<(usize, usize)>,
    theme: Theme,
) {
    let Some(context) = context(canvas) else { return };
    let scale = theme.scale;
    let _ = context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, layout.width, layout.height);
    if let Some(seen) = seen {
        for &(from, to) in &layout.joins {
            links(&context, layout, seen.picture, (from, to), chosen, theme);
        }
    }
    context.set_global_alpha(1.0);
    context.set_fill_style_str(&hex(palette::ground(theme.dark).grid));
    for block in &layout.blocks {
        for &(x, y) in &block.units {
            context.fill_rect(x, y, block.size, block.size);
        }
    }
    if let Some(seen) = seen {
        squares(&context, scratch, layout, seen, theme);
    }
}

/// The least share of the strongest link that is drawn, of all that there is room for.
fn weakest_drawn(strengths: impl Iterator<Item = f32>) -> f32 {
    let mut strengths: Vec<f32> = strengths.filter(|strength| *strength >= FAINT).collect();
    let Some(over) = strengths.len().checked_sub(DRAWN + 1) else { return FAINT };
    let (_, weakest, _) = strengths.select_nth_unstable_by(over + 1, f32::total_cmp);
    weakest.max(FAINT)
}

/// The links of one join, in a stroke for every sign and width.
fn links(
    context: &CanvasRenderingContext2d,
    layout: &Layout,
    picture: &Picture,
    (from, to): (usize, usize),
    chosen: Option<(usize, usize)>,
    theme: Theme,
) {
    let (Some(a), Some(b)) = (layout.blocks.get(from), layout.blocks.get(to)) else { return };
    let Some(weights) = weights(picture, a, b) else { return };
    let most = weights.iter().filter(|weight| weight.is_finite()).fold(0.5f32, |most, weight| most.max(weight.abs()));
    let shown = (0..a.units.len()).flat_map(|i| (0..b.units.len()).filter_map(move |j| weights.get(i * b.count + j)));
    let faint = weakest_drawn(shown.map(|weight| weight.abs() / most));
    // One bucket for every sign, width, and whether the chosen unit is at an end.
    let mut buckets: Vec<Vec<Segment>> = vec![Vec::new(); 4 * WIDTHS];
    let mut count = 0;
    for (i, start) in (0..a.units.len()).filter_map(|i| Some((i, a.middle(i)?))) {
        for (j, end) in (0..b.units.len()).filter_map(|j| Some((j, b.middle(j)?))) {
            let Some(&weight) = weights.get(i * b.count + j) else { continue };
            let strength = weight.abs() / most;
            let touches = chosen.is_none_or(|chosen| chosen == (from, i) || chosen == (to, j));
            // A chosen unit shows all of its own.
            let limit = if chosen.is_some() && touches { FAINT } else { faint };
            if strength.is_nan() || strength < limit {
                continue;
            }
            let width = ((strength * WIDTHS as f32) as usize).min(WIDTHS - 1);
            let bucket = width + if weight < 0.0 { WIDTHS } else { 0 } + if touches { 2 * WIDTHS } else { 0 };
            let half = (a.size / 2.0, b.size / 2.0);
            if let Some(bucket) = buckets.get_mut(bucket) {
                bucket.push(((start.0 + half.0, start.1), (end.0 - half.1, end.1)));
                count += 1;
            }
        }
    }
    let alpha = if count > 300 { 0.45 } else { 0.75 };
    for (index, bucket) in buckets.iter().enumerate().filter(|(_, bucket)| !bucket.is_empty()) {
        let (width, negative, touches) = (index % WIDTHS, index / WIDTHS % 2 == 1, index >= 2 * WIDTHS);
        context.set_stroke_style_str(&hex(diverging(if negative { -0.85 } else { 0.85 }, theme)));
        context.set_line_width((width as f64 + 0.6) / WIDTHS as f64 * WIDEST);
        context.set_global_alpha(if touches { alpha } else { 0.08 });
        context.begin_path();
        for &((x0, y0), (x1, y1)) in bucket {
            context.move_to(x0, y0);
            let middle = (x0 + x1) / 2.0;
            context.bezier_curve_to(middle, y0, middle, y1, x1, y1);
        }
        context.stroke();
    }
}

/// What every unit shows: one transfer of pixels for all small maps, one for each output.
fn squares(context: &CanvasRenderingContext2d, scratch: &Scratch, layout: &Layout, seen: &Seen, theme: Theme) {
    let mut stack: Vec<u8> = Vec::new();
    let mut places: Vec<(f64, f64, f64)> = Vec::new();
    let small = if seen.picture.side > 0 { seen.picture.unit_side } else { seen.side };
    for block in &layout.blocks {
        for (unit, &(x, y)) in block.units.iter().enumerate() {
            let place = (x, y, block.size);
            match seen.pixels(block, unit, theme) {
                Some((pixels, side)) if block.part == Part::Output => {
                    put(&scratch.large, &pixels, (side, side));
                    copy(context, &scratch.large, (0, side), place);
                }
                Some((pixels, side)) if side == small => {
                    stack.extend_from_slice(&pixels);
                    places.push(place);
                }
                _ => {
                    if let Some(correlations) = seen.correlations(block, unit) {
                        bars(context, correlations, place, theme);
                    }
                }
            }
        }
    }
    put(&scratch.small, &stack, (small, small * places.len()));
    for (index, place) in places.into_iter().enumerate() {
        copy(context, &scratch.small, (index * small, small), place);
    }
}

/// Copies a square of the scratch canvas to a place of the picture.
fn copy(
    context: &CanvasRenderingContext2d,
    from: &HtmlCanvasElement,
    (top, side): (usize, usize),
    (x, y, size): (f64, f64, f64),
) {
    let (top, side) = (top as f64, side as f64);
    let _ = context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        from, 0.0, top, side, side, x, y, size, size,
    );
}

/// Draws how closely a unit follows each task: a bar a task from the zero line in the middle of a square,
/// upwards or down, tasks from the left.
pub fn bars(context: &CanvasRenderingContext2d, correlations: &[f32], (x, y, size): (f64, f64, f64), theme: Theme) {
    let ground = palette::ground(theme.dark);
    // The colours of tasks are made for this ground.
    context.set_fill_style_str(&hex(ground.background));
    context.fill_rect(x, y, size, size);
    context.set_fill_style_str(&hex(ground.axis));
    context.fill_rect(x, y + size / 2.0 - 0.5, size, 1.0);
    let pitch = size / correlations.len().max(1) as f64;
    context.set_font("11px system-ui, sans-serif");
    context.set_text_align("center");
    for (task, value) in correlations.iter().enumerate() {
        let (left, height) = (x + pitch * task as f64, f64::from(value.clamp(-1.0, 1.0)) * (size / 2.0 - 1.0));
        context.set_fill_style_str(&hex(task_colour(task, theme.dark)));
        context.fill_rect(left + pitch * 0.15, y + size / 2.0 - height.max(0.0), pitch * 0.7, height.abs());
        if size > LETTERED {
            context.set_fill_style_str(&hex(ground.foreground));
            let _ = context.fill_text(task_name(task), left + pitch / 2.0, y + size - 4.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Shape;
    use super::*;
    use mtl_core::protocol::LayerPicture;

    #[test]
    fn of_many_links_the_strongest_are_drawn() {
        assert_eq!(weakest_drawn((0..100).map(|k| k as f32 / 100.0)), FAINT);
        let many = || (1..=4000).map(|k| k as f32 / 4000.0);
        let weakest = weakest_drawn(many());
        assert_eq!(many().filter(|strength| *strength >= weakest).count(), DRAWN);
        assert_eq!(weakest_drawn([f32::NAN; 600].into_iter()), FAINT);
    }

    #[test]
    fn weights_of_another_network_are_not_drawn() {
        let shape = Shape { inputs: 2, trunk: vec![4], heads: vec![vec![]], outputs: vec![1] };
        let layout = Layout::new(&shape, (640.0, 204.0));
        let layer = LayerPicture { width: 3, from: 2, weights: vec![0.0; 6], ..LayerPicture::default() };
        let picture = Picture { layers: vec![layer], ..Picture::default() };
        assert!(weights(&picture, &layout.blocks[0], &layout.blocks[1]).is_none());
    }
}
