//! A measure with its numbers: one for the lesson, or one per task or two tasks.

use super::super::text::{DASH, percent, short};
use super::matrix;
use crate::page::gain::{gain_text, interval_text};
use crate::page::panels::sources::sources;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{LossKind, task_name};
use mtl_core::lesson::reference::anchor;
use mtl_core::measure::table::{MEASURES, Measure, Per, Unit};
use mtl_core::measure::transfer::Verdict;
use mtl_core::protocol::CurvePoint;

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
            number(point, self.measure.per, self.first, place)
        })
    }

    /// The same with its unit, or a dash.
    pub fn text(self, place: usize) -> String {
        self.number(place).map_or(DASH.into(), |number| written(self.measure, number))
    }

    /// The 95 % interval that belongs to a number; nothing with one seed.
    pub fn interval(self, place: usize) -> String {
        let (Some(low), Some(high)) = (self.number(place + 1), self.number(place + 2)) else { return String::new() };
        match self.measure.per {
            Per::Seeds => format!("{} to {}", percent(low).trim_end_matches(" %"), percent(high)),
            _ => interval_text(low, high),
        }
    }

    /// What the engine says of the gain at a place; nothing where there is no number.
    fn word(self, place: usize) -> &'static str {
        if self.number(place).is_none() {
            return "";
        }
        let gain = |point: &CurvePoint| point.transfer.best.get(place / 3).map(|gain| gain.verdict);
        self.page.latest.with(|point| point.as_deref().and_then(gain).map_or("", Verdict::word))
    }

    /// What stands beside a number: its interval, with the word for it where it is a gain, or the number of the model
    /// that learns the task alone.
    fn aside(self, place: usize) -> String {
        match self.measure.per {
            Per::Gain if self.word(place) == Verdict::TooEarly.word() => Verdict::TooEarly.word().into(),
            Per::Gain => joined(&[&self.interval(place), self.word(place)]),
            Per::Seeds => self.interval(place),
            Per::Against => format!("alone {}", self.text(place + 1)),
            _ => String::new(),
        }
    }

    /// The places of the numbers themselves, without what stands beside them and a matrix's diagonal.
    fn places(self) -> Vec<usize> {
        let step = match self.measure.per {
            Per::Seeds | Per::Gain | Per::Gains => 3,
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
                        <p class="small">
                            {of.choice.help} " (" {of.better.words()} ") Taken on " {of.taken()} ". " {move || reason.get()} " " {from}
                        </p>
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
            Per::Lesson | Per::Seeds => {
                view! { <td colspan=all>{self.value(0, format!("measure-{key}"))}</td> }.into_any()
            }
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
        let aside = matches!(self.measure.per, Per::Seeds | Per::Gain | Per::Against)
            .then(|| view! { <span class="interval">{move || self.aside(place)}</span> });
        view! { <span class="number" data-testid=id>{move || self.text(place)}</span>{aside} }.into_any()
    }
}

/// The number at a place of a measure whose numbers begin at `first`.
fn number(point: &CurvePoint, per: Per, first: usize, place: usize) -> Option<f64> {
    let number = match per {
        // With all their digits, so that they are written as everywhere else.
        Per::Gain => {
            let gain = point.transfer.best.get(place / 3).filter(|gain| gain.is_named())?;
            match place % 3 {
                0 => gain.mean,
                1 => gain.low,
                _ => gain.high,
            }
        }
        _ => f64::from(*point.measures.get(first + place)?),
    };
    Some(number).filter(|number| number.is_finite())
}

/// A number of a measure with its unit.
fn written(measure: &Measure, number: f64) -> String {
    match measure.unit {
        Unit::Change if matches!(measure.per, Per::Gain | Per::Gains) => gain_text(number),
        Unit::Change => percent(number),
        Unit::Percent => format!("{:.1} %", number * 100.0),
        Unit::Steps if number < 1e5 => format!("{number:.0}"),
        _ => short(number),
    }
}

/// What there is of some texts, with commas between.
fn joined(texts: &[&str]) -> String {
    texts.iter().copied().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::measure::table::measure;
    use mtl_core::measure::transfer::TransferGain;
    use mtl_core::protocol::Gains;

    #[test]
    fn a_gain_is_the_headline_to_the_last_digit() {
        let gain = TransferGain { mean: 0.123_456_789, low: -0.1, high: 0.3, seeds: 5, ..TransferGain::default() };
        let one_seed = TransferGain { low: f64::NEG_INFINITY, high: 1.0, ..gain.clone() };
        let best = vec![gain, one_seed, TransferGain::undefined()];
        let transfer = Gains { best, ..Gains::default() };
        let point = CurvePoint { transfer, measures: vec![0.5; 30], ..CurvePoint::default() };
        let numbers: Vec<_> = (0..9).map(|place| number(&point, Per::Gain, 2, place)).collect();
        assert_eq!(numbers[..3], [Some(0.123_456_789), Some(-0.1), Some(0.3)]);
        assert_eq!(numbers[3..5], [Some(0.123_456_789), None], "one seed has no interval");
        assert!(numbers[6..].iter().all(Option::is_none), "nothing is stated");
    }

    #[test]
    fn other_numbers_stand_among_those_of_all_measures() {
        let point = CurvePoint { measures: vec![0.0, 0.5, f32::NAN], ..CurvePoint::default() };
        let numbers = [0, 1, 2].map(|place| number(&point, Per::Seeds, 1, place));
        assert_eq!(numbers, [Some(0.5), None, None]);
    }

    #[test]
    fn a_loss_many_times_as_large_is_a_factor_but_other_changes_are_no_ratio_of_losses() {
        let written = |key: &str| measure(key).map(|measure| written(measure, -29.0)).unwrap_or_default();
        assert_eq!(written("transfer-gain"), gain_text(-29.0));
        assert_eq!(written("transfer-matrix"), gain_text(-29.0));
        assert_eq!(written("delta-m"), "-2900 %");
    }

    #[test]
    fn an_interval_and_a_word_stand_beside_a_gain_as_far_as_there_are_some() {
        assert_eq!(joined(&["-10.0 to +5.0 %", Verdict::NotClear.word()]), "-10.0 to +5.0 %, not clear yet");
        assert_eq!(joined(&["", Verdict::TooEarly.word()]), "too early");
        assert_eq!(joined(&["", ""]), "");
    }
}
