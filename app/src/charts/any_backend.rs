//! One type for every backend: the charts are compiled once, not once for the canvas and once for SVG.

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontFamily,
    FontStyle, FontTransform, text_anchor,
};

/// Any backend. Its errors come without their reasons, which are not shown.
pub struct AnyBackend<'a>(Box<dyn DynBackend + 'a>);

impl<'a> AnyBackend<'a> {
    /// Wraps a backend that writes texts in the size it is given, divided by `divisor`.
    pub fn new(backend: impl DrawingBackend + 'a, divisor: f64) -> Self {
        Self(Box::new(Adapter { backend, divisor }))
    }
}

/// The backend failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("drawing failed")
    }
}

impl std::error::Error for Failed {}

/// What a [`DrawingBackend`] does, without generic parameters.
trait DynBackend {
    fn size(&self) -> (u32, u32);
    fn prepare(&mut self) -> Result<(), Failed>;
    fn present(&mut self) -> Result<(), Failed>;
    fn pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Result<(), Failed>;
    fn line(&mut self, ends: [BackendCoord; 2], style: Stroke) -> Result<(), Failed>;
    fn rect(&mut self, corners: [BackendCoord; 2], style: Stroke, fill: bool) -> Result<(), Failed>;
    fn path(&mut self, path: &[BackendCoord], style: Stroke) -> Result<(), Failed>;
    fn circle(&mut self, centre: BackendCoord, radius: u32, style: Stroke, fill: bool) -> Result<(), Failed>;
    fn polygon(&mut self, path: &[BackendCoord], style: Stroke) -> Result<(), Failed>;
    fn text(&mut self, text: &str, style: Font<'_>, at: BackendCoord) -> Result<(), Failed>;
}

/// A [`DrawingBackend`] as a [`DynBackend`].
struct Adapter<B> {
    backend: B,
    divisor: f64,
}

fn without_reason<T, E: std::error::Error + Send + Sync>(result: Result<T, DrawingErrorKind<E>>) -> Result<T, Failed> {
    result.map_err(|_| Failed)
}

impl<B: DrawingBackend> DynBackend for Adapter<B> {
    fn size(&self) -> (u32, u32) {
        self.backend.get_size()
    }

    fn prepare(&mut self) -> Result<(), Failed> {
        without_reason(self.backend.ensure_prepared())
    }

    fn present(&mut self) -> Result<(), Failed> {
        without_reason(self.backend.present())
    }

    fn pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Result<(), Failed> {
        without_reason(self.backend.draw_pixel(at, colour))
    }

    fn line(&mut self, [from, to]: [BackendCoord; 2], style: Stroke) -> Result<(), Failed> {
        without_reason(self.backend.draw_line(from, to, &style))
    }

    fn rect(&mut self, [from, to]: [BackendCoord; 2], style: Stroke, fill: bool) -> Result<(), Failed> {
        without_reason(self.backend.draw_rect(from, to, &style, fill))
    }

    fn path(&mut self, path: &[BackendCoord], style: Stroke) -> Result<(), Failed> {
        without_reason(self.backend.draw_path(path.iter().copied(), &style))
    }

    fn circle(&mut self, centre: BackendCoord, radius: u32, style: Stroke, fill: bool) -> Result<(), Failed> {
        without_reason(self.backend.draw_circle(centre, radius, &style, fill))
    }

    fn polygon(&mut self, path: &[BackendCoord], style: Stroke) -> Result<(), Failed> {
        without_reason(self.backend.fill_polygon(path.iter().copied(), &style))
    }

    fn text(&mut self, text: &str, style: Font<'_>, at: BackendCoord) -> Result<(), Failed> {
        without_reason(self.backend.draw_text(text, &Font { size: style.size * self.divisor, ..style }, at))
    }
}

fn as_drawing_error(result: Result<(), Failed>) -> Result<(), DrawingErrorKind<Failed>> {
    result.map_err(DrawingErrorKind::DrawingError)
}

impl DrawingBackend for AnyBackend<'_> {
    type ErrorType = Failed;

    fn get_size(&self) -> (u32, u32) {
        self.0.size()
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.prepare())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.present())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.pixel(at, colour))
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.line([from, to], Stroke::like(style)))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.rect([from, to], Stroke::like(style), fill))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.path(&path.into_iter().collect::<Vec<_>>(), Stroke::like(style)))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.circle(centre, radius, Stroke::like(style), fill))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.polygon(&path.into_iter().collect::<Vec<_>>(), Stroke::like(style)))
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Result<(), DrawingErrorKind<Failed>> {
        as_drawing_error(self.0.text(text, Font::like(style), at))
    }
}

/// Any style of lines and areas.
#[derive(Clone, Copy)]
struct Stroke {
    colour: BackendColor,
    width: u32,
}

impl Stroke {
    fn like(style: &impl BackendStyle) -> Self {
        Self { colour: style.color(), width: style.stroke_width() }
    }
}

impl BackendStyle for Stroke {
    fn color(&self) -> BackendColor {
        self.colour
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

/// Any style of texts.
struct Font<'a> {
    colour: BackendColor,
    size: f64,
    transform: FontTransform,
    style: FontStyle,
    anchor: text_anchor::Pos,
    family: FontFamily<'a>,
}

impl<'a> Font<'a> {
    fn like(style: &'a impl BackendTextStyle) -> Self {
        Self {
            colour: style.color(),
            size: style.size(),
            transform: style.transform(),
            style: style.style(),
            anchor: style.anchor(),
            family: style.family(),
        }
    }
}

impl BackendTextStyle for Font<'_> {
    type FontError = Failed;

    fn color(&self) -> BackendColor {
        self.colour
    }

    fn size(&self) -> f64 {
        self.size
    }

    fn transform(&self) -> FontTransform {
        self.transform.clone()
    }

    fn style(&self) -> FontStyle {
        self.style
    }

    fn anchor(&self) -> text_anchor::Pos {
        self.anchor
    }

    fn family(&self) -> FontFamily<'_> {
        self.family
    }

    // The charts estimate the widths of their texts, and both backends leave the letters to the browser.
    fn layout_box(&self, _text: &str) -> Result<((i32, i32), (i32, i32)), Failed> {
        Err(Failed)
    }

    fn draw<E, F: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        _text: &str,
        _at: BackendCoord,
        _draw: F,
    ) -> Result<Result<(), E>, Failed> {
        Err(Failed)
    }
}
