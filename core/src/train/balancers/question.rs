//! One run of one member's balancer, and what follows from the answer.

use super::memory::{Memory, Sizes};
use super::{Balancers, HostBalancer};
use crate::balance::balancer::{Answer, BalancerContext, Needs, Vectors};
use crate::config::Norm;
use crate::random::{Purpose, stream};
use nalgebra::{DMatrix, DVector};

/// What is known of a member in a step. Everything in task order.
#[derive(Clone, Debug, Default)]
pub struct BalancerInput {
    /// Losses of the batch, scaled, `[T]`.
    pub losses: Vec<f64>,
    /// Tasks without a label in the batch; empty where there are none.
    pub absent: Vec<bool>,
    /// `[T, T]`: products of the task gradients that the balancer looks at.
    pub gram: Option<DMatrix<f64>>,
    /// `[T, T]`: products of those at all shared layers, where the step's length depends on them.
    pub full_gram: Option<DMatrix<f64>>,
    /// `[T, P]`: the task gradients at the shared layers.
    pub jacobian: Option<DMatrix<f64>>,
}

/// What a member's step is taken with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppliedWeights {
    /// Per task, on its gradient at the shared layers.
    pub weights: Vec<f64>,
    /// Per task, on its head's gradient.
    pub heads: Vec<f64>,
    /// The combined gradient of the shared layers, where it is no weighted sum.
    pub direction: Option<Vec<f64>>,
    /// The length that the shared layers' gradient is shortened to, where it is.
    pub max_norm: Option<f64>,
}

/// A run of a balancer that learns once the losses after the update are known.
pub struct DeferredUpdate {
    index: usize,
    /// The member's place in the population.
    pub member: usize,
    known: BalancerInput,
    vectors: Vectors,
    answer: Answer,
}

impl Balancers {
    /// Runs a member's balancer; what is to be applied, and what is left to learn after the update.
    pub fn ask(
        &self,
        index: usize,
        known: BalancerInput,
        step: u32,
        memory: &mut Memory,
    ) -> (AppliedWeights, Option<DeferredUpdate>) {
        let Some((host, own)) = self.on_host.get(index).zip(memory.own(index)) else { return Default::default() };
        let present = self.present(&known);
        if present.is_empty() {
            let nothing = vec![0.0; self.tasks];
            return (AppliedWeights { weights: nothing.clone(), heads: nothing, ..AppliedWeights::default() }, None);
        }
        let known = restricted(known, &present);
        let sizes = self.sizes();
        let mut vectors = own.recall(host.balancer, &present, sizes);
        let here = |numbers: &[f64]| -> Vec<f64> {
            present.iter().map(|task| numbers.get(*task).copied().unwrap_or(0.0)).collect()
        };
        vectors.extend(host.balancer.encode_preference(&here(&host.preference)));
        for (key, numbers) in &host.settings {
            vectors.insert(key, here(numbers));
        }
        let seen = self.seen(host, &known, &vectors);
        let mut random = stream(self.seed, Purpose::Balancer, host.stream, u64::from(step));
        let answer = host.balancer.answer(&seen, &mut random);
        let has_weights = host.balancer.has_weights(&host.pick);
        let fresh = answer.weights.as_deref().filter(|_| has_weights);
        own.weights = fresh.map_or_else(Vec::new, |fresh| {
            let fresh: Vec<f64> = fresh.iter().map(|weight| host.times * weight).collect();
            self.spread(&own.weights, &fresh, &present)
        });
        let direction = answer.direction.as_ref().map(|fresh| self.smoothed(&own.direction, fresh));
        own.directed = direction.is_some();
        own.direction = direction.clone().filter(|_| self.sharing.smoothing > 0.0).unwrap_or_default();
        own.factor = self.factor(&known, &present, &own.weights, direction.as_deref());
        let direction = direction.map(|d| d.iter().map(|x| x * own.factor).collect());
        let applied = AppliedWeights { direction, ..self.applied(host, &own.weights, own.factor) };
        if host.balancer.uses_losses_after() {
            return (applied, Some(DeferredUpdate { index, member: host.member, known, vectors, answer }));
        }
        let remembered = host.balancer.remember(&seen, &answer, None);
        own.retain(host.balancer, &remembered, &present, sizes);
        (applied, None)
    }

    /// What a step is taken with while the last weights hold.
    pub fn held(&self, index: usize, memory: &Memory) -> AppliedWeights {
        let (weights, factor) = memory.held(index);
        self.on_host.get(index).map(|host| self.applied(host, weights, factor)).unwrap_or_default()
    }

    /// Lets a balancer learn from the losses after the update, in task order.
    pub fn learn(&self, deferred: &DeferredUpdate, after: &[f64], memory: &mut Memory) {
        let Some((host, own)) = self.on_host.get(deferred.index).zip(memory.own(deferred.index)) else { return };
        let present = self.present(&deferred.known);
        let after: Vec<f64> = present.iter().map(|task| after.get(*task).copied().unwrap_or(0.0)).collect();
        let seen = self.seen(host, &deferred.known, &deferred.vectors);
        let remembered = host.balancer.remember(&seen, &deferred.answer, Some(&after));
        own.retain(host.balancer, &remembered, &present, self.sizes());
    }

    fn sizes(&self) -> Sizes {
        Sizes { tasks: self.tasks, parameters: self.shared, layers: self.layers.len() }
    }

    fn ones(&self) -> Vec<f64> {
        vec![1.0; self.tasks]
    }

    fn present(&self, known: &BalancerInput) -> Vec<usize> {
        (0..self.tasks).filter(|task| !known.absent.get(*task).copied().unwrap_or(false)).collect()
    }

    fn seen<'a>(
        &'a self,
        host: &'a HostBalancer,
        known: &'a BalancerInput,
        vectors: &'a Vectors,
    ) -> BalancerContext<'a> {
        BalancerContext {
            pick: &host.pick,
            losses: &known.losses,
            gram: known.gram.as_ref().filter(|_| host.needs == Needs::Gram),
            jacobian: known.jacobian.as_ref().filter(|_| host.needs == Needs::Jacobian),
            layers: &self.layers,
            vectors,
        }
    }

    /// All tasks' weights after an answer for those that are present. The others keep theirs for the steps in
    /// which they are back and no balancer runs: in this one they have no gradient.
    fn spread(&self, before: &[f64], fresh: &[f64], present: &[usize]) -> Vec<f64> {
        let mut all = if before.is_empty() { self.ones() } else { before.to_vec() };
        let own: Vec<f64> = present.iter().filter_map(|task| before.get(*task)).copied().collect();
        let fresh = self.smoothed(&own, fresh);
        present.iter().zip(fresh).for_each(|(task, weight)| all[*task] = weight);
        all
    }

    /// A running mean of answers; the first counts in full.
    fn smoothed(&self, before: &[f64], fresh: &[f64]) -> Vec<f64> {
        let kept = self.sharing.smoothing;
        if before.len() != fresh.len() || kept == 0.0 {
            return fresh.to_vec();
        }
        before.iter().zip(fresh).map(|(before, fresh)| kept * before + (1.0 - kept) * fresh).collect()
    }

    /// Weights as they count; where a balancer has none, its direction stands for the shared layers.
    fn applied(&self, host: &HostBalancer, weights: &[f64], factor: f64) -> AppliedWeights {
        let weights = if weights.is_empty() { self.ones() } else { weights.to_vec() };
        AppliedWeights {
            heads: if host.heads { weights.clone() } else { self.ones() },
            weights: weights.iter().map(|weight| weight * factor).collect(),
            direction: None,
            max_norm: host.balancer.max_norm(&host.pick),
        }
    }

    /// What makes the combined gradient as long as the lesson wants it; 1 where it has no length.
    fn factor(&self, known: &BalancerInput, present: &[usize], weights: &[f64], direction: Option<&[f64]>) -> f64 {
        let Some(gram) = known.full_gram.as_ref().filter(|_| self.sharing.norm != Norm::Own) else { return 1.0 };
        let length = |weights: &DVector<f64>| weights.dot(&(gram * weights)).max(0.0).sqrt();
        let share = if self.sharing.norm == Norm::Mean { 1.0 / present.len().max(1) as f64 } else { 1.0 };
        let wanted = length(&DVector::from_element(present.len(), share));
        let own = match direction {
            Some(direction) => direction.iter().map(|x| x * x).sum::<f64>().sqrt(),
            None => length(&DVector::from_iterator(
                present.len(),
                present.iter().map(|k| weights.get(*k).copied().unwrap_or(1.0)),
            )),
        };
        let factor = wanted / own;
        if factor.is_finite() { factor } else { 1.0 }
    }
}

/// The same of the tasks that are present.
fn restricted(known: BalancerInput, present: &[usize]) -> BalancerInput {
    if present.len() == known.losses.len() {
        return known;
    }
    let square = |gram: DMatrix<f64>| gram.select_rows(present).select_columns(present);
    BalancerInput {
        losses: present.iter().map(|task| known.losses.get(*task).copied().unwrap_or(0.0)).collect(),
        gram: known.gram.map(square),
        full_gram: known.full_gram.map(square),
        jacobian: known.jacobian.map(|jacobian| jacobian.select_rows(present)),
        absent: known.absent,
    }
}
