//! When each task is trained: bars with ends that can be dragged, for strategies that let tasks join and
//! leave at epochs of their own.

use crate::page::panels::mark::{TaskMark, task_css};
use crate::page::panels::text::tasks;
use crate::page::state::Page;
use leptos::{ev, html, prelude::*};
use mtl_core::config::{Config, Value, task_name};
use mtl_core::strategy;
use web_sys::Element;

/// No axis is shorter.
const SHORTEST: i64 = 10;

/// An end of a task's stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    From,
    Until,
}

impl End {
    fn own_key(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::Until => "until",
        }
    }
}

/// The epochs during which a task is trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stay {
    from: i64,
    /// 0 where it never leaves.
    until: i64,
}

impl Stay {
    fn of(config: &Config, task: usize) -> Self {
        let stay = |task: &mtl_core::config::TaskConfig| Self { from: task.from as i64, until: task.until as i64 };
        config.tasks.get(task).map_or_else(Self::default, stay)
    }

    /// Where an end stands on an axis that ends at `last`; a task that never leaves does so there.
    fn at(self, end: End, last: i64) -> i64 {
        match end {
            End::From => self.from.clamp(0, last),
            End::Until if self.until == 0 => last,
            End::Until => self.until.clamp(0, last),
        }
    }

    /// The setting of an end that is moved to a place on the axis: the task stays for an epoch at least.
    fn moved(self, end: End, to: i64, last: i64) -> i64 {
        match end {
            End::From => to.clamp(0, (self.at(End::Until, last) - 1).max(0)),
            End::Until if to >= last => 0,
            End::Until => to.clamp((self.from + 1).min(last), last),
        }
    }

    /// Whether there is no epoch in which the task is trained.
    fn is_empty(self) -> bool {
        self.until != 0 && self.until <= self.from
    }

    /// An end in words.
    fn text(self, end: End) -> String {
        match end {
            End::From => format!("epoch {}", self.from),
            End::Until if self.until == 0 => "never".into(),
            End::Until => format!("epoch {}", self.until),
        }
    }
}

/// The last epoch of the axis: the schedule's horizon, or a round number beyond everything on it.
fn axis(config: &Config, epoch: i64) -> i64 {
    let ends = config.tasks.iter().flat_map(|task| [task.from as i64, task.until as i64]);
    let most = ends.fold(epoch, i64::max);
    let horizon = (config.training.horizon as i64).max(SHORTEST);
    if most < horizon { horizon } else { round_up(most + most / 4) }
}

/// 1, 2 or 5 times a power of ten, not below the value.
fn round_up(value: i64) -> i64 {
    let units = std::iter::successors(Some(SHORTEST), |unit| unit.checked_mul(10));
    units
        .flat_map(|unit| [1, 2, 5].map(|digit| unit.saturating_mul(digit)))
        .find(|round| *round >= value)
        .unwrap_or(value)
}

/// A share of the axis in per cent.
fn share(epoch: i64, last: i64) -> f64 {
    100.0 * epoch.clamp(0, last) as f64 / last.max(1) as f64
}

/// The timeline, where the strategy reads one.
#[component]
pub fn Timeline() -> impl IntoView {
    let page = Page::get();
    let read = Memo::new(move |_| page.lesson.with(|lesson| strategy::reads(lesson, "from")));
    move || read.get().then(|| view(page))
}

fn view(page: Page) -> AnyView {
    let grab = RwSignal::new(None::<f64>);
    let epoch = Memo::new(move |_| page.frame.with(|frame| i64::from(frame.epoch)));
    // While an end is dragged the ground below it stays.
    let last = Memo::new(move |old: Option<&i64>| match old {
        Some(old) if grab.with(Option::is_some) => *old,
        _ => page.lesson.with(|lesson| axis(lesson, epoch.get())),
    });
    let row = move |task| Line { page, last, epoch, grab, track: NodeRef::new(), task }.view();
    view! {
        <div class="timeline" role="group" aria-label="Timeline of the tasks">
            <For each=move || 0..tasks(page) key=|task| *task children=row/>
            <p class="timeline-axis small" aria-hidden="true">
                <span>"0"</span>
                <span class="timeline-epoch">{move || format!("epoch {}", epoch.get())}</span>
                <span>{last}</span>
            </p>
            <p class="small">"Drag the ends of a bar, or move them by arrow keys; a task whose bar ends at the right never leaves"</p>
        </div>
    }
    .into_any()
}

/// A task's line.
#[derive(Clone, Copy)]
struct Line {
    page: Page,
    /// The last epoch of the axis.
    last: Memo<i64>,
    /// Epochs trained.
    epoch: Memo<i64>,
    /// While an end is dragged: how many epochs from it the pointer took hold.
    grab: RwSignal<Option<f64>>,
    track: NodeRef<html::Div>,
    task: usize,
}

impl Line {
    fn stay(self) -> Stay {
        self.page.lesson.with(|lesson| Stay::of(lesson, self.task))
    }

    fn move_to(self, end: End, to: i64) {
        let (stay, last) = untrack(|| (self.stay(), self.last.get()));
        let new = stay.moved(end, to, last);
        if new != (if end == End::From { stay.from } else { stay.until }) {
            self.page.set(&format!("t{}.{}", self.task, end.own_key()), Value::Integer(new));
        }
    }

    /// The epoch below the pointer; it may lie beyond the axis.
    fn pointed(self, event: &ev::PointerEvent) -> Option<f64> {
        let track = self.track.get_untracked()?.get_bounding_client_rect();
        let part = (f64::from(event.client_x()) - track.left()) / track.width().max(1.0);
        Some(part * self.last.get_untracked() as f64)
    }

    fn press(self, end: End, event: &ev::PointerEvent) {
        let handle = event_target::<Element>(event);
        let Some(at) = self.pointed(event).filter(|_| event.button() == 0) else { return };
        if handle.set_pointer_capture(event.pointer_id()).is_ok() {
            self.grab.set(Some(at - untrack(|| self.stay().at(end, self.last.get())) as f64));
        }
    }

    fn drag(self, end: End, event: &ev::PointerEvent) {
        if let (Some(grab), Some(at)) = (self.grab.get_untracked(), self.pointed(event)) {
            self.move_to(end, (at - grab).round() as i64);
        }
    }

    fn key(self, end: End, event: &ev::KeyboardEvent) {
        let (stay, last) = untrack(|| (self.stay(), self.last.get()));
        let (at, leap) = (stay.at(end, last), (last / 10).max(1));
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => at - 1,
            "ArrowRight" | "ArrowUp" => at + 1,
            "PageDown" => at - leap,
            "PageUp" => at + leap,
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        // Not the page's shortcuts, and no scrolling.
        event.prevent_default();
        event.stop_propagation();
        self.move_to(end, to);
    }

    fn handle(self, end: End) -> AnyView {
        let name = task_name(self.task);
        let (class, label) = match end {
            End::From => ("timeline-end from", format!("{name} joins at epoch")),
            End::Until => ("timeline-end until", format!("{name} leaves at epoch")),
        };
        let at = move || self.stay().at(end, self.last.get());
        view! {
            <span
                class=class
                class:open=move || end == End::Until && self.stay().until == 0
                role="slider"
                tabindex="0"
                aria-label=label
                aria-valuemin="0"
                aria-valuemax=move || self.last.get().to_string()
                aria-valuenow=move || at().to_string()
                aria-valuetext=move || self.stay().text(end)
                title=move || self.stay().text(end)
                data-testid=format!("timeline-{}-{}", self.task, end.own_key())
                style=move || format!("left: {:.2}%", share(at(), self.last.get()))
                on:pointerdown=move |event| self.press(end, &event)
                on:pointermove=move |event| self.drag(end, &event)
                on:lostpointercapture=move |_| self.grab.set(None)
                on:keydown=move |event| self.key(end, &event)
            ></span>
        }
        .into_any()
    }

    fn view(self) -> AnyView {
        let bar = move || {
            let (stay, last) = (self.stay(), self.last.get());
            let (from, until) = (share(stay.at(End::From, last), last), share(stay.at(End::Until, last), last));
            format!("left: {from:.2}%; width: {:.2}%", (until - from).max(0.0))
        };
        let now = move || format!("left: {:.2}%", share(self.epoch.get(), self.last.get()));
        view! {
            <div class="timeline-row" style=format!("--task: {}", task_css(self.task))>
                <TaskMark task=self.task/>
                <div class="timeline-track" node_ref=self.track>
                    <span class="timeline-bar" class:open=move || self.stay().until == 0 style=bar aria-hidden="true"></span>
                    <span class="timeline-now" style=now aria-hidden="true"></span>
                    {self.handle(End::From)}
                    {self.handle(End::Until)}
                </div>
                {move || self.stay().is_empty().then(|| view! { <span class="timeline-never small">"never taught"</span> })}
            </div>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(from: usize, until: usize, horizon: usize) -> Config {
        let mut config = Config::default();
        config.training.horizon = horizon;
        if let Some(task) = config.tasks.first_mut() {
            (task.from, task.until) = (from, until);
        }
        config
    }

    #[test]
    fn the_axis_ends_beyond_everything_on_it() {
        let pairs = [
            ((0, 0, 200), 0, 200),
            ((20, 80, 200), 0, 200),
            ((20, 200, 200), 0, 500),
            ((0, 0, 1), 0, 10),
            ((0, 0, 200), 430, 1000),
        ];
        for ((from, until, horizon), epoch, last) in pairs {
            assert_eq!(axis(&lesson(from, until, horizon), epoch), last);
        }
        let largest = lesson(100_000, 100_000, 100_000);
        assert!(axis(&largest, 0) > 100_000);
    }

    #[test]
    fn an_end_stays_on_its_side_of_the_other_and_of_the_axis() {
        let stay = Stay { from: 20, until: 80 };
        assert_eq!([-5, 30, 90].map(|to| stay.moved(End::From, to, 200)), [0, 30, 79]);
        assert_eq!([10, 30, 199, 200, 250].map(|to| stay.moved(End::Until, to, 200)), [21, 30, 199, 0, 0]);
        let open = Stay { from: 20, until: 0 };
        assert_eq!(open.moved(End::From, 300, 200), 199);
        assert_eq!((open.at(End::Until, 200), open.text(End::Until)), (200, "never".into()));
        let empty = Stay { from: 50, until: 50 };
        assert!(empty.is_empty() && !stay.is_empty() && !open.is_empty());
        assert_eq!(empty.moved(End::From, 60, 200), 49);
    }
}
