//! What holds for every chart: safe text, a proper document, no panic.

use crate::loss::{empty_chart, loss_chart, loss_svg, losses};
use crate::{Points, SCALE, SIZE};
use mtl_app::charts::svg::to_svg;
use mtl_app::charts::{
    FanPoint, LossChart, LossSeries, ParallelChart, ParallelKind, ParallelLine, ParetoChart, Theme, Time,
    TransferChart, TransferRow, WeightSeries, WeightsChart,
};
use mtl_core::measure::transfer::Verdict;

#[test]
fn a_label_from_a_link_stays_text() {
    let train = [(0.0, 1.0), (1.0, 0.5)];
    let label = "<script>\u{0}&\"'".to_string();
    let series = vec![LossSeries { task: 0, label, train: &train, valid: &[], single: &[] }];
    let chart = LossChart { series, ..empty_chart() };
    let svg = to_svg(SIZE, SCALE, "</title><script>alert(1)</script>", |area| chart.draw(area));
    assert!(!svg.contains("<script"), "{svg}");
    assert!(svg.contains("&lt;script&gt;"));
    assert!(svg.contains("<title>&lt;/title&gt;&lt;script&gt;"));
    assert!(!svg.chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn a_document_is_an_image_with_a_title_and_ends_properly() {
    let losses = losses(1);
    let svg = loss_svg(&loss_chart(&losses, true, false));
    assert!(svg.starts_with(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"440\" height=\"220\" viewBox=\"0 0 880 440\""
    ));
    assert!(svg.contains("<title>Losses</title>"));
    assert!(svg.trim_end().ends_with("</svg>"));
}

#[test]
fn text_is_as_large_as_the_canvas_would_write_it() {
    assert!(loss_svg(&empty_chart()).contains("font-size=\"22\""));
}

#[test]
fn no_size_and_no_number_makes_a_chart_panic() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 1e-320, 0.0, -1.0, 1e300];
    let points: Points = odd.iter().flat_map(|&x| odd.iter().map(move |&y| (x, y))).collect();
    let sorted: Points = odd.iter().enumerate().map(|(k, &y)| (k as f64, y)).collect();
    for size in [(0, 0), (1, 1), (3, 400), (60, 20), (440, 220), (3000, 10)] {
        for (scale, log) in [(1, false), (3, true)] {
            let theme = Theme::new(false, f64::from(scale));
            for data in [&points, &sorted] {
                let series =
                    |task| LossSeries { task, label: "x".repeat(5000), train: data, valid: data, single: data };
                let time = Time { end: f64::from(scale) * 200.0, log };
                let chart = LossChart {
                    series: (0..9).map(series).collect(),
                    time,
                    log,
                    smoothing: 0.99,
                    changes: &odd,
                    cursor: Some(2.0),
                    theme,
                    ..empty_chart()
                };
                let _ = chart.nearest(f64::NAN);
                to_svg(size, scale, "", |area| chart.draw(area));
                let series = |task| WeightSeries { task, label: String::new(), weights: data };
                let series = (0..9).map(series).collect();
                let chart = WeightsChart { series, time, ends: None, changes: &odd, theme };
                to_svg(size, scale, "", |area| chart.draw(area));
                let fan: Vec<FanPoint> = data
                    .iter()
                    .map(|&losses| FanPoint { losses, alive: true, dominated: false, preference: losses.0 })
                    .collect();
                let chart = ParetoChart {
                    x_task: 7,
                    y_task: usize::MAX,
                    x_label: "",
                    y_label: "y",
                    fan: &fan,
                    answers: &[],
                    ordered: true,
                    single: data.last().copied(),
                    trail: data,
                    reference: (f64::MAX, 0.0),
                    ends: None,
                    theme,
                };
                let _ = chart.hit(size, (f64::NAN, 3.0));
                to_svg(size, scale, "", |area| chart.draw(area));
            }
            let rows = odd.iter().map(|&mean| TransferRow {
                task: 3,
                label: "row".into(),
                mean,
                number: "+1 %".into(),
                low: -mean,
                high: mean * 2.0,
                seeds: odd.to_vec(),
                verdict: Verdict::Gains,
                beside: mean > 0.0,
            });
            let chart = TransferChart { rows: rows.collect(), ends: None, theme };
            to_svg(size, scale, "", |area| chart.draw(area));
            let lines = [
                ParallelLine { losses: &odd, kind: ParallelKind::Composed },
                ParallelLine { losses: &[], kind: ParallelKind::Single },
            ];
            let chart = ParallelChart {
                tasks: (0..9).map(|t| (t, "t".into())).collect(),
                lines: &lines,
                ends: Vec::new(),
                theme,
            };
            to_svg(size, scale, "", |area| chart.draw(area));
        }
    }
}
