//! The Pareto plane, the parallel view, transfer and task weights.

use crate::{NAMES, Points, SCALE, SIZE, golden, theme};
use mtl_app::charts::svg::to_svg;
use mtl_app::charts::{
    FanPoint, ParallelChart, ParallelKind, ParallelLine, ParetoChart, Time, TransferChart, TransferRow, WeightSeries,
    WeightsChart,
};
use mtl_core::measure::transfer::Verdict;

fn fan() -> Vec<FanPoint> {
    let member = |k: usize| {
        let p = k as f64 / 10.0;
        let losses = (0.08 + 0.5 * (1.0 - p).powi(3), 0.12 + 0.6 * p.powi(3));
        let dominated = k == 4;
        let losses = if dominated { (losses.0 + 0.08, losses.1 + 0.1) } else { losses };
        FanPoint { losses, alive: k != 7, dominated, preference: p }
    };
    (0..11).map(member).collect()
}

fn trail() -> Points {
    let at = |k: usize| {
        let fade = (-(k as f64) * 0.02).exp();
        (0.17 + 0.6 * fade, 0.23 + 0.45 * fade.powi(3) + 0.03 * (k as f64 * 0.2).sin() * fade)
    };
    (0..300).map(at).collect()
}

#[test]
fn the_pareto_plane_looks_as_it_did() {
    let (fan, trail) = (fan(), trail());
    for dark in [false, true] {
        let chart = ParetoChart {
            x_task: 0,
            y_task: 1,
            x_label: "A circle",
            y_label: "B stripes",
            fan: &fan,
            answers: &[],
            ordered: true,
            single: Some((0.1, 0.16)),
            trail: &trail,
            reference: (0.69, 0.69),
            ends: None,
            theme: theme(dark),
        };
        let svg = to_svg(SIZE, SCALE, "Pareto plane", |area| chart.draw(area));
        golden(if dark { "pareto-dark" } else { "pareto" }, &svg);
    }
}

#[test]
fn an_empty_or_broken_pareto_plane_is_still_a_picture() {
    let dead = [FanPoint { losses: (f64::NAN, 1.0), alive: false, dominated: true, preference: f64::NAN }];
    let chart = ParetoChart {
        x_task: 0,
        y_task: 1,
        x_label: "A",
        y_label: "B",
        fan: &dead,
        answers: &[],
        ordered: true,
        single: Some((f64::INFINITY, 0.1)),
        trail: &[],
        reference: (f64::NAN, f64::NAN),
        ends: None,
        theme: theme(false),
    };
    let svg = to_svg(SIZE, SCALE, "Pareto plane", |area| chart.draw(area));
    assert!(svg.contains("press play") && !svg.contains("NaN"));
    golden("pareto-empty", &svg);
}

#[test]
fn the_parallel_view_of_four_tasks_looks_as_it_did() {
    let row = |k: usize| -> Vec<f64> {
        (0..4).map(|t| 0.1 + 0.5 * ((k * 7 + t * 5) % 11) as f64 / 11.0 * (1.0 + t as f64)).collect()
    };
    let rows: Vec<Vec<f64>> = (0..15).map(row).collect();
    let kinds = |k: usize| match k {
        13 => ParallelKind::Composed,
        14 => ParallelKind::Single,
        _ => ParallelKind::Fan { dominated: k.is_multiple_of(3) },
    };
    let mut lines: Vec<ParallelLine> =
        rows.iter().enumerate().map(|(k, losses)| ParallelLine { losses, kind: kinds(k) }).collect();
    let broken = [0.2, f64::NAN, 0.4, f64::INFINITY];
    lines.push(ParallelLine { losses: &broken, kind: ParallelKind::Fan { dominated: false } });
    for dark in [false, true] {
        let tasks = (0..4).map(|task| (task, NAMES[task].to_string())).collect();
        let chart = ParallelChart { tasks, lines: &lines, ends: Vec::new(), theme: theme(dark) };
        let svg = to_svg(SIZE, SCALE, "Losses of all tasks", |area| chart.draw(area));
        golden(if dark { "parallel-dark" } else { "parallel" }, &svg);
    }
}

fn transfer_rows() -> Vec<TransferRow> {
    let row = |task: usize, mean: f64, half: f64, verdict| TransferRow {
        task,
        label: NAMES[task].into(),
        mean,
        number: format!("{:+.1} %", mean * 100.0).replace('-', "\u{2212}"),
        low: mean - half,
        high: mean + half,
        seeds: [-0.7, -0.2, 0.0, 0.3, 0.6].map(|part| mean + part * half).to_vec(),
        verdict,
        beside: false,
    };
    let none = row(3, f64::NAN, f64::NAN, Verdict::Undefined);
    vec![
        row(0, 0.182, 0.06, Verdict::Gains),
        row(1, -0.124, 0.05, Verdict::Loses),
        row(2, 0.031, 0.9, Verdict::NotClear),
        TransferRow { number: String::new(), ..none },
    ]
}

#[test]
fn transfer_with_its_intervals_looks_as_it_did() {
    for dark in [false, true] {
        let chart = TransferChart { rows: transfer_rows(), ends: None, theme: theme(dark) };
        let svg = to_svg(SIZE, SCALE, "Transfer", |area| chart.draw(area));
        for words in ["% gains", "positive transfer", "% loses", "negative transfer", "not clear yet", "not known"] {
            assert!(svg.contains(words), "{words}");
        }
        golden(if dark { "transfer-dark" } else { "transfer" }, &svg);
    }
}

#[test]
fn transfer_in_a_narrow_chart_says_less_in_whole_words() {
    let of = |task: usize, verdict| {
        let number = if verdict == Verdict::NothingLearned { "" } else { "+18.2 %" };
        TransferRow { task, number: number.into(), verdict, ..transfer_rows().remove(0) }
    };
    let others = [of(4, Verdict::TooEarly), of(5, Verdict::NothingLearned)];
    let rows = transfer_rows().into_iter().take(3).chain(others).collect();
    let chart = TransferChart { rows, ends: Some((-1.0, 0.5)), theme: theme(false) };
    let svg = to_svg((234, 208), SCALE, "Transfer", |area| chart.draw(area));
    for words in ["gains", "loses", "not clear yet", "too early", "nothing", "learned yet"] {
        assert!(svg.contains(&format!(">\n{words}\n")), "{words}");
    }
    golden("transfer-narrow", &svg);
}

#[test]
fn a_loss_many_times_as_high_goes_on_beyond_the_axis() {
    let far = TransferRow {
        mean: -300.0,
        low: -420.0,
        high: -210.0,
        number: "301\u{d7} the loss".into(),
        seeds: vec![-400.0, -320.0, -220.0],
        ..transfer_rows().remove(1)
    };
    let chart = TransferChart { rows: vec![transfer_rows().remove(0), far], ends: None, theme: theme(false) };
    let svg = to_svg(SIZE, SCALE, "Transfer", |area| chart.draw(area));
    assert!(svg.contains("301\u{d7} the loss loses") && svg.contains("\u{2212}100 %"));
    golden("transfer-far", &svg);
}

#[test]
fn the_gain_in_another_model_stands_hollow_below_the_task_s_own() {
    let beside = |row: TransferRow| {
        let (mean, half) = (row.mean - 0.05, (row.high - row.low) / 2.0);
        let seeds = row.seeds.iter().map(|gain| gain - 0.05).collect();
        let (low, high) = (mean - half, mean + half);
        TransferRow { label: "equal size".into(), mean, low, high, seeds, beside: true, ..row }
    };
    let rows = transfer_rows().into_iter().flat_map(|row| [row.clone(), beside(row)]).collect();
    let chart = TransferChart { rows, ends: None, theme: theme(false) };
    let svg = to_svg(SIZE, SCALE, "Transfer", |area| chart.draw(area));
    assert_eq!(svg.matches("equal size").count(), 4);
    golden("transfer-beside", &svg);
}

#[test]
fn a_gain_without_an_interval_has_no_whisker() {
    let row = |low: f64, high: f64| TransferRow {
        task: 0,
        label: "A".into(),
        mean: 0.1,
        number: "+10.0 %".into(),
        low,
        high,
        seeds: Vec::new(),
        verdict: Verdict::NotClear,
        beside: false,
    };
    let draw = |row| {
        let chart = TransferChart { rows: vec![row], ends: None, theme: theme(false) };
        to_svg((440, 120), SCALE, "Transfer", |area| chart.draw(area))
    };
    assert!(draw(row(0.05, 0.15)).contains("<polyline"));
    assert!(!draw(row(f64::NAN, f64::NAN)).contains("<polyline"));
    assert!(!draw(row(f64::NEG_INFINITY, f64::INFINITY)).contains("<polyline"));
}

#[test]
fn task_weights_over_time_look_as_they_did() {
    let weight = |t: usize| -> Points {
        let end = [0.38, 1.1, 1.52][t];
        (0..200).map(|k| (k as f64, end + (1.0 - end) * (-(k as f64) * 0.04).exp())).collect()
    };
    let all: Vec<Points> = (0..3).map(weight).collect();
    let time = Time::of(200.0, 199.0, true);
    for dark in [false, true] {
        let series = all.iter().enumerate();
        let series = series.map(|(task, weights)| WeightSeries { task, label: NAMES[task].into(), weights });
        let chart = WeightsChart { series: series.collect(), time, ends: None, changes: &[], theme: theme(dark) };
        let svg = to_svg((440, 150), SCALE, "Task weights", |area| chart.draw(area));
        golden(if dark { "weights-dark" } else { "weights" }, &svg);
    }
}

#[test]
fn equal_weights_still_show_a_line_and_a_label_for_every_task() {
    let one: Points = (0..100).map(|k| (f64::from(k), 1.0)).collect();
    let time = Time::of(200.0, 99.0, false);
    let series = (0..6).map(|task| WeightSeries { task, label: NAMES[task].into(), weights: &one });
    let chart = WeightsChart { series: series.collect(), time, ends: None, changes: &[], theme: theme(false) };
    let svg = to_svg((440, 150), SCALE, "Task weights", |area| chart.draw(area));
    for name in &NAMES[..4] {
        assert!(svg.contains(name));
    }
    golden("weights-equal", &svg);
}
