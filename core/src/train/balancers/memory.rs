//! What the balancers remember from step to step: a state of training like the parameters.

use super::Balancers;
use crate::balance::balancer::{Balancer, MemorySize, Vectors};
use crate::balance::numbers::INITIAL_LOSSES;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// What the balancers of all members on the host remember, in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    of: Vec<Own>,
}

/// What one member remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Own {
    /// Key of the balancer that it is the memory of.
    method: String,
    /// Place in the population.
    member: usize,
    /// The balancer's numbers, all tasks in order.
    numbers: BTreeMap<String, Vec<f64>>,
    /// The weights that were last applied; empty before the first answer and under a balancer without.
    pub weights: Vec<f64>,
    /// Whether the last answer had a direction of its own.
    pub directed: bool,
    /// That direction before its length was set, where the lesson smooths answers; else empty.
    pub direction: Vec<f64>,
    /// What they were multiplied by for the length of the step.
    pub factor: f64,
}

impl Memory {
    /// The memory fit for some balancers: a member with another balancer than before begins anew.
    pub fn adapted(mut self, balancers: &Balancers) -> Self {
        let fresh = |method: &str, member: usize| Own { method: method.into(), member, ..Own::default() };
        let of = balancers.on_host.iter().map(|host| {
            let same = self.of.iter_mut().find(|own| own.member == host.member && own.method == host.pick.method);
            same.map_or_else(|| fresh(&host.pick.method, host.member), std::mem::take)
        });
        Self { of: of.collect() }
    }

    /// Whether a member on the host has weights to go on with. A direction holds for one step, also one that
    /// comes with the weights it was made by.
    pub(super) fn holds_weights(&self, index: usize) -> bool {
        self.of.get(index).is_some_and(|own| !own.weights.is_empty() && !own.directed)
    }

    /// The weights that the last step of a member on the host was taken with, empty where there are none,
    /// and their common factor.
    pub(super) fn held(&self, index: usize) -> (&[f64], f64) {
        self.of.get(index).map_or((&[], 1.0), |own| (&own.weights, own.factor))
    }

    /// The weights of the member at this place in the population, `None` where its balancer doesn't run on
    /// the host.
    pub fn of_member(&self, member: usize) -> Option<&[f64]> {
        self.of.iter().find(|own| own.member == member).map(|own| own.weights.as_slice())
    }

    /// Gives balancers that compare with the losses at the start those of a member, `[T]` in task order: of all
    /// training rows, since a first batch is noisy. A balancer that has run before keeps what it has.
    pub fn begin(&mut self, balancers: &Balancers, losses: impl Fn(usize) -> Vec<f64>) {
        let key = INITIAL_LOSSES.key;
        for (host, own) in balancers.on_host.iter().zip(&mut self.of) {
            let losses = losses(host.member);
            let compares = host.balancer.vectors().iter().any(|spec| spec.key == key);
            if compares && !own.numbers.contains_key(key) && losses.iter().all(|loss| loss.is_finite()) {
                own.numbers.insert(key.into(), losses);
            }
        }
    }

    /// How many numbers it has.
    pub fn numbers(&self) -> usize {
        let own = |own: &Own| {
            // Twice as long as those that are counted.
            let numbers: usize = own.numbers.values().map(Vec::len).sum();
            2 * (numbers + own.weights.len() + own.direction.len())
        };
        self.of.iter().map(own).sum()
    }

    pub(super) fn own(&mut self, index: usize) -> Option<&mut Own> {
        self.of.get_mut(index)
    }
}

/// How many numbers of what there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub tasks: usize,
    pub parameters: usize,
    pub layers: usize,
}

impl Own {
    /// What the balancer remembers of the tasks that are present.
    pub fn recall(&self, balancer: &dyn Balancer, present: &[usize], sizes: Sizes) -> Vectors {
        let mut vectors = Vectors::new();
        let mut take = |key: &'static str, places: Vec<Range<usize>>| {
            if let Some(numbers) = self.numbers.get(key) {
                let part = places.into_iter().flat_map(|place| numbers.get(place).unwrap_or_default());
                vectors.insert(key, part.copied().collect());
            }
        };
        for spec in balancer.vectors().iter().filter(|spec| spec.remembered) {
            take(spec.key, present.iter().map(|task| *task..task + 1).collect());
        }
        for spec in balancer.memories() {
            take(spec.key, places(spec.size, present, sizes));
        }
        vectors
    }

    /// Takes in what the balancer remembers after a step of the tasks that were present.
    pub fn retain(&mut self, balancer: &dyn Balancer, remembered: &Vectors, present: &[usize], sizes: Sizes) {
        let mut put = |key: &str, size: usize, start: f64, places: Vec<Range<usize>>| {
            let Some(part) = remembered.get(key) else { return };
            let numbers = self.numbers.entry(key.into()).or_default();
            if numbers.len() != size {
                *numbers = vec![start; size];
            }
            let mut part = part.iter();
            for place in places {
                let into = numbers.get_mut(place).unwrap_or_default();
                into.iter_mut().zip(part.by_ref()).for_each(|(number, new)| *number = *new);
            }
        };
        for spec in balancer.vectors().iter().filter(|spec| spec.remembered) {
            put(spec.key, sizes.tasks, spec.start, present.iter().map(|task| *task..task + 1).collect());
        }
        for spec in balancer.memories() {
            let size = spec.size.count(sizes.tasks, sizes.parameters, sizes.layers);
            put(spec.key, size, 0.0, places(spec.size, present, sizes));
        }
    }
}

/// Where the numbers of the tasks that are present stand among those of all tasks.
fn places(size: MemorySize, present: &[usize], sizes: Sizes) -> Vec<Range<usize>> {
    let Sizes { tasks, parameters, layers } = sizes;
    let pairs = |base: usize| {
        present.iter().flat_map(move |i| present.iter().map(move |j| base + i * tasks + j)).map(|at| at..at + 1)
    };
    match size {
        MemorySize::One => std::iter::once(0..1).collect(),
        MemorySize::Pairs => pairs(0).collect(),
        MemorySize::LayerPairs => (0..layers).flat_map(|layer| pairs(layer * tasks * tasks)).collect(),
        MemorySize::Jacobian => present.iter().map(|task| task * parameters..(task + 1) * parameters).collect(),
    }
}
