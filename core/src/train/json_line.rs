//! A recorded point as the command line prints it: one JSON object.

#[cfg(doc)]
use super::Ensemble;
use crate::measure::table::{Per, each};
use crate::protocol::CurvePoint;
use serde_json::{Value, json};

/// A point, with the test loss of every task and paired seed at its own best step ([`Ensemble::test_losses`]).
pub fn json_line(point: &CurvePoint, test_by_seed: Vec<Vec<f32>>) -> Value {
    json!({
        "epoch": point.epoch,
        "step": point.step,
        "train": point.train,
        "valid": point.valid,
        "metric": point.metric,
        "single": point.single,
        "weights": point.weights,
        "gram": point.gram,
        "transfer": point.transfer,
        "fan": point.fan,
        "hypervolume": point.hypervolume,
        "best": point.best,
        "test_by_seed": test_by_seed,
        "measures": measures(point),
    })
}

/// Every measure under its key: a number, a list with an entry per task or pair of tasks, what
/// is taken over seeds as lists of mean, low and high, or lists of the composed model's number and the baseline's.
fn measures(point: &CurvePoint) -> Value {
    let tasks = point.valid.len();
    let value = |per: Per, numbers: &[f32]| -> Value {
        let gains = || numbers.chunks_exact(3).map(|gain| json!(gain));
        match per {
            Per::Lesson => json!(numbers.first()),
            Per::Task | Per::Pair | Per::Seeds => json!(numbers),
            Per::Against => numbers.chunks_exact(2).map(|both| json!(both)).collect(),
            Per::Gain => gains().collect(),
            Per::Gains => gains().collect::<Vec<_>>().chunks(tasks.max(1)).map(|row| json!(row)).collect(),
        }
    };
    let all = each(&point.measures, tasks).map(|(of, numbers)| (of.choice.key.to_string(), value(of.per, numbers)));
    Value::Object(all.collect())
}
