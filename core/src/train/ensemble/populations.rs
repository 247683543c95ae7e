//! The populations of a lesson: one a shape of network, all on the same batches in the same order.
//!
//! Baselines like the composed network train in lockstep with it; others, and the shared bottom of equal size that an
//! architecture is held against, are populations of their own. See [`baseline`] for which they are.

use crate::lesson::Lesson;
use crate::train::baseline;
use crate::train::plan::{Plan, Role};

/// The lessons and plans that train a plan; the composed model's is the first.
pub(super) fn of(lesson: &Lesson, full_plan: &Plan, inputs: usize) -> Vec<(Lesson, Plan)> {
    let baselines = |role: Role| matches!(role, Role::Baseline(_));
    let lockstep = baseline::is_own_network(lesson, inputs);
    let own = |role: Role| role != Role::Matched && (lockstep || !baselines(role));
    let mut parts = vec![(lesson.clone(), full_plan.part(own))];
    // Only where some train: the search for a size builds many networks.
    let trains = |is: &dyn Fn(Role) -> bool| full_plan.members.iter().any(|member| is(member.role));
    if !lockstep && trains(&baselines) {
        parts.push((baseline::lesson(lesson, inputs), full_plan.part(baselines)));
    }
    if trains(&|role| role == Role::Matched) {
        parts.push((baseline::matched(lesson, inputs), full_plan.part(|role| role == Role::Matched)));
    }
    parts.retain(|(_, plan)| !plan.members.is_empty());
    parts
}
