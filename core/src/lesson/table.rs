//! The lines of the table of settings; what a line is stands in [`super::fields`].

use super::fields::{Card, Effect, Field, Get, Set, Within};
use super::limits;
use crate::config::kind::{Choice, Kind, Value};
use crate::config::layer::{MAX_DROPOUT, MAX_HEAD, MAX_TRUNK};
use crate::config::{
    Baseline, Clip, Config, Heads, LossKind, Norm, Optimiser, Pace, RELATION_KEYS, RELATIONS, Relation, Schedule,
    TaskConfig, Varies,
};
use crate::config::{Pick, PickEntry};
use crate::{balance, data, model, strategy};
use std::sync::LazyLock;

fn always(_: &Config, _: usize) -> bool {
    true
}

fn picks(table: &[PickEntry]) -> Vec<Choice> {
    table.iter().map(|entry| entry.choice).collect()
}

fn sources() -> Vec<Choice> {
    picks(data::sources())
}

fn architectures() -> Vec<Choice> {
    picks(model::architectures())
}

fn strategies() -> Vec<Choice> {
    picks(strategy::strategies())
}

fn balancers() -> Vec<Choice> {
    picks(balance::balancers())
}

fn preferences() -> Vec<Choice> {
    picks(balance::preferences())
}

fn targets() -> Vec<Choice> {
    data::targets::CHOICES.to_vec()
}

fn relations() -> Vec<Choice> {
    RELATIONS.iter().map(|(_, choice)| *choice).collect()
}

/// Names a unit enum's variants for links and controls.
macro_rules! words {
    ($list:ident, $keys:ident, $of:ident, $as:ident, $type:ty, [$($variant:expr => $key:literal, $label:literal, $help:literal;)*]) => {
        const $list: &[($type, Choice)] = &[$(($variant, Choice { key: $key, label: $label, help: $help })),*];
        fn $keys() -> Vec<Choice> { $list.iter().map(|(_, choice)| *choice).collect() }
        fn $of(value: $type) -> Value {
            let found = $list.iter().find(|(v, _)| *v == value);
            debug_assert!(found.is_some(), "every variant has its word");
            Value::Choice(found.map_or("", |(_, c)| c.key).into())
        }
        fn $as(value: &Value) -> Option<$type> {
            let Value::Choice(key) = value else { return None };
            $list.iter().find(|(_, c)| c.key == key).map(|(v, _)| *v)
        }
    };
}

words!(LOSSES, losses, of_loss, as_loss, LossKind, [
    LossKind::Mse => "mse", "regression, squared error", "Predict numbers; large errors count with their square.";
    LossKind::Huber => "huber", "regression, Huber", "Predict numbers; errors beyond 1 count linearly, so outliers pull less.";
    LossKind::Bce => "bce", "two classes", "Predict the chance of one of two classes, by binary cross-entropy.";
    LossKind::Ce => "ce", "several classes", "Predict one of several classes, by cross-entropy.";
]);
words!(OPTIMISERS, optimisers, of_optimiser, as_optimiser, Optimiser, [
    Optimiser::Adam => "adam", "Adam", "Steps scaled by running means of the gradient and its square.";
    Optimiser::AdamW => "adamw", "AdamW", "Adam whose weight decay doesn't pass through the running means.";
    Optimiser::Sgd => "sgd", "SGD with momentum", "Steps along a running sum of gradients.";
    Optimiser::RmsProp => "rmsprop", "RMSprop", "Steps scaled by a running mean of the squared gradient.";
]);
words!(SCHEDULES, schedules, of_schedule, as_schedule, Schedule, [
    Schedule::Constant => "constant", "constant", "The rate stays as it is.";
    Schedule::Cosine => "cosine", "cosine", "Half a cosine, from the rate to zero over the horizon.";
    Schedule::Step => "step", "steps", "A tenth after half of the horizon, a hundredth after three quarters.";
    Schedule::Warmup => "warmup", "warm-up", "Rises over the first tenth of the horizon, then stays.";
]);
words!(CLIPS, clips, of_clip, as_clip, Clip, [
    Clip::None => "none", "no clipping", "Gradients are used as they are.";
    Clip::Value => "value", "by value", "Every entry of the gradient is cut to the threshold.";
    Clip::Norm => "norm", "by norm", "A model's whole gradient is shortened to the threshold.";
]);

words!(HEADS, heads, of_heads, as_heads, Heads, [
    Heads::Published => "published", "as published", "As the balancer's authors have it: losses weighed as a whole, or gradients combined in the trunk alone.";
    Heads::Weighed => "weighed", "weighed", "Every head's gradient is multiplied by its task's weight.";
    Heads::Plain => "plain", "plain", "Every head takes its own task's gradient as it is.";
]);
words!(NORMS, norms, of_norm, as_norm, Norm, [
    Norm::Own => "own", "the balancer's own", "As long as the balancer makes it.";
    Norm::Mean => "mean", "as the mean", "As long as the mean of the task gradients.";
    Norm::Sum => "sum", "as the sum", "As long as the sum of the task gradients, which equal weights follow.";
]);

words!(BASELINES, baselines, of_baseline, as_baseline, Baseline, [
    Baseline::Fair => "fair", "fair", "Of the same size where the architecture has over 10 % more parameters than a shared bottom of the same layers, else the shared layers and one head: a gain is then a gain by company.";
    Baseline::SameLayers => "layers", "same network, one task", "The shared layers and one head, whatever the architecture.";
    Baseline::SameSize => "size", "same size", "The shared layers, all made wider or narrower until there are about as many parameters as in the network of all tasks.";
    Baseline::SameArchitecture => "arch", "same architecture, one task alone", "The network of all tasks itself, taught one of them alone.";
]);
words!(VARIES, varies, of_varies, as_varies, Varies, [
    Varies::Training => "training", "initial values and batches", "All seeds learn from the same rows: the spread is that of training, for this one draw of the data.";
    Varies::Data => "data", "also the data", "Each seed has its own draw of the data too: the spread is that of the lesson as a whole.";
]);

words!(PACES, paces, of_pace, as_pace, Pace, [
    Pace::Story => "story", "story pace", "Slow enough to be followed: a steady pace at first, then faster as less happens in an epoch.";
    Pace::Four => "x4", "\u{d7}4", "Four times the story pace.";
    Pace::Sixteen => "x16", "\u{d7}16", "Sixteen times the story pace.";
    Pace::Flat => "flat", "flat out", "As fast as this machine can, past the end of the story.";
]);

/// A whole number of the lesson. Only clamped values are written, so that the cast loses nothing.
macro_rules! integer {
    ($config:ident . $($path:ident).+) => {
        (|$config, _| Value::Integer(i64::try_from($config.$($path).+).unwrap_or(i64::MAX)), |$config, _, value| {
            if let Value::Integer(n) = value { $config.$($path).+ = (*n).max(0) as _; }
        })
    };
}

/// A real number of the lesson.
macro_rules! number {
    ($config:ident . $($path:ident).+) => {
        (|$config, _| Value::Number($config.$($path).+), |$config, _, value| {
            if let Value::Number(x) = value { $config.$($path).+ = *x; }
        })
    };
}

/// A real number of a task.
macro_rules! task_number {
    ($name:ident) => {
        (
            |c, k| Value::Number(task(c, k).$name),
            |c, k, value| {
                if let (Some(t), Value::Number(x)) = (c.tasks.get_mut(k), value) {
                    t.$name = *x;
                }
            },
        )
    };
}

/// A whole number of a task.
macro_rules! task_integer {
    ($name:ident) => {
        (
            |c, k| Value::Integer(i64::try_from(task(c, k).$name).unwrap_or(i64::MAX)),
            |c, k, value| {
                if let (Some(t), Value::Integer(n)) = (c.tasks.get_mut(k), value) {
                    t.$name = (*n).max(0) as _;
                }
            },
        )
    };
}

/// A number of a task that may be inherited from the lesson.
macro_rules! task_inherited {
    ($name:ident) => {
        (
            |c, k| task(c, k).$name.map_or(Value::Inherit, Value::Number),
            |c, k, value| {
                let Some(t) = c.tasks.get_mut(k) else { return };
                match value {
                    Value::Number(x) => t.$name = Some(*x),
                    Value::Inherit => t.$name = None,
                    _ => {}
                }
            },
        )
    };
}

/// The relation of a task to an earlier one.
macro_rules! relation {
    ($to:literal) => {
        (|c, k| of_relation(task(c, k).relations[$to]), |c, k, value| {
            let known = RELATIONS.iter().find(|(_, choice)| matches!(value, Value::Choice(key) if key == choice.key));
            if let (Some(t), Some((relation, _))) = (c.tasks.get_mut(k), known) {
                t.relations[$to] = *relation;
            }
        })
    };
}

fn of_relation(relation: Relation) -> Value {
    Value::Choice(RELATIONS.iter().find(|(known, _)| *known == relation).map_or("", |(_, choice)| choice.key).into())
}

/// Whether a task's relation to an earlier one is read: by the sharing, or by the measure of affinities.
fn asks_relation(config: &Config, task: usize, to: usize) -> bool {
    let read = || RELATION_KEYS.get(to).is_some_and(|key| model::reads(config, key));
    to < task && (config.population.affinity || read())
}

const RELATION: &str = "What is known of the two tasks, declared with the later one. Soft sharing and low-rank adapters follow it, and measured task affinities are held against it.";

/// One of a few words of the lesson.
macro_rules! word {
    ($of:ident, $as:ident, $config:ident . $($path:ident).+) => {
        (|$config, _| $of($config.$($path).+), |$config, _, value| {
            if let Some(v) = $as(value) { $config.$($path).+ = v; }
        })
    };
}

/// The task, or a default one for an index beyond the last.
fn task(config: &Config, index: usize) -> &TaskConfig {
    static NONE: LazyLock<TaskConfig> = LazyLock::new(TaskConfig::default);
    config.tasks.get(index).unwrap_or(&NONE)
}

/// A method picked from a table; a change of method forgets the other method's options.
fn set_method(pick: &mut Pick, value: &Value) {
    if let Value::Choice(key) = value
        && pick.method != *key
    {
        *pick = Pick::new(key.clone());
    }
}

macro_rules! line {
    ($key:literal, $card:ident, $effect:ident, $label:literal, $help:expr, $kind:expr, $access:expr $(, shown $shown:expr)? $(, within $within:expr)?) => {{
        let (get, set): (Get, Set) = $access;
        #[allow(unused_mut, unused_assignments)]
        let mut shown: fn(&Config, usize) -> bool = always;
        $(shown = $shown;)?
        #[allow(unused_mut, unused_assignments)]
        let mut within: Within = limits::everywhere;
        $(within = $within;)?
        Field { key: $key, per_task: false, card: Card::$card, effect: Effect::$effect, label: $label, help: $help, kind: $kind, get, set, shown, within }
    }};
}

macro_rules! task_line {
    ($($line:tt)*) => { Field { per_task: true, ..line!($($line)*) } };
}

const fn whole(min: i64, max: i64) -> Kind {
    Kind::Integer { min, max, word: None }
}

const fn whole_or(min: i64, max: i64, word: &'static str) -> Kind {
    Kind::Integer { min, max, word: Some(word) }
}

const fn real(min: f64, max: f64) -> Kind {
    Kind::Number { min, max, log: false, inherits: false }
}

const fn factor(min: f64, max: f64) -> Kind {
    Kind::Number { min, max, log: true, inherits: false }
}

const fn inherited(max: f64) -> Kind {
    Kind::Number { min: 0.0, max, log: false, inherits: true }
}

/// The settings of the lesson as a whole, in the order of links.
#[rustfmt::skip]
pub(super) static LESSON: &[Field] = &[
        line!("s", Training, Reset, "seed", "Everything random follows from it: the same seed replays the same run.", whole(0, u32::MAX as i64), integer!(c.seed)),
        line!("data", Data, Reset, "data", "Where inputs and targets come from.", Kind::Choice(sources), (|c, _| Value::Choice(c.data.source.method.clone()), |c, _, v| set_method(&mut c.data.source, v))),
        line!("rows", Data, Reset, "training rows", "How many rows the networks learn from.", whole(8, 20_000), integer!(c.data.train_rows)),
        line!("valid", Data, Reset, "validation rows", "Held-out rows for the curves and the Pareto plane. The best steps are chosen by them.", whole(8, 5000), integer!(c.data.valid_rows)),
        line!("test", Data, Reset, "test rows", "Held-out rows for the transfer gains and the other numbers at the best steps, which are not chosen by them.", whole(8, 5000), integer!(c.data.test_rows)),
        line!("arch", Network, Reset, "sharing", "Which layers are shared between tasks, and how.", Kind::Choice(architectures), (|c, _| Value::Choice(c.architecture.method.clone()), |c, _, v| set_method(&mut c.architecture, v))),
        line!("trunk", Network, Reset, "shared layers", "The trunk: layers that every task uses, first to last.", Kind::Layers { max: MAX_TRUNK }, (|c, _| Value::Layers(c.trunk.clone()), |c, _, v| if let Value::Layers(l) = v { c.trunk = l.clone() })),
        line!("bal", Sharing, Live, "balancer", "How the task losses are weighed against each other.", Kind::Choice(balancers), (|c, _| Value::Choice(c.balancer.method.clone()), |c, _, v| set_method(&mut c.balancer, v))),
        line!("heads", Sharing, Live, "weights in the heads", "Whether task weights count in the heads too. With Adam it hardly matters, with SGD it does.", Kind::Choice(heads), word!(of_heads, as_heads, c.sharing.heads)),
        line!("norm", Sharing, Live, "length of the step", "Makes the combined gradient of the shared layers as long as another, so that a race between balancers is fair.", Kind::Choice(norms), word!(of_norm, as_norm, c.sharing.norm)),
        line!("every", Sharing, Live, "asked every", "Optimiser steps between two questions to the balancer; in between its last weights hold. One that answers with a direction is asked in every step.", whole(1, 100), integer!(c.sharing.refresh)),
        line!("smooth", Sharing, Live, "smoothing of the weights", "The share of the weights (or direction) before in those now; 0 for none.", real(0.0, 0.999), number!(c.sharing.smoothing)),
        line!("strategy", Training, Reset, "strategy", "Which tasks are taught when.", Kind::Choice(strategies), (|c, _| Value::Choice(c.strategy.method.clone()), |c, _, v| set_method(&mut c.strategy, v)), shown |c, _| c.tasks.len() > 1),
        line!("opt", Training, Reset, "optimiser", "The rule that turns gradients into steps.", Kind::Choice(optimisers), word!(of_optimiser, as_optimiser, c.training.optimiser)),
        line!("lr", Training, Live, "learning rate", "How far a step goes.", factor(1e-6, 10.0), number!(c.training.learning_rate)),
        line!("mom", Training, Live, "momentum", "How much of the last steps' direction is kept.", real(0.0, 0.999), number!(c.training.momentum)),
        line!("sched", Training, Live, "schedule", "How the learning rate changes over epochs.", Kind::Choice(schedules), word!(of_schedule, as_schedule, c.training.schedule)),
        line!("horizon", Training, Live, "horizon", "The epochs that the schedule spans.", whole(1, 100_000), integer!(c.training.horizon), shown |c, _| c.training.schedule != Schedule::Constant),
        line!("decay", Training, Live, "weight decay", "Pulls weights towards zero; biases and norms are left alone.", real(0.0, 1.0), number!(c.training.weight_decay)),
        line!("drop", Training, Live, "dropout", "Chance that a hidden unit is silent in a training step.", real(0.0, MAX_DROPOUT), number!(c.training.dropout)),
        line!("clip", Training, Live, "gradient clipping", "Shortens gradients that are too long, for each model on its own.", Kind::Choice(clips), word!(of_clip, as_clip, c.training.clip)),
        line!("clipat", Training, Live, "clip at", "The clipping threshold.", factor(1e-3, 1e3), number!(c.training.clip_at), shown |c, _| c.training.clip != Clip::None),
        line!("batch", Training, Reset, "batch size", "Rows in an optimiser step.", whole_or(1, 5000, "full"), integer!(c.training.batch), within limits::rows),
        line!("seeds", Training, Reset, "paired seeds", "Runs of the model and its baselines, each with initial values and batches of its own, and where the data vary too with rows of its own: they give the spread of the transfer gain.", whole(1, 64), integer!(c.population.seeds)),
        line!("fan", Training, Reset, "Pareto fan", "Models with fixed preferences between the tasks that trace the Pareto front: for two tasks just as many, for three to six the largest even lattice within it, of 11 points 10, 10, 5 and 6.", whole_or(2, 45, "none"), integer!(c.population.fan), within limits::fan),
        line!("fanby", Training, Live, "fan's method", "How each model of the fan aims at its preference.", Kind::Choice(preferences), (|c, _| Value::Choice(c.preference.method.clone()), |c, _, v| set_method(&mut c.preference, v)), shown |c, _| c.population.fan > 0),
        line!("baselines", Training, Reset, "single-task baselines", "One model per task that learns this task alone; without them there is no transfer to show.", Kind::Switch, (|c, _| Value::Switch(c.population.baselines), |c, _, v| if let Value::Switch(on) = v { c.population.baselines = *on })),
        line!("alone", Data, Reset, "tasks alone", "What the network is that learns a task alone: the transfer gain is a gain over it.", Kind::Choice(baselines), word!(of_baseline, as_baseline, c.population.baseline), shown |c, _| c.population.baselines && c.tasks.len() > 1),
        line!("vary", Data, Reset, "what varies with the seed", "What differs between the paired seeds: a gain and its interval hold for what varies. The first seed has the same rows either way, and they are the ones in the pictures.", Kind::Choice(varies), word!(of_varies, as_varies, c.population.varies), shown |c, _| c.population.seeds > 1),
        line!("front", Training, Reset, "one network for the front", "Trains one network that reads a preference beside its inputs (COSMOS): it is asked for every point of the front.", Kind::Switch, (|c, _| Value::Switch(c.population.conditioned), |c, _, v| if let Value::Switch(on) = v { c.population.conditioned = *on }), shown |c, _| c.tasks.len() > 1),
        line!("front-alpha", Training, Live, "preferences it is shown", "Concentration of the Dirichlet distribution they are drawn from: below 1 rather extreme ones, above 1 rather even ones.", factor(0.1, 10.0), number!(c.population.concentration), shown |c, _| c.population.conditioned),
        line!("front-lambda", Training, Live, "keeping answers apart", "Weight of the cosine between preference and losses, as published: it spreads the answers, and a large one turns them round.", real(0.0, 10.0), number!(c.population.spread), shown |c, _| c.population.conditioned),
        line!("matched", Network, Reset, "shared bottom of equal size", "Trains a plain shared bottom of about as many parameters beside the architecture, to tell sharing from size.", Kind::Switch, (|c, _| Value::Switch(c.population.matched), |c, _, v| if let Value::Switch(on) = v { c.population.matched = *on }), shown |c, _| !model::shared_bottom::is_plain(&c.architecture)),
        line!("affinity", Training, Reset, "task affinities", "Measures at recorded steps what a look-ahead step of each task alone does to the others' losses, and groups tasks by it.", Kind::Switch, (|c, _| Value::Switch(c.population.affinity), |c, _, v| if let Value::Switch(on) = v { c.population.affinity = *on }), shown |c, _| c.tasks.len() > 1),
        line!("pairs", Training, Reset, "pairwise transfer", "One model per two tasks that learns these two alone, on every paired seed: against the baselines it shows which task gains from which.", Kind::Switch, (|c, _| Value::Switch(c.population.pairs), |c, _, v| if let Value::Switch(on) = v { c.population.pairs = *on }), shown |c, _| c.population.baselines && c.tasks.len() > 1),
        // Its control stands beside the play button.
        line!("pace", Training, Live, "pace", "How fast training is shown; the curves are the same at every pace.", Kind::Choice(paces), word!(of_pace, as_pace, c.pacing.pace), shown |_, _| false),
        line!("base", Training, Live, "story pace begins with", "Epochs a second at the start of the story pace; from eight times as many epochs on it is an eighth of the epoch.", factor(0.05, 1000.0), number!(c.pacing.base)),
        line!("story", Training, Live, "end of the story", "The epoch at which play pauses and says what came of it; play goes on from there. Flat out passes it.", whole_or(1, 1_000_000, "none"), integer!(c.pacing.story)),
];

/// The settings that every task has, in the order of links.
#[rustfmt::skip]
pub(super) static TASK: &[Field] = &[
        task_line!("loss", Data, Reset, "kind and loss", "What the task predicts and how errors count.", Kind::Choice(losses), (|c, k| of_loss(task(c, k).loss), |c, k, v| if let (Some(t), Some(loss)) = (c.tasks.get_mut(k), as_loss(v)) { t.loss = loss })),
        task_line!("target", Data, Reset, "target", "The function of the inputs that the task has to learn.", Kind::Choice(targets), (|c, k| Value::Choice(task(c, k).target.clone()), |c, k, v| if let (Some(t), Value::Choice(key)) = (c.tasks.get_mut(k), v) { t.target = key.clone() }), shown |c, _| data::is_plane(&c.data.source)),
        task_line!("outputs", Data, Reset, "outputs", "Dimensions of a regression or number of classes.", whole(1, 10), task_integer!(outputs), shown |c, k| { let fits = data::outputs(&c.data.source, task(c, k).loss); fits.start() < fits.end() }, within limits::outputs),
        task_line!("rel", Data, Reset, "relatedness to A", "1 is task A's target, -1 its mirror image, 0 the task's own; between them the target turns from one to the other. The mirror image of a linear task is no conflict: a head undoes it.", real(-1.0, 1.0), task_number!(related), shown |c, k| k > 0 && data::is_plane(&c.data.source)),
        task_line!("noise", Data, Reset, "label noise", "Standard deviation added to training labels, or the chance that a class is replaced by another.", real(0.0, 1.0), task_number!(noise)),
        task_line!("labelled", Data, Reset, "labelled rows", "Training rows that carry this task's label; on the others it is missing.", whole_or(1, 20_000, "all"), task_integer!(labelled), within limits::rows),
        task_line!("scale", Data, Live, "loss scale", "A factor on the task's loss while training; the curves show the loss without it.", factor(0.01, 100.0), task_number!(scale)),
        task_line!("weight", Sharing, Live, "task weight", "How much the task counts: as a weight under your own weights, as a preference under balancers that follow one, and in the average performance.", real(0.0, 10.0), task_number!(weight), shown |c, _| c.tasks.len() > 1),
        task_line!("head", Network, Reset, "private layers", "Hidden layers of this task alone, between the trunk and its output.", Kind::Layers { max: MAX_HEAD }, (|c, k| Value::Layers(task(c, k).head.clone()), |c, k, v| if let (Some(t), Value::Layers(l)) = (c.tasks.get_mut(k), v) { t.head = l.clone() })),
        task_line!("group", Network, Reset, "group", "Tasks of the same group share a trunk.", whole(1, crate::config::MAX_TASKS as i64), task_integer!(group), shown |c, _| c.architecture.method == "grouped"),
        task_line!("to-a", Network, Reset, "relation to A", RELATION, Kind::Choice(relations), relation!(0), shown |c, k| asks_relation(c, k, 0)),
        task_line!("to-b", Network, Reset, "relation to B", RELATION, Kind::Choice(relations), relation!(1), shown |c, k| asks_relation(c, k, 1)),
        task_line!("to-c", Network, Reset, "relation to C", RELATION, Kind::Choice(relations), relation!(2), shown |c, k| asks_relation(c, k, 2)),
        task_line!("to-d", Network, Reset, "relation to D", RELATION, Kind::Choice(relations), relation!(3), shown |c, k| asks_relation(c, k, 3)),
        task_line!("to-e", Network, Reset, "relation to E", RELATION, Kind::Choice(relations), relation!(4), shown |c, k| asks_relation(c, k, 4)),
        task_line!("from", Training, Live, "joins at epoch", "The epoch at which the task is taught for the first time.", whole(0, 100_000), task_integer!(from), shown |c, _| strategy::reads(c, "from"), within limits::epochs),
        task_line!("until", Training, Live, "leaves at epoch", "The epoch from which the task is taught no more.", whole_or(1, 100_000, "never"), task_integer!(until), shown |c, _| strategy::reads(c, "until"), within limits::epochs),
        task_line!("source", Training, Live, "source of the transfer", "Whether the shared layers learn this task first. Without any, task A is the source.", Kind::Switch, (|c, k| Value::Switch(task(c, k).source), |c, k, v| if let (Some(t), Value::Switch(on)) = (c.tasks.get_mut(k), v) { t.source = *on }), shown |c, _| strategy::reads(c, "source")),
        task_line!("lr", Training, Live, "learning rate, head", "A factor on the learning rate for the task's private layers.", factor(0.01, 100.0), task_number!(rate)),
        task_line!("decay", Training, Live, "weight decay, head", "Weight decay of the private layers.", inherited(1.0), task_inherited!(weight_decay)),
        task_line!("drop", Training, Live, "dropout, head", "Dropout in the private layers.", inherited(MAX_DROPOUT), task_inherited!(dropout)),
];
