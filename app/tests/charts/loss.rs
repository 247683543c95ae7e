//! The loss chart.

use crate::{NAMES, Points, SCALE, SIZE, golden, theme};
use mtl_app::charts::svg::to_svg;
use mtl_app::charts::{LossChart, LossSeries, Time};

/// Falls from 0.8 to `floor`, with a bit of noise that is the same on every machine.
fn falling(n: u32, floor: f64, rate: f64, noise: f64, seed: u32) -> Points {
    let wobble = |k: u32| {
        let mixed = (k + 1).wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(40_503));
        f64::from((mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519) >> 8) / f64::from(1u32 << 24)
    };
    let at = |k: u32| {
        let x = f64::from(k);
        (x, (floor + (0.8 - floor) * (-x * rate).exp()) * (1.0 + noise * (wobble(k) - 0.5)))
    };
    (0..n).map(at).collect()
}

pub struct Losses {
    train: Vec<Points>,
    valid: Vec<Points>,
    single: Vec<Points>,
}

pub fn losses(tasks: usize) -> Losses {
    let floor = |t: usize| 0.012 * 2.4f64.powi(t as i32);
    let rate = |t: usize| 0.03 / (1.0 + t as f64 * 0.4);
    let curve = |t: usize, up: f64, seed: u32| falling(240, floor(t) * up, rate(t), 0.25, seed + t as u32);
    Losses {
        train: (0..tasks).map(|t| curve(t, 1.0, 1)).collect(),
        valid: (0..tasks).map(|t| curve(t, 1.7, 11)).collect(),
        single: (0..tasks).map(|t| curve(t, 2.4, 23)).collect(),
    }
}

/// Until the end of a story of 200 epochs in log time, and beyond it.
pub fn empty_chart() -> LossChart<'static> {
    LossChart {
        series: Vec::new(),
        time: Time::of(200.0, 0.0, true),
        log: true,
        ends: None,
        smoothing: 0.0,
        changes: &[],
        cursor: None,
        window: None,
        band: None,
        theme: theme(false),
    }
}

pub fn loss_chart(losses: &Losses, log: bool, dark: bool) -> LossChart<'_> {
    let series = losses.train.iter().zip(&losses.valid).zip(&losses.single).enumerate();
    let series = series.map(|(task, ((train, valid), single))| LossSeries {
        task,
        label: NAMES[task].into(),
        train,
        valid,
        single,
    });
    let time = Time::of(200.0, 239.0, log);
    LossChart { series: series.collect(), time, log, theme: theme(dark), ..empty_chart() }
}

pub fn loss_svg(chart: &LossChart) -> String {
    to_svg(SIZE, SCALE, "Losses", |area| chart.draw(area))
}

#[test]
fn losses_on_a_log_axis_look_as_they_did() {
    for dark in [false, true] {
        let losses = losses(2);
        let chart = LossChart { smoothing: 0.8, cursor: Some(91.2), ..loss_chart(&losses, true, dark) };
        golden(if dark { "loss-log-dark" } else { "loss-log" }, &loss_svg(&chart));
    }
}

#[test]
fn losses_of_six_tasks_on_a_linear_axis_look_as_they_did() {
    for dark in [false, true] {
        let losses = losses(6);
        golden(if dark { "loss-linear-dark" } else { "loss-linear" }, &loss_svg(&loss_chart(&losses, false, dark)));
    }
}

#[test]
fn losses_on_a_phone_look_as_they_did() {
    let losses = losses(3);
    let chart = loss_chart(&losses, true, false);
    let svg = to_svg((340, 180), SCALE, "Losses", |area| chart.draw(area));
    golden("loss-phone", &svg);
}

#[test]
fn an_empty_loss_chart_has_axes_and_says_press_play() {
    let chart = LossChart { smoothing: 0.5, cursor: Some(3.0), ..empty_chart() };
    let svg = loss_svg(&chart);
    assert!(svg.contains("press play") && svg.contains("epoch"));
    golden("loss-empty", &svg);
}

#[test]
fn a_loss_that_is_not_finite_is_a_gap_and_nothing_breaks() {
    let mut losses = losses(2);
    for k in 90..110 {
        losses.train[0][k].1 = if k % 2 == 0 { f64::NAN } else { f64::INFINITY };
    }
    losses.valid[1][50].1 = f64::NEG_INFINITY;
    losses.valid[1][51].1 = 0.0;
    losses.valid[0].iter_mut().for_each(|p| p.1 = f64::NAN);
    let svg = loss_svg(&loss_chart(&losses, true, false));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    golden("loss-gaps", &svg);
}

#[test]
fn a_run_of_a_hundred_thousand_epochs_is_a_line_and_not_a_band() {
    let mut losses = losses(2);
    for line in losses.train.iter_mut().chain(&mut losses.valid).chain(&mut losses.single) {
        let (first, last) = (line[0].1, line[239].1);
        // As it is recorded: every epoch, then fewer.
        let epochs = (0..50).chain((50..1000).step_by(5)).chain((1000..100_000).step_by(10));
        let noise = |k: u32| f64::from(k.wrapping_mul(2_654_435_761) >> 16) / f64::from(1u32 << 16) - 0.5;
        let at =
            |k: u32| (f64::from(k), (last + (first - last) * (-f64::from(k) / 40.0).exp()) * (1.0 + 0.8 * noise(k)));
        *line = epochs.map(at).collect();
    }
    let time = Time::of(200.0, 99_990.0, true);
    let chart = LossChart { time, smoothing: 0.6, ..loss_chart(&losses, true, false) };
    golden("loss-long", &loss_svg(&chart));
}

#[test]
fn the_raw_line_stays_visible_behind_a_smoothed_one_and_the_baseline_is_dotted() {
    let losses = losses(1);
    let svg = loss_svg(&LossChart { smoothing: 0.9, ..loss_chart(&losses, false, false) });
    assert!(svg.contains("opacity=\"0.24\""));
    let pieces = |svg: &str| svg.matches("<polyline").count();
    let mut alone = losses;
    let with = pieces(&svg);
    alone.single[0].clear();
    let svg = loss_svg(&LossChart { smoothing: 0.9, ..loss_chart(&alone, false, false) });
    assert!(with > pieces(&svg) + 30 && !svg.contains("alone"));
}
