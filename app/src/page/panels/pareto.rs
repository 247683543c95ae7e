//! The trade-off between tasks: the fan of preferences, the single-task corner, the trail.

mod legend;
mod table;
mod volume;

use super::draw::{Chart, ChartView, Pointer};
use super::held::Held;
use super::panel::{Panel, TableTwin};
use super::plane::{Plane, fan_losses, gather};
use super::text::{DASH, short, task_title, tasks};
use crate::charts::{Area, Drawn, Ends, Hit, ParallelChart, ParallelKind, ParallelLine, ParetoChart, Theme};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use legend::{Legend, Marks};
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use mtl_core::math::pareto::non_dominated;
use plotters_backend::DrawingBackend;
use table::table;
use volume::{FanButton, Volume, about};

#[derive(Clone, Copy)]
struct ParetoView {
    page: Page,
    x: RwSignal<usize>,
    y: RwSignal<usize>,
    parallel: RwSignal<bool>,
    under: RwSignal<Option<String>>,
    /// Whether the hypervolume's reference point lies on the picture.
    reference: RwSignal<bool>,
    held: Held,
}

impl ParetoView {
    /// The two tasks on the axes, whatever is left of the choice after a change of tasks.
    fn axes(&self) -> Option<(usize, usize)> {
        let count = tasks(self.page);
        if count < 2 {
            return None;
        }
        let x = self.x.get().min(count - 1);
        let y = self.y.get().min(count - 1);
        Some(if x == y { (x, (x + 1) % count) } else { (x, y) })
    }

    fn is_parallel(&self) -> bool {
        self.parallel.get() && tasks(self.page) >= 3
    }

    fn draw_parallel<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        let page = self.page;
        let names: Vec<(usize, String)> =
            page.lesson.with(|lesson| (0..lesson.tasks.len()).map(|k| (k, task_title(lesson, k))).collect());
        let Some(point) = page.latest.get() else {
            return ParallelChart { tasks: names, lines: &[], ends: Vec::new(), theme }.draw(area);
        };
        let wide = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
        let (now, single) = (wide(&point.valid), wide(&point.single));
        let fan: Vec<Vec<f64>> = fan_losses(&point, names.len()).map(wide).collect();
        let front = non_dominated(&fan);
        let mut lines: Vec<ParallelLine> = fan
            .iter()
            .zip(front)
            .map(|(losses, front)| ParallelLine { losses, kind: ParallelKind::Fan { dominated: !front } })
            .collect();
        lines.push(ParallelLine { losses: &single, kind: ParallelKind::Single });
        lines.push(ParallelLine { losses: &now, kind: ParallelKind::Composed });
        let mut chart = ParallelChart { tasks: names, lines: &lines, ends: Vec::new(), theme };
        let matters: Vec<_> = (0..chart.tasks.len()).map(|task| chart.extent(task)).collect();
        chart.ends = self.held.over(0, Ends::Even, &matters);
        chart.draw(area)
    }

    fn draw_plane<DB: DrawingBackend>(
        &self,
        area: &Area<DB>,
        theme: Theme,
        axes: (usize, usize),
        plane: &Plane,
    ) -> Drawn<DB> {
        let mut chart = plane.chart(theme);
        let [x, y] = chart.extent().map_or([None; 2], |all| all.map(Some));
        // Every pair of tasks is a view of its own; 0 is that of all.
        self.held.over(1 + axes.0 * 8 + axes.1, Ends::Even, &[x, y]);
        chart.ends = self.ends();
        let shown = chart.shows_reference(area.dim_in_pixel());
        if self.reference.get_untracked() != shown {
            self.reference.set(shown);
        }
        chart.draw(area)
    }

    /// The ends of the plane's axes as it was drawn.
    fn ends(&self) -> Option<[(f64, f64); 2]> {
        Some([self.held.axis(0)?, self.held.axis(1)?])
    }

    /// A sentence about what the pointer found.
    fn words(&self, hit: Hit, (x, y): (usize, usize)) -> Option<String> {
        let point = self.page.latest.get()?;
        let pair = |losses: &[f32]| {
            let number = |task: usize| losses.get(task).map_or(DASH.into(), |value| short(f64::from(*value)));
            format!("{} {}, {} {}", task_name(x), number(x), task_name(y), number(y))
        };
        Some(match hit {
            Hit::Now => format!("now: {}", pair(&point.valid)),
            Hit::Single => format!("single-task models: {}", pair(&point.single)),
            Hit::Fan(index) => {
                let summary = self.page.summary.get()?;
                let preference = summary.fan.get(index)?;
                let parts: Vec<_> = preference
                    .iter()
                    .enumerate()
                    .map(|(task, part)| format!("{} {:.0} %", task_name(task), part * 100.0))
                    .collect();
                let losses = fan_losses(&point, tasks(self.page)).nth(index)?;
                format!("preference {}: {}", parts.join(", "), pair(losses))
            }
        })
    }
}

impl Chart for ParetoView {
    const NAME: &'static str = "pareto-chart";
    const TITLE: &'static str = "Trade-off between tasks: held-out losses";

    fn track(&self) {
        self.page.curves_version.track();
        self.page.lesson.track();
        self.page.summary.track();
        self.x.track();
        self.y.track();
        self.parallel.track();
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        untrack(|| match self.axes() {
            Some(_) if self.is_parallel() => self.draw_parallel(area, theme),
            axes => {
                let axes = axes.unwrap_or_default();
                gather(self.page, axes, |plane| self.draw_plane(area, theme, axes, plane))
            }
        })
    }

    fn label(&self) -> String {
        let Some((x, y)) = self.axes() else { return "Trade-off between tasks: there is one task only".into() };
        let Some(point) = self.page.latest.get() else {
            return "Trade-off between tasks, nothing recorded yet".into();
        };
        let number = |losses: &[f32], task: usize| losses.get(task).map_or(DASH.into(), |v| short(f64::from(*v)));
        let (a, b) = (task_name(x), task_name(y));
        let answers = match point.conditioned.len() / tasks(self.page).max(1) {
            0 => String::new(),
            count => format!(" and {count} answers of one network for the front"),
        };
        format!(
            "Trade-off between the held-out losses of tasks {a} and {b}. Composed model: {a} {}, {b} {}; \
             single-task models: {a} {}, {b} {}; {} members of the fan{answers}; hypervolume {}.",
            number(&point.valid, x),
            number(&point.valid, y),
            number(&point.single, x),
            number(&point.single, y),
            fan_losses(&point, tasks(self.page)).count(),
            short(point.hypervolume),
        )
    }

    fn marks(&self) -> String {
        Marks::of(*self).words()
    }

    fn point(&self, pointer: Option<Pointer>) {
        let words = untrack(|| {
            let pointer = pointer.filter(|_| !self.is_parallel())?;
            let axes = self.axes()?;
            let ends = self.ends();
            let hit = gather(self.page, axes, |plane| {
                ParetoChart { ends, ..plane.chart(pointer.theme) }.hit(pointer.size, pointer.at)
            })?;
            self.words(hit, axes)
        });
        if self.under.with_untracked(|old| *old != words) {
            self.under.set(words);
        }
    }
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "pareto",
    title: "Trade-off",
    term: "pareto",
    panel: Some(lessons::Panel::TradeOff),
    place: Place::TradeOff,
    view: || view! { <ParetoPanel/> }.into_any(),
};

/// The Pareto plane of two tasks, or parallel coordinates of all.
#[component]
pub fn ParetoPanel() -> impl IntoView {
    let page = Page::get();
    let view = ParetoView {
        page,
        x: RwSignal::new(0),
        y: RwSignal::new(1),
        parallel: RwSignal::new(false),
        under: RwSignal::new(None),
        reference: RwSignal::new(false),
        held: Held::new(page),
    };
    let many = Memo::new(move |_| tasks(page) > 2);
    let tools = move || many.get().then(|| axis_tools(view));
    let table = Callback::new(move |()| table(page));
    view! {
        <Panel of=PANEL tools=tools.into_any()>
            <ChartView chart=view>
                <TableTwin caption="Held-out losses of the fan, the composed model and the single-task models" table=table/>
                <Volume/>
            </ChartView>
            <Legend view/>
            <p class="small pareto-line">{move || view.under.get().unwrap_or_else(|| about(page))}</p>
            <FanButton/>
        </Panel>
    }
    .into_any()
}

fn axis_tools(view: ParetoView) -> AnyView {
    let select = move |name: &'static str, axis: RwSignal<usize>, place: fn((usize, usize)) -> usize| {
        let options = move || {
            (0..tasks(view.page))
                .map(|task| {
                    let chosen = move || view.axes().map(place) == Some(task);
                    view! { <option value=task.to_string() prop:selected=chosen>{task_name(task)}</option> }
                })
                .collect_view()
        };
        view! {
            <label class="tool">
                {name}
                <select
                    disabled=move || view.is_parallel()
                    on:change=move |event| axis.set(event_target_value(&event).parse().unwrap_or(0))
                >
                    {options}
                </select>
            </label>
        }
    };
    view! {
        {select("across", view.x, |axes| axes.0)}
        {select("up", view.y, |axes| axes.1)}
        <label class="tool" title="One axis per task, one line per model">
            <input
                type="checkbox"
                prop:checked=move || view.parallel.get()
                on:change=move |event| view.parallel.set(event_target_checked(&event))
            />
            "all tasks"
        </label>
    }
    .into_any()
}
