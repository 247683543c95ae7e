//! Two digits in one picture, as the page trains them.

use super::{A, B, OWN, gains, holds, mean_cosine, negative, percent, points};
use mtl_core::measure::transfer::TransferGain;

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn digits_are_read_worse_together_though_their_gradients_do_not_fight() {
    holds("both tasks lose", |seed| {
        gains("p=digits", seed, &[10, 20, 40]).iter().all(|gains| gains.iter().all(negative))
    });
    assert!(mean_cosine("p=digits", OWN).abs() < 0.1);
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn digits_are_read_no_better_beyond_noise_under_pcgrad_or_in_the_end_under_uncertainty() {
    let under = |balancer: &str| gains(&format!("p=digits&bal={balancer}"), OWN, &[10, 20, 60]);
    let (equal, surgery, uncertainty) = (under("equal"), under("pcgrad"), under("uncertainty"));
    let beyond_noise = |gain: &TransferGain, equal: &TransferGain| gain.low > equal.high;
    for task in [A, B] {
        let mut pairs = surgery.iter().zip(&equal);
        assert!(pairs.all(|(gain, equal)| !beyond_noise(&gain[task], &equal[task])), "PCGrad, {task}");
        for (gain, equal) in uncertainty.iter().zip(&equal).take(2) {
            assert!(gain[task].mean > equal[task].mean, "growing weights are faster at first, {task}");
        }
        assert!(!beyond_noise(&uncertainty[2][task], &equal[2][task]), "by epoch 60, {task}");
    }
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn digits_are_read_better_with_twice_the_units_and_the_gap_shrinks() {
    const EPOCHS: &[u32] = &[20, 40];
    let [narrow, wide] = ["p=digits", "p=digits&trunk=128"].map(|settings| points(settings, OWN, EPOCHS));
    for (narrow, wide) in narrow.iter().zip(&wide) {
        for task in [A, B] {
            let (few, many) = (&narrow.transfer.best[task], &wide.transfer.best[task]);
            println!("epoch {}, task {task}: {} and {}", narrow.epoch, percent(few), percent(many));
            assert!(wide.valid[task] < narrow.valid[task], "task {task}: {:?}, {:?}", wide.valid, narrow.valid);
            assert!(many.mean > few.mean, "task {task}: {few:?}, {many:?}");
        }
    }
    assert!(wide[0].transfer.best.iter().all(negative), "it is not closed at once");
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn digits_side_by_side_are_nearly_all_read_and_better_still_alone() {
    let both = points("p=digits&data.shift=8", OWN, &[20, 40]);
    for point in &both {
        assert!(point.metric.iter().all(|accuracy| (0.95..=1.0).contains(accuracy)), "{:?}", point.metric);
        assert!(point.transfer.best.iter().all(|gain| gain.mean < 0.0), "{:?}", point.transfer);
    }
    assert!(both[0].transfer.best.iter().all(negative), "{:?}", both[0].transfer);
}
