//! Charts as SVG documents, for download and for the golden tests.

use super::Area;
use super::any_backend::AnyBackend;
use super::labels::clean;
use plotters::drawing::IntoDrawingArea;
use plotters_svg::SVGBackend;

/// plotters' SVG backend writes font sizes divided by this, which its canvas backend doesn't.
const FONT_DIVISOR: f64 = 1.24;

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
    draw: impl FnOnce(&Area<AnyBackend<'_>>) -> Result<(), E>,
) -> String {
    let scale = scale.max(1);
    let (width, height) = (size.0.saturating_mul(scale), size.1.saturating_mul(scale));
    let mut drawn = String::new();
    {
        let area =
            AnyBackend::new(SVGBackend::with_string(&mut drawn, (width, height)), FONT_DIVISOR).into_drawing_area();
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
