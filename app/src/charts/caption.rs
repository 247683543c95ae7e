//! What a saved picture says of itself: a title above the chart, what its marks mean below it.

use super::labels::{fitted, wrapped};
use super::pen::{Pen, Side, Type};
use super::plot::EDGE;
use super::theme::Theme;
use super::{Area, Drawn};
use plotters_backend::DrawingBackend;

/// The words around a saved chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    /// What is shown.
    pub title: String,
    /// Of what run: the lesson's name and the seed.
    pub run: String,
    /// What the marks mean; may be empty.
    pub marks: String,
}

/// The height of the title with the line below it, in CSS pixels.
const HEAD: u32 = 36;

/// From one line of text to the next, in CSS pixels.
const LINE: f64 = 15.0;

impl Caption {
    /// What of the picture is not the chart, in CSS pixels, where the picture is so many wide.
    pub fn height(&self, width: u32) -> u32 {
        HEAD + self.foot(width)
    }

    fn foot(&self, width: u32) -> u32 {
        let lines = self.lines(width).len();
        if lines == 0 { 0 } else { (lines as f64 * LINE + EDGE) as u32 }
    }

    fn lines(&self, width: u32) -> Vec<String> {
        wrapped(&self.marks, (f64::from(width) - EDGE * 2.0) / Theme::TEXT)
    }

    /// Draws the words around what `chart` draws on its part of the area.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &Area<DB>,
        theme: Theme,
        chart: impl FnOnce(&Area<DB>) -> Drawn<DB>,
    ) -> Drawn<DB> {
        let (width, height) = area.dim_in_pixel();
        let css = (f64::from(width) / theme.scale) as u32;
        let px = |css: u32| theme.px(f64::from(css)).round() as i32;
        let (head, rest) = area.split_vertically(px(HEAD));
        let (middle, foot) = rest.split_vertically(height as i32 - px(self.height(css)));
        let (ground, left) = (theme.ground(), theme.px(EDGE));
        let room = f64::from(css) / Theme::TEXT - 2.0;

        let pen = Pen::on(&head, theme)?;
        let title = Type::new(ground.foreground, Side::Start).bold();
        // Bold letters are wider than the estimate.
        pen.text(&fitted(&self.title, room * 0.9), (left, theme.px(12.0)), title)?;
        pen.text(&fitted(&self.run, room), (left, theme.px(27.0)), Type::new(ground.muted, Side::Start))?;
        if self.foot(css) > 0 {
            let pen = Pen::on(&foot, theme)?;
            for (k, line) in self.lines(css).iter().enumerate() {
                let y = theme.px((k as f64 + 0.5) * LINE);
                pen.text(line, (left, y), Type::new(ground.muted, Side::Start))?;
            }
        }
        chart(&middle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::svg::to_svg;
    use crate::charts::{ParallelChart, pen::Ink};

    #[test]
    fn a_saved_chart_has_its_words_and_the_size_it_has_on_the_screen() {
        let caption = Caption {
            title: "Trade-off".into(),
            run: "2 Rivals: tasks that fight, seed 42".into(),
            marks: "diamond: now; ring: single-task models; dots: fan".into(),
        };
        assert_eq!(Caption { marks: String::new(), ..caption.clone() }.height(400), HEAD);
        assert!(caption.height(160) > caption.height(400));
        let theme = Theme::new(false, 2.0);
        let size = (400, 200 + caption.height(400));
        let mut drawn = (0, 0);
        let svg = to_svg(size, 2, "", |area| {
            caption.draw(area, theme, |area| {
                drawn = area.dim_in_pixel();
                let pen = Pen::on(area, theme)?;
                pen.rect((0.0, 0.0), (10.0, 10.0), Ink((1, 2, 3), 1.0))?;
                ParallelChart { tasks: Vec::new(), lines: &[], ends: Vec::new(), theme }.draw(area)
            })
        });
        assert_eq!(drawn, (800, 400));
        for words in ["Trade-off", "seed 42", "single-task models"] {
            assert!(svg.contains(words), "{words}");
        }
        // The chart stands below its title.
        assert!(svg.contains("<rect x=\"0\" y=\"72\" width=\"10\""), "{svg}");
        for size in [(1, 1), (40, 9), (3000, 20)] {
            to_svg(size, 1, "", |area| caption.draw(area, Theme::new(true, 1.0), |_| Ok(())));
        }
    }
}
