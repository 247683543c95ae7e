//! Charts as SVG documents, for download and for the golden tests.

use super::Area;
use super::labels::clean;
use plotters::drawing::IntoDrawingArea;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontFamily,
    FontStyle, FontTransform, text_anchor,
};
use plotters_svg::SVGBackend;

/// Draws into an SVG document of `size` CSS pixels with `scale` drawing units per CSS pixel, and
/// gives it a title and the role of an image. The charts' themes must have the same scale: since
/// plotters draws on whole units, 4 gives smooth curves. An error of the backend, which writes to
/// memory and has none, leaves the document without what came after it.
///
/// ```text
/// let theme = Theme::new(false, 4.0);
/// let svg = to_svg((440, 220), 4, "Losses of lesson Twins", |area| LossChart { theme, .. }.draw(area));
/// ```
pub fn to_svg<E>(
    size: (u32, u32),
    scale: u32,
    title: &str,
    draw: impl FnOnce(&Area<SvgBackend<'_>>) -> Result<(), E>,
) -> String {
    let scale = scale.max(1);
    let (width, height) = (size.0.saturating_mul(scale), size.1.saturating_mul(scale));
    let mut drawn = String::new();
    {
        let area = SvgBackend(SVGBackend::with_string(&mut drawn, (width, height))).into_drawing_area();
        let _ = draw(&area);
        let _ = area.present();
    }
    // plotters' own opening tag has no role, no title and square line joins.
    let body = drawn.split_once('>').map_or("", |(_, body)| body);
    let open = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{}\" height=\"{}\" \
         viewBox=\"0 0 {width} {height}\" stroke-linejoin=\"round\">\n<title>{}</title>",
        size.0,
        size.1,
        escaped(title)
    );
    open + body
}

/// A text as content of an XML element.
pub fn escaped(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// plotters' SVG backend, with texts as large as they are asked for: it writes font sizes divided
/// by 1.24, which the canvas backend doesn't.
pub struct SvgBackend<'a>(SVGBackend<'a>);

type Outcome<'a> = Result<(), DrawingErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

impl<'a> DrawingBackend for SvgBackend<'a> {
    type ErrorType = <SVGBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Outcome<'a> {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Outcome<'a> {
        self.0.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Outcome<'a> {
        self.0.draw_pixel(at, colour)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome<'a> {
        self.0.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome<'a> {
        self.0.draw_rect(from, to, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Outcome<'a> {
        self.0.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome<'a> {
        self.0.draw_circle(centre, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome<'a> {
        self.0.fill_polygon(path, style)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Outcome<'a> {
        self.0.draw_text(text, &Undivided(style), at)
    }
}

struct Undivided<'s, S>(&'s S);

impl<S: BackendTextStyle> BackendTextStyle for Undivided<'_, S> {
    type FontError = S::FontError;

    fn color(&self) -> BackendColor {
        self.0.color()
    }

    fn size(&self) -> f64 {
        self.0.size() * 1.24
    }

    fn transform(&self) -> FontTransform {
        self.0.transform()
    }

    fn style(&self) -> FontStyle {
        self.0.style()
    }

    fn anchor(&self) -> text_anchor::Pos {
        self.0.anchor()
    }

    fn family(&self) -> FontFamily<'_> {
        self.0.family()
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Self::FontError> {
        self.0.layout_box(text)
    }

    fn draw<E, F: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        at: BackendCoord,
        draw: F,
    ) -> Result<Result<(), E>, Self::FontError> {
        self.0.draw(text, at, draw)
    }
}
