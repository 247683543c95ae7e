//! What colours and marks of the pictures mean, in a line.

use super::Options;
use super::points::shown;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Config, LossKind, task_name};
use mtl_core::protocol::Summary;

/// What the maps over the plane mean for tasks of a loss.
fn on_plane(loss: LossKind) -> &'static str {
    match loss {
        LossKind::Bce => "blue: class 1 predicted, orange: class 0; dark marks: true class 1, light: 0",
        LossKind::Ce => "colour: likeliest class, stronger where surer; marks: true class",
        LossKind::Mse | LossKind::Huber => "dark to bright: low to high; marks in the colour of their true value",
    }
}

/// What the pictures mean where the inputs are no plane.
fn beyond(loss: LossKind) -> &'static str {
    match loss {
        LossKind::Bce | LossKind::Ce => "down: true class, across: predicted class; green: right, red: wrong",
        LossKind::Mse | LossKind::Huber => "across: true value, up: predicted; on the line they agree",
    }
}

/// What a text says of some tasks, with their letters where others have another one.
fn of_tasks(config: &Config, text: fn(LossKind) -> &'static str) -> Vec<String> {
    let mut texts: Vec<(&str, Vec<&str>)> = Vec::new();
    for (task, settings) in config.tasks.iter().enumerate() {
        let meaning = text(settings.loss);
        match texts.iter_mut().find(|(other, _)| *other == meaning) {
            Some((_, letters)) => letters.push(task_name(task)),
            None => texts.push((meaning, vec![task_name(task)])),
        }
    }
    let one = texts.len() == 1;
    let told = |(text, letters): (&str, Vec<&str>)| match one {
        true => text.to_string(),
        false => format!("{} {text}", letters.join(", ")),
    };
    texts.into_iter().map(told).collect()
}

/// The whole line.
fn legend(config: &Config, summary: &Summary, valid: bool) -> String {
    let missing = || summary.train.labelled.iter().flatten().any(|labelled| !labelled);
    let mut parts = of_tasks(config, if summary.plane { on_plane } else { beyond });
    if summary.plane && missing() {
        parts.push("small dots: no label".into());
    }
    if summary.plane && valid {
        parts.push("smaller marks: validation rows".into());
    }
    let points = shown(summary, valid);
    let scattered = || config.tasks.iter().any(|task| task.loss.is_regression());
    if points.drawn < points.all && (summary.plane || scattered()) {
        parts.push(format!("{} of {} points drawn", points.drawn, points.all));
    }
    parts.join("; ")
}

/// The line below the pictures.
#[component]
pub fn Legend(
    /// What is shown.
    options: Options,
) -> impl IntoView {
    let page = Page::get();
    let text = Memo::new(move |_| {
        let valid = options.valid.get();
        page.lesson
            .with(|lesson| page.summary.with(|summary| summary.as_ref().map(|summary| legend(lesson, summary, valid))))
    });
    view! { <p class="legend small" data-testid="map-legend">{move || text.get()}</p> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::TaskConfig;
    use mtl_core::protocol::Rows;

    fn config(losses: &[LossKind]) -> Config {
        let task = |loss: &LossKind| TaskConfig { loss: *loss, ..TaskConfig::default() };
        Config { tasks: losses.iter().map(task).collect(), ..Config::default() }
    }

    fn summary(plane: bool, rows: usize, missing: bool) -> Summary {
        let mut labelled = vec![true; rows];
        labelled[0] = !missing;
        let rows = |labelled: Vec<bool>| Rows { labelled: vec![labelled], ..Rows::default() };
        Summary { plane, valid: rows(vec![true; labelled.len()]), train: rows(labelled), ..Summary::default() }
    }

    #[test]
    fn one_kind_of_task_has_one_text_and_several_have_their_letters() {
        let of = |losses: &[LossKind]| legend(&config(losses), &summary(true, 10, false), false);
        assert_eq!(of(&[LossKind::Bce, LossKind::Bce]), on_plane(LossKind::Bce));
        let mixed = of(&[LossKind::Bce, LossKind::Mse, LossKind::Bce]);
        let wanted = format!("A, C {}; B {}", on_plane(LossKind::Bce), on_plane(LossKind::Mse));
        assert_eq!(mixed, wanted);
    }

    #[test]
    fn small_dots_and_points_that_are_left_out_are_told_where_there_are_some() {
        let of = |rows, missing, valid| legend(&config(&[LossKind::Ce]), &summary(true, rows, missing), valid);
        let map = on_plane(LossKind::Ce);
        assert_eq!(of(300, false, false), map);
        assert_eq!(of(20_000, true, false), format!("{map}; small dots: no label; 300 of 20000 points drawn"));
        assert_eq!(of(200, false, true), format!("{map}; smaller marks: validation rows; 300 of 400 points drawn"));
    }

    #[test]
    fn without_a_plane_the_text_is_that_of_a_table_or_a_scatter() {
        let of = |loss, rows| legend(&config(&[loss]), &summary(false, rows, true), false);
        assert_eq!(of(LossKind::Ce, 900), beyond(LossKind::Ce));
        assert_eq!(of(LossKind::Huber, 900), format!("{}; 300 of 900 points drawn", beyond(LossKind::Huber)));
    }
}
