//! Every measure with what the page and the documentation say of it.

use crate::config::Choice;

/// What a measure is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// One task's predictions.
    Task,
    /// The tasks together, or methods over several tasks.
    Tasks,
    /// The tasks' gradients at the shared layers.
    Gradients,
    /// A set of models with different preferences.
    Front,
}

impl Group {
    /// All groups, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Task, Self::Tasks, Self::Gradients, Self::Front];

    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Task => "One task",
            Self::Tasks => "Across tasks",
            Self::Gradients => "Gradients at the shared layers",
            Self::Front => "The Pareto front",
        }
    }
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The more the better.
    Higher,
    /// The less the better.
    Lower,
    /// It describes; neither way is better.
    Neither,
}

impl Better {
    /// The arrow that papers put behind the name.
    pub fn arrow(self) -> &'static str {
        match self {
            Self::Higher => "\u{2191}",
            Self::Lower => "\u{2193}",
            Self::Neither => "",
        }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Higher => "higher is better",
            Self::Lower => "lower is better",
            Self::Neither => "neither way is better",
        }
    }
}

/// What a measure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number of its own.
    Plain,
    /// A fraction, shown times 100.
    Percent,
    /// What the target is counted in.
    Target,
    /// The square of that.
    TargetSquared,
    /// What the loss is counted in.
    Loss,
    /// The square of that.
    LossSquared,
    /// The losses of all tasks, multiplied.
    LossProduct,
    /// A loss per unit of the parameters.
    Gradient,
    /// The square of that: what a loss falls per learning rate.
    GradientSquared,
}

impl Unit {
    /// What to put behind the number; the documentation's word where nothing stands there.
    pub fn text(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Percent => "%",
            Self::Target => "the target's unit",
            Self::TargetSquared => "the target's unit, squared",
            Self::Loss => "loss",
            Self::LossSquared => "loss, squared",
            Self::LossProduct => "product of the losses",
            Self::Gradient => "loss per parameter",
            Self::GradientSquared => "loss per learning rate",
        }
    }

    /// What the number is multiplied by before it is shown.
    pub fn factor(self) -> f64 {
        if self == Self::Percent { 100.0 } else { 1.0 }
    }
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Key, label, and one sentence for the page.
    pub choice: Choice,
    /// The formula, as the documentation prints it.
    pub formula: &'static str,
    /// What it is taken of.
    pub group: Group,
    /// What it is counted in.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
}

/// The measure of that key.
pub fn measure(key: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.choice.key == key)
}

macro_rules! line {
    ($key:literal, $group:ident, $unit:ident, $better:ident, $label:literal, $help:literal, $formula:literal) => {
        Measure {
            choice: Choice { key: $key, label: $label, help: $help },
            formula: $formula,
            group: Group::$group,
            unit: Unit::$unit,
            better: Better::$better,
        }
    };
}

/// Every measure, by group. In the formulas: n rows, target y and prediction ŷ, K tasks with losses
/// L_k, gradients g_k of lengths n_k at the shared layers, weights w_k, and `G = (g_i · g_j)`.
#[rustfmt::skip]
pub const MEASURES: &[Measure] = &[
    line!("accuracy", Task, Percent, Higher, "accuracy", "The share of rows whose class is right.", "1/n Σ [ŷ = y]"),
    line!("balanced-accuracy", Task, Percent, Higher, "balanced accuracy", "Accuracy of each class on its own, averaged, so that a rare class counts as much as a common one.", "1/C Σ_c TP_c / (TP_c + FN_c), over the classes of the targets"),
    line!("macro-f1", Task, Percent, Higher, "macro F1", "For each class the balance of finding all its rows and claiming no others, averaged over classes.", "1/C Σ_c 2 TP_c / (2 TP_c + FP_c + FN_c), over the classes of targets and predictions"),
    line!("auc", Task, Percent, Higher, "AUC", "How often a row of a class scores higher for it than a row of another: 50 % is guessing.", "(Σ_{y=1} rank(ŷ) - P (P + 1) / 2) / (P N), with P positive and N negative rows and ties counted half; for several classes the mean of each against the rest"),
    line!("mse", Task, TargetSquared, Lower, "mean squared error", "The mean of the squared errors, where large errors count most.", "1/n Σ (ŷ - y)²"),
    line!("rmse", Task, Target, Lower, "root mean squared error", "The size of a typical error, with large ones counted more.", "sqrt(1/n Σ (ŷ - y)²)"),
    line!("mae", Task, Target, Lower, "mean absolute error", "The mean size of the errors, with each counted as it is.", "1/n Σ |ŷ - y|"),
    line!("r2", Task, Plain, Higher, "R²", "The share of the target's variation that is explained: 1 is perfect, 0 no better than always saying the mean.", "1 - Σ (ŷ - y)² / Σ (y - mean y)²; with several outputs the mean over those that vary"),

    line!("transfer-gain", Tasks, Percent, Higher, "transfer gain", "How much lower a task's held-out loss is beside the others than alone, with its spread over seeds.", "TG_k = (L_k^alone - L_k) / L_k^alone; mean ± t_{0.975, S-1} sd / sqrt(S) over S paired seeds"),
    line!("transfer-matrix", Tasks, Percent, Higher, "pairwise transfer", "How much each task gains from each other one when only the two are trained together.", "TG_{i→j} = (L_j^alone - L_j^{with i}) / L_j^alone, over paired seeds"),
    line!("delta-m", Tasks, Percent, Higher, "delta-m (gain)", "How much better than tasks trained alone, averaged over each task's metrics and then over tasks.", "Δ_m = 1/K Σ_k 1/M_k Σ_m ±(M_km - B_km) / B_km, minus where lower is better (Maninis et al. 2019)"),
    line!("delta-m-drop", Tasks, Percent, Lower, "delta-m (drop)", "How much worse than tasks trained alone, averaged over all metrics at once: the sign that Nash-MTL, FAMO and FairGrad print.", "Δ_m = 1/M Σ_m ±(M_m - B_m) / B_m, minus where higher is better (Navon et al. 2022)"),
    line!("mean-rank", Tasks, Plain, Lower, "mean rank", "A method's place among the methods compared, averaged over tasks and metrics: 1 is first everywhere.", "1/M Σ_m rank_m, equal scores share the mean of their ranks"),
    line!("average", Tasks, Plain, Neither, "weighted average", "The tasks' numbers as one, each counted by a weight that you choose.", "Σ_k w_k x_k / Σ_k w_k; better is what is better for x"),
    line!("validation", Tasks, Percent, Lower, "validation across tasks", "The held-out loss as a share of the best constant guess's, averaged over tasks: 100 % has learned nothing.", "1/K Σ_k L_k / L_k^guess, on validation rows"),
    line!("forgetting", Tasks, Loss, Lower, "forgetting", "How far an earlier task's loss has risen above its best since a later task is being learned.", "F_k = L_k^last - min_{k ≤ s < last} L_k^s over the stages s (after Chaudhry et al. 2018)"),

    line!("gradient-norm", Gradients, Gradient, Neither, "gradient norm", "How hard a task pulls at the shared layers.", "n_k = sqrt(G_kk)"),
    line!("dominance", Gradients, Percent, Neither, "dominance", "A task's share of the pull at the shared layers, with its weight: one over the number of tasks is even.", "|w_k| n_k / Σ_j |w_j| n_j"),
    line!("cosine", Gradients, Plain, Higher, "gradient cosine", "Whether two tasks pull the same way: 1 together, 0 without a bearing, below 0 against each other.", "c_ij = G_ij / (n_i n_j)"),
    line!("conflict-rate", Gradients, Percent, Lower, "conflict rate", "How often two tasks pulled against each other over the last recorded steps.", "share of pairs and steps with c_ij < 0"),
    line!("magnitude-similarity", Gradients, Plain, Higher, "magnitude similarity", "Whether two tasks pull equally hard: near 0 one drowns the other.", "2 n_i n_j / (n_i² + n_j²)"),
    line!("curvature-bound", Gradients, Plain, Lower, "curvature bound", "How much the loss may curve before the conflict of two tasks does harm: the more they conflict, the higher.", "(1 - c_ij²) |g_i - g_j|² / |g_i + g_j|² (Yu et al. 2020)"),
    line!("condition-number", Gradients, Plain, Lower, "condition number", "How lopsided the tasks' gradients are as a system: 1 is balanced, large means that one direction is nearly lost.", "σ_max / σ_min of the Jacobian = sqrt(λ_max / λ_min) of G"),
    line!("alignment", Gradients, Plain, Higher, "alignment", "The cosine between the update and the plain mean of the gradients.", "d · ḡ / (|d| |ḡ|), with d = Σ_k w_k g_k"),
    line!("predicted-decrease", Gradients, GradientSquared, Higher, "predicted decrease", "How fast the update lowers a task's loss; below zero the task pays for the others.", "(G w)_k = g_k · d; the smallest over tasks is the worst"),
    line!("update-norm", Gradients, Gradient, Neither, "update norm", "How long the combined gradient is after weighing.", "|d| = sqrt(wᵀ G w)"),
    line!("stationarity", Gradients, Plain, Neither, "Pareto stationarity", "How far from a point where no step helps all tasks: 0 is there, 1 is far.", "min_{w ≥ 0, Σ w = 1} sqrt(wᵀ G w) / max_k n_k (Désidéri 2012)"),
    line!("unit-stationarity", Gradients, Plain, Neither, "Pareto stationarity, by direction", "The same with every gradient at length 1, so that a quiet task counts as much as a loud one.", "min_{w ≥ 0, Σ w = 1} sqrt(wᵀ C w) with C = (c_ij)"),

    line!("hypervolume", Front, LossProduct, Higher, "hypervolume", "How much of the space below the reference point the front has conquered.", "volume of { z : p ≤ z ≤ r for a point p of the front }, exact; only values for the same r compare"),
    line!("spacing", Front, Loss, Lower, "spacing", "How unevenly the points lie on the front: 0 where all have their nearest neighbour equally near.", "sd_i min_{j ≠ i} |p_i - p_j| (after Schott 1995)"),
    line!("sparsity", Front, LossSquared, Lower, "sparsity", "How wide the gaps between neighbours on the front are.", "1/(n - 1) Σ_k Σ_i (p_{(i+1)k} - p_{(i)k})², sorted along each loss (Xu et al. 2020)"),
];
