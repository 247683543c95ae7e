//! Task groups: which tasks help which, by pairwise training, by look-aheads and by angles.

use super::{OWN, ensemble, fragment, holds, lesson, train_to};
use mtl_core::config::RELATION_KEYS;
use mtl_core::measure::grouping::{Affinities, Alone, Overlap, best};
use mtl_core::measure::relations::{Held, Verdict};
use mtl_core::measure::table::each;
use mtl_core::protocol::CurvePoint;

/// Tasks that read the same features.
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
    let mut ensemble = ensemble(lesson(&fragment(settings, seed)));
    let at = |epoch: &u32| {
        let gains = pairwise(&train_to(&mut ensemble, *epoch), 5);
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

/// What the engine measures by look-ahead steps over 100 epochs, and the groups that it proposes by those
/// and by cosines.
fn affinities(settings: &str, seed: u32) -> (Affinities, CurvePoint) {
    let fragment = format!("v=2&{settings}&s={seed}&baselines=off&affinity=on");
    let mut ensemble = ensemble(lesson(&fragment));
    let point = train_to(&mut ensemble, 100);
    let rows = point.affinity.chunks_exact(5).map(|row| row.iter().map(|z| f64::from(*z)).collect()).collect();
    (Affinities::new(rows).expect("every affinity is known"), point)
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn groups_are_found_by_look_aheads_and_by_cosines() {
    holds("both find the families", |seed| {
        let found = affinities("p=groups", seed);
        println!("groups seed {seed}: {:.5?}, {:?}", found.0, found.1.groupings);
        let two = found.1.groupings.iter().filter(|groups| groups.budget == 2);
        two.map(|groups| &groups.groups).filter(|groups| **groups == FAMILIES).count() == 2
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
    let (ahead, _) = affinities(unlike, OWN);
    assert!(within_and_across(&ahead)[0] < within_and_across(&affinities("p=groups", OWN).0)[0], "{ahead:?}");
}

/// The epochs after which relations are judged: 125 recorded steps.
const JUDGED: u32 = 200;

/// What is measured of every pair of tasks, declared by whether the two are of one family.
fn held(seed: u32, within: &str, across: &str) -> Vec<Held> {
    let pairs = (1..5).flat_map(|b| (0..b).map(move |a| (a, b)));
    let relation = |(a, b): (usize, usize)| {
        let word = if (b - a).is_multiple_of(2) { within } else { across };
        format!("&t{b}.{}={word}", RELATION_KEYS[a])
    };
    let relations: String = pairs.map(relation).collect();
    let fragment = format!("v=2&p=groups&s={seed}&baselines=off{relations}");
    let held = train_to(&mut ensemble(lesson(&fragment)), JUDGED).relations;
    for Held { declared, mean, half, steps, verdict } in &held {
        let (a, b) = declared.tasks;
        let relation = declared.relation.word();
        println!("seed {seed}, {a} and {b}: {relation}, {mean:+.5} \u{b1} {half:.5} of {steps}: {verdict:?}");
    }
    assert_eq!(held.len(), 10);
    held
}

#[test]
fn groups_agree_with_relations_declared_by_family() {
    holds("positive within a family and neutral across", |seed| {
        held(seed, "positive", "neutral").iter().all(|held| held.verdict == Verdict::Agrees)
    });
}

#[test]
fn groups_differ_from_relations_declared_the_other_way_round() {
    for held in held(OWN, "negative", "positive") {
        let (a, b) = held.declared.tasks;
        let family = (b - a).is_multiple_of(2);
        assert!(if family { held.verdict == Verdict::Differs } else { held.mean < 0.001 }, "{held:?}");
    }
}
