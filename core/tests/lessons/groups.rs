//! Task groups: who helps whom, by pairwise training, by look-aheads and by angles.

use super::{Device, OWN, Trainer, block_on, fragment, holds, lesson, train_to};
use mtl_core::measure::grouping::{Affinities, Alone, Overlap, affinity, best};
use mtl_core::measure::table::each;
use mtl_core::protocol::CurvePoint;

/// Who reads the same features.
const FAMILIES: [&[usize]; 2] = [&[0, 2, 4], &[1, 3]];

/// The best two groups without overlap.
fn two_groups(affinities: &Affinities) -> Vec<Vec<usize>> {
    best(affinities, 2, Overlap::Partition, Alone::Neutral).map_or_else(Vec::new, |found| found.groups)
}

/// What every task gains from every other when the two are trained alone: a row for each that receives.
fn pairwise(point: &CurvePoint, tasks: usize) -> Affinities {
    let matrix = each(&point.measures, tasks).find(|(measure, _)| measure.choice.key == "transfer-matrix");
    // Three numbers a cell: mean, low, high.
    let means: Vec<f64> = matrix.unwrap().1.iter().step_by(3).map(|mean| f64::from(*mean)).collect();
    let from = |j: usize| (0..tasks).map(|i| means[i * tasks + j]).collect();
    Affinities::new((0..tasks).map(from).collect()).expect("every pair has a gain")
}

/// The mean of what tasks have from others of their family, and from those of the other one.
fn within_and_across(affinities: &Affinities) -> [f64; 2] {
    [true, false].map(|within| {
        let pairs = (0..25).map(|p| (p / 5, p % 5)).filter(|(j, i)| i != j && (i % 2 == j % 2) == within);
        let all: Vec<f64> = pairs.filter_map(|(j, i)| affinities.of(j, i)).collect();
        all.iter().sum::<f64>() / all.len() as f64
    })
}

/// The pairwise gains at some epochs.
fn pairwise_gains(settings: &str, seed: u32, epochs: &[u32]) -> Vec<Affinities> {
    let mut trainer = Trainer::new(lesson(&fragment(settings, seed)), &Device::flex());
    let at = |epoch: &u32| {
        let gains = pairwise(&train_to(&mut trainer, *epoch), 5);
        println!("{settings} seed {seed} epoch {epoch}: {:.3?} of {gains:.2?}", within_and_across(&gains));
        gains
    };
    epochs.iter().map(at).collect()
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn groups_gain_within_a_family_and_lose_across() {
    holds("families gain and others lose", |seed| {
        pairwise_gains("p=groups", seed, &[100, 200]).iter().all(|gains| {
            let [within, across] = within_and_across(gains);
            two_groups(gains) == FAMILIES && within > 0.0 && across < 0.0
        })
    });
}

/// Affinities to first order over 400 steps: what a step along one task's gradient does for each
/// task's loss, taken every ten steps; and the cosines of all steps.
fn affinities(settings: &str, seed: u32) -> [Affinities; 2] {
    let lesson = lesson(&format!("v=1&{settings}&s={seed}&baselines=off"));
    let rate = lesson.training.learning_rate;
    let mut trainer = Trainer::new(lesson, &Device::flex());
    let (mut steps, mut grams) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        let losses: Vec<f64> = block_on(trainer.record()).unwrap().train.into_iter().map(f64::from).collect();
        let tasks = losses.len();
        grams.extend((0..10).map(|_| block_on(trainer.step_gram()).unwrap()));
        let gram = &grams[grams.len() - 10];
        let ahead = |i: usize| (0..tasks).map(|j| losses[j] - rate * f64::from(gram[i * tasks + j])).collect();
        steps.push(affinity(&losses, &(0..tasks).map(ahead).collect::<Vec<_>>()));
    }
    [Affinities::over_steps(&steps).unwrap(), Affinities::of_cosines(grams.iter().map(Vec::as_slice)).unwrap()]
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn groups_are_found_by_look_aheads_and_by_cosines() {
    holds("both find the families", |seed| {
        let found = affinities("p=groups", seed);
        println!("groups seed {seed}: {found:.5?}");
        found.iter().all(|affinities| two_groups(affinities) == FAMILIES)
    });
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn groups_that_are_one_family_gain_from_each_other() {
    for gains in pairwise_gains("p=groups&data.near=1", OWN, &[100, 200]) {
        assert!(within_and_across(&gains).iter().all(|gain| *gain > 0.0));
    }
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn groups_of_other_signs_gain_though_their_gradients_oppose() {
    let unlike = "p=groups&data.like=0";
    for gains in pairwise_gains(unlike, OWN, &[100, 200]) {
        let [within, across] = within_and_across(&gains);
        assert!(within > 0.0 && across < 0.0);
    }
    let [ahead, cosines] = affinities(unlike, OWN);
    assert!(within_and_across(&ahead)[0] < 0.0 && within_and_across(&cosines)[0] < 0.0, "{ahead:?} {cosines:?}");
}
