//! How each measure of the table is taken: the functions of its column, in its order.

use super::distinct::t_interval;
use super::observation::{Observation, TaskObservation};
use super::scores::Scores;
use super::tasks::Score;
use super::transfer::TransferGain;
use super::update::Combined;
use super::{conflict, forgetting as stages, gram, spread, tasks};
use crate::math::hypervolume as volume;

type Numbers = Vec<Option<f64>>;

fn scores(seen: &Observation, score: fn(&Scores) -> Option<f64>) -> Numbers {
    seen.tasks.iter().map(|task| score(&task.scores())).collect()
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

/// Mean and interval of a gain; three times nothing where none is named, and no interval for one seed.
fn gain(gain: Option<&TransferGain>) -> [Option<f64>; 3] {
    let Some(gain) = gain.filter(|gain| gain.is_named()) else { return [None; 3] };
    let end = |end: f64| Some(end).filter(|_| gain.seeds > 1);
    [Some(gain.mean), end(gain.low), end(gain.high)]
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

/// A number of the tasks' scores against those alone, over the paired seeds: its mean and the ends of its interval, of
/// the seeds on which it is there.
fn over_seeds(seen: &Observation, of: fn(&[Vec<Score>]) -> Option<f64>) -> Numbers {
    let seeds = seen.tasks.iter().map(|task| task.seeds.len()).min().unwrap_or(0);
    let on_seed = |seed: usize| {
        let scores = seen.tasks.iter().filter_map(|task| task.seeds.get(seed));
        of(&scores.map(|both| both.together.against(&both.alone)).collect::<Vec<_>>())
    };
    let numbers: Vec<f64> = (0..seeds).filter_map(on_seed).collect();
    if numbers.is_empty() {
        return vec![None; 3];
    }
    let (mean, half) = t_interval(&numbers);
    [mean, mean - half, mean + half].map(|number| Some(number).filter(|number| number.is_finite())).to_vec()
}

pub(super) fn delta_m(seen: &Observation) -> Numbers {
    over_seeds(seen, tasks::delta_m)
}

pub(super) fn delta_m_drop(seen: &Observation) -> Numbers {
    over_seeds(seen, tasks::delta_m_drop)
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
    let shares = each_task(seen, |task| task.scores().share().unwrap_or(f64::NAN));
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
