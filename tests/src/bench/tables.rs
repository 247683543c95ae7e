//! What was measured, as tables for people.

use crate::frames::{Frames, KINDS};
use crate::lessons::{LessonRow, TWINS, VARIANTS, times_dearer};
use crate::memory::{EPOCHS, Memory};
use crate::methods::Costs;
use crate::race::{Race, Row};
use crate::start::FirstCurve;
use crate::torch::TorchRow;
use crate::wide::Wide;
use xtask::site::FileSize;

pub fn race(part: &str, race: &Race) {
    println!("\nW1, {}, P = {}", part.to_uppercase(), race.members);
    println!("  {:<36} {:>10} {:>8} {:>9} {:>9} {:>9}", "", "steps/s", "ratio", "dispatch", "submit", "readback");
    let ours = race.rows.first().and_then(Row::rate);
    for row in &race.rows {
        let rate = row.rate();
        let ratio = ours.zip(rate).map(|(ours, theirs)| ours / theirs);
        let cell =
            |value: Option<f64>, digits: usize| value.map_or_else(|| "-".into(), |value| format!("{value:.digits$}"));
        println!(
            "  {:<36} {:>10} {:>8} {:>9} {:>9} {:>9}",
            row.label,
            rate.map_or_else(|| "-".into(), rounded),
            cell(ratio, 2),
            cell(row.per_step(|sample| sample.dispatches), 1),
            cell(row.per_step(|sample| sample.submits), 1),
            cell(row.per_step(|sample| sample.readbacks), 2),
        );
        if let Some(shown) = row.per_step(|sample| sample.shown) {
            println!("      (the page itself shows {} steps/s)", rounded(shown));
        }
        for fault in &row.faults {
            println!("      ! {fault}");
        }
    }
}

pub fn wide(wide: &Wide) {
    println!(
        "\n256 rows, 64-64-64, P = 1: the CPU engine alone {} steps/s, the tuned loops {}, ratio {:.2}",
        rounded(wide.ours),
        rounded(wide.tuned),
        wide.ours / wide.tuned
    );
}

/// The engine alone, lesson by lesson.
pub fn lessons(rows: &[LessonRow]) {
    println!("\nThe CPU engine alone, flat out");
    println!(
        "  {:<28} {:>10} {:>12} {:>10} {:>12} {:>10}",
        "", "steps/s", "steps/epoch", "measuring", "after ep. 50", "story"
    );
    for row in rows {
        let [whole, later] = [0..row.timed.story.max(1), 50..1000].map(|epochs| 100.0 * row.timed.measuring(epochs));
        let story = row.story.map_or_else(|| "-".into(), |seconds| format!("{seconds:.2} s"));
        println!(
            "  {:<28} {:>10} {:>12} {:>9.1}% {:>11.1}% {:>10}",
            row.name,
            rounded(row.timed.steps_per_second),
            row.timed.steps_per_epoch,
            whole,
            later,
            story
        );
    }
    for (name, times) in VARIANTS.iter().filter_map(|(name, _)| Some((name, times_dearer(rows, name)?))) {
        println!("  {TWINS}, {name}: {times:.2} times the cost of {TWINS} as it is");
    }
}

pub fn torch(rows: &[TorchRow]) {
    println!("\nPyTorch on one core, natively");
    for row in rows {
        println!("  {:<8} {:<10} P = {:<4} {:>10} steps/s", row.lesson, row.form, row.members, rounded(row.rate));
    }
}

pub fn first_curve(times: &FirstCurve) {
    println!(
        "\nTime to the first curve: {:.0} ms; at 10 Mbit/s on a processor four times slower: {:.0} ms",
        times.here, times.slow
    );
}

pub fn memory(memory: &Memory) {
    println!(
        "\nMemory of page and worker: {:.1} MB after {} epochs, {:.1} MB after {EPOCHS}",
        memory.before,
        EPOCHS / 10,
        memory.after
    );
}

pub fn frames(frames: &Frames) {
    let [cpu, cpu95] = frames.cpu;
    let [wall, wall95] = frames.wall;
    println!(
        "\nMain-thread work per frame, {} flat out, {} frames ({:.0} a second)",
        frames.lesson, frames.count, frames.per_second
    );
    println!("  CPU time   median {cpu:.2} ms, 95th percentile {cpu95:.2} ms");
    println!("  wall time  median {wall:.2} ms, 95th percentile {wall95:.2} ms");
    let kinds = KINDS.iter().zip(frames.kinds).map(|((kind, _), sum)| format!("{kind} {sum:.2}"));
    println!("  means      {} ms", kinds.collect::<Vec<_>>().join(", "));
}

/// Steps per second of a table's methods and their parameters, each also as multiples of the first
/// one's; of architectures also against a shared bottom of their size.
pub fn costs(costs: &Costs) {
    println!(
        "\nOne model of the page, three tasks, CPU, by {}: steps/s, how many times dearer than the first; parameters, how many times the first's{}",
        costs.table,
        if costs.methods.iter().any(|method| method.bottom.is_some()) {
            "; how many times dearer than a shared bottom of its size, of so many units a layer"
        } else {
            ""
        }
    );
    for method in &costs.methods {
        let parameters = method.parameters.map_or_else(|| "-".into(), |count| count.to_string());
        let size = costs.size(method).map_or_else(|| "-".into(), |size| format!("{size:.2}"));
        let bottom = method.bottom.as_ref().zip(costs.times_its_size(method));
        let bottom = bottom.map(|(bottom, times)| format!(" {times:>7.2} {:>5}", bottom.width)).unwrap_or_default();
        println!(
            "  {:<20} {:>8} {:>7.2} {parameters:>8} {size:>7}{bottom}",
            method.key,
            rounded(method.rate),
            costs.times(method)
        );
    }
}

pub fn sizes(sizes: &[FileSize]) {
    println!("\n  {:>12} {:>12}  file", "raw", "brotli");
    for size in sizes.iter().filter(|size| size.name.ends_with(".wasm")) {
        println!("  {:>12} {:>12}  {}", size.raw, size.brotli, size.name);
    }
    let (raw, brotli) = sizes.iter().fold((0, 0), |sum, size| (sum.0 + size.raw, sum.1 + size.brotli));
    println!("  {raw:>12} {brotli:>12}  the whole site");
}

/// A rate with three or four digits that mean something.
pub fn rounded(rate: f64) -> String {
    match rate {
        rate if rate >= 100.0 => format!("{rate:.0}"),
        rate if rate >= 10.0 => format!("{rate:.1}"),
        rate => format!("{rate:.2}"),
    }
}
