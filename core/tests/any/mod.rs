//! Random configurations for property tests, drawn from the table of settings itself.
//!
//! A seed names a configuration: a failing case is repeated by its seed.

use mtl_core::config::{
    ACTIVATIONS, Config, Kind, LayerConfig, LossKind, Pick, PickEntry, RELATIONS, TaskConfig, Value,
};
use mtl_core::lesson::{apply, entries, lessons};
use mtl_core::random::{Purpose, stream};
use mtl_core::{balance, data, model, strategy};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u32) -> Self {
        Self(stream(seed, Purpose::Data, 0, 0))
    }

    pub fn chance(&mut self, chance: f64) -> bool {
        self.0.random_range(0.0..1.0) < chance
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    pub fn one_of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// A number that is usually within limits.
    fn number(&mut self, min: f64, max: f64) -> f64 {
        let within = self.0.random_range(min..=max);
        match self.below(8) {
            0..=2 => within,
            3 => (within * 100.0).round() / 100.0,
            4 => min + (max - min) * 10_f64.powf(self.0.random_range(-20.0..0.0)),
            5 => self.one_of(&[min, max]),
            _ => self.wild(),
        }
    }

    fn wild(&mut self) -> f64 {
        let extreme = f64::from_bits(self.0.random_range(0..u64::MAX));
        self.one_of(&[0.0, -0.0, -1.0, 1e300, -1e300, 5e-324, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, extreme])
    }

    fn whole(&mut self, min: i64, max: i64) -> i64 {
        match self.below(6) {
            0..=2 => self.0.random_range(min..=max),
            3 => self.one_of(&[0, 1, min, max]),
            _ => self.one_of(&[-1, i64::MIN, i64::MAX, max.saturating_add(1), min.saturating_sub(1)]),
        }
    }

    fn layers(&mut self) -> Vec<LayerConfig> {
        (0..self.below(9)).map(|_| self.layer()).collect()
    }

    fn layer(&mut self) -> LayerConfig {
        LayerConfig {
            width: self.whole(1, 128).unsigned_abs() as usize,
            activation: self.one_of(ACTIVATIONS).0,
            dropout: self.chance(0.4).then(|| self.number(0.0, 0.9)),
            norm: self.chance(0.3),
        }
    }

    fn key(&mut self, kind: &Kind) -> String {
        match kind {
            Kind::Choice(choices) if self.chance(0.9) => self.one_of(&choices()).key.into(),
            _ => self.one_of(&["", "nonsense", "<script>", "tanh"]).into(),
        }
    }

    fn value(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Integer { min, max, .. } => Value::Integer(self.whole(*min, *max)),
            Kind::Number { inherits: true, .. } if self.chance(0.2) => Value::Inherit,
            Kind::Number { min, max, .. } => Value::Number(self.number(*min, *max)),
            Kind::Choice(_) => Value::Choice(self.key(kind)),
            Kind::Switch => Value::Switch(self.chance(0.5)),
            Kind::Layers { .. } => Value::Layers(self.layers()),
        }
    }

    fn pick(&mut self, table: &'static [PickEntry]) -> Pick {
        let entry = self.one_of(table);
        let mut pick = Pick::new(if self.chance(0.9) { entry.choice.key } else { "nonsense" });
        for option in entry.options {
            if self.chance(0.5) {
                pick = match option.kind {
                    Kind::Number { min, max, .. } => pick.with(option.key, self.number(min, max)),
                    _ => pick.with(option.key, self.number(0.0, 5.0)),
                };
            }
        }
        if self.chance(0.1) { pick.with("nonsense", 1.0) } else { pick }
    }

    fn task(&mut self) -> TaskConfig {
        let plain = TaskConfig::default();
        let kinds: Vec<_> = RELATIONS.iter().map(|(relation, _)| *relation).collect();
        TaskConfig {
            loss: self.one_of(&[LossKind::Mse, LossKind::Huber, LossKind::Bce, LossKind::Ce]),
            target: if self.chance(0.9) { plain.target } else { "nonsense".into() },
            outputs: self.whole(1, 10).unsigned_abs() as usize,
            related: self.number(-1.0, 1.0),
            noise: self.number(0.0, 1.0),
            scale: self.number(0.01, 100.0),
            labelled: self.whole(0, 300).unsigned_abs() as usize,
            weight: self.number(0.0, 10.0),
            rate: self.number(0.01, 100.0),
            weight_decay: self.chance(0.5).then(|| self.number(0.0, 1.0)),
            dropout: self.chance(0.5).then(|| self.number(0.0, 0.9)),
            head: self.layers(),
            from: self.whole(0, 300).unsigned_abs() as usize,
            until: self.whole(0, 300).unsigned_abs() as usize,
            source: self.chance(0.3),
            group: self.whole(1, 6).unsigned_abs() as usize,
            relations: std::array::from_fn(|_| self.one_of(&kinds)),
        }
    }
}

/// A configuration that has not been checked: numbers beyond limits, words that mean nothing, more
/// or fewer tasks than there may be.
pub fn unchecked(seed: u32) -> Config {
    let dice = &mut Dice::new(seed);
    let mut config = dice.one_of(&lessons::LESSONS.iter().map(|lesson| lesson.config()).collect::<Vec<_>>());
    if dice.chance(0.7) {
        config.tasks = (0..dice.below(9)).map(|_| dice.task()).collect();
    }
    if dice.chance(0.5) {
        config.data.source = dice.pick(data::sources());
        config.architecture = dice.pick(model::architectures());
        config.strategy = dice.pick(strategy::strategies());
        config.balancer = dice.pick(balance::balancers());
    }
    if dice.chance(0.1) {
        config.preset = "nonsense".into();
    }
    if dice.chance(0.3) {
        config.data.train_rows = dice.whole(8, 5000).unsigned_abs() as usize;
        config.training.batch = dice.whole(0, 5000).unsigned_abs() as usize;
        config.training.learning_rate = dice.wild();
        config.training.clip_at = dice.wild();
        config.trunk = dice.layers();
    }
    let share = dice.one_of(&[0.0, 0.1, 0.9]);
    for entry in entries(&config) {
        if dice.chance(share) {
            let value = dice.value(&entry.kind);
            // A word that isn't known is refused; what matters is that nothing breaks.
            let _ = apply(&mut config, &entry.key, &value);
        }
    }
    config
}
