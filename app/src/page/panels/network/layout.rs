//! Where the units of a network stand on its picture.

use mtl_core::config::{Config, LossKind};

/// More units than this and a layer shows only some of them.
const MOST: usize = 32;

/// As many units a too wide layer shows.
const SOME: usize = 16;

/// The largest and the smallest unit, in CSS pixels.
const SIZES: (f64, f64) = (26.0, 8.0);

/// The least height of a task's strip. The style sheet gives the picture more.
const STRIP: f64 = 34.0;

/// A narrower picture is one for a phone, with letters for names of tasks.
pub const NARROW: f64 = 480.0;

/// Room at the left for names of inputs and at the right for names of tasks, or for their letters.
const MARGINS: (f64, f64, f64) = (26.0, 142.0, 52.0);

/// Room for what is written above and below the units.
const CAPTION: f64 = 16.0;

/// The widths of a network's layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Inputs.
    pub inputs: usize,
    /// The shared layers.
    pub trunk: Vec<usize>,
    /// Each task's private layers.
    pub heads: Vec<Vec<usize>>,
    /// Each task's outputs.
    pub outputs: Vec<usize>,
}

impl Shape {
    /// The shape of a lesson's network.
    pub fn new(config: &Config, inputs: usize) -> Self {
        let widths = |layers: &[mtl_core::config::LayerConfig]| layers.iter().map(|layer| layer.width).collect();
        let outputs =
            |task: &mtl_core::config::TaskConfig| if task.loss == LossKind::Bce { 1 } else { task.outputs.max(1) };
        Self {
            inputs,
            trunk: widths(&config.trunk),
            heads: config.tasks.iter().map(|task| widths(&task.head)).collect(),
            outputs: config.tasks.iter().map(outputs).collect(),
        }
    }
}

/// What a block of units is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The inputs.
    Input,
    /// A hidden layer.
    Layer {
        /// Its place in the engine's picture.
        picture: usize,
        /// Its place in the trunk or in the task's private layers.
        index: usize,
    },
    /// A task's output.
    Output,
}

/// A layer on the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// What it is.
    pub part: Part,
    /// The task that it belongs to; none for what is shared.
    pub task: Option<usize>,
    /// Units that it has.
    pub count: usize,
    /// The left upper corners of those that are shown.
    pub units: Vec<(f64, f64)>,
    /// The side of a unit.
    pub size: f64,
    /// The middle of its lower edge, for captions.
    pub foot: (f64, f64),
    /// How far its neighbours' captions are.
    pub room: f64,
}

impl Block {
    /// Units that are not shown.
    pub fn hidden(&self) -> usize {
        self.count - self.units.len()
    }

    /// The middle of a shown unit.
    pub fn middle(&self, unit: usize) -> Option<(f64, f64)> {
        self.units.get(unit).map(|(x, y)| (x + self.size / 2.0, y + self.size / 2.0))
    }
}

/// The picture of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels.
    pub height: f64,
    /// Every layer: inputs, trunk, then each task's private layers and output.
    pub blocks: Vec<Block>,
    /// Which block feeds which.
    pub joins: Vec<(usize, usize)>,
    /// Each task's strip: left, top, width, height.
    pub bands: Vec<(f64, f64, f64, f64)>,
}

/// The strip that a block may fill.
struct Room {
    middle: f64,
    width: f64,
    pitch: f64,
    top: f64,
    height: f64,
}

impl Layout {
    /// Lays a network out on a picture of that width and height.
    pub fn new(shape: &Shape, (width, height): (f64, f64)) -> Self {
        let width = width.max(260.0);
        let tasks = shape.heads.len().max(1);
        let height = height.max(STRIP * tasks as f64 + CAPTION);
        let deepest = shape.heads.iter().map(Vec::len).max().unwrap_or(0);
        let columns = 2 + shape.trunk.len() + deepest;
        let right = if width < NARROW { MARGINS.2 } else { MARGINS.1 };
        let pitch = (width - MARGINS.0 - right) / (columns - 1) as f64;
        // The first and the last column are narrow: they have no links on one side.
        let room = |column: usize, top: f64, height: f64| Room {
            middle: MARGINS.0 + pitch * column as f64,
            width: if column == 0 || column + 1 == columns { (pitch * 0.62).min(40.0) } else { pitch * 0.62 },
            pitch,
            top,
            height,
        };
        let whole = |column| room(column, 2.0, height - CAPTION - 4.0);

        let mut layout = Self { width, height, blocks: Vec::new(), joins: Vec::new(), bands: Vec::new() };
        let mut last = layout.add(Part::Input, None, shape.inputs, &whole(0));
        for (index, &count) in shape.trunk.iter().enumerate() {
            let next = layout.add(Part::Layer { picture: index, index }, None, count, &whole(index + 1));
            layout.joins.push((last, next));
            last = next;
        }
        let strip = (height - CAPTION) / tasks as f64;
        let first = shape.trunk.len() + 1;
        let mut picture = shape.trunk.len();
        for (task, head) in shape.heads.iter().enumerate() {
            let (top, tall) = (strip * task as f64 + 3.0, strip - 6.0);
            let mut before = last;
            for (index, &count) in head.iter().enumerate() {
                let at = room(first + index, top + 2.0, tall - 4.0);
                let next = layout.add(Part::Layer { picture, index }, Some(task), count, &at);
                layout.joins.push((before, next));
                (before, picture) = (next, picture + 1);
            }
            let at = room(columns - 1, top + 2.0, tall - 4.0);
            let next = layout.add(Part::Output, Some(task), shape.outputs.get(task).copied().unwrap_or(1), &at);
            layout.joins.push((before, next));
            let left = MARGINS.0 + pitch * first as f64 - (pitch * 0.42).min(44.0);
            layout.bands.push((left, top, width - left - 2.0, tall));
        }
        layout
    }

    /// Adds a block with units as large as fit, in as many columns as that takes.
    fn add(&mut self, part: Part, task: Option<usize>, count: usize, room: &Room) -> usize {
        let wanted = if count > MOST { SOME } else { count };
        let fits = |size: f64| {
            let gap = gap(size);
            let rows = (((room.height + gap) / (size + gap)).floor() as usize).max(1);
            let columns = (((room.width + gap) / (size + gap)).floor() as usize).max(1);
            (rows, columns)
        };
        let mut size = SIZES.0;
        while size > SIZES.1 && fits(size).0 * fits(size).1 < wanted {
            size -= 1.0;
        }
        let (rows, columns) = fits(size);
        let shown = wanted.min(rows * columns);
        let columns = shown.div_ceil(rows).max(1);
        let rows = shown.div_ceil(columns).max(1);
        let pitch = size + gap(size);
        let left = room.middle - (pitch * columns as f64 - gap(size)) / 2.0;
        let top = room.top + (room.height - (pitch * rows as f64 - gap(size))) / 2.0;
        let place = |unit: usize| (left + pitch * (unit / rows) as f64, top + pitch * (unit % rows) as f64);
        let foot = (room.middle, top + pitch * rows as f64 - gap(size));
        self.blocks.push(Block {
            part,
            task,
            count,
            units: (0..shown).map(place).collect(),
            size,
            foot,
            room: room.pitch,
        });
        self.blocks.len() - 1
    }

    /// The block and unit at a place.
    pub fn hit(&self, (x, y): (f64, f64)) -> Option<(usize, usize)> {
        self.blocks.iter().enumerate().find_map(|(index, block)| {
            let slack = gap(block.size) / 2.0;
            let within = |(left, top): &(f64, f64)| {
                (left - slack..=left + block.size + slack).contains(&x)
                    && (top - slack..=top + block.size + slack).contains(&y)
            };
            block.units.iter().position(within).map(|unit| (index, unit))
        })
    }

    /// The neighbour of a unit: layers to the right, units down.
    pub fn neighbour(&self, at: Option<(usize, usize)>, (right, down): (isize, isize)) -> Option<(usize, usize)> {
        let Some((block, unit)) = at else { return (!self.blocks.is_empty()).then_some((0, 0)) };
        let block = block.saturating_add_signed(right).min(self.blocks.len().checked_sub(1)?);
        let last = self.blocks.get(block)?.units.len().checked_sub(1)?;
        Some((block, unit.min(last).saturating_add_signed(down).min(last)))
    }
}

fn gap(size: f64) -> f64 {
    if size > 14.0 { 4.0 } else { 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(trunk: &[usize], heads: &[&[usize]]) -> Shape {
        Shape {
            inputs: 2,
            trunk: trunk.to_vec(),
            heads: heads.iter().map(|head| head.to_vec()).collect(),
            outputs: vec![1; heads.len()],
        }
    }

    #[test]
    fn every_network_fits_its_picture_and_no_units_overlap() {
        let shapes = [
            shape(&[12, 12], &[&[], &[]]),
            shape(&[], &[&[]]),
            shape(&[128, 32, 1, 16, 33, 8], &[&[128, 2, 64, 32], &[], &[8], &[4, 4], &[16], &[1]]),
        ];
        let sizes = [(0.0, 0.0), (320.0, 180.0), (640.0, 150.0), (640.0, 204.0), (1200.0, 204.0)];
        for (shape, size) in shapes.iter().flat_map(|shape| sizes.map(|size| (shape, size))) {
            let layout = Layout::new(shape, size);
            let width = layout.width;
            for block in &layout.blocks {
                assert!(!block.units.is_empty() && block.units.len() <= block.count.min(MOST));
                for (k, &(x, y)) in block.units.iter().enumerate() {
                    let inside = x >= 0.0 && y >= 0.0 && x + block.size <= width && y + block.size <= layout.height;
                    assert!(inside, "{shape:?} at {width}: {block:?}");
                    let apart = |&(u, v): &(f64, f64)| (u - x).abs() >= block.size || (v - y).abs() >= block.size;
                    assert!(block.units.iter().skip(k + 1).all(apart));
                }
            }
        }
    }

    #[test]
    fn a_wide_layer_shows_some_units_and_says_how_many_more() {
        let layout = Layout::new(&shape(&[100], &[&[], &[]]), (640.0, 204.0));
        assert_eq!((layout.blocks[1].units.len(), layout.blocks[1].hidden()), (16, 84));
    }

    #[test]
    fn a_unit_is_found_under_the_pointer_and_by_arrows() {
        let layout = Layout::new(&shape(&[4], &[&[], &[]]), (640.0, 204.0));
        let at = layout.blocks[1].middle(2).unwrap_or_default();
        assert_eq!(layout.hit(at), Some((1, 2)));
        assert_eq!(layout.hit((-9.0, 0.0)), None);
        assert_eq!(layout.neighbour(None, (1, 0)), Some((0, 0)));
        assert_eq!(layout.neighbour(Some((1, 3)), (0, 1)), Some((1, 3)));
        assert_eq!(layout.neighbour(Some((1, 3)), (9, 0)), Some((3, 0)));
    }
}
