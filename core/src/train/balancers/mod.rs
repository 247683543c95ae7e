//! The members' balancers on the host.
//!
//! A balancer that has device weights is applied on the device ([`super::task_weights`]). The others run
//! here, a member at a time, in f64: with its losses before the backward pass, or after it with the
//! products of its task gradients, or with the gradients themselves. The results are weights for the
//! shared layers, weights for the heads, and for some balancers a direction of their own.

mod memory;
mod question;

pub use memory::Memory;
pub use question::{AppliedWeights, BalancerInput, DeferredUpdate};

use super::plan::{Member, Plan, Role};
use crate::balance;
use crate::balance::balancer::{Balancer, GramScope, Needs, Vectors};
use crate::balance::device_weights::{DeviceWeights, Given};
use crate::config::{Heads, Norm, Pick, SharingConfig};
use crate::lesson::Lesson;
use crate::model::Layout;
use std::ops::Range;

/// When in a step a balancer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Between the forward and the backward pass.
    Losses,
    /// After the backward pass, with every task's gradient.
    Gradients,
}

/// A member with a balancer that runs on the host.
pub struct HostBalancer {
    /// Its place in the population.
    pub member: usize,
    /// When the balancer runs.
    pub stage: Stage,
    balancer: &'static dyn Balancer,
    pick: Pick,
    needs: Needs,
    /// Whether its weights count in the heads.
    heads: bool,
    /// What its balancer's weights are multiplied by.
    times: f64,
    /// Its own random stream.
    stream: u64,
    /// Its preference, in parts of one.
    preference: Vec<f64>,
    /// What else the lesson says, a number a task.
    settings: Vectors,
}

/// Every member's balancer.
pub struct Balancers {
    /// Those that run on the host, in the order of the members.
    pub on_host: Vec<HostBalancer>,
    /// Per member: the device weights that the device applies instead.
    pub device_weights: Vec<Option<DeviceWeights>>,
    sharing: SharingConfig,
    seed: u32,
    tasks: usize,
    shared: usize,
    layers: Vec<Range<usize>>,
    last_layer: Range<usize>,
}

impl Balancers {
    /// Those of a lesson.
    pub fn of(lesson: &Lesson, plan: &Plan, layout: &Layout) -> Self {
        let mut all = Self {
            on_host: Vec::new(),
            device_weights: Vec::new(),
            // Where nothing is shared, no combined gradient has a length.
            sharing: match layout.shared {
                0 => SharingConfig { norm: Norm::Own, ..lesson.sharing },
                _ => lesson.sharing,
            },
            seed: lesson.seed,
            tasks: plan.tasks,
            shared: layout.shared,
            layers: layout.shared_layers(),
            last_layer: layout.last_shared_layer(),
        };
        for (m, member) in plan.members.iter().enumerate() {
            let weights = match member.role {
                Role::Baseline(own) => Some(only(plan.tasks, &[own])),
                Role::Pair(i, j) => Some(only(plan.tasks, &[i, j])),
                Role::Composed | Role::Matched => all.add(m, member, &lesson.balancer, lesson, &manual(lesson)),
                Role::Fan(point) => {
                    let preference: Vec<f64> =
                        plan.fan.get(point).into_iter().flatten().map(|p| f64::from(*p)).collect();
                    all.add(m, member, &lesson.preference, lesson, &preference)
                }
            };
            all.device_weights.push(weights);
        }
        all
    }

    /// The device weights of a member's balancer, or `None` once it is on the list of those on the host.
    fn add(
        &mut self,
        m: usize,
        member: &Member,
        pick: &Pick,
        lesson: &Lesson,
        preference: &[f64],
    ) -> Option<DeviceWeights> {
        let balancer = balance::of(pick);
        let published = balancer.weighs_heads(pick);
        let heads = match self.sharing.heads {
            Heads::Published => published,
            Heads::Weighed => true,
            Heads::Plain => false,
        };
        let needs = balancer.needs(pick);
        if needs != Needs::Losses && self.shared == 0 {
            return Some(DeviceWeights::fixed(vec![1.0; self.tasks]));
        }
        // With one backward pass a weight counts in trunk and head alike, and nothing says how long
        // the combined gradient is.
        let by_losses = needs == Needs::Losses && heads && self.sharing.norm == Norm::Own;
        let kinds: Vec<_> = lesson.tasks.iter().map(|task| task.loss).collect();
        let given = Given { kinds: &kinds, manual: preference, options: pick };
        let plain = self.sharing.refresh == 1 && self.sharing.smoothing == 0.0;
        let weights = balancer.device_weights(&given);
        // Where a fan member's weights are its preference they sum to the number of tasks, like the
        // composed model's, whether host or device applies them.
        let times = match member.role {
            Role::Fan(_) if weights.is_some() => self.tasks as f64,
            _ => 1.0,
        };
        if let Some(weights) = weights.filter(|c| by_losses && (plain || c.learned.is_none())) {
            return Some(weights.times(times));
        }
        let role = match member.role {
            Role::Fan(point) => 1 + point as u64,
            _ => 0,
        };
        let regression = kinds.iter().map(|kind| f64::from(u8::from(kind.is_regression()))).collect();
        self.on_host.push(HostBalancer {
            member: m,
            stage: if by_losses { Stage::Losses } else { Stage::Gradients },
            balancer,
            pick: pick.clone(),
            needs,
            heads,
            times,
            stream: role << 32 | member.seed,
            preference: shares(preference),
            settings: Vectors::from([("regression", regression)]),
        });
        None
    }

    /// Of how many of the first members the task gradients are taken in every step; without a tape they have a row for
    /// every task.
    pub fn replicated(&self) -> usize {
        let last = self.on_host.iter().rfind(|host| host.stage == Stage::Gradients);
        last.map_or(0, |host| host.member + 1)
    }

    /// The members with a balancer that runs at a stage of a step.
    pub fn due<'a>(
        &'a self,
        stage: Stage,
        step: u32,
        memory: &'a Memory,
    ) -> impl Iterator<Item = (usize, &'a HostBalancer)> {
        let every = self.sharing.refresh.max(1) as u32;
        let due = move |i: usize| step.is_multiple_of(every) || !memory.holds_weights(i);
        self.on_host.iter().enumerate().filter(move |(i, host)| host.stage == stage && due(*i))
    }

    /// What is read apart from the losses: the ranges of columns over which a Gram matrix is needed, and
    /// whether the gradients themselves are.
    pub fn required_reads<'a>(&self, due: impl Iterator<Item = &'a HostBalancer>) -> RequiredReads {
        let mut reads = RequiredReads::default();
        for host in due {
            let range = self.range(host);
            // The length of the step is that of the shared layers' gradient.
            let whole = (self.sharing.norm != Norm::Own).then_some(0..self.shared);
            for range in whole.into_iter().chain((host.needs == Needs::Gram).then_some(range)) {
                if !reads.grams.contains(&range) {
                    reads.grams.push(range);
                }
            }
            reads.jacobian |= host.needs == Needs::Jacobian;
        }
        reads
    }

    /// The columns that a member's balancer looks at.
    pub fn range(&self, host: &HostBalancer) -> Range<usize> {
        match host.balancer.gram_scope() {
            GramScope::Shared => 0..self.shared,
            GramScope::LastLayer => self.last_layer.clone(),
        }
    }
}

/// What has to be read of the task gradients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RequiredReads {
    /// Ranges of columns, each for a Gram matrix a member.
    pub grams: Vec<Range<usize>>,
    /// Whether the gradients themselves are read.
    pub jacobian: bool,
}

/// One for these tasks, nothing for the others.
fn only(tasks: usize, own: &[usize]) -> DeviceWeights {
    DeviceWeights::fixed((0..tasks).map(|task| f64::from(u8::from(own.contains(&task)))).collect())
}

fn manual(lesson: &Lesson) -> Vec<f64> {
    lesson.tasks.iter().map(|task| task.weight).collect()
}

/// Parts of one; zeros where there is nothing to share, which balancers read as no preference.
fn shares(preference: &[f64]) -> Vec<f64> {
    let sum: f64 = preference.iter().sum();
    preference.iter().map(|part| if sum > 0.0 { part / sum } else { 0.0 }).collect()
}
