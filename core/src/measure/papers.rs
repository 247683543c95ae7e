//! The papers that measures come from.

use crate::config::Paper;

pub(super) const BRODERSEN_2010: Paper = Paper::new(
    "Brodersen et al.",
    2010,
    "The Balanced Accuracy and Its Posterior Distribution",
    "https://doi.org/10.1109/ICPR.2010.764",
);
pub(super) const CHAUDHRY_2018: Paper = Paper::new(
    "Chaudhry et al.",
    2018,
    "Riemannian Walk for Incremental Learning: Understanding Forgetting and Intransigence",
    "https://arxiv.org/abs/1801.10112",
);
pub(super) const CHEN_2018: Paper = Paper::new(
    "Chen et al.",
    2018,
    "GradNorm: Gradient Normalization for Adaptive Loss Balancing in Deep Multitask Networks",
    "https://arxiv.org/abs/1711.02257",
);
pub(super) const DSIDRI_2012: Paper = Paper::new(
    "Désidéri",
    2012,
    "Multiple-gradient descent algorithm (MGDA) for multiobjective optimization",
    "https://doi.org/10.1016/j.crma.2012.03.014",
);
pub(super) const HANLEY_1982: Paper = Paper::new(
    "Hanley & McNeil",
    1982,
    "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
    "https://doi.org/10.1148/radiology.143.1.7063747",
);
pub(super) const MANINIS_2019: Paper = Paper::new(
    "Maninis, Radosavovic & Kokkinos",
    2019,
    "Attentive Single-Tasking of Multiple Tasks",
    "https://arxiv.org/abs/1904.08918",
);
pub(super) const MANN_1947: Paper = Paper::new(
    "Mann & Whitney",
    1947,
    "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other",
    "https://doi.org/10.1214/aoms/1177730491",
);
pub(super) const NAVON_2022: Paper =
    Paper::new("Navon et al.", 2022, "Multi-Task Learning as a Bargaining Game", "https://arxiv.org/abs/2202.01017");
pub(super) const OPITZ_2019: Paper =
    Paper::new("Opitz & Burst", 2019, "Macro F1 and Macro F1", "https://arxiv.org/abs/1911.03347");
pub(super) const SCHOTT_1995: Paper = Paper::new(
    "Schott",
    1995,
    "Fault Tolerant Design Using Single and Multicriteria Genetic Algorithm Optimization",
    "https://apps.dtic.mil/sti/citations/ADA296310",
);
pub(super) const SENUSHKIN_2023: Paper = Paper::new(
    "Senushkin et al.",
    2023,
    "Independent Component Alignment for Multi-Task Learning",
    "https://arxiv.org/abs/2305.19000",
);
pub(super) const STANDLEY_2020: Paper = Paper::new(
    "Standley et al.",
    2020,
    "Which Tasks Should Be Learned Together in Multi-task Learning?",
    "https://arxiv.org/abs/1905.07553",
);
pub(super) const WHILE_2006: Paper = Paper::new(
    "While et al.",
    2006,
    "A Faster Algorithm for Calculating Hypervolume",
    "https://doi.org/10.1109/TEVC.2005.851275",
);
pub(super) const XU_2020: Paper = Paper::new(
    "Xu et al.",
    2020,
    "Prediction-Guided Multi-Objective Reinforcement Learning for Continuous Robot Control",
    "https://proceedings.mlr.press/v119/xu20h.html",
);
pub(super) const YU_2020: Paper =
    Paper::new("Yu et al.", 2020, "Gradient Surgery for Multi-Task Learning", "https://arxiv.org/abs/2001.06782");
pub(super) const ZITZLER_1999: Paper = Paper::new(
    "Zitzler & Thiele",
    1999,
    "Multiobjective Evolutionary Algorithms: A Comparative Case Study and the Strength Pareto Approach",
    "https://doi.org/10.1109/4235.797969",
);
