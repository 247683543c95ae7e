//! Every measure: its words for the page and the documentation, and how it is taken.

pub use super::terms::{Better, Given, Group, Need, Per, Unit};

use super::observation::Observation;
use super::{papers, take};
use crate::config::{Choice, Paper};

/// A line of the table, as the page reads it.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Key, label, and one sentence for the page.
    pub choice: Choice,
    /// What it is taken of.
    pub group: Group,
    /// What it has numbers for.
    pub per: Per,
    /// What it is counted in.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// What it can't do without.
    pub need: Need,
    /// Where it comes from.
    pub papers: &'static [Paper],
}

impl Measure {
    /// What it is taken on: which rows or batch, and which seeds. Follows from its group, unless its numbers, or
    /// what it is in need of, ask for more.
    ///
    /// ```
    /// use mtl_core::measure::table::measure;
    ///
    /// assert_eq!(measure("accuracy").map(|line| line.taken()), Some("validation rows, first seed"));
    /// assert!(measure("transfer-gain").is_some_and(|line| line.taken().starts_with("test rows, all paired seeds")));
    /// ```
    pub fn taken(&self) -> &'static str {
        match (self.per, self.need) {
            (Per::Gain, _) => "test rows, all paired seeds, each side at its own best step by validation rows",
            (Per::Gains, _) => {
                "test rows, the paired seeds on which pairs train, each side at its own best step by validation rows"
            }
            (Per::Against, _) => "validation rows, mean over all paired seeds",
            (Per::Seeds, _) => "validation rows, the composed model and the single-task models on all paired seeds",
            (_, Need::Rivals) => {
                "validation rows, the composed model, the single-task models and the fan on the first seed"
            }
            (_, Need::Stages) => "validation rows, first seed, at the end of every stage so far",
            _ if self.choice.key == CONFLICT_RATE => {
                "the training batches of the last 50 recorded steps (from epoch 200 on about half of the epochs so far, or fewer), first seed, at the shared layers"
            }
            _ => self.group.taken(),
        }
    }
}

/// The one measure that looks back over batches.
const CONFLICT_RATE: &str = "conflict-rate";

/// The measure of that key.
pub fn measure(key: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.choice.key == key)
}

/// The formula of a measure, as the documentation prints it; empty for an unknown key.
pub fn formula(key: &str) -> &'static str {
    MEASURES.iter().zip(FORMULAS).find(|(measure, _)| measure.choice.key == key).map_or("", |(_, formula)| formula)
}

/// Every measure with its numbers, out of those of all measures in the order of the table, as in
/// [`crate::protocol::CurvePoint::measures`]. Where there are too few the last ones have none.
pub fn each(numbers: &[f32], tasks: usize) -> impl Iterator<Item = (&'static Measure, &[f32])> {
    let mut rest = numbers;
    MEASURES.iter().map(move |measure| {
        let own;
        (own, rest) = rest.split_at_checked(measure.per.count(tasks)).unwrap_or_default();
        (measure, own)
    })
}

/// How a measure is taken: as many numbers as it has places, `None` where there is none.
pub(super) type Take = fn(&Observation) -> Vec<Option<f64>>;

// Three tables from one: the page reads the words alone, and the linker leaves the rest out.
macro_rules! measures {
    ($($key:literal, $group:ident, $per:ident, $unit:ident, $better:ident, $need:ident, $take:ident, $label:literal, $help:literal, $formula:literal$(, $($paper:ident)+)?;)*) => {
        /// Every measure, by group. In the formulas: n rows, target y and prediction ŷ, K tasks with
        /// losses L_k, gradients g_k of lengths n_k at the shared layers, of the losses times their
        /// scale, weights w_k, and `G = (g_i · g_j)`. Nothing of the gradients has an arrow: they describe
        /// a step, see `MEASURES.md`.
        pub const MEASURES: &[Measure] = &[$(Measure {
            choice: Choice { key: $key, label: $label, help: $help },
            group: Group::$group,
            per: Per::$per,
            unit: Unit::$unit,
            better: Better::$better,
            need: Need::$need,
            papers: &[$($(papers::$paper),+)?],
        }),*];
        const FORMULAS: &[&str] = &[$($formula),*];
        pub(super) const TAKES: &[Take] = &[$(take::$take),*];
    };
}

// key, group, numbers for, unit, better, in need of, how it is taken, label, sentence, formula
measures! {
    "accuracy", Task, Task, Percent, Higher, Classes, accuracy, "accuracy", "The share of rows whose class is right.", "1/n Σ [ŷ = y]";
    "balanced-accuracy", Task, Task, Percent, Higher, Classes, balanced_accuracy, "balanced accuracy", "Accuracy of each class on its own, averaged, so that a rare class counts as much as a common one.", "1/C Σ_c TP_c / (TP_c + FN_c), over the classes of the targets", BRODERSEN_2010;
    "macro-f1", Task, Task, Percent, Higher, Classes, macro_f1, "macro F1", "For each class the balance of finding all its rows and claiming no others, averaged over classes.", "1/C Σ_c 2 TP_c / (2 TP_c + FP_c + FN_c), over the classes of targets and predictions", OPITZ_2019;
    "auc", Task, Task, Percent, Higher, Classes, auc, "AUC", "How often a row of a class scores higher for it than a row of another: 50 % is guessing.", "(Σ_{y=1} rank(ŷ) - P (P + 1) / 2) / (P N), with P positive and N negative rows and ties counted half; for several classes the mean of each against the rest", MANN_1947 HANLEY_1982;
    "mse", Task, Task, TargetSquared, Lower, Numbers, mse, "mean squared error", "The mean of the squared errors, where large errors count most.", "1/n Σ (ŷ - y)²";
    "rmse", Task, Task, Target, Lower, Numbers, rmse, "root mean squared error", "The size of a typical error, with large ones counted more.", "sqrt(1/n Σ (ŷ - y)²)";
    "mae", Task, Task, Target, Lower, Numbers, mae, "mean absolute error", "The mean size of the errors, with each counted as it is.", "1/n Σ |ŷ - y|";
    "r2", Task, Task, Plain, Higher, Numbers, r2, "R²", "The share of the target's variation that is explained: 1 is perfect, 0 no better than always saying the mean.", "1 - Σ (ŷ - y)² / Σ (y - mean y)²; with several outputs the mean over those that vary";

    "transfer-gain", Tasks, Gain, Change, Higher, Baselines, transfer_gain, "transfer gain", "How much lower a task's test loss is beside the others than alone, each at its own best step, with its 95 % interval over seeds.", "TG_k = 1 - exp(-mean r), r = ln(L_k^alone / L_k) per paired seed, each side on test rows at its own best step so far by its own validation loss of the task; interval 1 - exp(-(mean r ± t_{0.975, S-1} sd(r) / sqrt(S))) over S paired seeds", STANDLEY_2020;
    "steps-to-single", Tasks, Against, Steps, Lower, Reached, steps_to_single, "steps to the single-task loss", "After how many of a task's own steps its validation loss is as low as it gets alone, and how many that takes alone.", "min { n : L_k(n) ≤ min_m L_k^alone(m) } and argmin_m L_k^alone(m) at the recorded steps so far; n and m count the steps that teach task k, losses are validation losses, means over the paired seeds";
    "transfer-matrix", Tasks, Gains, Change, Higher, Pairs, transfer_matrix, "pairwise transfer", "How much each task gains from each other one when only the two are trained together, read as the transfer gain.", "TG_{i→j} = 1 - exp(-mean r), r = ln(L_j^alone / L_j^{with i}) per paired seed, each side on test rows at its own best step so far by its own validation loss of task j; interval as that of the transfer gain", STANDLEY_2020;
    "delta-m", Tasks, Seeds, Change, Higher, Baselines, delta_m, "delta-m (gain)", "How much better than tasks trained alone, above zero is better: averaged over each task's metrics and then over tasks.", "Δ_m = 1/K Σ_k 1/M_k Σ_m ±(M_km - B_km) / B_km, minus where lower is better, per paired seed; shown is the mean over seeds with its 95 % t-interval (Maninis et al. 2019); the metrics are accuracy, balanced accuracy, macro F1 and AUC of classes, root mean squared and mean absolute error of numbers", MANINIS_2019;
    "delta-m-drop", Tasks, Seeds, Change, Lower, Baselines, delta_m_drop, "delta-m (drop)", "How much worse than tasks trained alone, below zero is better: averaged over all metrics, the sign that Nash-MTL, FAMO and FairGrad print.", "Δ_m = 1/M Σ_m ±(M_m - B_m) / B_m, minus where higher is better (Navon et al. 2022), over the same metrics", MANINIS_2019 NAVON_2022;
    "mean-rank", Tasks, Lesson, Plain, Lower, Rivals, mean_rank, "mean rank among fan and baselines", "Your model's place among the points of the fan and the single-task models, averaged over tasks: 1 is first everywhere, and only equal fans compare.", "1/K Σ_k rank_k by validation loss on the first seed among the composed model, the fan's points and, as one rival, the single-task models; equal losses share the mean of their ranks", NAVON_2022;
    "average", Tasks, Lesson, Plain, Higher, Rows, average, "average performance", "The tasks' scores as one, each counted by its task weight setting: 1 is perfect for accuracy and for R².", "Σ_k w_k x_k / Σ_k w_k, x_k the accuracy of classes or the R² of numbers, w_k the setting `weight` of the task, 1 unless you change it";
    "validation", Tasks, Lesson, Percent, Lower, Rows, validation, "validation across tasks", "The validation loss as a share of the best constant guess's, averaged over tasks: at 100 % nothing is learned.", "1/K Σ_k L_k / L_k^guess, on validation rows";
    "forgetting", Tasks, Task, Loss, Lower, Stages, forgetting, "forgetting", "How far an earlier task's loss has risen above its best since a later task is being learned.", "F_k = L_k^last - min_{k ≤ s < last} L_k^s over the stages s (after Chaudhry et al. 2018)", CHAUDHRY_2018;

    "gradient-norm", Gradients, Task, Gradient, Neither, Gradients, gradient_norm, "gradient norm", "How hard a task pulls at the shared layers.", "n_k = sqrt(G_kk)", CHEN_2018;
    "dominance", Gradients, Task, Percent, Neither, Weights, dominance, "dominance", "A task's share of the pull at the shared layers, with its weight: one over the number of tasks is even.", "|w_k| n_k / Σ_j |w_j| n_j";
    "cosine", Gradients, Pair, Plain, Neither, Gradients, cosine, "gradient cosine", "Whether two tasks pull the same way: 1 together, 0 at a right angle, below 0 against each other.", "c_ij = G_ij / (n_i n_j)", YU_2020;
    "conflict-rate", Gradients, Lesson, Percent, Neither, Gradients, conflict_rate, "conflict rate", "How often two tasks pulled against each other over the last 50 recorded steps: the mean of ten cosines was below -0.05.", "share of means of c_ij over ten recorded steps in a row that have one, over all pairs and the last 50 recorded steps, that are below -0.05", YU_2020;
    "magnitude-similarity", Gradients, Pair, Plain, Neither, Gradients, magnitude_similarity, "magnitude similarity", "Whether two tasks pull equally hard: near 0 one drowns the other.", "2 n_i n_j / (n_i² + n_j²)", YU_2020;
    "curvature-bound", Gradients, Pair, Plain, Neither, Gradients, curvature_bound, "curvature bound", "The curvature, as a share of the most there is, above which conflict does harm that gradient surgery mends: a threshold, not a score.", "ξ_ij = (1 - c_ij²) |g_i - g_j|² / |g_i + g_j|²: under c_ij ≤ -2 n_i n_j / (n_i² + n_j²), a curvature of at least ξ_ij L along the step (L the Lipschitz constant of the summed loss's gradient) and a long enough step, PCGrad ends no higher than the plain sum (Yu et al. 2020, Theorem 2)", YU_2020;
    "condition-number", Gradients, Lesson, Plain, Neither, Gradients, condition_number, "condition number", "How lopsided the tasks' gradients are as a system: 1 is balanced, large means that one direction is nearly lost.", "σ_max / σ_min of the Jacobian = sqrt(λ_max / λ_min) of G", SENUSHKIN_2023;
    "alignment", Gradients, Lesson, Plain, Neither, Gradients, alignment, "alignment", "The cosine between the combined gradient and the plain mean of the gradients: 1 under equal weights by definition, so no score.", "d · ḡ / (|d| |ḡ|), with d = Σ_k w_k g_k or the balancer's own direction";
    "predicted-decrease", Gradients, Task, GradientSquared, Neither, Gradients, predicted_decrease, "predicted decrease", "How fast the combined gradient lowers a task's loss: below zero the task pays for the others, and larger weights make it larger.", "g_k · d, under task weights (G w)_k; the smallest over tasks is the worst";
    "combined-norm", Gradients, Lesson, Gradient, Neither, Gradients, combined_norm, "combined gradient norm", "How long the gradient is that the balancer makes of the tasks', before the optimiser makes a step of it.", "|d|, under task weights sqrt(wᵀ G w)";
    "stationarity", Gradients, Lesson, Plain, Neither, Gradients, stationarity, "Pareto stationarity", "How far from a point where no step helps all tasks: 0 is there, 1 is far.", "min_{w ≥ 0, Σ w = 1} sqrt(wᵀ G w) / max_k n_k (Désidéri 2012)", DSIDRI_2012;
    "unit-stationarity", Gradients, Lesson, Plain, Neither, Gradients, unit_stationarity, "Pareto stationarity, by direction", "The same with every gradient at length 1, so that a quiet task counts as much as a loud one.", "min_{w ≥ 0, Σ w = 1} sqrt(wᵀ C w) with C = (c_ij)", DSIDRI_2012;

    "hypervolume", Front, Lesson, LossProduct, Higher, Rows, hypervolume, "hypervolume", "The volume of losses that the fan and your model together beat: it belongs to the fan, and only compares for one reference point.", "volume of { z : p ≤ z ≤ r for a point p of the front }, exact, r the losses of the best constant guesses; only values for the same r compare", ZITZLER_1999 WHILE_2006;
    "spacing", Front, Lesson, Loss, Lower, Fan, spacing, "spacing", "How unevenly the points lie on the front: 0 where all have their nearest neighbour equally near, as any two have.", "sd_i min_{j ≠ i} |p_i - p_j| (after Schott 1995)", SCHOTT_1995;
    "sparsity", Front, Lesson, LossSquared, Lower, Fan, sparsity, "sparsity", "How wide the gaps between neighbours on the front are.", "1/(n - 1) Σ_k Σ_i (p_{(i+1)k} - p_{(i)k})², sorted along each loss (Xu et al. 2020)", XU_2020;
}
