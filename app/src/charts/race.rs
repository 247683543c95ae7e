//! A race: where the racers have been, over their parameters or over their losses.

use super::clip;
use super::lines::extent;
use super::palette::{self, Dash, mix_fast};
use super::pen::{Ink, Pen};
use super::plot::{Axes, EDGE, Plot, layout};
use super::scale::Scale;
use super::theme::Theme;
use super::{Area, Drawn, Point};
use plotters_backend::DrawingBackend;

/// One racer's way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RaceTrack {
    /// Where it has been; the last point is where it is.
    pub points: Vec<Point>,
    /// Colour, dash and marker of its method, by their number in the palette; a thin grey line without.
    pub style: Option<usize>,
    /// Whether it is the one to look at.
    pub chosen: bool,
}

/// A surface below the ways, over a square around zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RaceHeat<'a> {
    /// Values `[side, side]`, row 0 on top.
    pub values: &'a [f32],
    /// Cells on a side.
    pub side: usize,
    /// Half the square's side, which is all that the chart shows.
    pub extent: f64,
}

/// The ways of all racers on a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct RaceChart<'a> {
    /// What lies along the bottom.
    pub x_name: &'a str,
    /// What lies along the side.
    pub y_name: &'a str,
    /// The surface, where there is one.
    pub heat: Option<RaceHeat<'a>>,
    /// The exact Pareto set or front.
    pub best: &'a [Point],
    /// The racers, the chosen ones last.
    pub tracks: &'a [RaceTrack],
    /// Light or dark, scale, font.
    pub theme: Theme,
}

/// Bands that a surface is drawn in.
const BANDS: f32 = 12.0;

impl RaceChart<'_> {
    /// Where values lie on a chart of that size in device pixels.
    pub fn plot(&self, size: (u32, u32)) -> Plot {
        let (x, y) = (self.range(|p| p.0), self.range(|p| p.1));
        layout(size, self.theme, self.theme.px(EDGE), |frame| {
            (Scale::linear(x, (frame.left, frame.right)), Scale::linear(y, (frame.bottom, frame.top)))
        })
    }

    /// The square of the surface; else the front, every start and where the racers are.
    fn range(&self, part: impl Fn(&Point) -> f64) -> (f64, f64) {
        if let Some(heat) = self.heat {
            return (-heat.extent, heat.extent);
        }
        let ends = self.tracks.iter().flat_map(|track| track.points.first().into_iter().chain(track.points.last()));
        let (low, high) = extent(self.best.iter().chain(ends).map(part)).unwrap_or((0.0, 1.0));
        let margin = 0.04 * (high - low);
        (low - margin, high + margin)
    }

    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let plot = self.plot(area.dim_in_pixel());
        Axes { plot: &plot, x_name: self.x_name, y_name: self.y_name, upright: self.heat.is_none() }.draw(&pen)?;
        self.surface(&pen, &plot)?;
        let best: Vec<Point> = self.best.iter().map(|p| plot.point(*p)).collect();
        for part in clip::polyline(&plot.frame(), &best) {
            pen.line(&part, self.theme.ground().foreground, 4.0)?;
            pen.line(&part, self.theme.ground().background, 1.5)?;
        }
        self.tracks.iter().try_for_each(|track| self.track(&pen, &plot, track))
    }

    /// The surface in bands, a rectangle for neighbours of one band.
    fn surface<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let Some(heat) = self.heat.filter(|heat| heat.side > 0) else { return Ok(()) };
        let Some((low, high)) = extent(heat.values.iter().map(|v| f64::from(*v))) else { return Ok(()) };
        let band = |v: f32| ((v - low as f32) / (high - low).max(1e-9) as f32 * BANDS).floor().clamp(0.0, BANDS - 1.0);
        let edge = |k: usize| heat.extent * (2.0 * k as f64 / heat.side as f64 - 1.0);
        let ground = self.theme.ground();
        for (row, values) in heat.values.chunks_exact(heat.side).enumerate() {
            let (top, bottom) = (plot.y_of(-edge(row)), plot.y_of(-edge(row + 1)));
            let mut from = 0;
            for same in values.chunk_by(|a, b| band(*a) == band(*b)) {
                let to = from + same.len();
                let colour = mix_fast(ground.background, ground.muted, 0.6 * f64::from(band(same[0]) / BANDS));
                pen.rect((plot.x_of(edge(from)), top), (plot.x_of(edge(to)), bottom), colour)?;
                from = to;
            }
        }
        Ok(())
    }

    fn track<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot, track: &RaceTrack) -> Drawn<DB> {
        let theme = self.theme;
        let (Some(first), Some(last)) = (track.points.first(), track.points.last()) else { return Ok(()) };
        let style = track.style.map(palette::task);
        let colour = style.map_or(theme.ground().muted, |style| style.colour(theme.dark));
        let colour = if track.chosen && style.is_none() { theme.ground().foreground } else { colour };
        let (width, strength) = match (track.chosen, style) {
            (true, _) => (3.0, 1.0),
            (false, Some(_)) => (1.25, 0.85),
            (false, None) => (1.0, 0.3),
        };
        let ink = Ink(colour, strength);
        for part in clip::polyline(&plot.frame(), &sparse(&track.points, plot, theme.px(1.5))) {
            match style.map(|style| style.dash) {
                Some(Dash::Broken(pattern)) => pen.dashed(&part, ink, width, pattern)?,
                _ => pen.line(&part, ink, width)?,
            }
        }
        let (start, now) = (plot.point(*first), plot.point(*last));
        if plot.contains(start) {
            pen.ring(start, theme.px(3.0), theme.ground().foreground, 1.0)?;
        }
        if let (true, Some(style)) = (plot.contains(now), style) {
            pen.marker(style.shape, now, theme.px(if track.chosen { 5.5 } else { 3.8 }), ink)?;
        }
        Ok(())
    }
}

/// The pixels of a way, without those that are nearer than `reach` to the one before.
fn sparse(points: &[Point], plot: &Plot, reach: f64) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for (k, point) in points.iter().enumerate() {
        let at = plot.point(*point);
        let far = kept.last().is_none_or(|last| (at.0 - last.0).hypot(at.1 - last.1) >= reach);
        if far || k + 1 == points.len() {
            kept.push(at);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_keeps_its_ends_and_loses_what_can_not_be_seen() {
        let points: Vec<Point> = (0..1001).map(|k| (f64::from(k) / 1000.0, 0.5)).collect();
        let track = RaceTrack { points: points.clone(), ..RaceTrack::default() };
        let theme = Theme::new(false, 1.0);
        let best = [(0.0, 0.0), (1.0, 1.0)];
        let chart = RaceChart { x_name: "", y_name: "", heat: None, best: &best, tracks: &[track], theme };
        let plot = chart.plot((200, 200));
        let kept = sparse(&points, &plot, 2.0);
        assert!(kept.len() < 110, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), (plot.point(points[0]), plot.point(points[1000])));
    }
}
