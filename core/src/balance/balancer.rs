//! What a balancer is given of one member in one step, and what it answers: plain numbers on the host.

use super::device_weights::{DeviceWeights, Given};
use crate::config::{OptionSpec, Pick, PickEntry};
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::ops::Range;

/// What a balancer cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The losses alone.
    Losses,
    /// The Gram matrix of the task gradients at the shared parameters.
    Gram,
    /// The task gradients themselves.
    Jacobian,
}

/// The heading of the balancers that look for the point of the Pareto front which a preference names.
pub const BY_PREFERENCE: &str = "by a preference";

/// The setting of every task that is its weight, or the preference for it.
pub const WEIGHT: &str = "weight";

/// How much every task counts, for the balancers that allow it.
pub const PREFERENCE: VectorSpec = VectorSpec {
    key: "preference",
    help: "How much every task counts; while all stand at zero, every task has the same share, together one.",
    start: 0.0,
    remembered: false,
};

/// Which gradients a balancer's Gram matrix is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GramScope {
    /// Those at all shared parameters.
    Shared,
    /// Those at the last shared layer.
    LastLayer,
}

/// What a balancer is given of one member in one step. K tasks, P shared parameters.
#[derive(Clone, Copy, Debug)]
pub struct BalancerContext<'a> {
    /// The picked balancer with its options.
    pub pick: &'a Pick,
    /// The losses, K of them.
    pub losses: &'a [f64],
    /// `[K, K]`: the products of the task gradients.
    pub gram: Option<&'a DMatrix<f64>>,
    /// `[K, P]`: a task gradient a row.
    pub jacobian: Option<&'a DMatrix<f64>>,
    /// Which columns of the task gradients are of one layer; empty where that is not known.
    pub layers: &'a [Range<usize>],
    /// Numbers a task: settings, and what the balancer remembers.
    pub vectors: &'a Vectors,
}

impl BalancerContext<'_> {
    /// An option's value, within its limits.
    pub fn option(&self, spec: &OptionSpec) -> f64 {
        spec.clamp(self.pick.option(spec))
    }

    /// The word of an option that is one of several.
    pub fn word(&self, spec: &OptionSpec) -> String {
        spec.text(self.option(spec))
    }

    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.gram.or(self.jacobian).map_or(self.losses.len(), DMatrix::nrows)
    }

    /// A vector by its specification, one number a task: its start where it is missing or of
    /// another length.
    pub fn vector(&self, spec: &VectorSpec) -> Vec<f64> {
        let given = self.vectors.get(spec.key).filter(|values| values.len() == self.tasks());
        given.cloned().unwrap_or_else(|| vec![spec.start; self.tasks()])
    }
}

impl BalancerContext<'_> {
    /// What the balancer remembers by its specification; zeros at the first step, or where the numbers
    /// don't fit.
    pub fn memory(&self, spec: &MemorySpec) -> Vec<f64> {
        let size = spec.size.count(self.tasks(), self.jacobian.map_or(0, DMatrix::ncols), self.layers.len());
        let fits = |values: &&Vec<f64>| values.len() == size && values.iter().all(|value| value.is_finite());
        self.vectors.get(spec.key).filter(fits).cloned().unwrap_or_else(|| vec![0.0; size])
    }
}

/// Something that a balancer remembers and that is not one number a task; it begins at zero.
#[derive(Clone, Copy, Debug)]
pub struct MemorySpec {
    /// Key.
    pub key: &'static str,
    /// One plain sentence.
    pub help: &'static str,
    /// How many numbers.
    pub size: MemorySize,
}

/// How many numbers a balancer remembers. K tasks, P shared parameters, L shared layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemorySize {
    /// One, such as a count of steps.
    One,
    /// `K * K`, row by row.
    Pairs,
    /// `L * K * K`, layer by layer.
    LayerPairs,
    /// `K * P`, row by row: as large as the task gradients.
    Jacobian,
}

impl MemorySize {
    /// The number of numbers for so many tasks, shared parameters and shared layers.
    pub fn count(self, tasks: usize, parameters: usize, layers: usize) -> usize {
        match self {
            Self::One => 1,
            Self::Pairs => tasks * tasks,
            Self::LayerPairs => layers * tasks * tasks,
            Self::Jacobian => tasks * parameters,
        }
    }
}

/// Vectors by key.
pub type Vectors = BTreeMap<&'static str, Vec<f64>>;

/// A vector with a number a task.
#[derive(Clone, Copy, Debug)]
pub struct VectorSpec {
    /// Key.
    pub key: &'static str,
    /// One plain sentence.
    pub help: &'static str,
    /// What every number is at the first step.
    pub start: f64,
    /// Whether the balancer itself changes it from step to step.
    pub remembered: bool,
}

/// A balancer's answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What every task gradient is multiplied by; `None` where the direction is no combination with
    /// one weight a task.
    pub weights: Option<Vec<f64>>,
    /// The combined gradient, where it is not the weighted sum.
    pub direction: Option<Vec<f64>>,
    /// What the balancer remembers after the step, where it knows that with the answer.
    pub memory: Vectors,
}

impl Answer {
    /// The weighted sum of the task gradients.
    pub fn weights(weights: Vec<f64>) -> Self {
        Self { weights: Some(weights), ..Self::default() }
    }

    /// A direction of its own.
    pub fn direction(direction: Vec<f64>) -> Self {
        Self { direction: Some(direction), ..Self::default() }
    }
}

/// A balancer that turns losses or task gradients into task weights or a direction.
///
/// No input may make it panic or answer with anything but finite numbers: zero, duplicate,
/// dependent and stationary gradients give a zero direction or a stated fall-back.
pub trait Balancer: Sync {
    /// Key, label, help and options.
    fn entry(&self) -> PickEntry;

    /// What it cannot do without under these options.
    fn needs(&self, pick: &Pick) -> Needs;

    /// Which gradients it looks at.
    fn gram_scope(&self) -> GramScope {
        GramScope::Shared
    }

    /// Whether, as published, the task weights count for the heads too; else every head takes its
    /// own task's gradient as it is.
    fn weighs_heads(&self, pick: &Pick) -> bool {
        self.needs(pick) == Needs::Losses
    }

    /// Whether it learns from the losses of the same batch after the update.
    fn uses_losses_after(&self) -> bool {
        false
    }

    /// What the published code shortens the combined gradient of the shared layers to, where the answer
    /// itself doesn't do so: for a balancer that is never given the gradients.
    fn max_norm(&self, _pick: &Pick) -> Option<f64> {
        None
    }

    /// Whether it answers with one weight a task.
    fn has_weights(&self, _pick: &Pick) -> bool {
        true
    }

    /// The balancer as weights that an engine can apply on its device, where it has that form: no step has
    /// to wait for the losses then.
    fn device_weights(&self, _given: &Given) -> Option<DeviceWeights> {
        None
    }

    /// Vectors that it reads or remembers.
    fn vectors(&self) -> &'static [VectorSpec] {
        &[]
    }

    /// A preference as the balancer reads it. The preference has K parts of zero or more: the larger a
    /// task's part, the lower its loss at the point that is looked for. A balancer with a vector of another
    /// meaning, such as a ratio of losses, is given that ([`preference::ratio`]).
    fn encode_preference(&self, preference: &[f64]) -> Vectors {
        Vectors::from([(PREFERENCE.key, preference.to_vec())])
    }

    /// What it remembers apart from numbers a task.
    fn memories(&self) -> &'static [MemorySpec] {
        &[]
    }

    /// Whether the answer depends on the losses under these options.
    fn reads_losses(&self, pick: &Pick) -> bool {
        self.needs(pick) == Needs::Losses
    }

    /// Options that the tool starts from, and under which the tests' golden values hold, where they are
    /// other than the defaults that training starts from.
    fn reference(&self) -> &'static [(&'static str, f64)] {
        &[]
    }

    /// The function of the task losses that the balancer minimises, where it has one.
    fn objective(&self, _seen: &BalancerContext) -> Option<f64> {
        None
    }

    /// The answer for one step; `random` is the member's own stream.
    fn answer(&self, seen: &BalancerContext, random: &mut ChaCha8Rng) -> Answer;

    /// The remembered vectors after the step; `after` are the losses of the same batch after the
    /// update where they were measured.
    fn remember(&self, _seen: &BalancerContext, answer: &Answer, _after: Option<&[f64]>) -> Vectors {
        answer.memory.clone()
    }
}
