//! A thin layer over plotters' drawing area: pixel positions as floats, dashes, markers, text.

use super::labels::{clean, text_width};
use super::marker::Shape;
use super::palette::Rgb;
use super::theme::Theme;
use super::{Area, Drawn, Point, dash};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::DrawingBackend;

/// A colour and how much of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ink(pub Rgb, pub f64);

impl Ink {
    fn colour(self) -> RGBAColor {
        // Two decimals: SVG stays short, and more can't be seen.
        RGBAColor(self.0.0, self.0.1, self.0.2, (self.1.clamp(0.0, 1.0) * 100.0).round() / 100.0)
    }

    fn filled(self) -> ShapeStyle {
        ShapeStyle { color: self.colour(), filled: true, stroke_width: 0 }
    }
}

impl From<Rgb> for Ink {
    fn from(colour: Rgb) -> Self {
        Ink(colour, 1.0)
    }
}

/// Where a text lies relative to its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The text begins here.
    Start,
    /// The text is centred here.
    Middle,
    /// The text ends here.
    End,
}

/// How a text is written; its position is always the middle of its height.
#[derive(Clone, Copy)]
pub(crate) struct Type {
    pub ink: Ink,
    pub side: Side,
    pub bold: bool,
}

impl Type {
    pub fn new(ink: impl Into<Ink>, side: Side) -> Self {
        Type { ink: ink.into(), side, bold: false }
    }

    pub fn bold(self) -> Self {
        Type { bold: true, ..self }
    }
}

/// Draws on one area in one theme. All lengths in device pixels.
pub(crate) struct Pen<'a, DB: DrawingBackend> {
    area: &'a Area<DB>,
    pub theme: Theme,
}

fn whole((x, y): Point) -> (i32, i32) {
    // Far outside is as good as further outside, and plotters adds to these without a check.
    let limit = |v: f64| v.round().clamp(-1e5, 1e5) as i32;
    (limit(x), limit(y))
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    /// A pen on a panel that has been cleared.
    pub fn on(area: &'a Area<DB>, theme: Theme) -> Result<Self, super::DrawError<DB>> {
        let pen = Pen { area, theme };
        let (width, height) = pen.size();
        pen.rect((0.0, 0.0), (width, height), theme.ground().background)?;
        Ok(pen)
    }

    pub fn size(&self) -> Point {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width), f64::from(height))
    }

    fn stroke(&self, ink: Ink, css_width: f64) -> ShapeStyle {
        let width = self.theme.px(css_width).round().max(1.0) as u32;
        ShapeStyle { color: ink.colour(), filled: false, stroke_width: width }
    }

    /// A filled rectangle.
    pub fn rect(&self, from: Point, to: Point, ink: impl Into<Ink>) -> Drawn<DB> {
        self.area.draw(&Rectangle::new([whole(from), whole(to)], ink.into().filled()))
    }

    /// A straight level line, sharp on every backend.
    pub fn level(&self, (x0, x1): (f64, f64), y: f64, ink: impl Into<Ink>) -> Drawn<DB> {
        let width = self.theme.scale.round().max(1.0);
        let y = (y - width / 2.0).round();
        self.rect((x0, y), (x1, y + width), ink)
    }

    /// A straight upright line, sharp on every backend.
    pub fn upright(&self, x: f64, (y0, y1): (f64, f64), ink: impl Into<Ink>) -> Drawn<DB> {
        let width = self.theme.scale.round().max(1.0);
        let x = (x - width / 2.0).round();
        self.rect((x, y0), (x + width, y1), ink)
    }

    /// A line; its width in CSS pixels.
    pub fn line(&self, points: &[Point], ink: impl Into<Ink>, css_width: f64) -> Drawn<DB> {
        if points.len() < 2 {
            return Ok(());
        }
        let mut path: Vec<_> = points.iter().map(|&p| whole(p)).collect();
        path.dedup();
        self.area.draw(&PathElement::new(path, self.stroke(ink.into(), css_width)))
    }

    /// A broken line; the pattern and the width in CSS pixels.
    pub fn dashed(&self, points: &[Point], ink: impl Into<Ink>, css_width: f64, pattern: &[f64]) -> Drawn<DB> {
        let pieces = dash::pieces(points, &self.pattern(pattern), dash::lengths(points));
        self.pieces(&pieces, ink.into(), css_width)
    }

    /// A broken line over recorded values, with dashes that stay few where the values are noisy.
    pub fn dashed_curve(&self, points: &[Point], ink: impl Into<Ink>, css_width: f64, pattern: &[f64]) -> Drawn<DB> {
        let lengths = dash::calm_lengths(points, self.theme.px(2.0));
        let pieces = dash::pieces(points, &self.pattern(pattern), lengths);
        self.pieces(&pieces, ink.into(), css_width)
    }

    fn pattern(&self, css: &[f64]) -> Vec<f64> {
        css.iter().map(|&css| self.theme.px(css).max(1.0)).collect()
    }

    fn pieces(&self, pieces: &[Vec<Point>], ink: Ink, css_width: f64) -> Drawn<DB> {
        pieces.iter().try_for_each(|piece| self.line(piece, ink, css_width))
    }

    /// A filled area.
    pub fn area(&self, outline: &[Point], ink: impl Into<Ink>) -> Drawn<DB> {
        let path: Vec<_> = outline.iter().map(|&p| whole(p)).collect();
        self.area.draw(&Polygon::new(path, ink.into().filled()))
    }

    /// A filled disc.
    pub fn disc(&self, at: Point, radius: f64, ink: impl Into<Ink>) -> Drawn<DB> {
        self.area.draw(&Circle::new(whole(at), radius.round().max(1.0) as u32, ink.into().filled()))
    }

    /// An empty circle; its line's width in CSS pixels.
    pub fn ring(&self, at: Point, radius: f64, ink: impl Into<Ink>, css_width: f64) -> Drawn<DB> {
        let style = self.stroke(ink.into(), css_width);
        self.area.draw(&Circle::new(whole(at), radius.round().max(1.0) as u32, style))
    }

    /// A task's marker, filled.
    pub fn marker(&self, shape: Shape, at: Point, radius: f64, ink: impl Into<Ink>) -> Drawn<DB> {
        match shape {
            Shape::Circle => self.disc(at, radius, ink),
            _ => self.area(&shape.outline(at, radius), ink),
        }
    }

    /// A line of text, vertically centred at its position.
    pub fn text(&self, text: &str, at: Point, kind: Type) -> Drawn<DB> {
        let style = if kind.bold { FontStyle::Bold } else { FontStyle::Normal };
        let side = match kind.side {
            Side::Start => HPos::Left,
            Side::Middle => HPos::Center,
            Side::End => HPos::Right,
        };
        let font = FontDesc::new(FontFamily::Name(self.theme.font), self.theme.px(Theme::TEXT), style)
            .transform(FontTransform::None);
        let style = TextStyle { font, color: kind.ink.colour().into_backend(), pos: Pos::new(side, VPos::Center) };
        self.area.draw_text(&clean(text), &style, whole(at))
    }

    /// The width of a text, estimated.
    pub fn width(&self, text: &str) -> f64 {
        text_width(text) * self.theme.px(Theme::TEXT)
    }
}

trait IntoBackend {
    fn into_backend(self) -> plotters_backend::BackendColor;
}

impl IntoBackend for RGBAColor {
    fn into_backend(self) -> plotters_backend::BackendColor {
        plotters_backend::BackendColor { alpha: self.3, rgb: (self.0, self.1, self.2) }
    }
}
