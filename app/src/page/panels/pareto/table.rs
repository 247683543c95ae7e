//! The models on the plane as a table.

use crate::page::panels::panel::Table;
use crate::page::panels::plane::fan_losses;
use crate::page::panels::text::{DASH, six, tasks};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;

/// The composed model, the single-task models and the fan with all their losses.
pub(super) fn table(page: Page) -> Table {
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
