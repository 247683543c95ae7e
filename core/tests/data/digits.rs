//! Two digits in one picture.

use super::*;
use std::collections::BTreeSet;

fn digits(shift: f64, seed: u32, tasks: Vec<TaskConfig>) -> Dataset {
    of_source(Pick::new("digits").with("shift", shift), seed, 1000, tasks)
}

fn readers(count: usize) -> Vec<TaskConfig> {
    vec![task("slope", LossKind::Ce, 10); count]
}

/// A digit's 64 pixels cut out of a row.
fn cut(x: &[f32], shift: usize, offset: usize) -> Vec<f32> {
    let side = 8 + shift;
    (0..8).flat_map(|y| x[(y + offset) * side + offset..][..8].to_vec()).collect()
}

#[test]
fn a_picture_is_two_digits_the_brighter_pixel_on_top() {
    // At a shift of eight pixels the digits only touch, so that they can be told apart; the same
    // seed draws the same pairs at any shift.
    let (apart, over) = (digits(8.0, 4, readers(1)), digits(2.0, 4, readers(1)));
    assert_eq!((apart.inputs, apart.side, over.inputs, over.side, over.plane), (256, 16, 100, 10, false));
    for (apart, over) in apart.train.x.chunks_exact(256).zip(over.train.x.chunks_exact(100)) {
        let (left, right) = (cut(apart, 8, 0), cut(apart, 8, 8));
        let mut expected = vec![0.0_f32; 100];
        for (digit, offset) in [(left, 0), (right, 2)] {
            for (at, pixel) in digit.into_iter().enumerate() {
                let place = &mut expected[(at / 8 + offset) * 10 + at % 8 + offset];
                *place = place.max(pixel);
            }
        }
        assert_eq!(over, expected);
        assert!(over.iter().all(|pixel| (0.0..=1.0).contains(pixel) && (pixel * 16.0).fract() == 0.0));
    }
}

/// The pictures of single digits in a split, as numbers.
fn sources(split: &Split) -> BTreeSet<Vec<u32>> {
    let whole = |pixels: Vec<f32>| pixels.into_iter().map(|pixel| (pixel * 16.0) as u32).collect();
    split.x.chunks_exact(256).flat_map(|x| [cut(x, 8, 0), cut(x, 8, 8)]).map(whole).collect()
}

#[test]
fn held_out_pictures_show_unseen_digits() {
    let dataset = of_source(Pick::new("digits").with("shift", 8.0), 1, 5000, readers(1));
    let [train, valid, test] = splits(&dataset).map(sources);
    assert_eq!((valid.len(), test.len()), (180, 180));
    assert!((1400..=1437).contains(&train.len()), "{}", train.len());
    assert!(train.is_disjoint(&valid) && train.is_disjoint(&test) && valid.is_disjoint(&test));
}

#[test]
fn the_kind_of_a_task_says_what_it_predicts() {
    let kinds = [LossKind::Ce, LossKind::Bce, LossKind::Mse];
    let of =
        |loss: LossKind| digits(8.0, 2, vec![task("slope", loss, if loss == LossKind::Ce { 10 } else { 1 }); 3]).train;
    let [classes, odd, ink] = kinds.map(of);
    let mean_ink = |x: &[f32]| f64::from(x.iter().sum::<f32>()) / 64.0;
    for row in 0..1000 {
        let class = |k: usize| classes.y[k][row] as u32;
        assert_eq!((class(0) + class(1)) % 10, class(2));
        assert_eq!([0, 1].map(|k| odd.y[k][row] as u32), [class(0) % 2, class(1) % 2]);
        assert_eq!(odd.y[2][row] as u32, (class(0) + class(1)) % 2);
    }
    let amounts: Vec<f64> = ink.x.chunks_exact(256).map(|x| mean_ink(&cut(x, 8, 0))).collect();
    let answers: Vec<f64> = ink.y[0].iter().map(|y| f64::from(*y)).collect();
    assert!(pearson(&amounts, &answers) > 0.999_999);
    for k in 0..3 {
        let y: Vec<f64> = ink.y[k].iter().map(|y| f64::from(*y)).collect();
        assert!(mean(&y).abs() < 0.1 && (variance(&y) - 1.0).abs() < 0.15, "{k}: {} {}", mean(&y), variance(&y));
    }
}

#[test]
fn ten_classes_are_a_matter_of_course() {
    let mut config = lesson(100, readers(2)).into_config();
    config.data.source = Pick::new("digits");
    config.tasks[0].outputs = 3;
    config.tasks.push(task("slope", LossKind::Mse, 5));
    let (lesson, notices) = check(config);
    assert_eq!(lesson.tasks.iter().map(|task| task.outputs).collect::<Vec<_>>(), [10, 10, 1]);
    assert!(notices.iter().all(|notice| notice.key == "batch"), "{notices:?}");
}
