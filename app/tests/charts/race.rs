//! Races: the ways over the parameters and over the losses.

use crate::{Points, SCALE, SIZE, golden, theme};
use mtl_app::charts::svg::to_svg;
use mtl_app::charts::{RaceChart, RaceHeat, RaceTrack};

fn tracks() -> Vec<RaceTrack> {
    let way = |k: usize| -> Points {
        let turn = k as f64;
        (0..200).map(|i| f64::from(i) / 199.0).map(|t| (-8.0 + 4.0 * turn * t, 7.0 - 15.0 * t * t + turn)).collect()
    };
    let track = |k: usize| RaceTrack { points: way(k), style: (k < 3).then_some(k), chosen: k == 4 };
    (0..5).rev().map(track).collect()
}

#[test]
fn a_race_over_a_landscape_looks_as_it_did() {
    let (side, tracks) = (24, tracks());
    let values: Vec<f32> =
        (0..side * side).map(|k| (k % side) as f32 * 0.1 + ((k / side) as f32 - 12.0).abs()).collect();
    let best: Points = (-7..=7).map(|x| (f64::from(x), -8.4)).collect();
    for dark in [false, true] {
        let heat = Some(RaceHeat { values: &values, side, extent: 10.0 });
        let (x_name, y_name) = ("parameter 1", "parameter 2");
        let chart = RaceChart { x_name, y_name, heat, best: &best, tracks: &tracks, theme: theme(dark) };
        let svg = to_svg(SIZE, SCALE, "Landscape", |area| chart.draw(area));
        golden(if dark { "race-x-dark" } else { "race-x" }, &svg);
    }
}

#[test]
fn a_race_over_the_losses_looks_as_it_did_and_an_empty_one_is_still_a_picture() {
    let tracks = tracks();
    let best: Points = (0..=20).map(|k| f64::from(k) - 10.0).map(|x| (x, -8.0 - x * 0.4)).collect();
    let (x_name, y_name) = ("loss 1", "Two valleys: loss 2");
    let chart = RaceChart { x_name, y_name, heat: None, best: &best, tracks: &tracks, theme: theme(false) };
    golden("race-f", &to_svg(SIZE, SCALE, "Losses", |area| chart.draw(area)));
    let broken = [RaceTrack { points: vec![(f64::NAN, 1.0), (f64::INFINITY, 2.0)], ..RaceTrack::default() }];
    let chart = RaceChart { best: &[], tracks: &broken, ..chart };
    let svg = to_svg(SIZE, SCALE, "Losses", |area| chart.draw(area));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}
