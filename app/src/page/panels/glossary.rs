//! The page's words: what the '?' of each panel opens.

/// A word of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Stable key, for the '?' buttons.
    pub key: &'static str,
    /// The word as the page writes it.
    pub term: &'static str,
    /// One to three plain sentences.
    pub text: &'static str,
}

const fn entry(key: &'static str, term: &'static str, text: &'static str) -> Entry {
    Entry { key, term, text }
}

/// Every word, in the order in which a newcomer meets them.
pub const GLOSSARY: &[Entry] = &[
    entry(
        "task",
        "Task",
        "Something to predict from the inputs: a number (regression), one of two classes, or one of several. All tasks of a lesson read the same inputs; each has its own target, labels, loss and head.",
    ),
    entry(
        "multi-task",
        "Multi-task learning",
        "One network learns several tasks at once and shares a part of itself between them. That can help a task, or hurt it; this page shows which.",
    ),
    entry(
        "trunk",
        "Shared layers (trunk)",
        "The layers that every task uses. What one task teaches them the others can use, and where tasks disagree they pull them in different directions.",
    ),
    entry(
        "head",
        "Task head",
        "The layers that belong to one task alone: its private layers, if it has any, and its output. A head reads what the trunk makes of the inputs.",
    ),
    entry(
        "exhibit",
        "What it learned",
        "What a network that shares in its own way has learned beside its layers: matrices that mix the tasks' activations, shares of experts, masks, strengths. Blue is above zero and orange below, in full colour at the end of the scale; what is exactly zero is hatched.",
    ),
    entry(
        "unit",
        "Unit and activation map",
        "A unit is one number that a layer computes. Its map shows that number over the plane of inputs: blue where it is positive, orange where it is negative.",
    ),
    entry(
        "links",
        "Links",
        "A line is a weight between two units: the wider, the larger; blue is positive, orange negative. The outline of a unit in a task's colour says whose head it belongs to.",
    ),
    entry(
        "loss",
        "Loss",
        "How wrong the predictions of a task are; lower is better. The training loss is measured on the rows the network learns from, the validation loss on rows it never learns from. Both are shown without loss scale and task weight.",
    ),
    entry(
        "landscape",
        "Landscape",
        "Two losses that are formulas of a few parameters, without a network. The white line is exact: there one loss falls only if the other rises. A racer has arrived when it is there.",
    ),
    entry(
        "validation",
        "Validation and test rows",
        "Rows that are held out: no network learns from them. Validation rows serve the curves, live transfer and the trade-off while training goes on; test rows only the final numbers, at the step of the best validation loss.",
    ),
    entry(
        "metric",
        "Metric",
        "The number a person would ask for: the share of right answers (accuracy) for classes, the typical error (root mean squared error) for numbers, on validation rows.",
    ),
    entry(
        "prediction",
        "Prediction map",
        "What the network predicts for every place of the plane. For two classes blue and orange are the classes and the line between them the decision; for a number, brighter is larger; for several classes every class has its colour.",
    ),
    entry(
        "labels",
        "Missing labels",
        "A training row needn't carry the label of every task. Where a label is missing the task doesn't learn from this row, and the others still do. Rows without a task's label are small dots on its map.",
    ),
    entry(
        "noise",
        "Label noise",
        "Errors that are put into training labels on purpose: a random number is added, or a class replaced by another. Held-out labels have no noise added.",
    ),
    entry(
        "related",
        "Relatedness",
        "How much a task's target is turned towards that of task A: 1 is A's own target, 0 the task's own, -1 A's mirror image. The mirror image of a linear task is no conflict, since a head undoes it by changing its sign.",
    ),
    entry(
        "scale",
        "Loss scale",
        "A factor on a task's loss while training, as if it were measured in other units. A task with a large scale pulls harder at the trunk; the curves show its loss without the factor.",
    ),
    entry(
        "weight",
        "Task weight",
        "How much a task's loss counts in the sum that training makes smaller. The weights sum to the number of tasks; the balancer sets them.",
    ),
    entry(
        "balancer",
        "Balancer",
        "The rule that weighs the task losses against each other at every step. Equal weights are the simplest; manual weights are yours; others follow the losses or the gradients.",
    ),
    entry(
        "uncertainty",
        "Uncertainty weighting",
        "A balancer that learns one number per task, the noise it believes the task to have, together with the network. A task with a large loss is believed to be noisy and gets a smaller weight.",
    ),
    entry(
        "gradient",
        "Gradient",
        "The direction in which the weights would have to move to make a loss grow fastest; training steps against it. Every task has its own gradient at the shared layers.",
    ),
    entry(
        "compare",
        "Comparison of architectures",
        "The lesson is trained from the start under every architecture that fits it, one after another, with the same data, seeds and settings, each beside its single-task baselines. Losses and gains are on test rows, at the step of the best validation loss; steps per second are those of one model alone.",
    ),
    entry(
        "conflict",
        "Gradient cosine and conflict",
        "The cosine of the angle between two tasks' gradients at the shared layers. Near +1 a step for one task helps the other; below zero it hurts the other: a conflict. Near 0 they don't touch each other.",
    ),
    entry(
        "norm",
        "Gradient norm",
        "The length of a task's gradient: how hard it pulls at the shared layers. Where one is much longer than the others, the step follows that task.",
    ),
    entry(
        "baseline",
        "Single-task baseline",
        "A network with the same layers that learns one task alone, with the same initial values and the same batches. Whatever is claimed about sharing is claimed against it.",
    ),
    entry(
        "transfer",
        "Transfer gain",
        "By how much the held-out loss of a task is smaller beside the others than alone, in percent of the loss alone. Above zero the company helps (positive transfer), below it hurts. The steps say after how many of its own steps the task's mean held-out loss over the seeds is as low as the lowest it has had alone, and in brackets how many that took alone.",
    ),
    entry(
        "affinity",
        "Task affinity",
        "What a look-ahead step of one task does for another: the shared layers take a plain gradient step on that task alone, one sees by what share the other's loss falls, and the step is taken back. Means over the recorded steps tell which tasks to train together, each group on a trunk of its own (Fifty et al. 2021); grouping by the cosines of the gradients is the usual rival.",
    ),
    entry(
        "relation",
        "Declared relation",
        "What is known of two tasks beforehand: positive where they help each other, negative where they hurt each other, neutral where neither. Soft sharing and low-rank adapters follow it, and where affinities are measured their mean both ways is held against it, with an interval over recorded steps that allows for neighbouring ones being alike. It agrees where the interval lies on the declared side of zero (neutral: holds zero, or the mean is below a twentieth of what a step does for its own task), differs where it lies elsewhere, and is open otherwise or before ten steps.",
    ),
    entry(
        "negative",
        "Negative transfer",
        "A task is worse beside the others than alone. The page says so only where the whole 95 % interval over paired seeds lies below zero; otherwise it says 'no difference seen'.",
    ),
    entry(
        "seeds",
        "Paired seeds",
        "The model and its baselines are trained several times, each time with other initial values and batches, and the two of a pair with the same ones. The differences within pairs show what is due to sharing and what to luck.",
    ),
    entry(
        "interval",
        "95 % interval",
        "A t-interval for the mean over paired seeds: made this way again and again, 95 of 100 intervals would hold the true mean. An interval that contains zero says that no difference was seen, not that there is none.",
    ),
    entry(
        "delta-m",
        "Delta-m",
        "How far a model is from models that learn each task alone, averaged over metrics and tasks, in percent of theirs. Papers print it with either sign: as a gain, where above zero is better, or as a drop, where below zero is better. The metrics are accuracy, balanced accuracy, macro F1 and AUC of classes, root mean squared and mean absolute error of numbers.",
    ),
    entry(
        "pareto",
        "Pareto front",
        "The trades between tasks that nothing beats: a model is on the front if no other one is at least as good on every task and better on one. To do better on one task, a model on the front must do worse on another.",
    ),
    entry(
        "fan",
        "Fan of preferences",
        "A row of models that train beside the composed one, each with fixed task weights, from 'only A matters' to 'only B matters'. Together they trace the Pareto front.",
    ),
    entry(
        "corner",
        "Single-task corner",
        "The losses of the single-task baselines, taken together as one point. A multi-task model that lies below and left of it is better on both tasks than two separate models.",
    ),
    entry(
        "hypervolume",
        "Hypervolume",
        "The size of the region between the front and a reference point, over all tasks: one number for how good the whole front is, larger is better. The reference is the loss of the best constant prediction of each task.",
    ),
    entry(
        "step",
        "Step and batch",
        "A step moves the weights once, by the gradient of one batch of rows. The full batch is all rows.",
    ),
    entry("epoch", "Epoch", "As many steps as it takes to see every training row once."),
    entry(
        "rate",
        "Learning rate",
        "How far a step goes. Too small and nothing happens, too large and the loss explodes; the page then goes back to the last good state and says where it happened.",
    ),
    entry(
        "optimiser",
        "Optimiser",
        "The rule that turns gradients into steps. SGD follows the gradient, with momentum; Adam, AdamW and RMSprop give every weight a step size of its own.",
    ),
    entry(
        "decay",
        "Weight decay",
        "A pull of every weight towards zero, which keeps a network simple. Biases and norms are left alone.",
    ),
    entry(
        "dropout",
        "Dropout",
        "In a training step every hidden unit is silent with this chance, so that no unit can rely on a single other one. Predictions and curves use all units.",
    ),
    entry(
        "clipping",
        "Gradient clipping",
        "Gradients longer than a threshold are shortened, each model's on its own, so that one bad batch can't throw the weights far away.",
    ),
    entry(
        "seed",
        "Seed",
        "The number that everything random follows from. The same lesson with the same seed replays the same run.",
    ),
];

/// The word of a key.
pub fn find(key: &str) -> Option<&'static Entry> {
    GLOSSARY.iter().find(|entry| entry.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_word_is_there_once_and_explained_in_one_to_three_sentences() {
        let keys: HashSet<_> = GLOSSARY.iter().map(|entry| entry.key).collect();
        assert_eq!(keys.len(), GLOSSARY.len());
        for entry in GLOSSARY {
            let sentences = entry.text.matches(". ").count() + 1;
            assert!(entry.text.ends_with('.') && (1..=3).contains(&sentences), "{}: {sentences}", entry.key);
        }
    }
}
