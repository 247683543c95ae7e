use super::words::VERDICTS;
use super::*;
use crate::charts::svg::to_svg;

fn row(mean: f64, half: f64) -> TransferRow {
    TransferRow {
        task: 0,
        label: "A gaussians".into(),
        mean,
        number: format!("{:+.1} %", mean * 100.0),
        low: mean - half,
        high: mean + half,
        seeds: Vec::new(),
        verdict: Verdict::NotClear,
        beside: false,
    }
}

fn chart(rows: Vec<TransferRow>) -> TransferChart {
    TransferChart { rows, ends: None, theme: Theme::new(false, 1.0) }
}

/// The texts of a picture.
fn texts(svg: &str) -> Vec<&str> {
    svg.split("<text").skip(1).filter_map(|text| text.split('\n').nth(1)).map(str::trim).collect()
}

#[test]
fn an_immense_interval_does_not_squash_the_bars() {
    assert_eq!(chart(vec![row(0.1, 50.0)]).scale((0.0, 100.0)).range(), (-25.0, 25.0));
    assert_eq!(chart(vec![row(0.3, 50.0)]).scale((0.0, 100.0)).range(), (-100.0, 100.0));
}

#[test]
fn a_gain_without_a_lower_end_goes_on_beyond_the_axis() {
    let far = chart(vec![row(0.1, 0.05), row(-300.0, 20.0)]);
    assert_eq!(far.scale((0.0, 100.0)).range(), (-100.0, 25.0));
    let lines = |mean: f64, half: f64| {
        let chart = chart(vec![row(0.1, 0.05), row(mean, half)]);
        to_svg((440, 110), 1, "", |area| chart.draw(area)).matches("<polyline").count()
    };
    // A notch more than the whisker and what stands at its two ends.
    assert_eq!((lines(-0.5, 0.02), lines(-3.0, 2.5)), (6, 7));
}

#[test]
fn a_small_gain_is_a_short_bar_and_a_held_axis_stays() {
    let length = |mean: f64, ends| {
        let scale = TransferChart { ends, ..chart(vec![row(mean, 0.01)]) }.scale((0.0, 100.0));
        scale.at(0.0) - scale.at(mean * 100.0)
    };
    assert!(length(-0.057, None) * 4.0 < length(-0.677, None));
    assert!((length(-0.057, Some((-1.0, 1.0))) - 2.85).abs() < 1e-9);
}

#[test]
fn every_seed_on_the_axis_is_a_dot() {
    let discs = |seeds: Vec<f64>| {
        let row = TransferRow { seeds, ..row(0.1, 0.05) };
        to_svg((440, 110), 1, "", |area| chart(vec![row]).draw(area)).matches("<circle").count()
    };
    let without = discs(Vec::new());
    // A dot and its rim.
    assert_eq!(discs(vec![0.08, 0.1, 0.12]), without + 6);
    assert_eq!(discs(vec![0.08, f64::NAN, -9.0]), without + 2);
}

#[test]
fn where_no_number_may_be_named_the_word_stands_alone() {
    for verdict in [Verdict::Undefined, Verdict::NothingLearned] {
        let row = TransferRow { number: String::new(), verdict, ..row(0.1, 0.05) };
        let svg = to_svg((440, 110), 1, "", |area| chart(vec![row]).draw(area));
        let texts = texts(&svg);
        assert!(verdict.word().split(' ').all(|part| texts.iter().any(|text| text.contains(part))), "{texts:?}");
        assert!(!svg.contains("<polyline") && !texts.iter().any(|text| text.contains("10.0")), "{texts:?}");
    }
}

#[test]
fn no_word_is_cut_however_narrow_the_chart() {
    for verdict in VERDICTS {
        let named = !matches!(verdict, Verdict::Undefined | Verdict::NothingLearned);
        let row = TransferRow { verdict, ..row(-0.677, 0.1) };
        let row = TransferRow { number: if named { row.number.clone() } else { String::new() }, ..row };
        for width in 180..600 {
            let chart = chart(vec![row.clone(), TransferRow { task: 1, label: "B xor".into(), ..row.clone() }]);
            let svg = to_svg((width, 110), 1, "", |area| chart.draw(area));
            let texts = texts(&svg);
            assert!(texts.iter().all(|text| !text.contains('\u{2026}')), "{width}: {texts:?}");
            let last = verdict.word().split(' ').next_back().unwrap_or_default();
            let whole = |text: &&str| verdict.term() == Some(*text) || text.ends_with(last);
            assert!(width < 240 || texts.iter().any(whole), "{width}: {texts:?}");
        }
    }
}
