//! Which tasks should be trained together.

#![allow(clippy::unwrap_used)]

use super::assert_close;
use mtl_core::measure::grouping::{Affinities, Alone, Grouping, Overlap, affinity, best, gain_ahead};
use proptest::prelude::*;

/// What Fifty et al. (2021) measured on Taskonomy, as published with their code: tasks ss, depth,
/// norm, key, edge; the diagonal is ignored.
fn taskonomy() -> Affinities {
    let none = f64::NAN;
    let rows = [
        [none, 0.115374, 0.048910, 0.004547, 0.008776],
        [0.413559, none, 0.291415, 0.013537, 0.073957],
        [0.139824, 0.220962, none, 0.010494, 0.076460],
        [0.021099, 0.013366, 0.010729, none, 0.689736],
        [0.056692, 0.036683, 0.036007, 0.303721, none],
    ];
    Affinities::new(rows.iter().map(|row| row.to_vec()).collect()).unwrap()
}

fn published(budget: usize) -> Grouping {
    best(&taskonomy(), budget, Overlap::Allowed, Alone::Avoided).unwrap()
}

#[test]
fn a_look_ahead_gives_the_affinities() {
    // L = (1, 1), after the step on the first task (0.8, 1.1).
    let found = affinity(&[1.0, 1.0], &[vec![0.8, 1.1], vec![1.0, 0.5]]);
    assert_close(found[0][0], 0.2, 1e-12);
    assert_close(found[1][0], -0.1, 1e-12);
    assert_close(found[0][1], 0.0, 1e-12);
    assert_close(found[1][1], 0.5, 1e-12);
}

#[test]
fn a_task_without_a_loss_has_no_affinity() {
    for (loss, ahead) in [(0.0, 0.0), (1e-9, 1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY), (f64::INFINITY, 1.0)] {
        assert_eq!(gain_ahead(loss, ahead), None, "{loss} {ahead}");
    }
    assert_eq!(affinity(&[1.0, 1.0], &[vec![0.5]]), [[Some(0.5), None], [None, None]]);
}

#[test]
fn affinities_are_averaged_over_the_steps_that_know_them() {
    let steps = [
        affinity(&[1.0, 1.0], &[vec![0.8, 1.1], vec![1.0, 0.5]]),
        affinity(&[1.0, 0.0], &[vec![0.6, 0.0], vec![0.6, 0.0]]),
    ];
    let mean = Affinities::over_steps(&steps).unwrap();
    assert_close(mean.of(0, 1), 0.2, 1e-12);
    assert_close(mean.of(1, 0), -0.1, 1e-12);
    assert_close(mean.of(0, 0), 0.3, 1e-12);
    assert_eq!((mean.tasks(), mean.of(2, 0)), (2, None));
    assert_eq!(Affinities::over_steps(&steps[1..]), None, "nobody knows what B has from A");
    assert_eq!(Affinities::over_steps(&[]), None);
}

#[test]
fn taskonomy_has_its_best_groupings() {
    let all = published(1);
    assert_eq!((all.groups, all.served), (vec![vec![0, 1, 2, 3, 4]], vec![0; 5]));
    assert_close(all.score, 0.129292, 5e-7);
    let three = published(3);
    assert_eq!(three.groups, [vec![0, 1], vec![1, 2], vec![3, 4]]);
    assert_eq!(three.served, [0, 0, 1, 2, 2]);
    assert_close(three.score, 0.348670, 5e-7);
    // No more groups are used than help.
    assert_eq!(published(5), published(3));
}

#[test]
fn without_overlap_every_task_stands_in_one_group() {
    let two = best(&taskonomy(), 2, Overlap::Partition, Alone::Avoided).unwrap();
    assert_eq!((two.groups, two.served), (vec![vec![0, 1, 2], vec![3, 4]], vec![0, 0, 0, 1, 1]));
    let expected = (0.115374 + 0.048910 + 0.413559 + 0.291415 + 0.139824 + 0.220962) / 2.0 + 0.689736 + 0.303721;
    assert_close(two.score, expected / 5.0, 1e-12);
}

#[test]
fn a_task_that_others_only_harm_is_alone_where_that_is_no_fault() {
    let rows = vec![vec![0.0, 0.3, -0.2], vec![0.4, 0.0, -0.2], vec![-0.1, -0.1, 0.0]];
    let affinities = Affinities::new(rows).unwrap();
    let neutral = best(&affinities, 3, Overlap::Partition, Alone::Neutral).unwrap();
    assert_eq!(neutral.groups, [vec![0, 1], vec![2]]);
    assert_close(neutral.score, 0.7 / 3.0, 1e-12);
    let avoided = best(&affinities, 3, Overlap::Partition, Alone::Avoided).unwrap();
    assert_eq!(avoided.groups, [vec![0, 1, 2]]);
    let shared = best(&affinities, 3, Overlap::Allowed, Alone::Avoided).unwrap();
    assert_eq!((shared.groups, shared.served), (vec![vec![0, 1], vec![0, 2]], vec![0, 0, 1]));
}

#[test]
fn one_task_is_a_group_of_its_own() {
    let one = Affinities::new(vec![vec![0.5]]).unwrap();
    for (alone, score) in [(Alone::Avoided, -1e6), (Alone::Neutral, 0.0)] {
        let found = best(&one, 2, Overlap::Allowed, alone).unwrap();
        assert_eq!(found, Grouping { groups: vec![vec![0]], served: vec![0], score });
    }
}

#[test]
fn what_is_no_matrix_of_affinities_gives_none() {
    for rows in [vec![], vec![vec![0.0; 2]], vec![vec![0.0; 7]; 7], vec![vec![0.0, f64::NAN], vec![0.0, 0.0]]] {
        assert_eq!(Affinities::new(rows), None);
    }
    assert_eq!(best(&taskonomy(), 0, Overlap::Allowed, Alone::Neutral), None);
}

#[test]
fn cosines_group_by_the_same_choice() {
    // Tasks A and C pull one way, B another; C is loud, which an angle doesn't see.
    let grams = [[1.0, 0.0, 4.0, 0.0, 1.0, -2.0, 4.0, -2.0, 25.0], [1.0, -0.5, 4.0, -0.5, 1.0, 0.0, 4.0, 0.0, 25.0]];
    let cosines = Affinities::of_cosines(grams.iter().map(|gram| gram.as_slice())).unwrap();
    assert_close(cosines.of(0, 2), 0.8, 1e-12);
    assert_close(cosines.of(1, 0), -0.25, 1e-12);
    assert_eq!(cosines.of(1, 2), cosines.of(2, 1));
    let two = best(&cosines, 2, Overlap::Partition, Alone::Neutral).unwrap();
    assert_eq!(two.groups, [vec![0, 2], vec![1]]);
    assert_eq!(Affinities::of_cosines([[0.0_f32; 4].as_slice()]), None, "no gradient, no angle");
}

/// A task's score in a group, by its definition.
fn score(affinities: &Affinities, task: usize, group: &[usize], alone: f64) -> f64 {
    let from: Vec<f64> = group.iter().filter(|i| **i != task).filter_map(|i| affinities.of(task, *i)).collect();
    if from.is_empty() { alone } else { from.iter().sum::<f64>() / from.len() as f64 }
}

/// The best score by trying every selection of groups, as the definition says.
fn searched(affinities: &Affinities, budget: usize, alone: f64) -> f64 {
    let tasks = affinities.tasks();
    let group = |set: usize| (0..tasks).filter(|task| set >> task & 1 == 1).collect::<Vec<_>>();
    let groups: Vec<Vec<usize>> = (1..1 << tasks).map(group).collect();
    let mut most = f64::NEG_INFINITY;
    let mut chosen = vec![vec![]];
    for _ in 0..budget {
        let more = |c: &Vec<usize>| (0..groups.len()).map(|g| [c.clone(), vec![g]].concat()).collect::<Vec<_>>();
        chosen = chosen.iter().flat_map(more).collect();
        for selection in &chosen {
            let best_of = |task: usize| {
                let own = selection.iter().filter(|g| groups[**g].contains(&task));
                own.map(|g| score(affinities, task, &groups[*g], alone)).fold(f64::NEG_INFINITY, f64::max)
            };
            most = most.max((0..tasks).map(best_of).sum::<f64>() / tasks as f64);
        }
    }
    most
}

fn random() -> impl Strategy<Value = Affinities> {
    let rows = |tasks| prop::collection::vec(prop::collection::vec(-1.0..1.0, tasks), tasks);
    (1..=6_usize).prop_flat_map(rows).prop_filter_map("no matrix", Affinities::new)
}

proptest! {
    #[test]
    fn groups_cover_all_tasks_within_the_budget_and_serve_each_by_its_best(
        affinities in random(), budget in 1..=6_usize, partition: bool, neutral: bool,
    ) {
        let overlap = if partition { Overlap::Partition } else { Overlap::Allowed };
        let (alone, single) = if neutral { (Alone::Neutral, 0.0) } else { (Alone::Avoided, -1e6) };
        let found = best(&affinities, budget, overlap, alone).unwrap();
        prop_assert!(found.groups.len() <= budget && found.served.len() == affinities.tasks());
        let in_group = |task: usize, group: &usize| score(&affinities, task, &found.groups[*group], single);
        for (task, served) in found.served.iter().enumerate() {
            prop_assert!(found.groups[*served].contains(&task));
            let groups = (0..found.groups.len()).filter(|g| found.groups[*g].contains(&task)).collect::<Vec<_>>();
            prop_assert!(!partition || groups.len() == 1);
            let most = groups.iter().map(|g| in_group(task, g)).fold(f64::NEG_INFINITY, f64::max);
            prop_assert!((in_group(task, served) - most).abs() <= 1e-9 * most.abs().max(1.0));
        }
        let total: f64 = found.served.iter().enumerate().map(|(task, group)| in_group(task, group)).sum();
        let mean = total / affinities.tasks() as f64;
        prop_assert!((mean - found.score).abs() <= 1e-9 * mean.abs().max(1.0));
        // More room is no worse, and neither is overlap.
        let wider = best(&affinities, budget + 1, overlap, alone).unwrap().score;
        let freer = best(&affinities, budget, Overlap::Allowed, alone).unwrap().score;
        prop_assert!(wider >= found.score && freer >= found.score - 1e-9);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_selection_of_groups_beats_the_best(affinities in random(), budget in 1..=2_usize, neutral: bool) {
        let (alone, single) = if neutral { (Alone::Neutral, 0.0) } else { (Alone::Avoided, -1e6) };
        let found = best(&affinities, budget, Overlap::Allowed, alone).unwrap().score;
        let most = searched(&affinities, budget, single);
        prop_assert!((found - most).abs() <= 1e-9 * most.abs().max(1.0), "{found} for {most}");
    }
}
