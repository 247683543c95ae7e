//! Task colours, markers and dashes, and the colours of panels.
//!
//! A task is told apart by colour, marker, dash and a direct label, never by colour alone. The
//! colours keep a contrast of 3 to the panel and a CIEDE2000 distance of 12 to each other, also
//! as seen with protanopia, deuteranopia and tritanopia; the tests recompute both. Purple only
//! just keeps its contrast on pure white, so a chart's panel must not be grey.

mod maps;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod vision;

pub use maps::{MAX_CLASSES, class_colour, diverging, sequential};
pub(crate) use maps::{NOTHING, faded, mix_fast};

use super::marker::Shape;

/// Red, green, blue in sRGB.
pub type Rgb = (u8, u8, u8);

/// How a line is broken; lengths in CSS pixels, drawn and left out in turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Broken.
    Broken(&'static [f64]),
    /// Two thin lines side by side.
    Double,
}

/// How one task looks everywhere on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaskStyle {
    /// The task's letter.
    pub letter: char,
    /// The colour on a light panel.
    pub light: Rgb,
    /// The colour on a dark panel.
    pub dark: Rgb,
    /// The shape of its points.
    pub shape: Shape,
    /// The dash of its line where a chart has one line per task.
    pub dash: Dash,
    /// The dash of its validation line, where the training line is solid.
    pub valid_dash: &'static [f64],
}

impl TaskStyle {
    /// The colour on a light or dark panel.
    pub fn colour(&self, dark: bool) -> Rgb {
        if dark { self.dark } else { self.light }
    }
}

/// The tasks A to F.
pub const TASKS: [TaskStyle; 6] = [
    TaskStyle {
        letter: 'A',
        light: (0x00, 0x72, 0xB2),
        dark: (0x00, 0x72, 0xB2),
        shape: Shape::Circle,
        dash: Dash::Solid,
        valid_dash: &[4.0, 3.0],
    },
    TaskStyle {
        letter: 'B',
        light: (0xD5, 0x5E, 0x00),
        dark: (0xD5, 0x5E, 0x00),
        shape: Shape::Cross,
        dash: Dash::Broken(&[10.0, 4.0]),
        valid_dash: &[10.0, 4.0],
    },
    TaskStyle {
        letter: 'C',
        light: (0x00, 0x9E, 0x73),
        dark: (0x00, 0x9E, 0x73),
        shape: Shape::Triangle,
        dash: Dash::Broken(&[2.0, 3.0]),
        valid_dash: &[2.0, 3.0],
    },
    TaskStyle {
        letter: 'D',
        light: (0xCC, 0x79, 0xA7),
        dark: (0xCC, 0x79, 0xA7),
        shape: Shape::Square,
        dash: Dash::Broken(&[8.0, 3.0, 2.0, 3.0]),
        valid_dash: &[8.0, 3.0, 2.0, 3.0],
    },
    TaskStyle {
        letter: 'E',
        light: (0x1B, 0x1F, 0x24),
        dark: (0xE8, 0xEA, 0xED),
        shape: Shape::Diamond,
        dash: Dash::Double,
        valid_dash: &[3.0, 2.0, 3.0, 6.0],
    },
    TaskStyle {
        letter: 'F',
        light: (0xB8, 0x20, 0x20),
        dark: (0xF0, 0xE4, 0x42),
        shape: Shape::Plus,
        dash: Dash::Broken(&[14.0, 4.0, 2.0, 4.0]),
        valid_dash: &[14.0, 4.0, 2.0, 4.0],
    },
];

/// The style of a task; after F the colours start again.
pub fn task(index: usize) -> &'static TaskStyle {
    &TASKS[index % TASKS.len()]
}

/// The colour of a task on a light or dark panel.
pub fn task_colour(index: usize, dark: bool) -> Rgb {
    task(index).colour(dark)
}

/// The colours of a panel and what is written on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// The panel.
    pub background: Rgb,
    /// Text and the composed model.
    pub foreground: Rgb,
    /// Axis numbers and other quiet text.
    pub muted: Rgb,
    /// Lines of the grid.
    pub grid: Rgb,
    /// The axis lines.
    pub axis: Rgb,
}

/// A light panel.
pub const LIGHT: Ground = Ground {
    background: (0xFF, 0xFF, 0xFF),
    foreground: (0x1B, 0x1F, 0x24),
    muted: (0x59, 0x63, 0x6E),
    grid: (0xE6, 0xE9, 0xED),
    axis: (0x8A, 0x93, 0x9E),
};

/// A dark panel.
pub const DARK: Ground = Ground {
    background: (0x14, 0x17, 0x1C),
    foreground: (0xE8, 0xEA, 0xED),
    muted: (0xA3, 0xAC, 0xB7),
    grid: (0x2A, 0x2F, 0x37),
    axis: (0x6B, 0x75, 0x81),
};

/// The colours of a light or dark panel.
pub fn ground(dark: bool) -> &'static Ground {
    if dark { &DARK } else { &LIGHT }
}

/// A colour as CSS and SVG write it, `#0072b2`.
pub fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// `from` at 0, `to` at 1, evenly in between for the eye (OKLab).
pub fn mix(from: Rgb, to: Rgb, t: f64) -> Rgb {
    maps::mix(from, to, t)
}
