//! How the Pareto plane is drawn, layer by layer.

use super::{ParetoChart, finite};
use crate::charts::clip;
use crate::charts::marker::Shape;
use crate::charts::palette;
use crate::charts::pen::{Ink, Pen};
use crate::charts::plot::Plot;
use crate::charts::{Drawn, Point};
use plotters_backend::DrawingBackend;

impl ParetoChart<'_> {
    /// The area that the front dominates, up to the reference point.
    pub(super) fn shade<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let steps = self.steps(plot, true);
        let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
            return Ok(());
        };
        let mut outline = steps.clone();
        outline.push((last.0, first.1));
        let strength = if self.theme.dark { 0.12 } else { 0.07 };
        pen.area(&outline, Ink(self.theme.ground().foreground, strength))
    }

    /// The hypervolume's reference point, where it is on the picture.
    pub(super) fn mark_reference<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let reference = plot.point(self.reference);
        if plot.contains(reference) { self.reference_mark(pen, reference) } else { Ok(()) }
    }

    fn corner_mark<DB: DrawingBackend>(&self, pen: &Pen<DB>, at: Point, radius: f64) -> Drawn<DB> {
        let ground = self.theme.ground();
        pen.disc(at, self.theme.px(radius), ground.background)?;
        pen.ring(at, self.theme.px(radius), ground.foreground, 1.5)?;
        pen.disc(at, self.theme.px(1.5), ground.foreground)
    }

    fn reference_mark<DB: DrawingBackend>(&self, pen: &Pen<DB>, at: Point) -> Drawn<DB> {
        let square = Shape::Square.outline(at, self.theme.px(3.6));
        let closed: Vec<Point> = square.iter().chain(&square[..2]).copied().collect();
        pen.line(&closed, self.theme.ground().muted, 1.0)
    }

    /// What the single-task models reach: a line in each task's colour, crossing at the corner.
    pub(super) fn mark_single<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let Some(single) = self.single.filter(finite) else {
            return Ok(());
        };
        let at = plot.point(single);
        let (x_colour, y_colour) = self.colours();
        if (plot.left..=plot.right).contains(&at.0) {
            let line = [(at.0, plot.bottom), (at.0, plot.top)];
            pen.dashed(&line, Ink(x_colour, 0.9), 1.0, &[5.0, 3.0])?;
        }
        if (plot.top..=plot.bottom).contains(&at.1) {
            let line = [(plot.left, at.1), (plot.right, at.1)];
            pen.dashed(&line, Ink(y_colour, 0.9), 1.0, &[5.0, 3.0])?;
        }
        if plot.contains(at) {
            self.corner_mark(pen, at, 5.0)?;
        }
        Ok(())
    }

    fn colours(&self) -> (palette::Rgb, palette::Rgb) {
        let dark = self.theme.dark;
        (palette::task_colour(self.x_task, dark), palette::task_colour(self.y_task, dark))
    }

    pub(super) fn draw_fan<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let (theme, ground) = (self.theme, self.theme.ground());
        let (x_colour, y_colour) = self.colours();
        // The line of the front ends where its points do; only the shading goes on.
        let steps = self.steps(plot, false);
        if steps.len() > 3 {
            pen.line(&steps[1..steps.len() - 1], Ink(ground.foreground, 0.45), 1.5)?;
        }
        for member in self.fan.iter().filter(|f| finite(&f.losses)) {
            let exact = plot.point(member.losses);
            let at = plot.frame().clamp(exact);
            let preference = if member.preference.is_nan() { 0.5 } else { member.preference };
            let colour = palette::mix(y_colour, x_colour, preference);
            if !member.alive {
                let outline = Shape::Cross.outline(at, theme.px(4.0));
                let closed: Vec<Point> = outline.iter().chain(&outline[..2]).copied().collect();
                pen.area(&outline, ground.background)?;
                pen.line(&closed, ground.muted, 1.0)?;
            } else if !plot.contains(exact) {
                self.draw_outside(pen, at, exact, colour)?;
            } else if member.dominated {
                pen.disc(at, theme.px(3.5), ground.background)?;
                pen.ring(at, theme.px(3.5), Ink(colour, 0.75), 1.5)?;
            } else {
                pen.disc(at, theme.px(5.0), ground.background)?;
                pen.disc(at, theme.px(4.2), colour)?;
            }
        }
        Ok(())
    }

    /// What one network for the whole front answers: small squares, in two tasks on a dashed line.
    pub(super) fn draw_answers<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let (theme, ground) = (self.theme, self.theme.ground());
        let answers: Vec<Point> = self.answers.iter().filter(|p| finite(p)).map(|p| plot.point(*p)).collect();
        if self.ordered {
            for part in clip::polyline(&plot.frame(), &answers) {
                pen.dashed(&part, Ink(ground.foreground, 0.7), 1.5, &[2.0, 3.0])?;
            }
        }
        for at in answers.into_iter().filter(|at| plot.contains(*at)) {
            pen.area(&Shape::Square.outline(at, theme.px(2.6)), ground.foreground)?;
        }
        Ok(())
    }

    /// A member beyond the edge: a small arrow towards it.
    fn draw_outside<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        at: Point,
        exact: Point,
        colour: palette::Rgb,
    ) -> Drawn<DB> {
        let length = (exact.0 - at.0).hypot(exact.1 - at.1);
        let (u, v) = ((exact.0 - at.0) / length, (exact.1 - at.1) / length);
        let size = self.theme.px(5.0);
        let tip = (at.0 + u * size * 0.6, at.1 + v * size * 0.6);
        let foot = (at.0 - u * size, at.1 - v * size);
        let corners = [
            tip,
            (foot.0 - v * size * 0.8, foot.1 + u * size * 0.8),
            (foot.0 + v * size * 0.8, foot.1 - u * size * 0.8),
        ];
        pen.area(&corners, Ink(colour, 0.8))
    }

    /// The composed model's way, fading into the past, and the model itself.
    pub(super) fn draw_trail<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let (theme, ground) = (self.theme, self.theme.ground());
        let mut way: Vec<Point> = Vec::new();
        for &point in self.trail.iter().filter(|p| finite(p)) {
            let at = plot.point(point);
            let far = |p: &Point| (p.0 - at.0).hypot(p.1 - at.1) >= theme.px(1.5);
            if way.last().is_none_or(far) {
                way.push(at);
            }
        }
        way.extend(self.now().map(|p| plot.point(p)));
        let frame = plot.frame();
        for (k, pair) in way.windows(2).enumerate() {
            let age = (k + 1) as f64 / way.len() as f64;
            for part in clip::polyline(&frame, pair) {
                pen.line(&part, Ink(ground.foreground, 0.12 + 0.6 * age.powi(2)), 1.5)?;
            }
        }
        let Some(now) = self.now().map(|p| plot.point(p)) else {
            return Ok(());
        };
        let at = frame.clamp(now);
        pen.disc(at, theme.px(8.0), ground.background)?;
        pen.marker(Shape::Diamond, at, theme.px(6.0), ground.foreground)
    }
}
