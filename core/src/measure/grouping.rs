//! Which tasks should be trained together: groups that make the most of measured affinities.
//!
//! Task affinity grouping (TAG) of Fifty et al., *Efficiently Identifying Task Groupings for
//! Multi-Task Learning*, NeurIPS 2021. The same selection over the cosines of the tasks' gradients is
//! its usual rival.

use super::conflict::cosine;
use super::gram::side;
use super::real::{Real, finite, mean};
use super::transfer::NEARLY_ZERO;
use crate::config::MAX_TASKS;

/// By how much a look-ahead step of one task lowers a task's loss, as a share of it:
/// `Z = 1 - L(theta') / L(theta)`. Above zero the step helped.
///
/// `None` where there was nearly no loss to lower, and where a loss is not finite.
///
/// ```
/// let helped = mtl_core::measure::grouping::gain_ahead(1.0, 0.8);
/// assert!((helped.unwrap() - 0.2).abs() < 1e-12);
/// ```
pub fn gain_ahead(loss: f64, ahead: f64) -> Option<f64> {
    finite(1.0 - ahead / loss).filter(|_| loss >= NEARLY_ZERO && loss.is_finite())
}

/// The affinities at one step of training: in row j and column i what a step on task i alone does
/// for task j, `Z_{i->j} = 1 - L_j(theta^(i)) / L_j(theta)`.
///
/// # Shapes
///
/// `losses[j]` is the loss of task j before, `look_ahead[i][j]` after the step of task i. The answer
/// is `[T][T]`, a row for each task that receives; an entry is `None` as for [`gain_ahead`], and
/// where a look-ahead is missing.
pub fn affinity(losses: &[f64], look_ahead: &[Vec<f64>]) -> Vec<Vec<Option<f64>>> {
    let entry = |i: usize, j: usize| gain_ahead(*losses.get(j)?, *look_ahead.get(i)?.get(j)?);
    (0..losses.len()).map(|j| (0..losses.len()).map(|i| entry(i, j)).collect()).collect()
}

/// What every task has from every other, for the choice of groups.
///
/// Row = the task that receives, column = its partner. The diagonal, what a task has from itself,
/// is kept and never counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Affinities(Vec<Vec<f64>>);

impl Affinities {
    /// The affinities of these rows, `[T][T]`. `None` where the rows are no square, where there are
    /// no tasks or more than a lesson has, and where what a task has from another is not finite.
    pub fn new(rows: Vec<Vec<f64>>) -> Option<Self> {
        let tasks = rows.len();
        let known = |(j, row): (usize, &Vec<f64>)| {
            row.len() == tasks && row.iter().enumerate().all(|(i, entry)| i == j || entry.is_finite())
        };
        let sound = (1..=MAX_TASKS).contains(&tasks) && rows.iter().enumerate().all(known);
        sound.then_some(Self(rows))
    }

    /// The mean of what [`affinity`] found at several steps; entries that are `None` don't count.
    /// `None` where no step knows an entry, and as for [`Affinities::new`].
    pub fn over_steps(steps: &[Vec<Vec<Option<f64>>>]) -> Option<Self> {
        let tasks = steps.first()?.len();
        let at = |j: usize, i: usize| steps.iter().filter_map(move |step| *step.get(j)?.get(i)?);
        let entry = |j: usize, i: usize| mean(at(j, i)).unwrap_or(f64::NAN);
        Self::new((0..tasks).map(|j| (0..tasks).map(|i| entry(j, i)).collect()).collect())
    }

    /// The cosines of the tasks' gradients over several steps, each a Gram matrix `[T, T]` row by
    /// row: the affinities of the rival, the same in both directions. `None` as for
    /// [`Affinities::over_steps`].
    pub fn of_cosines<'a, T: Real + 'a>(grams: impl IntoIterator<Item = &'a [T]>) -> Option<Self> {
        let cosines = |gram: &[T]| {
            let tasks = side(gram).unwrap_or(0);
            (0..tasks).map(|j| (0..tasks).map(|i| cosine(gram, i, j)).collect()).collect()
        };
        Self::over_steps(&grams.into_iter().map(cosines).collect::<Vec<_>>())
    }

    /// Number of tasks, T.
    pub fn tasks(&self) -> usize {
        self.0.len()
    }

    /// What a task has from a partner, or from itself.
    pub fn of(&self, receiver: usize, partner: usize) -> Option<f64> {
        self.0.get(receiver)?.get(partner).copied()
    }

    /// A task's score in a group: the mean of what it has from its partners there.
    fn score(&self, task: usize, group: Set, alone: Alone) -> f64 {
        let partners = members(group).filter(|partner| *partner != task);
        mean(partners.filter_map(|partner| self.of(task, partner))).unwrap_or(alone.score())
    }
}

/// Whether a task may stand in more than one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// It may, as published: each task is served by the best of its groups, and only helps in the
    /// others.
    Allowed,
    /// Every task stands in exactly one group.
    Partition,
}

/// What a group of one task counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// So little that it is chosen only where nothing else is left: -1e6 in the published selection.
    Avoided,
    /// 0: a task without a partner gains nothing and loses nothing. Then a task that others only harm is
    /// left alone.
    Neutral,
}

impl Alone {
    fn score(self) -> f64 {
        match self {
            Self::Avoided => -1e6,
            Self::Neutral => 0.0,
        }
    }
}

/// Tasks in groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// The groups, each with its tasks in ascending order; in the order of the first task that each
    /// of them serves.
    pub groups: Vec<Vec<usize>>,
    /// Per task: the group that serves it.
    pub served: Vec<usize>,
    /// The mean over tasks of their scores in the groups that serve them.
    pub score: f64,
}

/// Tasks as bits.
type Set = u32;

fn members(set: Set) -> impl Iterator<Item = usize> {
    (0..MAX_TASKS).filter(move |task| set >> task & 1 == 1)
}

/// The best way to cover all tasks with at most `budget` groups: the mean over tasks of
/// `score(j, S) = mean_{i in S, i != j} Z_{i->j}`, S being the group that serves task j, is as high as
/// it can be. `None` without a group.
///
/// Every choice is looked at. The tasks that a group serves are a block of a partition of all tasks,
/// and with the partition given, each block can choose its group (any that contains it) for itself:
/// at most 203 partitions of six tasks and 63 groups. Of equally good ones the one with fewer and
/// smaller groups is taken.
pub fn best(affinities: &Affinities, budget: usize, overlap: Overlap, alone: Alone) -> Option<Grouping> {
    let tasks = affinities.tasks();
    let mut groups: Vec<Set> = (1..1 << tasks).collect();
    groups.sort_by_key(|group| group.count_ones());
    let serve = |block: Set| {
        let total = |group: Set| members(block).map(|task| affinities.score(task, group, alone)).sum::<f64>();
        let fits = |group: &&Set| match overlap {
            Overlap::Allowed => **group & block == block,
            Overlap::Partition => **group == block,
        };
        first_best(groups.iter().filter(fits).map(|group| (*group, total(*group))))
    };
    let choices = partitions(tasks, budget).into_iter().filter_map(|blocks| {
        let chosen: Vec<(Set, f64)> = blocks.iter().map(|block| serve(*block)).collect::<Option<_>>()?;
        let score = chosen.iter().map(|(_, total)| total).sum::<f64>() / tasks as f64;
        Some((blocks.into_iter().zip(chosen.into_iter().map(|(group, _)| group)).collect(), score))
    });
    first_best(choices).map(|(chosen, score)| grouping(tasks, chosen, score))
}

/// The first of the largest.
fn first_best<T>(scored: impl Iterator<Item = (T, f64)>) -> Option<(T, f64)> {
    scored.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// Every partition of the tasks into at most that many blocks, those with fewer blocks first.
fn partitions(tasks: usize, most: usize) -> Vec<Vec<Set>> {
    let mut found: Vec<Vec<Set>> = vec![Vec::new()];
    for task in 0..tasks {
        let bit = 1 << task;
        let grown = |blocks: Vec<Set>| {
            let joined = (0..blocks.len()).map({
                let blocks = blocks.clone();
                move |at| {
                    blocks.iter().enumerate().map(|(k, block)| if k == at { block | bit } else { *block }).collect()
                }
            });
            let opened = (blocks.len() < most).then(|| blocks.iter().copied().chain([bit]).collect());
            joined.chain(opened).collect::<Vec<_>>()
        };
        found = found.into_iter().flat_map(grown).collect();
    }
    found.sort_by_key(Vec::len);
    found
}

/// From blocks and the groups that serve them; two blocks may have chosen the same one.
fn grouping(tasks: usize, chosen: Vec<(Set, Set)>, score: f64) -> Grouping {
    let (mut groups, mut served): (Vec<Set>, _) = (Vec::new(), vec![0; tasks]);
    for (block, group) in chosen {
        let at = groups.iter().position(|known| *known == group).unwrap_or_else(|| {
            groups.push(group);
            groups.len() - 1
        });
        members(block).filter_map(|task| served.get_mut(task).map(|slot: &mut usize| *slot = at)).for_each(drop);
    }
    Grouping { groups: groups.into_iter().map(|group| members(group).collect()).collect(), served, score }
}
