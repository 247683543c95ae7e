//! What the marks of the trade-off mean: a line that stands below the chart at every size.

use super::ParetoView;
use crate::charts::marker::Shape;
use crate::page::panels::mark::task_css;
use leptos::prelude::*;
use mtl_core::config::task_name;

/// The marks that are on the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    parallel: bool,
    /// The tasks across and up.
    axes: (usize, usize),
    now: bool,
    single: bool,
    fan: bool,
    /// What one network for the front answers.
    answers: bool,
    reference: bool,
}

impl Marks {
    /// Those of a view. Tracks what they depend on.
    pub(super) fn of(view: ParetoView) -> Self {
        let axes = view.axes();
        let parallel = view.is_parallel();
        view.page.latest.with(|point| match point {
            Some(point) if axes.is_some() => Self {
                parallel,
                axes: axes.unwrap_or_default(),
                now: true,
                single: !point.single.is_empty(),
                fan: !point.fan.is_empty(),
                answers: !point.conditioned.is_empty() && !parallel,
                reference: view.reference.get() && !parallel,
            },
            _ => Self::default(),
        })
    }

    /// The fan's dots are coloured from one task to the other.
    fn fan_words(self) -> String {
        match self.parallel {
            true => "fan".into(),
            false => {
                let (from, to) = (task_name(self.axes.0), task_name(self.axes.1));
                format!("fan, by preference from {from} to {to}; hollow: beaten by another")
            }
        }
    }

    /// The same in words that name the marks, for a saved picture.
    pub(super) fn words(self) -> String {
        let fan = self.fan_words();
        let names =
            if self.parallel { ["thick line", "dashed line", "thin lines"] } else { ["diamond", "ring", "dots"] };
        let all = [
            (self.now, names[0], "now, first seed"),
            (self.single, names[1], "single-task models"),
            (self.fan, names[2], fan.as_str()),
            (self.fan && !self.parallel, "grey area", "beaten by the fan"),
            (self.answers, "small squares", "one network for the front"),
            (self.reference, "hollow square", "reference of the hypervolume"),
        ];
        let shown = all.iter().filter(|(shown, ..)| *shown).map(|(_, mark, word)| format!("{mark}: {word}"));
        shown.collect::<Vec<_>>().join("; ")
    }
}

/// The legend of the trade-off.
#[component]
pub(super) fn Legend(view: ParetoView) -> impl IntoView {
    let marks = Memo::new(move |_| Marks::of(view));
    move || {
        let marks = marks.get();
        let line = |name: &'static str| view! { <path class=format!("line {name}") d="M1 8H15"/> }.into_any();
        let shape = |name: &'static str, shape: Shape, radius: f64| {
            view! { <path class=name d=shape.path_data((8.0, 8.0), radius)/> }.into_any()
        };
        let now = || if marks.parallel { line("thick") } else { shape("full", Shape::Diamond, 5.5) };
        let single = || match marks.parallel {
            true => line("dashed"),
            false => view! { <circle class="hollow" cx="8" cy="8" r="5"/><circle class="full" cx="8" cy="8" r="1.7"/> }
                .into_any(),
        };
        let fan = || if marks.parallel { line("thin") } else { dots(marks.axes) };
        let item = |shown: bool, wide: &'static str, mark: AnyView, words: String| {
            shown.then(|| view! { <li><svg viewBox=format!("0 0 {wide} 16") width=wide height="16" aria-hidden="true">{mark}</svg> {words}</li> })
        };
        view! {
            <ul class="chart-legend">
                {item(marks.now, "16", now(), "now, first seed".into())}
                {item(marks.single, "16", single(), if marks.parallel { "single-task" } else { "single-task; dashed: its losses" }.into())}
                {item(marks.fan && !marks.parallel, "16", view! { <rect class="beaten" x="1" y="3" width="14" height="10"/> }.into_any(), "beaten by the fan".into())}
                {item(marks.fan, if marks.parallel { "16" } else { "36" }, fan(), marks.fan_words())}
                {item(marks.answers, "16", shape("full", Shape::Square, 3.5), "one network for the front".into())}
                {item(marks.reference, "16", shape("hollow", Shape::Square, 4.5), "reference".into())}
            </ul>
        }
    }
}

/// Dots from all for the task across to all for the task up.
fn dots((across, up): (usize, usize)) -> AnyView {
    let (from, to) = (task_css(across), task_css(up));
    let dot = |(place, share): (u32, u32)| {
        let fill = format!("fill: color-mix(in oklab, {from} {share}%, {to})");
        view! { <circle cx=place.to_string() cy="8" r="4.5" style=fill/> }
    };
    [(6, 100), (18, 50), (30, 0)].map(dot).collect_view().into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_on_the_picture_is_named_and_no_other() {
        let plane = Marks { axes: (0, 2), now: true, single: true, fan: true, ..Marks::default() };
        assert_eq!(
            plane.words(),
            "diamond: now, first seed; ring: single-task models; dots: fan, by preference from A to C; \
             hollow: beaten by another; grey area: beaten by the fan"
        );
        let all = Marks { parallel: true, ..plane };
        assert_eq!(all.words(), "thick line: now, first seed; dashed line: single-task models; thin lines: fan");
        let alone = Marks { now: true, reference: true, ..Marks::default() };
        assert_eq!(alone.words(), "diamond: now, first seed; hollow square: reference of the hypervolume");
        assert_eq!(Marks::default().words(), "");
    }
}
