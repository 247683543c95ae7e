//! A measure with its numbers: one for the lesson, or one per task or two tasks.

use super::super::text::{DASH, percent, short};
use super::matrix;
use crate::page::panels::sources::sources;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{LossKind, task_name};
use mtl_core::lesson::reference::anchor;
use mtl_core::measure::table::{MEASURES, Measure, Per, Unit};

/// Why there may be no number though nothing is missing.
const NOT_DEFINED: &str =
    "No number at this step: a front of one point, a divisor near zero, or a model that has died.";

/// A measure and where its numbers stand among those of a point.
#[derive(Clone, Copy)]
pub struct Row {
    page: Page,
    /// The measure.
    pub measure: &'static Measure,
    /// The number of tasks.
    pub tasks: usize,
    first: usize,
}

impl Row {
    /// One for every measure, in the order of the table.
    pub fn all(page: Page, tasks: usize) -> impl Iterator<Item = Self> {
        MEASURES.iter().scan(0, move |next, measure| {
            let first = *next;
            *next += measure.per.count(tasks);
            Some(Self { page, measure, tasks, first })
        })
    }

    /// That of a key.
    pub fn of(page: Page, key: &str, tasks: usize) -> Option<Self> {
        Self::all(page, tasks).find(|row| row.measure.choice.key == key)
    }

    /// The newest number at a place, if there is one.
    pub fn number(self, place: usize) -> Option<f64> {
        self.page.latest.with(|point| {
            let point = point.as_ref().filter(|point| point.valid.len() == self.tasks)?;
            point.measures.get(self.first + place).filter(|number| number.is_finite()).map(|number| f64::from(*number))
        })
    }

    /// The same with its unit, or a dash.
    pub fn text(self, place: usize) -> String {
        self.number(place).map_or(DASH.into(), |number| match self.measure.unit {
            Unit::Change => percent(number),
            Unit::Percent => format!("{:.1} %", number * 100.0),
            Unit::Steps if number < 1e5 => format!("{number:.0}"),
            _ => short(number),
        })
    }

    /// The 95 % interval of a gain; nothing with one seed.
    pub fn interval(self, place: usize) -> String {
        match (self.number(place + 1), self.number(place + 2)) {
            (Some(low), Some(high)) => format!("{} to {}", percent(low).trim_end_matches(" %"), percent(high)),
            _ => String::new(),
        }
    }

    /// What stands beside a number: its interval, or the number of the model that learns the task alone.
    fn aside(self, place: usize) -> String {
        match self.measure.per {
            Per::Gain => self.interval(place),
            Per::Against => format!("alone {}", self.text(place + 1)),
            _ => String::new(),
        }
    }

    /// The places of the numbers themselves, without what stands beside them and a matrix's diagonal.
    fn places(self) -> Vec<usize> {
        let step = match self.measure.per {
            Per::Gain | Per::Gains => 3,
            Per::Against => 2,
            _ => 1,
        };
        let places = (0..self.measure.per.count(self.tasks)).step_by(step);
        let diagonal = |place: usize| self.measure.per == Per::Gains && (place / 3).is_multiple_of(self.tasks + 1);
        places.filter(|place| !diagonal(*place)).collect()
    }

    /// Why there are dashes; empty if there are none.
    fn reason(self, kinds: &[LossKind]) -> String {
        let given = self.page.latest.with(|point| {
            let point = point.as_ref()?;
            self.page.summary.with(|summary| summary.as_ref().map(|summary| summary.given(point)))
        });
        let Some(given) = given else { return "Nothing is recorded yet.".into() };
        let mut reasons: Vec<&str> = Vec::new();
        for place in self.places().into_iter().filter(|place| self.number(*place).is_none()) {
            let loss = (self.measure.per == Per::Task).then(|| kinds.get(place).copied()).flatten();
            let reason = self.measure.need.unmet(&given, loss).unwrap_or(NOT_DEFINED);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons.join(" ")
    }

    /// The row: name, arrow and unit with the sentence behind them, then the numbers.
    pub fn view(self, kinds: &[LossKind]) -> AnyView {
        let (of, kinds) = (self.measure, kinds.to_vec());
        let reason = Memo::new(move |_| self.reason(&kinds));
        let from = sources(of.papers, anchor("measure", of.choice.key));
        let unit = if of.unit.factor() == 1.0 { of.unit.text() } else { "" };
        view! {
            <tr title=move || reason.get()>
                <th scope="row">
                    <details>
                        <summary>{of.choice.label} " " {of.better.arrow()} <span class="unit">{unit}</span></summary>
                        <p class="small">{of.choice.help} " (" {of.better.words()} ") " {move || reason.get()} " " {from}</p>
                    </details>
                </th>
                {self.cells()}
            </tr>
        }
        .into_any()
    }

    fn cells(self) -> AnyView {
        let (key, all) = (self.measure.choice.key, self.tasks.max(1).to_string());
        let of_task =
            |k: usize, place: usize| view! { <td>{self.value(place, format!("measure-{key}-{k}"))}</td> }.into_any();
        match self.measure.per {
            Per::Lesson => view! { <td colspan=all>{self.value(0, format!("measure-{key}"))}</td> }.into_any(),
            Per::Task => (0..self.tasks).map(|k| of_task(k, k)).collect_view().into_any(),
            Per::Against => (0..self.tasks).map(|k| of_task(k, 2 * k)).collect_view().into_any(),
            Per::Gain => (0..self.tasks).map(|k| of_task(k, 3 * k)).collect_view().into_any(),
            Per::Gains => view! { <td colspan=all>{matrix::view(self, "measure-transfer-matrix")}</td> }.into_any(),
            Per::Pair => {
                let pairs = (0..self.tasks).flat_map(|i| (i + 1..self.tasks).map(move |j| (i, j)));
                let pair = |(place, (i, j)): (usize, (usize, usize))| {
                    let name = format!("{}\u{2013}{} ", task_name(i), task_name(j));
                    view! { <span class="two">{name}{self.value(place, format!("measure-{key}-{i}-{j}"))}</span> }
                        .into_any()
                };
                let none = (self.tasks < 2).then_some(DASH);
                view! { <td colspan=all>{pairs.enumerate().map(pair).collect_view()}{none}</td> }.into_any()
            }
        }
    }

    /// A number under its name for scripts, with what stands beside it.
    fn value(self, place: usize, id: String) -> AnyView {
        let aside = matches!(self.measure.per, Per::Gain | Per::Against)
            .then(|| view! { <span class="interval">{move || self.aside(place)}</span> });
        view! { <span class="number" data-testid=id>{move || self.text(place)}</span>{aside} }.into_any()
    }
}
