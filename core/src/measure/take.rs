//! How each measure of the table is taken: the functions of its column, in its order.

use super::observation::{Observation, TaskObservation};
use super::scores::Scores;
use super::tasks::Score;
use super::transfer::{TransferGain, Verdict};
use super::update::Combined;
use super::{conflict, forgetting as stages, gram, spread, tasks};
use crate::math::hypervolume as volume;

type Numbers = Vec<Option<f64>>;

fn scores(seen: &Observation, score: fn(&Scores) -> Option<f64>) -> Numbers {
    seen.tasks.iter().map(|task| score(&task.scores)).collect()
}

pub(super) fn accuracy(seen: &Observation) -> Numbers {
    scores(seen, |scores| scores.accuracy)
}

pub(super) fn balanced_accuracy(seen: &Observation) -> Numbers {
    scores(seen, |scores| scores.balanced_accuracy)
}

pub(super) fn macro_f1(seen: &Observation) -> Numbers {
    scores(seen, |scores| scores.macro_f1)
}

pub(super) fn auc(seen: &Observation) -> Numbers {
    scores(seen, |scores| scores.auc)
}

pub(super) fn mse(seen: &Observation) -> Numbers {
    scores(seen, |scores| scores.mse)
}

pub(super) fn rmse(seen: &Observation) -> Numbers {
    scores(seen, |scores| scores.rmse)
}

pub(super) fn mae(seen: &Observation) -> Numbers {
    scores(seen, |scores| scores.mae)
}

pub(super) fn r2(seen: &Observation) -> Numbers {
    scores(seen, |scores| scores.r2)
}

/// Mean and interval of a gain; three times nothing where there is none.
fn gain(gain: Option<&TransferGain>) -> [Option<f64>; 3] {
    let stated = gain.filter(|gain| gain.verdict != Verdict::Undefined);
    stated.map_or([None; 3], |gain| [gain.mean, gain.low, gain.high].map(Some))
}

pub(super) fn transfer_gain(seen: &Observation) -> Numbers {
    seen.transfer.iter().flat_map(|of| gain(Some(of))).collect()
}

pub(super) fn steps_to_single(seen: &Observation) -> Numbers {
    seen.tasks.iter().flat_map(|task| task.steps_to_baseline.steps().map(|steps| steps.map(f64::from))).collect()
}

pub(super) fn transfer_matrix(seen: &Observation) -> Numbers {
    seen.pairs.iter().flatten().flat_map(|of| gain(of.as_ref())).collect()
}

fn against_alone(seen: &Observation) -> Vec<Vec<Score>> {
    seen.tasks.iter().map(|task| task.scores.against(&task.alone)).collect()
}

pub(super) fn delta_m(seen: &Observation) -> Numbers {
    vec![tasks::delta_m(&against_alone(seen))]
}

pub(super) fn delta_m_drop(seen: &Observation) -> Numbers {
    vec![tasks::delta_m_drop(&against_alone(seen))]
}

/// Of the composed model among itself, the models that learn one task each, and the fan.
pub(super) fn mean_rank(seen: &Observation) -> Numbers {
    let alone = seen.tasks.iter().map(|task| task.loss_alone).collect();
    let methods: Vec<Vec<f64>> = [seen.losses(), alone].into_iter().chain(seen.fan().iter().cloned()).collect();
    let ranks = tasks::mean_ranks(&methods, &vec![false; seen.tasks.len()]);
    // A rank among one is no rank.
    let ranked = ranks.iter().flatten().count();
    vec![ranks.first().copied().flatten().filter(|_| ranked > 1)]
}

fn each_task(seen: &Observation, of: fn(&TaskObservation) -> f64) -> Vec<f64> {
    seen.tasks.iter().map(of).collect()
}

pub(super) fn average(seen: &Observation) -> Numbers {
    let shares = each_task(seen, |task| task.scores.share().unwrap_or(f64::NAN));
    vec![tasks::average(&shares, &each_task(seen, |task| task.importance))]
}

pub(super) fn validation(seen: &Observation) -> Numbers {
    vec![tasks::validation(&seen.losses(), &each_task(seen, |task| task.guess))]
}

pub(super) fn forgetting(seen: &Observation) -> Numbers {
    seen.tasks.iter().map(|task| stages::forgetting(&task.stages)).collect()
}

pub(super) fn gradient_norm(seen: &Observation) -> Numbers {
    conflict::norms(seen.gram).into_iter().map(|norm| Some(norm).filter(|norm| norm.is_finite())).collect()
}

fn several(numbers: Option<Vec<f64>>) -> Numbers {
    numbers.unwrap_or_default().into_iter().map(Some).collect()
}

pub(super) fn dominance(seen: &Observation) -> Numbers {
    several(gram::dominance(seen.gram, Some(&seen.weights)))
}

fn pairs(seen: &Observation, of: fn(&[f32], usize, usize) -> Option<f64>) -> Numbers {
    let count = seen.tasks.len();
    (0..count).flat_map(|i| (i + 1..count).map(move |j| of(seen.gram, i, j))).collect()
}

pub(super) fn cosine(seen: &Observation) -> Numbers {
    pairs(seen, conflict::cosine)
}

pub(super) fn conflict_rate(seen: &Observation) -> Numbers {
    vec![conflict::conflict_rate(seen.window.iter().copied())]
}

pub(super) fn magnitude_similarity(seen: &Observation) -> Numbers {
    pairs(seen, conflict::magnitude_similarity)
}

pub(super) fn curvature_bound(seen: &Observation) -> Numbers {
    pairs(seen, conflict::curvature_bound)
}

/// A number of the Gram matrix, which needs one.
fn of_gram(seen: &Observation, of: impl Fn(&[f32]) -> Option<f64>) -> Numbers {
    vec![Some(seen.gram).filter(|gram| !gram.is_empty()).and_then(of)]
}

pub(super) fn condition_number(seen: &Observation) -> Numbers {
    of_gram(seen, gram::condition_number)
}

pub(super) fn alignment(seen: &Observation) -> Numbers {
    of_gram(seen, |gram| seen.combined.as_ref()?.alignment(gram))
}

pub(super) fn predicted_decrease(seen: &Observation) -> Numbers {
    seen.combined.as_ref().map(Combined::decrease).unwrap_or_default()
}

pub(super) fn combined_norm(seen: &Observation) -> Numbers {
    vec![seen.combined.as_ref().and_then(Combined::norm)]
}

pub(super) fn stationarity(seen: &Observation) -> Numbers {
    of_gram(seen, gram::stationarity)
}

pub(super) fn unit_stationarity(seen: &Observation) -> Numbers {
    of_gram(seen, gram::unit_stationarity)
}

pub(super) fn hypervolume(seen: &Observation) -> Numbers {
    vec![Some(volume::hypervolume(&seen.front, &each_task(seen, |task| task.guess)))]
}

pub(super) fn spacing(seen: &Observation) -> Numbers {
    vec![spread::spacing(&seen.front).filter(|_| !seen.fan().is_empty())]
}

pub(super) fn sparsity(seen: &Observation) -> Numbers {
    vec![spread::sparsity(&seen.front).filter(|_| !seen.fan().is_empty())]
}
