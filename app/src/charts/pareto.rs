//! The Pareto plane: the held-out loss of one task against another's, lower left is better.

mod draw;

use super::hold::Ends;
use super::labels::fitted;
use super::lines::extent;
use super::pen::Pen;
use super::plot::{Axes, EDGE, Plot, layout, say};
use super::scale::Scale;
use super::theme::Theme;
use super::{Area, Drawn, EMPTY, Point};
use plotters_backend::DrawingBackend;

/// One member of the fan of preference weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FanPoint {
    /// Its losses on the x task and the y task.
    pub losses: (f64, f64),
    /// False where it went non-finite; `losses` are then its last finite ones.
    pub alive: bool,
    /// Whether another member is at least as good on both tasks, and better on one.
    pub dominated: bool,
    /// How much it prefers the x task, 0 to 1; tints the point between the two task colours.
    pub preference: f64,
}

/// The Pareto plane of two tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct ParetoChart<'a> {
    /// The index of the task along the bottom.
    pub x_task: usize,
    /// The index of the task along the side.
    pub y_task: usize,
    /// Its name.
    pub x_label: &'a str,
    /// Its name.
    pub y_label: &'a str,
    /// The fan of preferences.
    pub fan: &'a [FanPoint],
    /// What one network for the whole front answers, from all for the x task to all for the y task; a line
    /// where there are no other tasks.
    pub answers: &'a [Point],
    /// Whether the answers make a line.
    pub ordered: bool,
    /// The losses of the two single-task models.
    pub single: Option<(f64, f64)>,
    /// Where the composed model has been lately; the last point is where it is.
    pub trail: &'a [(f64, f64)],
    /// The hypervolume's reference point.
    pub reference: (f64, f64),
    /// The ends of both axes where they are held; else they fit what is shown.
    pub ends: Option<[(f64, f64); 2]>,
    /// Light or dark, scale, font.
    pub theme: Theme,
}

/// What lies under a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The member of the fan with this index.
    Fan(usize),
    /// The composed model.
    Now,
    /// The corner of the single-task models.
    Single,
}

fn finite(&(x, y): &Point) -> bool {
    x.is_finite() && y.is_finite()
}

impl ParetoChart<'_> {
    /// Where values lie on a chart of that size in device pixels.
    pub fn plot(&self, size: (u32, u32)) -> Plot {
        let fitted = || self.extent().map_or([(0.0, 1.0); 2], |all| all.map(|range| Ends::Even.around(range)));
        let [x, y] = self.ends.unwrap_or_else(fitted);
        layout(size, self.theme, self.theme.px(EDGE * 2.0), |frame| {
            (Scale::linear(x, (frame.left, frame.right)), Scale::linear(y, (frame.bottom, frame.top)))
        })
    }

    /// Whether the hypervolume's reference point lies on a chart of that size.
    pub fn shows_reference(&self, size: (u32, u32)) -> bool {
        let plot = self.plot(size);
        plot.contains(plot.point(self.reference))
    }

    /// What lies within reach of a pixel of a chart of that size.
    pub fn hit(&self, size: (u32, u32), at: Point) -> Option<Hit> {
        let plot = self.plot(size);
        let now = self.now().map(|p| (Hit::Now, p));
        let single = self.single.filter(finite).map(|p| (Hit::Single, p));
        let fan = self.fan.iter().enumerate().filter(|(_, f)| finite(&f.losses));
        let all = now.into_iter().chain(single).chain(fan.map(|(i, f)| (Hit::Fan(i), f.losses)));
        let distance = |p: Point| {
            let p = plot.frame().clamp(plot.point(p));
            (p.0 - at.0).hypot(p.1 - at.1)
        };
        let (hit, reach) = all.map(|(hit, p)| (hit, distance(p))).min_by(|a, b| a.1.total_cmp(&b.1))?;
        (reach <= self.theme.px(14.0)).then_some(hit)
    }

    fn now(&self) -> Option<Point> {
        self.trail.last().copied().filter(finite)
    }

    /// What both axes have to hold: the front, the corner of the single-task models, and where the
    /// composed model is; not where it began, the dominated members and the reference point.
    pub fn extent(&self) -> Option<[(f64, f64); 2]> {
        let front = self.fan.iter().filter(|f| f.alive && !f.dominated).map(|f| f.losses).filter(finite);
        let fixed: Vec<Point> = self.now().into_iter().chain(self.single.filter(finite)).collect();
        let range = |part: fn(&Point) -> f64| {
            // The ends of a front can be far out: a task without weight isn't learned at all.
            let mut core: Vec<f64> = front.clone().map(|p| part(&p)).collect();
            core.sort_by(f64::total_cmp);
            core.truncate(core.len() - core.len() / 5);
            extent(core.into_iter().chain(fixed.iter().map(part)))
        };
        Some([range(|p| p.0)?, range(|p| p.1)?])
    }

    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let plot = self.plot(area.dim_in_pixel());
        let empty = self.now().is_none() && !self.fan.iter().any(|f| finite(&f.losses));
        if !empty {
            self.shade(&pen, &plot)?;
        }
        let name = |label: &str| format!("loss of {}", fitted(label, 14.0));
        let (x_name, y_name) = (name(self.x_label), name(self.y_label));
        Axes { plot: &plot, x_name: &x_name, y_name: &y_name, upright: true }.draw(&pen)?;
        if empty {
            return say(&pen, &plot, EMPTY);
        }
        self.mark_reference(&pen, &plot)?;
        self.mark_single(&pen, &plot)?;
        self.draw_answers(&pen, &plot)?;
        self.draw_fan(&pen, &plot)?;
        self.draw_trail(&pen, &plot)
    }

    /// The steps of the front from upper left to lower right, within the plot: of all of it, or of
    /// what the hypervolume counts, which lies below the reference point.
    fn steps(&self, plot: &Plot, counted: bool) -> Vec<Point> {
        let counts = |p: &Point| !counted || !(p.0 >= self.reference.0 || p.1 >= self.reference.1);
        let alive = self.fan.iter().filter(|f| f.alive && !f.dominated).map(|f| f.losses);
        let mut front: Vec<Point> = alive.filter(finite).filter(counts).collect();
        front.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let beyond = |v: f64, edge: f64| if counted && v.is_finite() { v } else { edge };
        let far = (beyond(self.reference.0, plot.x.range().1), beyond(self.reference.1, plot.y.range().1));
        let mut steps: Vec<Point> = Vec::new();
        let mut height = f64::INFINITY;
        for (x, y) in front {
            if y < height {
                steps.push((x, if height.is_finite() { height } else { far.1 }));
                steps.push((x, y));
                height = y;
            }
        }
        if !steps.is_empty() {
            steps.push((far.0, height));
        }
        steps.into_iter().map(|p| plot.frame().clamp(plot.point(p))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(x: f64, y: f64, dominated: bool) -> FanPoint {
        FanPoint { losses: (x, y), alive: true, dominated, preference: 0.5 }
    }

    fn chart<'a>(fan: &'a [FanPoint], trail: &'a [Point], reference: Point) -> ParetoChart<'a> {
        ParetoChart {
            x_task: 0,
            y_task: 1,
            x_label: "A",
            y_label: "B",
            fan,
            answers: &[],
            ordered: true,
            single: Some((0.2, 0.2)),
            trail,
            reference,
            ends: None,
            theme: Theme::new(false, 1.0),
        }
    }

    #[test]
    fn the_axes_lie_around_the_front_the_corner_and_now() {
        let fan = [member(0.2, 0.6, false), member(0.4, 0.4, false), member(0.6, 0.2, false), member(3.0, 3.0, true)];
        let mut chart = chart(&fan, &[(5.0, 5.0), (0.5, 0.7)], (9.0, 9.0));
        let plot = chart.plot((440, 220));
        assert_eq!((plot.x.range(), plot.y.range()), ((0.1, 0.7), (0.1, 0.8)));
        chart.ends = Some([(0.0, 1.0), (0.0, 2.0)]);
        let plot = chart.plot((440, 220));
        assert_eq!((plot.x.range(), plot.y.range()), ((0.0, 1.0), (0.0, 2.0)));
        assert!(super::ParetoChart { fan: &[], trail: &[], single: None, ..chart }.extent().is_none());
    }

    #[test]
    fn one_member_far_out_does_not_squash_the_others() {
        let mut fan: Vec<FanPoint> =
            (1..10).map(|k| member(f64::from(k) * 0.1, 1.0 - f64::from(k) * 0.1, false)).collect();
        fan.push(member(80.0, 0.01, false));
        let plot = chart(&fan, &[], (90.0, 90.0)).plot((440, 220));
        assert!(plot.x.range().1 < 3.0, "{:?}", plot.x.range());
    }

    #[test]
    fn the_front_is_a_staircase_that_only_falls() {
        // One flag is stale: (0.5, 0.5) is called non-dominated and isn't.
        let fan = [member(0.6, 0.2, false), member(0.5, 0.5, false), member(0.3, 0.4, false)];
        let chart = chart(&fan, &[], (1.0, 1.0));
        let plot = chart.plot((440, 220));
        let steps = chart.steps(&plot, true);
        assert!(steps.windows(2).all(|w| w[1].0 >= w[0].0 && w[1].1 >= w[0].1));
        assert_eq!(steps.len(), 5);
    }

    #[test]
    fn the_pointer_finds_what_lies_under_it() {
        let fan = [member(0.2, 0.6, false), member(0.6, 0.2, false)];
        let trail = [(0.9, 0.9), (0.4, 0.45)];
        let chart = chart(&fan, &trail, (0.9, 0.9));
        let size = (440, 220);
        let plot = chart.plot(size);
        let at = |p: Point| plot.point(p);
        assert_eq!(chart.hit(size, at((0.6, 0.2))), Some(Hit::Fan(1)));
        assert_eq!(chart.hit(size, at((0.4, 0.45))), Some(Hit::Now));
        assert_eq!(chart.hit(size, at((0.2, 0.2))), Some(Hit::Single));
        assert_eq!(chart.hit(size, at((0.6, 0.6))), None);
    }
}
