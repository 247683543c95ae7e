//! Marks of what was changed in the middle of a run, on every chart with an axis of epochs.

use crate::loss::{loss_chart, loss_svg, losses};
use crate::{NAMES, Points, SCALE, golden, theme};
use mtl_app::charts::svg::to_svg;
use mtl_app::charts::{LossChart, Time, WeightSeries, WeightsChart};

/// The lines of a drawing that another one hasn't, whose own are all there.
fn added<'a>(svg: &'a str, plain: &'a str) -> Vec<&'a str> {
    let mut known: Vec<&str> = plain.lines().collect();
    let is_new = |line: &&str| match known.iter().position(|other| other == line) {
        Some(place) => {
            known.swap_remove(place);
            false
        }
        None => true,
    };
    let new = svg.lines().filter(is_new).collect();
    assert!(known.is_empty(), "drawn otherwise: {known:?}");
    new
}

/// The texts of a drawing: lines of their own.
fn texts<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    lines.iter().copied().filter(|line| !line.starts_with('<')).collect()
}

fn dashes(lines: &[&str]) -> usize {
    lines.iter().filter(|line| line.starts_with("<polyline")).count()
}

#[test]
fn losses_with_changes_have_their_lines_and_numbers_and_are_the_same_otherwise() {
    let losses = losses(2);
    let plain = LossChart { smoothing: 0.8, ..loss_chart(&losses, true, false) };
    let marked = loss_svg(&LossChart { changes: &[12.5, 60.0, 61.0], ..plain.clone() });
    let unmarked = loss_svg(&plain);
    let new = added(&marked, &unmarked);
    assert_eq!(texts(&new), ["1", "2\u{2013}3"]);
    // Two of them lie in one place.
    assert!((40..70).contains(&dashes(&new)), "{}", dashes(&new));
    golden("loss-changes", &marked);
    // A stretch shows those within it by the same numbers.
    let stretch = LossChart { window: Some((50.0, 100.0)), ..plain };
    let marked = loss_svg(&LossChart { changes: &[12.5, 60.0], ..stretch.clone() });
    let unmarked = loss_svg(&stretch);
    assert_eq!(texts(&added(&marked, &unmarked)), ["2"]);
}

#[test]
fn task_weights_with_changes_have_their_lines_and_numbers_and_are_the_same_otherwise() {
    let one: Points = (0..100).map(|k| (f64::from(k), 1.0)).collect();
    let draw = |changes: &[f64], weights: &[(f64, f64)]| {
        let series = vec![WeightSeries { task: 0, label: NAMES[0].into(), weights }];
        let time = Time::of(200.0, 99.0, false);
        let chart = WeightsChart { series, time, ends: None, changes, theme: theme(false) };
        to_svg((440, 150), SCALE, "Task weights", |area| chart.draw(area))
    };
    let (plain, marked) = (draw(&[], &one), draw(&[40.0, 80.0], &one));
    let new = added(&marked, &plain);
    assert_eq!(texts(&new), ["1", "2"]);
    assert!(dashes(&new) > 20, "{}", dashes(&new));
    assert_eq!(draw(&[40.0], &[]), draw(&[], &[]), "nothing is marked where nothing is recorded");
}
