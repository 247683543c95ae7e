//! Settings under which a method is a simpler one.
//!
//! Said is what holds exactly, up to rounding, initial values included; what is only nearly so, or only from some
//! step on, is not.

use crate::balance;
use crate::config::{Config, Heads, Relation, SharingConfig};
use crate::landscape::is_landscape;
use crate::model;

const NOTHING_TO_SHARE: &str = "There is one task: there is nothing to share.";
const NOTHING_TO_WEIGH: &str = "There is one task: there is nothing to weigh.";
const NO_LAYER: &str = "There is no shared layer: every task trains a network of its own.";
const ONE_GROUP: &str = "All tasks are in one group: this is a shared bottom.";
const OWN_GROUPS: &str =
    "Every task has a group of its own: nothing is shared, every task trains a network of its own.";
const ONE_EXPERT: &str = "With one expert every gate is 1: this is a shared bottom.";
const ONE_LEVEL: &str = "With one shared layer PLE has one level: this is CGC.";
const ONE_NODE: &str = "With one node in each layer there is nothing to choose: this is a shared bottom.";
const NO_TIE: &str = "No trunks are tied: every task trains a network of its own.";
const EQUAL_MANUAL: &str = "All task weights are the same: these are equal weights.";
const EQUAL_LINEAR: &str = "All task weights are the same: this is the mean of the losses.";
const NO_PULL: &str = "Without a pull of the ratio COSMOS is linear.";
const ALL_LEAKS: &str = "With a leak of 1 nothing is dropped: these are equal weights.";
const MEAN_GRADIENT: &str = "With c at 0 the shared layers follow the mean of the gradients.";
const NASH: &str = "With a fairness of 1 this is Nash-MTL.";
const NASH_BUT_HEADS: &str =
    "With a fairness of 1 the shared layers learn as under Nash-MTL; the heads are not weighed.";

/// Which simpler way of sharing a lesson's own comes to, in one sentence; `None` where it comes to none.
///
/// ```
/// use mtl_core::config::{Config, Pick};
/// use mtl_core::lesson::simpler;
///
/// let config = Config { architecture: Pick::new("grouped"), ..Config::default() };
/// assert_eq!(simpler::architecture(&config), Some("All tasks are in one group: this is a shared bottom."));
/// assert_eq!(simpler::architecture(&Config::default()), None);
/// ```
pub fn architecture(config: &Config) -> Option<&'static str> {
    if is_landscape(&config.data.source) {
        return None;
    }
    if config.tasks.len() < 2 {
        return Some(NOTHING_TO_SHARE);
    }
    if config.trunk.is_empty() {
        return Some(NO_LAYER);
    }
    let option = |key: &str| config.architecture.get(model::architectures(), key, 0.0);
    match config.architecture.method.as_str() {
        "grouped" => groups(config),
        "mmoe" | "omoe" if option("experts") == 1.0 => Some(ONE_EXPERT),
        "ple" if config.trunk.len() == 1 => Some(ONE_LEVEL),
        "branch" if option("nodes") == 1.0 => Some(ONE_NODE),
        "soft-sharing" if option("tie") == 0.0 || all_neutral(config) => Some(NO_TIE),
        _ => None,
    }
}

/// Which simpler balancer a lesson's own comes to, in one sentence; `None` where it comes to none.
///
/// ```
/// use mtl_core::config::{Config, Pick};
/// use mtl_core::lesson::simpler;
///
/// let config = Config { balancer: Pick::new("manual"), ..Config::default() };
/// assert_eq!(simpler::balancer(&config), Some("All task weights are the same: these are equal weights."));
/// ```
pub fn balancer(config: &Config) -> Option<&'static str> {
    if is_landscape(&config.data.source) {
        return None;
    }
    if config.tasks.len() < 2 {
        return Some(NOTHING_TO_WEIGH);
    }
    let option = |key: &str| config.balancer.get(balance::balancers(), key, 0.0);
    let weights = || config.tasks.iter().map(|task| task.weight);
    let alike = || weights().zip(weights().skip(1)).all(|(a, b)| a == b);
    // Smoothed, or held over steps in which a task has no label, the answers of two balancers may part.
    let plain = config.sharing == SharingConfig::default();
    match config.balancer.method.as_str() {
        "manual" if alike() => Some(EQUAL_MANUAL),
        "linear" if alike() && plain => Some(EQUAL_LINEAR),
        "cosmos" if option("lambda") == 0.0 && weights().all(|weight| weight > 0.0) && plain => Some(NO_PULL),
        "graddrop" if option("leak") == 1.0 && plain => Some(ALL_LEAKS),
        "cagrad" if option("c") == 0.0 => Some(MEAN_GRADIENT),
        "fairgrad" if option("alpha") == 1.0 => match config.sharing.heads {
            Heads::Published => Some(NASH_BUT_HEADS),
            Heads::Weighed | Heads::Plain => Some(NASH),
        },
        _ => None,
    }
}

/// What groups of tasks come to.
fn groups(config: &Config) -> Option<&'static str> {
    let mut groups: Vec<usize> = config.tasks.iter().map(|task| task.group).collect();
    groups.sort_unstable();
    groups.dedup();
    match groups.len() {
        1 => Some(ONE_GROUP),
        count if count == config.tasks.len() => Some(OWN_GROUPS),
        _ => None,
    }
}

/// Whether every two tasks are declared to have nothing to do with each other.
fn all_neutral(config: &Config) -> bool {
    let mut pairs = (0..config.tasks.len()).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
    pairs.all(|(a, b)| config.relation(a, b) == Relation::Neutral)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LayerConfig, Norm, Pick};

    /// Two tasks, two shared layers.
    fn sharing(pick: Pick) -> Config {
        Config { architecture: pick, trunk: vec![LayerConfig::new(8); 2], ..Config::default() }
    }

    fn weighing(pick: Pick) -> Config {
        Config { balancer: pick, ..Config::default() }
    }

    /// The same with another task.
    fn three(mut config: Config) -> Config {
        config.add_task(config.tasks[0].clone());
        config
    }

    #[test]
    fn one_task_shares_nothing_and_weighs_nothing_whatever_the_method() {
        for (arch, bal) in [("shared-bottom", "equal"), ("cross-stitch", "pcgrad"), ("dselect-k", "uncertainty")] {
            let mut config = Config { balancer: Pick::new(bal), ..sharing(Pick::new(arch)) };
            assert_eq!((architecture(&config), balancer(&config)), (None, None), "{arch}, {bal}");
            config.remove_task(1);
            assert_eq!((architecture(&config), balancer(&config)), (Some(NOTHING_TO_SHARE), Some(NOTHING_TO_WEIGH)));
        }
    }

    #[test]
    fn without_a_shared_layer_every_task_is_alone() {
        let config = Config { trunk: Vec::new(), ..Config::default() };
        assert_eq!(architecture(&config), Some(NO_LAYER));
    }

    #[test]
    fn groups_of_all_tasks_or_of_one_each_are_said_and_others_are_not() {
        let grouped = |groups: [usize; 3]| {
            let mut config = three(sharing(Pick::new("grouped")));
            config.tasks.iter_mut().zip(groups).for_each(|(task, group)| task.group = group);
            architecture(&config)
        };
        assert_eq!(grouped([2, 2, 2]), Some(ONE_GROUP));
        assert_eq!(grouped([3, 1, 2]), Some(OWN_GROUPS));
        assert_eq!(grouped([1, 2, 1]), None);
    }

    #[test]
    fn one_expert_and_one_node_are_a_shared_bottom_and_two_are_not() {
        for (method, option, said) in
            [("mmoe", "experts", ONE_EXPERT), ("omoe", "experts", ONE_EXPERT), ("branch", "nodes", ONE_NODE)]
        {
            let with = |count: f64| architecture(&sharing(Pick::new(method).with(option, count)));
            assert_eq!((with(1.0), with(2.0)), (Some(said), None), "{method}");
        }
        assert_eq!(architecture(&sharing(Pick::new("branch"))), None, "as many nodes as tasks");
    }

    #[test]
    fn ple_of_one_level_is_cgc() {
        let mut config = sharing(Pick::new("ple"));
        assert_eq!(architecture(&config), None);
        config.trunk.truncate(1);
        assert_eq!(architecture(&config), Some(ONE_LEVEL));
    }

    #[test]
    fn trunks_are_untied_by_a_tie_of_zero_and_by_relations_that_are_all_neutral() {
        assert_eq!(architecture(&sharing(Pick::new("soft-sharing").with("tie", 0.0))), Some(NO_TIE));
        let mut config = three(sharing(Pick::new("soft-sharing")));
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            assert_eq!(architecture(&config), None);
            config.declare(a, b, Relation::Neutral);
        }
        assert_eq!(architecture(&config), Some(NO_TIE));
        config.declare(0, 2, Relation::Negative);
        assert_eq!(architecture(&config), None, "kept apart");
    }

    #[test]
    fn weights_that_are_all_the_same_are_equal_weights_or_the_mean() {
        for (method, said) in [("manual", EQUAL_MANUAL), ("linear", EQUAL_LINEAR)] {
            let mut config = three(weighing(Pick::new(method)));
            config.tasks.iter_mut().for_each(|task| task.weight = 0.5);
            assert_eq!(balancer(&config), Some(said));
            config.tasks[2].weight = 1.0;
            assert_eq!(balancer(&config), None, "{method}");
        }
        let mut config = weighing(Pick::new("linear"));
        config.sharing.norm = Norm::Sum;
        assert_eq!(balancer(&config), None, "it is asked on the host, where a task may be absent");
    }

    #[test]
    fn options_that_switch_off_what_a_balancer_adds_are_said() {
        let with = |method: &str, option, value| balancer(&weighing(Pick::new(method).with(option, value)));
        assert_eq!((with("cosmos", "lambda", 0.0), with("cosmos", "lambda", 0.1)), (Some(NO_PULL), None));
        assert_eq!((with("graddrop", "leak", 1.0), with("graddrop", "leak", 0.9)), (Some(ALL_LEAKS), None));
        assert_eq!((with("cagrad", "c", 0.0), with("cagrad", "c", 0.1)), (Some(MEAN_GRADIENT), None));
        let mut config = weighing(Pick::new("graddrop").with("leak", 1.0));
        config.sharing.smoothing = 0.5;
        assert_eq!(balancer(&config), None, "a smoothed direction remembers earlier gradients");
        let mut config = weighing(Pick::new("cosmos").with("lambda", 0.0));
        config.tasks[1].weight = 0.0;
        assert_eq!(balancer(&config), None);
    }

    #[test]
    fn a_fairness_of_one_is_nash_mtl_but_for_the_heads_as_published() {
        let mut config = weighing(Pick::new("fairgrad").with("alpha", 1.0));
        assert_eq!(balancer(&config), Some(NASH_BUT_HEADS));
        config.sharing.heads = Heads::Plain;
        assert_eq!(balancer(&config), Some(NASH));
        assert_eq!(balancer(&weighing(Pick::new("fairgrad"))), None);
    }

    #[test]
    fn a_race_down_a_landscape_has_neither_layers_nor_heads() {
        let mut config = Config { balancer: Pick::new("manual"), ..sharing(Pick::new("grouped")) };
        config.data.source = Pick::new("two-valleys");
        assert_eq!((architecture(&config), balancer(&config)), (None, None));
    }
}
