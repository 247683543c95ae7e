//! Do the tasks agree? Cosines between their gradients at the trunk, and how long these are. The gradients of a
//! single batch wander, so that number, needle and word are those of a mean.

use super::mark::TaskMark;
use super::panel::Panel;
use super::series::run_number;
use super::text::{DASH, short, tasks, with_sign};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use mtl_core::measure::conflict;
use mtl_core::protocol::CurvePoint;

/// The mean cosine between the gradients of two tasks over the last recorded steps; none before the first step.
fn cosine(page: Page, (i, j): (usize, usize)) -> Option<f64> {
    page.curves_version.track();
    page.curves.with_value(|curves| conflict::mean_cosine(curves.iter().map(|point| point.gram.as_slice()), i, j))
}

/// The length of a task's newest gradient.
fn norm(page: Page, task: usize) -> Option<f64> {
    page.latest.with(|point| conflict::norms(&point.as_ref()?.gram).get(task).copied().filter(|norm| norm.is_finite()))
}

fn word(cosine: Option<f64>) -> &'static str {
    match cosine {
        Some(cosine) if conflict::is_conflict(cosine) => "conflict",
        Some(cosine) if cosine > conflict::NEUTRAL => "helping",
        Some(_) => "neutral",
        None => "",
    }
}

fn text(cosine: Option<f64>) -> String {
    cosine.map_or(DASH.into(), |cosine| with_sign(cosine, 2))
}

/// How often two tasks' gradients were in conflict.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tally {
    run: u32,
    points: usize,
    of: conflict::Tally,
}

impl Tally {
    /// After another look at the recorded points.
    fn after(&self, run: u32, curves: &[CurvePoint], (i, j): (usize, usize)) -> Self {
        let goes_on = run == self.run && curves.len() >= self.points;
        let mut tally = if goes_on { self.clone() } else { Self { run, ..Self::default() } };
        let new = curves.iter().skip(tally.points).filter_map(|point| conflict::cosine(&point.gram, i, j));
        new.for_each(|cosine| tally.of.count(cosine));
        Self { points: curves.len(), ..tally }
    }

    /// The same in words, with what the number beside it is; none before there are as many steps.
    fn text(&self) -> String {
        self.of.rate().map_or_else(String::new, |rate| {
            format!("mean of {} steps; in conflict at {:.0} % so far", conflict::AVERAGED, 100.0 * rate)
        })
    }
}

/// Pairs of which there is room to say how often they were in conflict.
const TOLD: usize = 3;

fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count).flat_map(|i| (i + 1..count).map(move |j| (i, j))).collect()
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "conflict",
    title: "Gradients at the trunk",
    term: "conflict",
    panel: Some(lessons::Panel::Conflict),
    place: Place::Conflict,
    view: || view! { <ConflictGauge/> }.into_any(),
};

/// One gauge per pair of tasks, and the norm of each task's gradient.
#[component]
pub fn ConflictGauge() -> impl IntoView {
    let page = Page::get();
    let run = run_number(page);
    let pair = move |(i, j): (usize, usize)| {
        let now = Memo::new(move |_| cosine(page, (i, j)));
        let tally = Memo::new(move |before: Option<&Tally>| {
            page.curves_version.track();
            let before = before.cloned().unwrap_or_default();
            page.curves.with_value(|curves| before.after(run.get(), curves, (i, j)))
        });
        let tally = move || {
            let few = tasks(page) <= TOLD;
            few.then(
                || view! { <span class="tally"><span class="steady">{move || tally.with(Tally::text)}</span></span> },
            )
        };
        // A needle from the middle to the value. What is only transformed is not laid out again.
        let needle = move || format!("transform: scaleX({:.3})", now.get().unwrap_or(0.0));
        view! {
            <li class=move || format!("pair {}", word(now.get()))>
                <span class="pair-name"><span class="of">"cos("</span>{task_name(i)} ", " {task_name(j)}<span class="of">")"</span></span>
                <span class="number" data-testid=format!("cosine-{i}-{j}")>
                    <span class="steady">{move || text(now.get())}</span>
                </span>
                <strong class="pair-word"><span class="steady">{move || word(now.get())}</span></strong>
                <span class="gauge-end" aria-hidden="true">"\u{2212}1"</span>
                <span class="gauge" aria-hidden="true"><span class="needle" style=needle></span></span>
                <span class="gauge-end" aria-hidden="true">"+1"</span>
                {tally}
            </li>
        }
    };
    let length = move |task: usize| {
        let now = Memo::new(move |_| norm(page, task));
        view! {
            <li>
                <TaskMark task/>
                <span class="number"><span class="steady">{move || now.get().map_or(DASH.into(), short)}</span></span>
            </li>
        }
    };
    let alone =
        move || (tasks(page) < 2).then(|| view! { <p class="small">"One task alone has nobody to disagree with"</p> });
    view! {
        <Panel of=PANEL>
            {alone}
            <ul class="pairs"><For each=move || pairs(tasks(page)) key=|pair| *pair children=pair/></ul>
            <ul class="norms" aria-label="Length of each task's gradient">
                <li class="small">"gradient norms"</li>
                <For each=move || 0..tasks(page) key=|task| *task children=length/>
            </ul>
        </Panel>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A point at which two gradients of length 1 have this cosine.
    fn point(cosine: f32) -> CurvePoint {
        CurvePoint { gram: vec![1.0, cosine, cosine, 1.0], ..CurvePoint::default() }
    }

    fn points(cosines: impl IntoIterator<Item = f32>) -> Vec<CurvePoint> {
        cosines.into_iter().map(point).collect()
    }

    #[test]
    fn conflicts_are_counted_as_points_come_and_begin_anew_with_the_run() {
        let mut curves = points([0.3; 9]);
        let early = Tally::default().after(0, &curves, (0, 1));
        assert_eq!(early.text(), "", "no mean of ten yet");
        // Means of 0.17, 0.04 and then less than -0.05.
        curves.extend(points([-1.0; 4]));
        let later = early.after(0, &curves, (0, 1));
        assert_eq!(later.text(), "mean of 10 steps; in conflict at 50 % so far");
        assert_eq!(later, Tally::default().after(0, &curves, (0, 1)));
        assert_eq!(later.after(0, &curves[..9], (0, 1)), early, "after a step back");
        assert_eq!(later.after(1, &curves[..9], (0, 1)), Tally { run: 1, ..early });
    }

    #[test]
    fn points_without_gradients_are_no_steps_without_a_conflict() {
        // The first point comes before the first step.
        let curves: Vec<CurvePoint> = std::iter::once(CurvePoint::default()).chain(points([-1.0; 10])).collect();
        let tally = Tally::default().after(0, &curves, (0, 1));
        assert_eq!(tally.points, 11);
        assert!(tally.text().ends_with("at 100 % so far"), "{}", tally.text());
    }

    #[test]
    fn a_small_cosine_is_neither_help_nor_conflict() {
        let words = [-0.5, -0.03, 0.0, 0.03, 0.5].map(|cosine| word(Some(cosine)));
        assert_eq!(words, ["conflict", "neutral", "neutral", "neutral", "helping"]);
        assert_eq!(word(None), "");
    }
}
