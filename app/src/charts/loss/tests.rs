use super::*;
use crate::charts::lines::{decimate, means};

fn chart<'a>(train: &'a [Point], valid: &'a [Point], log: bool) -> LossChart<'a> {
    let series = vec![LossSeries { task: 0, label: "A circle".into(), train, valid, single: &[] }];
    let last = train.iter().chain(valid).map(|p| p.0).fold(0.0, f64::max);
    LossChart {
        series,
        time: Time { end: last, log: false },
        log,
        ends: None,
        smoothing: 0.0,
        changes: &[],
        cursor: None,
        window: None,
        band: None,
        theme: Theme::new(false, 1.0),
    }
}

#[test]
fn a_loss_curve_with_a_spike_keeps_it_after_decimation() {
    let points: Vec<Point> =
        (0..50_000).map(|k| (f64::from(k), if k == 31_234 { 90.0 } else { 1.0 + f64::from(k % 7) * 0.01 })).collect();
    let chart = chart(&points, &[], false);
    let plot = chart.plot((440, 220));
    let drawn = decimate(&points, &plot);
    let kept: Vec<Point> = drawn.concat();
    let columns = plot.right - plot.left + 1.0;
    assert!(kept.len() as f64 <= 2.0 * columns, "{} points", kept.len());
    let highest = kept.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    assert_eq!(highest, plot.y_of(90.0));
}

#[test]
fn a_line_of_many_points_is_their_mean_and_hardly_moves_when_another_comes() {
    let noisy = |k: u32| (f64::from(k), 1.0 + f64::from(k * 7919 % 101) * 0.01);
    let points: Vec<Point> = (0..60_000).map(noisy).collect();
    for log in [false, true] {
        let mut chart = chart(&points, &[], false);
        chart.time = Time { end: 100_000.0, log };
        let plot = chart.plot((440, 220));
        let line = means(&points, &plot).concat();
        assert!(line.len() as f64 <= plot.right - plot.left + 1.0, "{} points", line.len());
        let crowded: Vec<&Point> = line.iter().filter(|at| at.0 > plot.x_of(30_000.0)).collect();
        assert!(crowded.iter().all(|at| (at.1 - plot.y_of(1.5)).abs() < 0.1 * (plot.y_of(1.0) - plot.y_of(2.0))));
        let before = means(&points[..59_000], &plot).concat();
        let moved = before.iter().zip(&line).filter(|(a, b)| a != b).count();
        assert!(moved <= 1, "{moved} columns have moved");
    }
}

#[test]
fn a_value_that_is_not_finite_is_a_gap() {
    let points = [(0.0, 1.0), (1.0, 0.9), (2.0, f64::NAN), (3.0, f64::INFINITY), (4.0, 0.7), (5.0, 0.6)];
    let plot = chart(&points, &[], true).plot((440, 220));
    let pieces = decimate(&points, &plot);
    assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn gaps_narrower_than_a_pixel_do_not_multiply_points() {
    let points: Vec<Point> = (0..40_000).map(|k| (f64::from(k), if k % 2 == 0 { 1.0 } else { f64::NAN })).collect();
    let plot = chart(&points, &[], false).plot((440, 220));
    let count: usize = decimate(&points, &plot).iter().map(Vec::len).sum();
    assert!(count as f64 <= 2.0 * (plot.right - plot.left + 1.0), "{count}");
}

#[test]
fn the_read_out_gives_recorded_values_and_never_between() {
    let train = [(0.0, 1.0), (10.0, 0.5), (20.0, 0.25)];
    let valid = [(0.0, 1.5), (20.0, f64::NAN)];
    let chart = chart(&train, &valid, true);
    let reading = &chart.nearest(13.0)[0];
    assert_eq!((reading.train, reading.single), (Some((10.0, 0.5)), None));
    assert!(reading.valid.is_some_and(|valid| valid.0 == 20.0 && valid.1.is_nan()));
    assert_eq!(chart.nearest(-99.0)[0].train, Some((0.0, 1.0)));
    assert_eq!(chart.nearest(1e9)[0].train, Some((20.0, 0.25)));
}

#[test]
fn a_pixel_column_leads_back_to_its_epoch() {
    let train = [(0.0, 1.0), (128.0, 0.1)];
    let chart = chart(&train, &[], true);
    let plot = chart.plot((880, 440));
    assert!((plot.epoch_at(plot.x_of(64.0)) - 64.0).abs() < 1e-9);
    assert_eq!(plot.epoch_at(0.0), 0.0);
    assert_eq!(plot.epoch_at(1e6), 128.0);
    let log = LossChart { time: Time::of(200.0, 128.0, true), ..chart }.plot((880, 440));
    assert!((log.epoch_at(log.x_of(64.0)) - 64.0).abs() < 1e-9);
    // Log time: epoch 13 of 200 stands in the middle.
    assert!((log.epoch_at((log.left + log.right) / 2.0) - 13.18).abs() < 0.01);
    assert_eq!(log.epoch_at(1e6), 200.0);
}

#[test]
fn smoothing_starts_without_bias_and_skips_gaps() {
    let smoothed = smooth(&[(0.0, 4.0), (1.0, f64::NAN), (2.0, 4.0), (3.0, 0.0)], 0.5);
    assert_eq!(smoothed[0].1, 4.0);
    assert!(smoothed[1].1.is_nan());
    assert_eq!(smoothed[2].1, 4.0);
    assert!((smoothed[3].1 - 4.0 * 3.0 / 7.0).abs() < 1e-12);
}

#[test]
fn the_loss_axis_holds_its_ends_and_shows_the_baseline() {
    let (valid, single) = ([(0.0, 0.7), (20.0, 0.3)], [(0.0, 0.8), (20.0, 0.04)]);
    let mut chart = chart(&[], &valid, true);
    assert_eq!(chart.plot((440, 220)).y.range(), (0.1, 1.0));
    chart.series[0].single = &single;
    assert_eq!(chart.extent(), Some((0.04, 0.8)));
    assert_eq!(chart.plot((440, 220)).y.range(), (0.02, 1.0));
    chart.ends = Some((0.01, 10.0));
    assert_eq!(chart.plot((440, 220)).y.range(), (0.01, 10.0));
    assert_eq!(chart.nearest(19.0)[0].single, Some((20.0, 0.04)));
}

#[test]
fn a_window_shows_its_epochs_and_the_losses_within_them() {
    let loss = |k: u32| if k < 20 { 50.0 } else { 1.0 + f64::from(k) * 0.001 };
    let points: Vec<Point> = (0..100).map(|k| (f64::from(k), loss(k))).collect();
    let zoomed = LossChart { window: Some((40.0, 60.0)), ..chart(&points, &[], false) };
    let plot = zoomed.plot((440, 220));
    assert_eq!(plot.x.range(), (40.0, 60.0));
    assert!(plot.y.range().1 < 2.0, "{:?}", plot.y.range());
    // The line's label stands at the last point that is shown.
    assert_eq!(zoomed.shown(&points), 61);
}
