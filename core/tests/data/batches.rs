//! The order of rows in an epoch.

use super::*;
use mtl_core::data::batches::{epoch_order, steps_per_epoch};
use std::collections::BTreeSet;

#[test]
fn an_epoch_has_every_row_at_most_once_in_whole_batches() {
    let tasks =
        vec![TaskConfig { labelled: 30, ..TaskConfig::default() }, TaskConfig { labelled: 7, ..TaskConfig::default() }];
    let dataset = data(203, tasks);
    for batch in [1, 7, 50, 202, 203] {
        let order = epoch_order(&dataset, 1, 2, 3, batch);
        assert_eq!(order.len(), steps_per_epoch(203, batch) as usize * batch);
        let rows: BTreeSet<u32> = order.iter().copied().collect();
        assert!(rows.len() == order.len() && rows.iter().all(|row| *row < 203));
    }
    for full in [0, 204] {
        assert_eq!(epoch_order(&dataset, 1, 2, 3, full), (0..203).collect::<Vec<u32>>());
        assert_eq!(steps_per_epoch(203, full), 1);
    }
}

#[test]
fn every_batch_has_its_share_of_the_labels() {
    let tasks = vec![TaskConfig::default(), TaskConfig { labelled: 16, ..TaskConfig::default() }];
    let dataset = data(200, tasks);
    for epoch in 0..50 {
        for batch in epoch_order(&dataset, 9, 1, epoch, 50).chunks(50) {
            assert_eq!(batch.iter().filter(|row| dataset.train.mask[1][**row as usize]).count(), 4);
        }
    }
}

#[test]
fn rows_that_an_epoch_leaves_out_come_in_another() {
    let dataset = data(200, vec![TaskConfig { labelled: 1, ..TaskConfig::default() }]);
    let seen: BTreeSet<u32> = (0..20).flat_map(|epoch| epoch_order(&dataset, 9, 0, epoch, 150)).collect();
    assert_eq!(seen.len(), 200);
}

#[test]
fn the_order_follows_from_seed_model_seed_and_epoch() {
    let dataset = data(200, vec![TaskConfig::default()]);
    let order = |seed, model, epoch| epoch_order(&dataset, seed, model, epoch, 50);
    assert_eq!(order(1, 2, 3), order(1, 2, 3));
    for other in [order(2, 2, 3), order(1, 3, 3), order(1, 2, 4)] {
        assert_ne!(order(1, 2, 3), other);
    }
}
