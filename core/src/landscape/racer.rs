//! One balancer on its way down a landscape.

use super::{Descent, Entrant, Landscape, Losses};
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, Vectors};
use crate::config::{Pick, TrainingConfig};
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// A balancer, its options and memory, its own optimiser, and where it stands.
pub struct Racer {
    pub(super) entrant: Entrant,
    pub(super) x: Vec<f64>,
    pub(super) losses: Losses,
    pub(super) descent: Descent,
    /// What the balancer is given and what it remembers.
    pub(super) vectors: Vectors,
    pub(super) arrived: Option<u32>,
    pub(super) skipped: u32,
    /// Taken off the losses that the balancer is given.
    lift: Losses,
}

impl Racer {
    /// A racer at its start.
    pub fn new(entrant: Entrant, landscape: &dyn Landscape) -> Self {
        let floor = landscape.floor();
        let lift = if entrant.needs_positive_losses() { floor } else { [0.0; 2] };
        Self {
            vectors: entrant.vectors(floor),
            losses: landscape.losses(&entrant.start),
            descent: Descent::new(entrant.start.len()),
            x: entrant.start.clone(),
            arrived: None,
            skipped: 0,
            lift,
            entrant,
        }
    }

    /// What it was before the start.
    pub fn entrant(&self) -> &Entrant {
        &self.entrant
    }

    /// Where it stands: P numbers.
    pub fn x(&self) -> &[f64] {
        &self.x
    }

    /// The losses there.
    pub fn losses(&self) -> Losses {
        self.losses
    }

    /// The first step after which it was at the Pareto set.
    pub fn arrived(&self) -> Option<u32> {
        self.arrived
    }

    /// Steps that were not taken because they would have led out of the finite numbers.
    pub fn skipped(&self) -> u32 {
        self.skipped
    }

    /// Other options for the balancer; what it remembers stays.
    pub(super) fn pick(&mut self, pick: Pick) {
        self.entrant.pick = pick;
    }

    /// Takes one step, the `step`-th. `random` is this racer's stream of this step. A step that would
    /// lead out of the finite numbers is not taken, but counted.
    pub fn step(&mut self, landscape: &dyn Landscape, training: &TrainingConfig, step: u32, random: &mut ChaCha8Rng) {
        let balancer = self.entrant.balancer;
        let gradients = landscape.gradients(&self.x);
        let gram = (balancer.needs(&self.entrant.pick) != Needs::Losses).then(|| &gradients * gradients.transpose());
        let before = self.lifted(self.losses);
        let seen = BalancerContext {
            pick: &self.entrant.pick,
            losses: &before,
            gram: gram.as_ref(),
            jacobian: Some(&gradients),
            layers: &[],
            vectors: &self.vectors,
        };
        let answer = balancer.answer(&seen, random);
        let mut x = self.x.clone();
        self.descent.step(&mut x, &direction(&answer, &gradients), training);
        let losses = landscape.losses(&x);
        if x.iter().chain(&losses).any(|number| !number.is_finite()) {
            self.skipped = self.skipped.saturating_add(1);
            return;
        }
        let after = self.lifted(losses);
        let remembered = balancer.remember(&seen, &answer, Some(&after));
        self.vectors.extend(remembered);
        (self.x, self.losses) = (x, losses);
        if self.arrived.is_none() && landscape.is_at_set(&self.x) {
            self.arrived = Some(step);
        }
    }

    fn lifted(&self, losses: Losses) -> Losses {
        [losses[0] - self.lift[0], losses[1] - self.lift[1]]
    }
}

/// The balancer's own direction, or the weighted sum of the gradients.
fn direction(answer: &Answer, gradients: &DMatrix<f64>) -> Vec<f64> {
    if let Some(direction) = &answer.direction {
        return direction.clone();
    }
    let weights = answer.weights.as_deref().filter(|weights| weights.len() == gradients.nrows());
    let weights = DVector::from_column_slice(weights.unwrap_or(&[0.0; 2]));
    gradients.tr_mul(&weights).as_slice().to_vec()
}

/// What a balancer is given in the vectors that it declares: the floor, and the preference as it reads it.
pub(super) fn given(balancer: &dyn Balancer, floor: Losses, preference: &Vectors) -> Vectors {
    let value = |key: &str| match key {
        "min_losses" | "ideal" => Some(floor.to_vec()),
        _ => preference.get(key).cloned(),
    };
    balancer.vectors().iter().filter_map(|spec| Some((spec.key, value(spec.key)?))).collect()
}
