//! What trains: the members of a population and the rows of its tensors.

use super::baseline;
use crate::balance::{self, balancer::Needs};
use crate::config::{Pick, Varies};
use crate::data::draws::affordable;
use crate::lesson::Lesson;
use crate::math::pareto;
use crate::model::{Network, Shape, shared_bottom};
use std::ops::Range;

/// What a member is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The model that the lesson composes, under its balancer.
    Composed,
    /// The baseline's network under a one-hot task weight: it learns this task alone.
    Baseline(usize),
    /// A fixed preference: this point of the fan.
    Fan(usize),
    /// A shared bottom with about as many parameters as the composed model, under its balancer.
    Matched,
    /// The same network under weight 1 on these two tasks, the first before the second in the
    /// lesson, and 0 on all others.
    Pair(usize, usize),
}

/// One model of the population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is there for.
    pub role: Role,
    /// Its model seed: initial values, batches and dropout, and the draw of the data where there are several.
    pub seed: u64,
}

/// The members of a population, in the order of its leading axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Composed models first, then the fan, then baselines: members with a balancer that may look at task
    /// gradients stand before those without. Then come the pairs of tasks, and last those of other
    /// networks than the composed model's, population after population.
    pub members: Vec<Member>,
    /// Of how many of the first members the task gradients are taken where a step is recorded: without a tape they
    /// are replicated, one row per task, and the gradient at the replicated leaf is the Jacobian. A balancer that
    /// looks at gradients has those of its members taken in every step.
    pub replicated: usize,
    /// Paired seeds.
    pub seeds: usize,
    /// Preference vectors of the fan, each summing to 1.
    pub fan: Vec<Vec<f32>>,
    /// Whether there are baselines.
    pub baselines: bool,
    /// Number of tasks.
    pub tasks: usize,
    /// What the memory budget left out, in one sentence.
    pub reduced: Option<String>,
}

/// Bytes that a population may take.
pub const MEMORY_BUDGET: usize = 256 << 20;

impl Plan {
    /// The population of a lesson, within the memory budget: the pairs of tasks
    /// lose seeds first, then the fan shrinks, then all lose seeds.
    pub fn of(lesson: &Lesson, shape: &Shape, network: &dyn Network) -> Self {
        let tasks = shape.tasks;
        // One task has nothing to share: no baseline to differ from, no trade-off.
        let alone = tasks < 2;
        let baselines = lesson.population.baselines && !alone;
        let plain = shared_bottom::is_plain(&lesson.architecture);
        let matched = lesson.population.matched && !plain;
        // As many points as the fan can have: a lattice has not any number of them.
        let wanted = (pareto::fan(tasks, lesson.population.fan).len(), lesson.population.seeds);
        let (mut fan, mut seeds) = wanted;
        if lesson.population.varies == Varies::Data {
            seeds = seeds.min(affordable(lesson, shape.inputs));
        }
        // A pair's gain is over the baselines.
        let pairs = if baselines && lesson.population.pairs { pairs(tasks) } else { Vec::new() };
        let mut pair_seeds = if pairs.is_empty() { 0 } else { seeds };
        let gradients = |pick: &Pick| balance::of(pick).needs(pick) != Needs::Losses;
        let per_member = member_bytes(lesson, network);
        let bytes = |fan: usize, seeds: usize, pair_seeds: usize| {
            // A row for each task where task gradients are looked at in every step.
            let rows = |by_gradients: bool| if by_gradients { tasks } else { 1 };
            let composed = rows(gradients(&lesson.balancer)) * if matched { 2 } else { 1 };
            let composed = composed + if baselines { tasks } else { 0 };
            let fan = fan * rows(gradients(&lesson.preference));
            let members = seeds * composed + fan + tasks + pair_seeds * pairs.len();
            members.saturating_mul(per_member)
        };
        while bytes(fan, seeds, pair_seeds) > MEMORY_BUDGET && (pair_seeds > 0 || fan > 0 || seeds > 1) {
            match (pair_seeds, fan) {
                (0, 0) => seeds -= 1,
                (0, _) => fan -= 1,
                _ => pair_seeds -= 1,
            }
        }
        let fan = pareto::fan(tasks, fan);
        let pairs_reduced = !pairs.is_empty() && pair_seeds < wanted.1;
        let reduced = (seeds < wanted.1 || fan.len() < wanted.0 || pairs_reduced).then(|| {
            let rest = if pairs.is_empty() {
                String::new()
            } else {
                format!(" Pairs of tasks train on {pair_seeds} of {} seeds.", wanted.1)
            };
            format!(
                "To stay within {} MB, {} of {} points of the fan and {seeds} of {} seeds train.{rest}",
                MEMORY_BUDGET >> 20,
                fan.len(),
                wanted.0,
                wanted.1
            )
        });
        let mut members: Vec<Member> = (0..seeds as u64).map(|seed| Member { role: Role::Composed, seed }).collect();
        members.extend((0..fan.len()).map(|point| Member { role: Role::Fan(point), seed: 0 }));
        let singles = (0..seeds as u64).filter(|_| baselines);
        let singles = singles.flat_map(|seed| (0..tasks).map(move |task| Member { role: Role::Baseline(task), seed }));
        let pairs = (0..pair_seeds as u64)
            .flat_map(|seed| pairs.iter().map(move |(i, j)| Member { role: Role::Pair(*i, *j), seed }));
        if baseline::is_own_network(lesson, shape.inputs) {
            members.extend(singles);
            members.extend(pairs);
        } else {
            members.extend(pairs);
            members.extend(singles);
        }
        if matched {
            members.extend((0..seeds as u64).map(|seed| Member { role: Role::Matched, seed }));
        }
        Self { members, replicated: usize::from(!alone), seeds, fan, baselines, tasks, reduced }
    }

    /// One composed model and nothing else: for measuring what it costs.
    pub fn single(tasks: usize) -> Self {
        let members = vec![Member { role: Role::Composed, seed: 0 }];
        Self { members, replicated: 0, seeds: 1, fan: Vec::new(), baselines: false, tasks, reduced: None }
    }

    /// The members of some roles: a population of its own.
    pub fn part(&self, keeps: impl Fn(Role) -> bool) -> Self {
        let kept = |members: &[Member]| members.iter().filter(|member| keeps(member.role)).copied().collect::<Vec<_>>();
        let replicated = kept(self.members.get(..self.replicated).unwrap_or_default()).len();
        Self { members: kept(&self.members), replicated, ..self.clone() }
    }

    /// One of these members alone: the population that its lockstep training must equal.
    pub fn only(&self, member: usize) -> Self {
        let members: Vec<Member> = self.members.get(member).copied().into_iter().collect();
        Self { members, replicated: usize::from(member < self.replicated), seeds: 1, baselines: false, ..self.clone() }
    }

    /// Where the baseline of a task on a paired seed stands.
    pub fn baseline(&self, seed: usize, task: usize) -> Option<usize> {
        self.place(Role::Baseline(task), seed)
    }

    /// Where the shared bottom of equal size on a paired seed stands.
    pub fn matched(&self, seed: usize) -> Option<usize> {
        self.place(Role::Matched, seed)
    }

    fn place(&self, role: Role, seed: usize) -> Option<usize> {
        let wanted = Member { role, seed: seed as u64 };
        self.members.iter().position(|member| *member == wanted)
    }

    /// Where the model of two tasks on a paired seed stands; the order of the two makes no difference.
    pub fn pair(&self, seed: usize, i: usize, j: usize) -> Option<usize> {
        self.place(Role::Pair(i.min(j), i.max(j)), seed)
    }

    /// The paired seeds on which every two tasks are trained together; 0 without such models.
    pub fn pair_seeds(&self) -> usize {
        self.members.iter().filter(|member| member.role == Role::Pair(0, 1)).count()
    }

    /// Whether a member of this role learns a task at all.
    pub fn learns(&self, role: Role, task: usize) -> bool {
        match role {
            Role::Composed | Role::Matched => true,
            Role::Baseline(own) => own == task,
            Role::Pair(i, j) => i == task || j == task,
            Role::Fan(point) => {
                self.fan.get(point).and_then(|preference| preference.get(task)).is_some_and(|part| *part > 0.0)
            }
        }
    }

    /// Where the fan stands.
    pub fn fan_range(&self) -> Range<usize> {
        self.range(|role| matches!(role, Role::Fan(_)))
    }

    /// Where the members of a role stand, which stand together.
    pub fn range(&self, is: impl Fn(Role) -> bool) -> Range<usize> {
        let start = self.members.iter().position(|member| is(member.role)).unwrap_or(self.members.len());
        start..start + self.members.iter().filter(|member| is(member.role)).count()
    }
}

/// Every two tasks.
fn pairs(tasks: usize) -> Vec<(usize, usize)> {
    (0..tasks).flat_map(|i| (i + 1..tasks).map(move |j| (i, j))).collect()
}

/// What a member takes: parameters, optimiser state, gradients and leaves, and the activations of
/// a batch with their gradients. Generous: with a full batch on the host a member takes about a quarter of
/// it, of learning to branch three tenths, of a tensor factorisation six tenths.
pub fn member_bytes(lesson: &Lesson, network: &dyn Network) -> usize {
    let rows = match lesson.training.batch {
        0 => lesson.data.train_rows,
        batch => batch,
    };
    const COPIES_OF_PARAMETERS: usize = 9;
    const COPIES_OF_ACTIVATIONS: usize = 6;
    4 * (COPIES_OF_PARAMETERS * network.layout().len + COPIES_OF_ACTIVATIONS * network.activation_count(rows))
}
