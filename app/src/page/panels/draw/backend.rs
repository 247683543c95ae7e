//! Charts on the page's canvas: a plotters backend that sets a colour or a font only where it is another one.
//!
//! To set a font has the browser look up the styles of the whole page, which took a third of all drawing with a
//! backend that sets it for every label.

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use std::fmt::{Display, Formatter};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The canvas refused to draw.
#[derive(Clone, Copy, Debug)]
pub struct Refused;

impl Display for Refused {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("the canvas refused to draw")
    }
}

impl std::error::Error for Refused {}

type Drawn = Result<(), DrawingErrorKind<Refused>>;

/// A canvas, and what its context was told last.
pub struct CanvasBackend {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    filled: Option<BackendColor>,
    stroked: Option<(BackendColor, u32)>,
    font: String,
}

impl CanvasBackend {
    /// Draws on a canvas; `None` where it has no context.
    pub fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = super::context(&canvas)?;
        context.set_text_baseline("middle");
        Some(Self { canvas, context, filled: None, stroked: None, font: String::new() })
    }

    fn fill_with(&mut self, colour: BackendColor) {
        if self.filled.is_none_or(|old| differ(old, colour)) {
            self.context.set_fill_style_str(&css(colour));
            self.filled = Some(colour);
        }
    }

    fn stroke_with(&mut self, style: &impl BackendStyle) {
        let (colour, width) = (style.color(), style.stroke_width());
        if self.stroked.is_none_or(|(old, _)| differ(old, colour)) {
            self.context.set_stroke_style_str(&css(colour));
        }
        if self.stroked.is_none_or(|(_, old)| old != width) {
            self.context.set_line_width(f64::from(width));
        }
        self.stroked = Some((colour, width));
    }

    /// Makes a path of points the present one; whether there is any.
    fn trace(&self, path: impl IntoIterator<Item = BackendCoord>) -> bool {
        let mut path = path.into_iter();
        self.context.begin_path();
        let Some((x, y)) = path.next() else { return false };
        self.context.move_to(f64::from(x), f64::from(y));
        path.for_each(|(x, y)| self.context.line_to(f64::from(x), f64::from(y)));
        true
    }
}

fn differ(a: BackendColor, b: BackendColor) -> bool {
    a.rgb != b.rgb || a.alpha != b.alpha
}

fn css(colour: BackendColor) -> String {
    let (r, g, b) = colour.rgb;
    let alpha = (colour.alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
    format!("#{r:02x}{g:02x}{b:02x}{alpha:02x}")
}

impl DrawingBackend for CanvasBackend {
    type ErrorType = Refused;

    fn get_size(&self) -> (u32, u32) {
        (self.canvas.width(), self.canvas.height())
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.fill_with(colour);
        self.context.fill_rect(f64::from(x), f64::from(y), 1.0, 1.0);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        let [x, y, width, height] = [from.0, from.1, to.0 - from.0, to.1 - from.1].map(f64::from);
        if fill {
            self.fill_with(style.color());
            self.context.fill_rect(x, y, width, height);
        } else {
            self.stroke_with(style);
            self.context.stroke_rect(x, y, width, height);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if self.trace(path) {
            self.stroke_with(style);
            self.context.stroke();
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if self.trace(path) {
            self.fill_with(style.color());
            self.context.close_path();
            self.context.fill();
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        self.context.begin_path();
        self.context
            .arc(f64::from(at.0), f64::from(at.1), f64::from(radius), 0.0, std::f64::consts::TAU)
            .map_err(|_| DrawingErrorKind::DrawingError(Refused))?;
        if fill {
            self.fill_with(style.color());
            self.context.fill();
        } else {
            self.stroke_with(style);
            self.context.stroke();
        }
        Ok(())
    }

    /// Texts of the charts stand upright, and their place is the middle of their height.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        debug_assert!(matches!(style.anchor().v_pos, VPos::Center));
        let font = format!("{} {}px {}", style.style().as_str(), style.size(), style.family().as_str());
        if self.font != font {
            self.context.set_font(&font);
            self.font = font;
        }
        self.context.set_text_align(match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Right => "end",
            HPos::Center => "center",
        });
        self.fill_with(style.color());
        let drawn = self.context.fill_text(text, f64::from(x), f64::from(y));
        drawn.map_err(|_| DrawingErrorKind::DrawingError(Refused))
    }
}
