//! What of a lesson matters to the talk with the workers: what it costs to train, what starts it again, what
//! Back should lead to.

pub(super) use mtl_core::config::Notice;
pub(super) use mtl_core::lesson::Lesson;

use mtl_core::config::{Config, Value};
use mtl_core::lesson::{Effect as Takes, called, entries};

/// A lesson without what doesn't change how long a step takes: two lessons of one shape need to be measured
/// once.
pub(super) fn shape(config: &Config) -> Config {
    let mut shape = config.unpaced();
    (shape.preset, shape.seed) = (String::new(), 0);
    let training = &mut shape.training;
    (training.learning_rate, training.momentum, training.weight_decay) = (0.0, 0.0, 0.0);
    for task in &mut shape.tasks {
        task.target = String::new();
        (task.related, task.noise, task.scale, task.weight, task.rate) = (0.0, 0.0, 0.0, 0.0, 0.0);
        (task.labelled, task.weight_decay) = (0, None);
    }
    shape
}

/// Whether two lessons are of one structure, so that what is known of one can stay with the other.
pub(super) fn is_like(old: &Config, new: &Config) -> bool {
    old.tasks.len() == new.tasks.len() && old.data.source.method == new.data.source.method
}

/// What differs that a running lesson can't take over, as a sentence calls it; `None` for nothing.
pub(super) fn reset_by(old: &Config, new: &Config) -> Option<String> {
    if old.tasks.len() != new.tasks.len() {
        return called(new, "tasks");
    }
    let before = entries(old);
    // Options of a method that was just picked have no counterpart; the pick itself decides.
    let differs = |key: &str, value: &Value| before.iter().any(|other| other.key == key && other.value != *value);
    let changed =
        entries(new).into_iter().find(|entry| entry.effect == Takes::Reset && differs(&entry.key, &entry.value));
    called(new, &changed?.key)
}

/// Whether Back should lead to what was before: another data set or other tasks.
pub(super) fn is_landmark(old: &Config, new: &Config) -> bool {
    let same_tasks = old.tasks.iter().zip(&new.tasks).all(|(a, b)| a.target == b.target && a.loss == b.loss);
    old.preset != new.preset || !is_like(old, new) || !same_tasks
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::lesson::apply;

    fn changed(key: &str, value: Value) -> (Config, Config) {
        let old = Config::default();
        let mut new = old.clone();
        let _ = apply(&mut new, key, &value);
        (old, new)
    }

    #[test]
    fn live_settings_need_no_reset_and_others_do() {
        for (key, value) in
            [("lr", Value::Number(0.5)), ("bal", Value::Choice("uncertainty".into())), ("t1.scale", Value::Number(3.0))]
        {
            let (old, new) = changed(key, value);
            assert!(old != new && reset_by(&old, &new).is_none(), "{key}");
        }
        for (key, value, what) in [
            ("s", Value::Integer(1), "seed"),
            ("trunk", Value::Layers(Vec::new()), "shared layers"),
            ("t1.noise", Value::Number(0.5), "label noise of task B"),
        ] {
            let (old, new) = changed(key, value);
            assert_eq!(reset_by(&old, &new).as_deref(), Some(what), "{key}");
        }
        let mut config = Config::default();
        config.remove_task(1);
        assert_eq!(reset_by(&Config::default(), &config).as_deref(), Some("number of tasks"));
    }

    #[test]
    fn sliders_make_no_landmarks_and_other_targets_do() {
        let (old, new) = changed("t1.rel", Value::Number(0.5));
        assert!(!is_landmark(&old, &new));
        let (old, new) = changed("t1.target", Value::Choice("xor".into()));
        assert!(is_landmark(&old, &new));
    }

    #[test]
    fn a_rate_makes_no_other_shape_and_a_layer_does() {
        let (old, new) = changed("lr", Value::Number(0.5));
        assert_eq!(shape(&old), shape(&new));
        let (old, new) = changed("trunk", Value::Layers(Vec::new()));
        assert_ne!(shape(&old), shape(&new));
    }
}
