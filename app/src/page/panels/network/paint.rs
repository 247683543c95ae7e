//! A network's links and activation maps on one canvas.

use super::layout::{Block, Layout, Part};
use crate::charts::Theme;
use crate::charts::heatmap::unit_rgba;
use crate::charts::palette::{self, diverging, hex};
use crate::page::panels::draw::context;
use crate::page::panels::predictions::{put, upside_down};
use mtl_core::protocol::Picture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The widest link in CSS pixels.
const WIDEST: f64 = 4.0;

/// Links of one sign are drawn in that many widths, each with one stroke.
const WIDTHS: usize = 5;

/// More links than this are straight.
const CURVED: usize = 800;

/// Links weaker than this share of the strongest are not seen anyway.
const FAINT: f32 = 0.04;

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

/// A unit's values over the plane, from the top row down, and how many are on a side.
pub fn unit_values(picture: &Picture, block: &Block, unit: usize) -> Option<(Vec<f32>, usize)> {
    match block.part {
        Part::Input => {
            let side = picture.unit_side.max(1);
            if picture.side == 0 || unit > 1 {
                return None;
            }
            let part = |index: usize| (index as f32 + 0.5) / side as f32 * 2.0 - 1.0;
            let value = |place: usize| if unit == 0 { part(place % side) } else { -part(place / side) };
            Some(((0..side * side).map(value).collect(), side))
        }
        Part::Layer { picture: index, .. } => {
            let layer = picture.layers.get(index).filter(|layer| layer.width == block.count)?;
            let (side, cells) = (picture.unit_side, picture.unit_side * picture.unit_side);
            let map = layer.maps.get(unit * cells..(unit + 1) * cells).filter(|map| !map.is_empty())?;
            Some((map.to_vec(), side))
        }
        Part::Output => {
            let (side, map) = (picture.side, picture.maps.get(block.task?)?);
            if side == 0 || map.len() != side * side * block.count {
                return None;
            }
            Some((map.iter().skip(unit).step_by(block.count).copied().collect(), side))
        }
    }
}

/// What a block's values are divided by, so that its units can be compared. Probabilities are
/// spread from 0..1 to -1..1 first.
fn spread(values: &mut [f32], chances: bool) {
    if chances {
        values.iter_mut().for_each(|value| *value = *value * 2.0 - 1.0);
    }
}

fn largest(picture: &Picture, block: &Block) -> f32 {
    let values: &[f32] = match block.part {
        Part::Input => return 1.0,
        Part::Layer { picture: index, .. } => picture.layers.get(index).map_or(&[], |layer| &layer.maps),
        Part::Output => block.task.and_then(|task| picture.maps.get(task)).map_or(&[], Vec::as_slice),
    };
    values.iter().filter(|value| value.is_finite()).fold(0.25f32, |most, value| most.max(value.abs()))
}

/// A unit's map as pixels, top row first. `chances` is for outputs that are probabilities.
pub fn unit_pixels(
    picture: &Picture,
    block: &Block,
    unit: usize,
    chances: bool,
    theme: Theme,
) -> Option<(Vec<u8>, usize)> {
    let (mut values, side) = unit_values(picture, block, unit)?;
    let chances = chances && block.part == Part::Output;
    spread(&mut values, chances);
    if !chances {
        let most = largest(picture, block);
        values.iter_mut().for_each(|value| *value /= most);
    }
    Some((upside_down(&unit_rgba(&values, side, theme), side), side))
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

/// Draws the whole picture. `chances` says per task whether its outputs are probabilities.
pub fn paint(
    canvas: &HtmlCanvasElement,
    scratch: &Scratch,
    layout: &Layout,
    picture: Option<&Picture>,
    chosen: Option<(usize, usize)>,
    chances: &[bool],
    theme: Theme,
) {
    let Some(context) = context(canvas) else { return };
    let scale = theme.scale;
    let _ = context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, layout.width, layout.height);
    if let Some(picture) = picture {
        for &(from, to) in &layout.joins {
            links(&context, layout, picture, (from, to), chosen, theme);
        }
    }
    context.set_global_alpha(1.0);
    context.set_fill_style_str(&hex(palette::ground(theme.dark).grid));
    for block in &layout.blocks {
        for &(x, y) in &block.units {
            context.fill_rect(x, y, block.size, block.size);
        }
    }
    if let Some(picture) = picture {
        maps(&context, scratch, layout, picture, chances, theme);
    }
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
    // One bucket for every sign, width, and whether the chosen unit is at an end.
    let mut buckets: Vec<Vec<Segment>> = vec![Vec::new(); 4 * WIDTHS];
    let mut count = 0;
    for (i, start) in (0..a.units.len()).filter_map(|i| Some((i, a.middle(i)?))) {
        for (j, end) in (0..b.units.len()).filter_map(|j| Some((j, b.middle(j)?))) {
            let Some(&weight) = weights.get(i * b.count + j) else { continue };
            let strength = weight.abs() / most;
            if strength.is_nan() || strength < FAINT {
                continue;
            }
            let touches = chosen.is_none_or(|chosen| chosen == (from, i) || chosen == (to, j));
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
            if count > CURVED {
                context.line_to(x1, y1);
            } else {
                let middle = (x0 + x1) / 2.0;
                context.bezier_curve_to(middle, y0, middle, y1, x1, y1);
            }
        }
        context.stroke();
    }
}

/// Every unit's map: one transfer of pixels for all small ones, one for each output.
fn maps(
    context: &CanvasRenderingContext2d,
    scratch: &Scratch,
    layout: &Layout,
    picture: &Picture,
    chances: &[bool],
    theme: Theme,
) {
    let mut stack: Vec<u8> = Vec::new();
    let mut places: Vec<(f64, f64, f64)> = Vec::new();
    let small = picture.unit_side;
    for block in &layout.blocks {
        let chances = block.task.and_then(|task| chances.get(task)).copied().unwrap_or(false);
        for (unit, &(x, y)) in block.units.iter().enumerate() {
            let Some((pixels, side)) = unit_pixels(picture, block, unit, chances, theme) else { continue };
            if block.part == Part::Output {
                put(&scratch.large, &pixels, (side, side));
                copy(context, &scratch.large, (0, side), (x, y, block.size));
            } else if side == small {
                stack.extend_from_slice(&pixels);
                places.push((x, y, block.size));
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

#[cfg(test)]
mod tests {
    use super::super::layout::Shape;
    use super::*;
    use mtl_core::protocol::LayerPicture;

    #[test]
    fn a_picture_of_another_network_gives_nothing() {
        let shape = Shape { inputs: 2, trunk: vec![4], heads: vec![vec![]], outputs: vec![1] };
        let layout = Layout::new(&shape, 640.0);
        let layer = LayerPicture { width: 3, from: 2, weights: vec![0.0; 6], maps: vec![0.0; 3 * 64], task: None };
        let picture =
            Picture { side: 8, unit_side: 8, layers: vec![layer], maps: vec![vec![0.0; 3]], ..Picture::default() };
        assert!(unit_values(&picture, &layout.blocks[0], 1).is_some());
        assert!(unit_values(&picture, &layout.blocks[1], 0).is_none());
        assert!(unit_values(&picture, &layout.blocks[2], 0).is_none());
        assert!(weights(&picture, &layout.blocks[0], &layout.blocks[1]).is_none());
    }

    #[test]
    fn the_maps_of_the_inputs_rise_to_the_right_and_upwards() {
        let layout = Layout::new(&Shape { inputs: 2, trunk: vec![], heads: vec![vec![]], outputs: vec![1] }, 640.0);
        let picture = Picture { side: 8, unit_side: 2, ..Picture::default() };
        let values = |unit| unit_values(&picture, &layout.blocks[0], unit).map(|(values, _)| values);
        assert_eq!(values(0), Some(vec![-0.5, 0.5, -0.5, 0.5]));
        assert_eq!(values(1), Some(vec![0.5, 0.5, -0.5, -0.5]));
    }
}
