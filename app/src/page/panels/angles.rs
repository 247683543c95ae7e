//! The angles between the gradients of all pairs of tasks, in one half disc: where many tasks share a trunk, a
//! gauge per pair is a long list.

use super::mark::task_css;
use super::panel::{Panel, Table, TableTwin};
use super::table::{PanelLine, Place};
use super::text::{DASH, tasks};
use crate::charts::palette;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::measure::conflict;
use mtl_core::protocol::CurvePoint;

/// The disc's radius, in units of the picture.
const RADIUS: f64 = 100.0;
/// Fewer tasks have few enough pairs for the gauges.
const LEAST: usize = 3;

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "angles",
    title: "Angles between gradients",
    term: "angle",
    panel: None,
    place: Place::Measures,
    view: || view! { <AnglesPanel/> }.into_any(),
};

/// Two gradients: the angle between them in radians, and the shorter one's length as a share of the longer one's.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ray {
    angle: f64,
    ratio: f64,
}

impl Ray {
    /// Of two tasks; none where one of them has no gradient.
    fn of(gram: &[f32], i: usize, j: usize) -> Option<Self> {
        let cosine = conflict::cosine(gram, i, j)?;
        let norms = conflict::norms(gram);
        let (a, b) = (*norms.get(i)?, *norms.get(j)?);
        Some(Self { angle: cosine.clamp(-1.0, 1.0).acos(), ratio: a.min(b) / a.max(b) })
    }

    /// Its tip, y down.
    fn tip(self) -> (f64, f64) {
        let (sin, cos) = self.angle.sin_cos();
        (RADIUS * self.ratio * cos, -RADIUS * self.ratio * sin)
    }

    fn degrees(self) -> f64 {
        self.angle.to_degrees()
    }
}

fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count).flat_map(|i| (i + 1..count).map(move |j| (i, j))).collect()
}

/// The mean ray of two tasks over the last recorded steps: the gradients of a single batch wander.
fn now(page: Page, pair: (usize, usize)) -> Option<Ray> {
    page.curves_version.track();
    page.curves.with_value(|curves| mean(curves, pair))
}

fn mean(curves: &[CurvePoint], (i, j): (usize, usize)) -> Option<Ray> {
    let rays: Vec<Ray> =
        curves.iter().rev().filter_map(|point| Ray::of(&point.gram, i, j)).take(conflict::AVERAGED).collect();
    let mean = |of: fn(&Ray) -> f64| rays.iter().map(of).sum::<f64>() / rays.len() as f64;
    (!rays.is_empty()).then(|| Ray { angle: mean(|ray| ray.angle), ratio: mean(|ray| ray.ratio) })
}

/// The half disc of all pairs. Not there for so few tasks that the gauges show them as well.
#[component]
pub fn AnglesPanel() -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| tasks(page));
    move || (count.get() >= LEAST).then(|| disc(page, count.get()))
}

fn disc(page: Page, count: usize) -> AnyView {
    let rays = pairs(count).into_iter().map(|pair| ray(page, pair)).collect_view();
    let table = Callback::new(move |()| table(page, count));
    let twin = view! { <TableTwin caption="Angles between the tasks' gradients" table/> }.into_any();
    let mark = |x: f64, y: f64, anchor: &'static str, text: &'static str| {
        view! { <text x=x y=y text-anchor=anchor style="font-size: 9px; fill: var(--ink-2)">{text}</text> }.into_any()
    };
    view! {
        <Panel of=PANEL tools=twin>
            <svg viewBox="-122 -118 244 134" role="img" aria-label=move || label(page, count) style="width: 100%; max-height: 15rem">
                <path d="M-100 0A100 100 0 0 1 100 0Z" style="fill: var(--sunken); stroke: var(--line-strong)"/>
                <path d="M0 0V-100" style="stroke: var(--line); stroke-dasharray: 3 3"/>
                {mark(100.0, 11.0, "end", "0°, together")} {mark(0.0, -106.0, "middle", "90°")}
                {mark(-100.0, 11.0, "start", "180°, against each other")}
                {rays}
            </svg>
        </Panel>
    }
    .into_any()
}

/// A pair: its ray, and at the tip the two tasks' marks.
fn ray(page: Page, pair: (usize, usize)) -> AnyView {
    let (i, j) = pair;
    let tip = Memo::new(move |_| now(page, pair).map(Ray::tip));
    let at = move |beside: f64| {
        move || tip.get().map_or(String::new(), |(x, y)| format!("translate({:.1} {y:.1})", x + beside))
    };
    let line = move || tip.get().map_or(String::new(), |(x, y)| format!("M0 0L{x:.1} {y:.1}"));
    let name = move || match now(page, pair) {
        Some(ray) => format!("{} and {}: {:.0}°", task_name(i), task_name(j), ray.degrees()),
        None => format!("{} and {}", task_name(i), task_name(j)),
    };
    let shape = |task: usize| palette::task(task).shape.path_data((0.0, 0.0), 4.0);
    let hidden = move || tip.with(Option::is_none).then_some("hidden");
    view! {
        <g visibility=hidden data-testid=format!("angle-{i}-{j}")>
            <title>{name}</title>
            <path d=line style="stroke: var(--ink-2); stroke-width: 1.5"/>
            <path d=shape(i) transform=at(-4.5) style=format!("fill: {}", task_css(i))/>
            <path d=shape(j) transform=at(4.5) style=format!("fill: {}", task_css(j))/>
        </g>
    }
    .into_any()
}

/// What the picture shows, for those who don't see it.
fn label(page: Page, count: usize) -> String {
    let angles: Vec<f64> = pairs(count).into_iter().filter_map(|pair| now(page, pair)).map(Ray::degrees).collect();
    if angles.is_empty() {
        return "No gradients yet".into();
    }
    let against = angles.iter().filter(|angle| conflict::is_conflict(angle.to_radians().cos())).count();
    format!("{against} of {} pairs of tasks pull against each other now", angles.len())
}

fn table(page: Page, count: usize) -> Table {
    let row = |pair: (usize, usize)| {
        let name = format!("{}, {}", task_name(pair.0), task_name(pair.1));
        let dash = || DASH.to_string();
        match now(page, pair) {
            Some(ray) => vec![name, format!("{:.0}°", ray.degrees()), format!("{:.2}", ray.ratio)],
            None => vec![name, dash(), dash()],
        }
    };
    Table {
        head: ["tasks", "angle", "shorter / longer"].map(String::from).to_vec(),
        rows: pairs(count).into_iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_at_a_right_angle_stand_upright_and_opposite_ones_point_left() {
        let ray = |gram: [f32; 4]| Ray::of(&gram, 0, 1).expect("both have a gradient");
        let near = |(x, y): (f64, f64), (to_x, to_y): (f64, f64)| (x - to_x).abs() < 1e-9 && (y - to_y).abs() < 1e-9;
        assert!(near(ray([1.0, 0.0, 0.0, 1.0]).tip(), (0.0, -100.0)));
        assert!(near(ray([1.0, -1.0, -1.0, 1.0]).tip(), (-100.0, 0.0)));
        // One gradient of a quarter of the other's length, the same way.
        assert!(near(ray([16.0, 4.0, 4.0, 1.0]).tip(), (25.0, 0.0)));
        assert!((ray([1.0, 0.5, 0.5, 1.0]).degrees() - 60.0).abs() < 1e-5);
    }

    #[test]
    fn a_ray_is_the_mean_of_the_last_ten_recorded_steps() {
        let point = |cosine: f32| CurvePoint { gram: vec![1.0, cosine, cosine, 1.0], ..CurvePoint::default() };
        // Long ago at one, then at right angles and opposite by turns.
        let curves: Vec<_> =
            (0..30).map(|k| point(if k < 20 { 1.0 } else { -f32::from(u8::from(k % 2 == 0)) })).collect();
        let ray = mean(&curves, (0, 1)).expect("both have a gradient");
        assert!((ray.degrees() - 135.0).abs() < 1e-3, "{}", ray.degrees());
        assert_eq!(mean(&[], (0, 1)), None);
    }

    #[test]
    fn a_task_without_a_gradient_has_no_angle() {
        assert_eq!(Ray::of(&[1.0, 0.0, 0.0, 0.0], 0, 1), None);
        assert_eq!(Ray::of(&[], 0, 1), None);
        assert_eq!(Ray::of(&[1.0, f32::NAN, f32::NAN, 1.0], 0, 1), None);
    }
}
