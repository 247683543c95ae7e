//! What was measured, as JSON for scripts.

use crate::frames::{Frames, KINDS};
use crate::lessons::LessonRow;
use crate::methods::{Costs, Method};
use crate::race::Race;
use crate::torch::TorchRow;
use serde_json::{Value, json};
use xtask::site::FileSize;

pub fn race(race: &Race) -> Value {
    let rows = race.rows.iter().map(|row| {
        let samples = row.samples.iter().map(|sample| {
            json!({
                "steps_per_second": sample.rate,
                "shown": sample.shown,
                "loss": sample.loss,
                "dispatches": sample.dispatches,
                "submits": sample.submits,
                "readbacks": sample.readbacks,
            })
        });
        json!({
            "id": row.id,
            "label": row.label,
            "steps_per_second": row.rate(),
            "loss_after_check": row.checked,
            "faults": row.faults,
            "samples": samples.collect::<Vec<_>>(),
        })
    });
    json!({ "members": race.members, "rows": rows.collect::<Vec<_>>() })
}

pub fn costs(costs: &Costs) -> Value {
    let method = |method: &Method| {
        let bottom =
            method.bottom.as_ref().map(|bottom| json!({ "width": bottom.width, "steps_per_second": bottom.rate }));
        json!({
            "method": method.key,
            "steps_per_second": method.rate,
            "parameters": method.parameters,
            "shared_bottom_of_its_size": bottom,
        })
    };
    json!({ "table": costs.table, "methods": costs.methods.iter().map(method).collect::<Vec<_>>() })
}

pub fn lesson(row: &LessonRow) -> Value {
    json!({
        "lesson": row.name,
        "steps_per_second": row.timed.steps_per_second,
        "record_seconds": row.timed.record_seconds,
        "steps_per_epoch": row.timed.steps_per_epoch,
        "share_of_measuring": row.timed.measuring(0..row.timed.story.max(1)),
        "story_epochs": row.timed.story,
        "story_seconds": row.story,
    })
}

pub fn torch(row: &TorchRow) -> Value {
    json!({ "lesson": row.lesson, "form": row.form, "members": row.members, "steps_per_second": row.rate })
}

pub fn frames(frames: &Frames) -> Value {
    let kinds = KINDS.iter().zip(frames.kinds).map(|((kind, _), sum)| ((*kind).to_string(), json!(sum)));
    json!({
        "lesson": frames.lesson,
        "count": frames.count,
        "per_second": frames.per_second,
        "cpu_ms": { "p50": frames.cpu[0], "p95": frames.cpu[1] },
        "wall_ms": { "p50": frames.wall[0], "p95": frames.wall[1] },
        "mean_cpu_ms_by_kind": kinds.collect::<serde_json::Map<_, _>>(),
    })
}

pub fn size(size: &FileSize) -> Value {
    json!({ "name": size.name, "raw": size.raw, "brotli": size.brotli })
}
