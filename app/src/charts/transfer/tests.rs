use super::*;
use crate::charts::svg::to_svg;

fn row(mean: f64, half: f64) -> TransferRow {
    let (low, high) = (mean - half, mean + half);
    TransferRow { task: 0, label: "A gaussians".into(), mean, low, high, verdict: Verdict::NoDifference, beside: false }
}

fn chart(rows: Vec<TransferRow>) -> TransferChart {
    TransferChart { rows, ends: None, theme: Theme::new(false, 1.0) }
}

#[test]
fn an_immense_interval_does_not_squash_the_bars() {
    assert_eq!(chart(vec![row(0.1, 50.0)]).scale((0.0, 100.0)).range(), (-25.0, 25.0));
    assert_eq!(chart(vec![row(0.3, 50.0)]).scale((0.0, 100.0)).range(), (-100.0, 100.0));
}

#[test]
fn a_small_gain_is_a_short_bar_and_a_held_axis_stays() {
    let length = |mean: f64, ends| {
        let scale = TransferChart { ends, ..chart(vec![row(mean, 0.01)]) }.scale((0.0, 100.0));
        scale.at(0.0) - scale.at(mean * 100.0)
    };
    assert!(length(-0.057, None) * 4.0 < length(-0.677, None));
    assert_eq!(length(-0.057, Some((-1.0, 1.0))), 2.85);
}

#[test]
fn no_word_is_cut_however_narrow_the_chart() {
    for verdict in Verdict::ALL {
        let row = TransferRow { verdict, ..row(-0.677, 0.1) };
        for width in 180..600 {
            let chart = chart(vec![row.clone(), TransferRow { task: 1, label: "B xor".into(), ..row.clone() }]);
            let svg = to_svg((width, 110), 1, "", |area| chart.draw(area));
            let texts = svg.split("<text").skip(1).filter_map(|text| text.split('\n').nth(1)).map(str::trim);
            let texts: Vec<&str> = texts.collect();
            assert!(texts.iter().all(|text| !text.contains('\u{2026}')), "{width}: {texts:?}");
            let whole = [verdict.text(), verdict.short()];
            assert!(width < 240 || texts.iter().any(|text| whole.contains(text)), "{width}: {texts:?}");
        }
    }
}
