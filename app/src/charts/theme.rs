//! What all charts share: light or dark, the device's pixel ratio, the font.

use super::palette::{self, Ground};

/// How a chart is dressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// Whether the panel is dark.
    pub dark: bool,
    /// Device pixels per CSS pixel; fonts, strokes and margins are multiplied by it.
    pub scale: f64,
    /// A CSS font family, for example `system-ui, sans-serif`.
    pub font: &'static str,
}

impl Theme {
    /// The font that charts use where the page doesn't say otherwise.
    pub const FONT: &'static str = "system-ui, sans-serif";

    /// A theme with the usual font.
    pub fn new(dark: bool, scale: f64) -> Self {
        let scale = if scale.is_finite() { scale.clamp(0.25, 16.0) } else { 1.0 };
        Theme { dark, scale, font: Self::FONT }
    }

    /// Background, foreground and line colours of this theme.
    pub fn ground(&self) -> &'static Ground {
        palette::ground(self.dark)
    }

    /// CSS pixels in device pixels.
    pub fn px(&self, css: f64) -> f64 {
        css * self.scale
    }

    /// The size of a chart's ordinary text, in CSS pixels.
    pub(crate) const TEXT: f64 = 11.0;
}
