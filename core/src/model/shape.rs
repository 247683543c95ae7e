//! The shape that all members of a population have in common.

use crate::config::{Config, LayerConfig, LossKind, Relation};
#[cfg(feature = "engine")]
use crate::kernel::loss::LossGroup;

/// Tasks with heads and losses of the same shape: they go through one matmul per layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The tasks, ascending.
    pub tasks: Vec<usize>,
    /// Their private hidden layers.
    pub head: Vec<LayerConfig>,
    /// Outputs per task: numbers, one logit, or a logit per class.
    pub outputs: usize,
    /// Their loss.
    pub loss: LossKind,
}

/// What a network is made of; members differ in values, not in this.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Number of inputs.
    pub inputs: usize,
    /// Number of tasks.
    pub tasks: usize,
    /// Shared layers.
    pub trunk: Vec<LayerConfig>,
    /// Tasks by equal heads, in the order of their first task.
    pub groups: Vec<Group>,
    /// By task: the number of the trunk that it reads where groups of tasks have trunks of their own,
    /// counted from 0 without gaps.
    pub trunks: Vec<usize>,
    /// What is declared of every two tasks, `[T][T]`, the same both ways.
    pub relations: Vec<Vec<Relation>>,
}

impl Shape {
    /// The shape of a lesson over `inputs` inputs.
    pub fn of(config: &Config, inputs: usize) -> Self {
        Self::of_tasks(config, inputs, &(0..config.tasks.len()).collect::<Vec<_>>())
    }

    /// The shape of a lesson with only some of its tasks; tasks keep their order and are numbered
    /// from 0.
    pub fn of_tasks(config: &Config, inputs: usize, tasks: &[usize]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (k, task) in tasks.iter().filter_map(|k| config.tasks.get(*k)).enumerate() {
            let head = &task.head;
            match groups
                .iter_mut()
                .find(|g| same_head(&g.head, head) && g.outputs == task.outputs && g.loss == task.loss)
            {
                Some(group) => group.tasks.push(k),
                None => {
                    groups.push(Group { tasks: vec![k], head: head.clone(), outputs: task.outputs, loss: task.loss })
                }
            }
        }
        let wanted = tasks.iter().map(|k| config.tasks.get(*k).map_or(0, |task| task.group)).collect::<Vec<_>>();
        let relations = |i: &usize| tasks.iter().map(|j| config.relation(*i, *j)).collect();
        Self {
            inputs,
            tasks: tasks.len(),
            trunk: config.trunk.clone(),
            groups,
            trunks: without_gaps(&wanted),
            relations: tasks.iter().map(relations).collect(),
        }
    }

    /// The groups as the losses' kernels want them.
    #[cfg(feature = "engine")]
    pub fn loss_groups(&self) -> Vec<LossGroup> {
        self.groups.iter().map(|group| LossGroup { loss: group.loss, tasks: group.tasks.len() }).collect()
    }

    /// Tasks in column order: group by group.
    pub fn columns(&self) -> Vec<usize> {
        self.groups.iter().flat_map(|group| group.tasks.clone()).collect()
    }

    /// Of every trunk layer: how many numbers it reads, and how many units it has.
    pub fn maps(&self) -> impl Iterator<Item = (usize, usize)> {
        let widths = || self.trunk.iter().map(|layer| layer.width);
        std::iter::once(self.inputs).chain(widths()).zip(widths())
    }

    /// Units of all trunk layers.
    pub fn units(&self) -> usize {
        self.trunk.iter().map(|layer| layer.width).sum()
    }

    /// What is declared of two tasks.
    pub fn relation(&self, a: usize, b: usize) -> Relation {
        self.relations.get(a).and_then(|row| row.get(b)).copied().unwrap_or_default()
    }

    /// Width of the representation that the heads read.
    pub fn representation(&self) -> usize {
        self.trunk.last().map_or(self.inputs, |layer| layer.width)
    }
}

/// Numbers from 0 in the order of their first appearance.
fn without_gaps(wanted: &[usize]) -> Vec<usize> {
    let mut known: Vec<usize> = Vec::new();
    let mut number = |group: &usize| {
        let found = known.iter().position(|other| other == group);
        found.unwrap_or_else(|| {
            known.push(*group);
            known.len() - 1
        })
    };
    wanted.iter().map(&mut number).collect()
}

/// Dropout differs per task without changing the shape: it comes as a mask.
fn same_head(a: &[LayerConfig], b: &[LayerConfig]) -> bool {
    let key = |layer: &LayerConfig| (layer.width, layer.activation, layer.norm);
    a.len() == b.len() && a.iter().map(key).eq(b.iter().map(key))
}
