//! What to read about the whole field.

use crate::config::Paper;

/// A survey with what it is good for, in one sentence.
pub struct Survey {
    /// The paper.
    pub paper: Paper,
    /// What it gives its reader.
    pub what: &'static str,
}

/// The surveys, the oldest first.
pub const SURVEYS: &[Survey] = &[
    Survey {
        paper: Paper::new("Caruana", 1997, "Multitask Learning", "https://doi.org/10.1023/A:1007379606734"),
        what: "Named the field: related tasks on shared hidden layers act as a bias towards better features, and even a task that is not needed itself can help.",
    },
    Survey {
        paper: Paper::new(
            "Ruder",
            2017,
            "An Overview of Multi-Task Learning in Deep Neural Networks",
            "https://arxiv.org/abs/1706.05098",
        ),
        what: "A readable tour of hard and soft sharing in deep networks, of why sharing helps, and of auxiliary tasks.",
    },
    Survey {
        paper: Paper::new(
            "Kendall, Gal & Cipolla",
            2018,
            "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics",
            "https://arxiv.org/abs/1705.07115",
        ),
        what: "No survey, but the paper that most weighting of losses is measured against: it derives a task's weight from the noise that it learns to expect.",
    },
    Survey {
        paper: Paper::new(
            "Crawshaw",
            2020,
            "Multi-Task Learning with Deep Neural Networks: A Survey",
            "https://arxiv.org/abs/2009.09796",
        ),
        what: "Goes through deep multi-task learning by architectures, optimisation and the learning of task relations, in vision, language and reinforcement learning.",
    },
    Survey {
        paper: Paper::new("Zhang & Yang", 2021, "A Survey on Multi-Task Learning", "https://arxiv.org/abs/1707.08114"),
        what: "A map of the whole field, deep and not, that sorts methods by how they share: features, low-rank structure, clusters, task relations and decompositions.",
    },
    Survey {
        paper: Paper::new(
            "Vandenhende et al.",
            2021,
            "Multi-Task Learning for Dense Prediction Tasks: A Survey",
            "https://arxiv.org/abs/2004.13379",
        ),
        what: "Compares architectures and ways of weighting tasks for pictures that are predicted pixel by pixel, under one protocol.",
    },
];
