//! A lesson's steps as data: what one says, what it points at, and what completes it.

use crate::config::Config;
use crate::lesson::{Entry, entry};

/// A picture or table of the page that a lesson needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Panel {
    /// The network with its units.
    Network,
    /// What each task predicts.
    Predictions,
    /// Each task's transfer gain.
    Transfer,
    /// The cosines between the tasks' gradients.
    Conflict,
    /// The losses over epochs.
    Losses,
    /// The plane of two losses with its front.
    TradeOff,
    /// The task weights.
    Weights,
    /// What each task gains from each other one, trained in pairs.
    Pairs,
    /// What a step of each task alone does to the others' losses, and groups that follow from it.
    TaskAffinity,
    /// Every measure.
    Measures,
    /// The comparison of architectures.
    Compare,
    /// The race down a landscape.
    Landscape,
}

/// What a step points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A picture or table.
    Panel(Panel),
    /// The control of a setting, by its key.
    Setting(&'static str),
}

/// What completes a step: a plain fact about the lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Training goes on, or has begun.
    Play,
    /// So many epochs are trained.
    Epoch(u32),
    /// The setting of this key is another than the lesson's own.
    Change(&'static str),
    /// The setting of this key has this value, as links write it.
    Set(&'static str, &'static str),
    /// All of these at once.
    All(&'static [Act]),
}

/// A step of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Two or three short sentences.
    pub text: &'static str,
    /// What it points at.
    pub look: Look,
    /// What completes it.
    pub act: Act,
}

/// Where a lesson stands, for judging its steps.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Its settings now.
    pub lesson: &'a Config,
    /// Its own settings, that is, those that it opens with.
    pub own: &'a Config,
    /// Whether training goes on.
    pub playing: bool,
    /// Whether a step was taken.
    pub begun: bool,
    /// Whole epochs trained.
    pub epoch: u32,
}

impl Standing<'_> {
    /// Whether the lesson has its own settings. How fast training is shown doesn't count.
    fn is_own(&self) -> bool {
        self.lesson.unpaced() == self.own.unpaced()
    }
}

/// The value of a setting, as links write it.
fn text(config: &Config, key: &str) -> Option<String> {
    entry(config, key).map(|Entry { kind, value, .. }| kind.text(&value))
}

impl Act {
    /// Whether it has happened.
    ///
    /// ```
    /// use mtl_core::config::Config;
    /// use mtl_core::lesson::lessons::{Act, Standing};
    ///
    /// let own = Config::default();
    /// let now = Standing { lesson: &own, own: &own, playing: false, begun: true, epoch: 20 };
    /// assert!(Act::Epoch(20).is_done(&now) && !Act::Change("lr").is_done(&now));
    /// ```
    pub fn is_done(&self, now: &Standing) -> bool {
        match self {
            Self::Play => now.playing || now.begun,
            Self::Epoch(epoch) => now.epoch >= *epoch,
            Self::Change(key) => text(now.lesson, key) != text(now.own, key),
            Self::Set(key, value) => text(now.lesson, key).as_deref() == Some(value),
            Self::All(acts) => acts.iter().all(|act| act.is_done(now)),
        }
    }

    /// The keys of the settings that the user is to change, in order.
    pub fn keys(&self) -> Vec<&'static str> {
        match self {
            Self::Play | Self::Epoch(_) => Vec::new(),
            Self::Change(key) | Self::Set(key, _) => vec![key],
            Self::All(acts) => acts.iter().flat_map(Act::keys).collect(),
        }
    }

    /// What of it is left to do, as far as it is one setting: the first that isn't as it should be.
    pub fn next_key(&self, now: &Standing) -> Option<&'static str> {
        match self {
            Self::All(acts) => acts.iter().find_map(|act| act.next_key(now)),
            Self::Change(key) | Self::Set(key, _) => (!self.is_done(now)).then_some(*key),
            Self::Play | Self::Epoch(_) => None,
        }
    }
}

/// How far a lesson is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Which steps are done.
    pub done: Vec<bool>,
    /// Whether a run of the lesson's own settings has begun.
    own_run: bool,
}

impl Told {
    /// The same some time later: steps that were done stay so. Where a run of the lesson's own settings is
    /// reset no step is done yet; one that starts again because a setting was restored goes on.
    #[must_use]
    pub fn later(&self, steps: &[Step], now: &Standing) -> Self {
        let own_run = now.begun && now.is_own();
        if self.own_run && !now.begun && !now.playing && now.is_own() {
            return Self { done: vec![false; steps.len()], own_run };
        }
        let was = |k: usize| self.done.get(k).copied().unwrap_or(false);
        Self { done: steps.iter().enumerate().map(|(k, step)| was(k) || step.act.is_done(now)).collect(), own_run }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Value;
    use crate::lesson::apply;

    const STEPS: &[Step] = &[
        Step { text: "", look: Look::Panel(Panel::Losses), act: Act::Play },
        Step { text: "", look: Look::Panel(Panel::Transfer), act: Act::Epoch(100) },
        Step { text: "", look: Look::Setting("t1.labelled"), act: Act::Set("t1.labelled", "all") },
        Step {
            text: "",
            look: Look::Setting("t1.rel"),
            act: Act::All(&[Act::Change("t1.rel"), Act::Set("bal", "mgda"), Act::Epoch(10)]),
        },
    ];

    fn standing<'a>(lesson: &'a Config, own: &'a Config, playing: bool, epoch: u32) -> Standing<'a> {
        Standing { lesson, own, playing, begun: epoch > 0, epoch }
    }

    fn with(config: &Config, key: &str, value: Value) -> Config {
        let mut config = config.clone();
        let _ = apply(&mut config, key, &value);
        config
    }

    #[test]
    fn facts_are_judged_as_they_are() {
        let own = Config::default();
        let all = with(&own, "t1.labelled", Value::Integer(0));
        for (playing, epoch, played) in [(false, 0, false), (true, 0, true), (false, 3, true)] {
            assert_eq!(Act::Play.is_done(&standing(&own, &own, playing, epoch)), played);
        }
        assert!(!Act::Epoch(100).is_done(&standing(&own, &own, true, 99)));
        assert!(Act::Change("t1.labelled").is_done(&standing(&all, &own, false, 0)));
        assert!(Act::Set("t1.labelled", "all").is_done(&standing(&all, &own, false, 0)));
        assert!(Act::Set("t1.labelled", "24").is_done(&standing(&own, &own, false, 0)));
        // A setting that the lesson hasn't got has no value.
        assert!(!Act::Set("bal.lr", "0.1").is_done(&standing(&own, &own, false, 0)));
        assert!(!Act::Change("bal.lr").is_done(&standing(&own, &own, false, 0)));
    }

    #[test]
    fn what_is_left_to_do_is_the_first_setting_that_is_not_as_it_should_be() {
        let own = Config::default();
        let act = STEPS[3].act;
        assert_eq!(act.keys(), ["t1.rel", "bal"]);
        assert_eq!(act.next_key(&standing(&own, &own, true, 10)), Some("t1.rel"));
        let related = with(&own, "t1.rel", Value::Number(0.5));
        assert_eq!(act.next_key(&standing(&related, &own, true, 10)), Some("bal"));
        let both = with(&related, "bal", Value::Choice("mgda".into()));
        assert_eq!(act.next_key(&standing(&both, &own, true, 0)), None);
        assert!(act.is_done(&standing(&both, &own, true, 10)));
    }

    #[test]
    fn a_step_stays_done_whatever_is_changed_afterwards() {
        let own = Config::default();
        let all = with(&own, "t1.labelled", Value::Integer(0));
        let mut told = Told::default().later(STEPS, &standing(&own, &own, false, 0));
        assert_eq!(told.done, [false; 4]);
        told = told.later(STEPS, &standing(&own, &own, true, 120));
        assert_eq!(told.done, [true, true, false, false]);
        // A changed setting starts the run again, at rest or not, and so does one that is restored.
        for playing in [true, false] {
            told = told.later(STEPS, &standing(&all, &own, playing, 0));
            told = told.later(STEPS, &standing(&all, &own, playing, 30));
            told = told.later(STEPS, &standing(&own, &own, playing, 0));
            assert_eq!(told.done, [true, true, true, false], "playing: {playing}");
        }
    }

    #[test]
    fn a_lesson_that_is_reset_is_told_anew() {
        let own = Config::default();
        let quick = with(&own, "pace", Value::Choice("x4".into()));
        for settings in [&own, &quick] {
            let told = Told::default().later(STEPS, &standing(settings, &own, true, 120));
            // It plays again already.
            assert_eq!(told.later(STEPS, &standing(settings, &own, true, 0)).done, [true, true, false, false]);
            assert_eq!(told.later(STEPS, &standing(settings, &own, false, 0)).done, [false; 4]);
        }
        let mut within = standing(&own, &own, false, 0);
        within.begun = true;
        let told = Told::default().later(STEPS, &within);
        assert_eq!(told.done, [true, false, false, false], "a pause within the first epoch");
        assert_eq!(told.later(STEPS, &within).done, told.done);
    }
}
