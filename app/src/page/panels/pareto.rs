//! The trade-off between tasks: the fan of preferences, the single-task corner, the trail.

use super::draw::{Chart, ChartView, Pointer};
use super::panel::{HelpButton, Panel, Table, TableTwin};
use super::plane::{fan_losses, gather};
use super::text::{DASH, short, six, task_title, tasks};
use crate::charts::{Area, Drawn, Hit, ParallelChart, ParallelKind, ParallelLine, Theme};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::measure::pareto::non_dominated;
use plotters_backend::DrawingBackend;

#[derive(Clone, Copy)]
struct ParetoView {
    page: Page,
    x: RwSignal<usize>,
    y: RwSignal<usize>,
    parallel: RwSignal<bool>,
    under: RwSignal<Option<String>>,
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
            return ParallelChart { tasks: names, lines: &[], theme }.draw(area);
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
        ParallelChart { tasks: names, lines: &lines, theme }.draw(area)
    }

    /// A sentence about what the pointer found.
    fn words(&self, hit: Hit, (x, y): (usize, usize)) -> Option<String> {
        let point = self.page.latest.get()?;
        let pair = |losses: &[f32]| {
            let number = |task: usize| losses.get(task).map_or(DASH.into(), |value| six(*value));
            format!("{} {}, {} {}", task_name(x), number(x), task_name(y), number(y))
        };
        Some(match hit {
            Hit::Now => format!("now: {}", pair(&point.valid)),
            Hit::Single => format!("single-task models: {}", pair(&point.single)),
            Hit::Fan(index) => {
                let summary = self.page.summary.get()?;
                let preference = summary.fan.get(index)?;
                let wish: Vec<_> = preference
                    .iter()
                    .enumerate()
                    .map(|(task, wish)| format!("{} {:.0} %", task_name(task), wish * 100.0))
                    .collect();
                let losses = fan_losses(&point, tasks(self.page)).nth(index)?;
                format!("preference {}: {}", wish.join(", "), pair(losses))
            }
        })
    }
}

impl Chart for ParetoView {
    const NAME: &'static str = "pareto-chart";

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
            Some(axes) => gather(self.page, axes, |plane| plane.chart(theme).draw(area)),
            None => gather(self.page, (0, 0), |plane| plane.chart(theme).draw(area)),
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
             single-task models: {a} {}, {b} {}; {} members of the fan{answers}; hypervolume {}{}.",
            number(&point.valid, x),
            number(&point.valid, y),
            number(&point.single, x),
            number(&point.single, y),
            fan_losses(&point, tasks(self.page)).count(),
            short(point.hypervolume),
            of_two(*self),
        )
    }

    fn point(&self, pointer: Option<Pointer>) {
        let words = untrack(|| {
            let pointer = pointer.filter(|_| !self.is_parallel())?;
            let axes = self.axes()?;
            let hit = gather(self.page, axes, |plane| plane.chart(pointer.theme).hit(pointer.size, pointer.at))?;
            self.words(hit, axes)
        });
        if self.under.with_untracked(|old| *old != words) {
            self.under.set(words);
        }
    }
}

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
    };
    let many = Memo::new(move |_| tasks(page) > 2);
    let tools = move || many.get().then(|| axis_tools(view));
    let table = Callback::new(move |()| table(page));
    view! {
        <Panel title="Trade-off" term="pareto" class="panel-pareto" tools=tools.into_any()>
            <ChartView chart=view>
                <TableTwin caption="Held-out losses of the fan, the composed model and the single-task models" table=table/>
                <span class="small">
                    "hypervolume " <strong class="number steady" data-testid="hypervolume">{move || volume(page)}</strong>
                </span>
                <HelpButton term="hypervolume"/>
            </ChartView>
            <p class="small pareto-line">{move || view.under.get().unwrap_or_else(|| reference(view))}</p>
        </Panel>
    }
    .into_any()
}

fn volume(page: Page) -> String {
    let volume = page.latest.with(|point| point.as_ref().map(|point| point.hypervolume));
    volume.filter(|volume| volume.is_finite()).map_or(DASH.into(), |volume| six(volume as f32))
}

/// The reference point of the hypervolume, in words.
fn reference(view: ParetoView) -> String {
    let page = view.page;
    if tasks(page) < 2 {
        return "A trade-off needs a second task".into();
    }
    let Some(summary) = page.summary.get() else { return String::new() };
    let of_task = |(task, loss): (usize, &f32)| format!("{} {}", task_name(task), short(f64::from(*loss)));
    let point: Vec<_> = summary.reference.iter().enumerate().map(of_task).collect();
    format!("hypervolume against the best constant predictions: {}{}", point.join(", "), of_two(view))
}

/// The hypervolume in a picture of two tasks where there are more; nothing where there aren't.
fn of_two(view: ParetoView) -> String {
    view.page.curves_version.track();
    let Some((x, y)) = view.axes().filter(|_| tasks(view.page) > 2 && !view.is_parallel()) else {
        return String::new();
    };
    gather(view.page, (x, y), |plane| {
        let (a, b) = (task_name(x), task_name(y));
        let volume = plane.hypervolume.map_or(DASH.into(), short);
        format!("; of {a} and {b} alone {volume} against {}, {}", short(plane.reference.0), short(plane.reference.1))
    })
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

fn table(page: Page) -> Table {
    let count = tasks(page);
    let head =
        std::iter::once("model".to_string()).chain((0..count).map(|task| format!("loss of {}", task_name(task))));
    let cells = |name: String, losses: &[f32]| {
        let losses = (0..count).map(|task| losses.get(task).map_or(DASH.into(), |loss| six(*loss)));
        std::iter::once(name).chain(losses).collect::<Vec<_>>()
    };
    let rows = page.latest.with(|point| {
        let Some(point) = point else { return Vec::new() };
        let summary = page.summary.get();
        let name = |index: usize| {
            let preference = summary.as_ref().and_then(|summary| summary.fan.get(index));
            let parts: Vec<_> = preference.into_iter().flatten().map(|part| format!("{part:.2}")).collect();
            format!("fan, preference {}", parts.join(" : "))
        };
        let fan = fan_losses(point, count).enumerate().map(|(index, losses)| cells(name(index), losses));
        [cells("composed model".into(), &point.valid), cells("single-task models".into(), &point.single)]
            .into_iter()
            .chain(fan)
            .collect()
    });
    Table { head: head.collect(), rows }
}
