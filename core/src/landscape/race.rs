//! Balancers racing down landscapes, in lockstep.

use super::roster::options;
use super::{Landscape, Losses, Racer, course, roster};
use crate::config::{Config, TrainingConfig};
use crate::math::hypervolume::hypervolume;
use crate::random::{Purpose, stream};

/// A landscape and all racers on it.
pub struct Scene {
    /// The landscape.
    pub landscape: Box<dyn Landscape>,
    /// The racers on it, method by method.
    pub racers: Vec<Racer>,
}

/// A lesson's race: deterministic from its settings and seed, bit for bit on one platform.
pub struct Race {
    pub(super) scenes: Vec<Scene>,
    pub(super) step: u32,
    pub(super) config: Config,
}

impl Race {
    /// A lesson's race at its start; `None` where its data are no landscape.
    pub fn new(config: &Config) -> Option<Self> {
        let scenes = course::scenes(config)?;
        Some(Self { scenes, step: 0, config: config.clone() })
    }

    /// Steps taken.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// The landscapes and the racers on them.
    pub fn scenes(&self) -> &[Scene] {
        &self.scenes
    }

    /// The lesson as it is now.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Takes one step with every racer.
    pub fn advance(&mut self) {
        self.step = self.step.saturating_add(1);
        let (step, training, seed): (u32, &TrainingConfig, u32) = (self.step, &self.config.training, self.config.seed);
        let mut number = 0;
        for scene in &mut self.scenes {
            for racer in &mut scene.racers {
                let mut random = stream(seed, Purpose::Balancer, number, u64::from(step));
                racer.step(scene.landscape.as_ref(), training, step, &mut random);
                number += 1;
            }
        }
    }

    /// Takes over the live settings: the rate and momentum, and the options of the lesson's balancer.
    /// The entrants stay.
    pub fn change(&mut self, config: Config) {
        for racer in self.scenes.iter_mut().flat_map(|scene| &mut scene.racers) {
            let key = racer.entrant().key();
            racer.pick(options(key, &config));
        }
        self.config = config;
    }

    /// The key of the lesson's balancer; that of the mean where it is not known.
    pub fn chosen(&self) -> &'static str {
        roster::chosen(&self.config)
    }
}

impl Scene {
    /// The hypervolume that a balancer's racers dominate together; `None` where the landscape has no
    /// reference point.
    pub fn hypervolume(&self, key: &str) -> Option<f64> {
        let (reference, _) = self.landscape.hypervolume()?;
        let of = self.racers.iter().filter(|racer| racer.entrant().key() == key);
        Some(hypervolume(&of.map(Racer::losses).collect::<Vec<Losses>>(), &reference))
    }

    /// The keys of the balancers that race here, in order, each once.
    pub fn keys(&self) -> Vec<&'static str> {
        let mut keys: Vec<_> = self.racers.iter().map(|racer| racer.entrant().key()).collect();
        keys.dedup();
        keys
    }
}

/// Whether places are recorded after so many steps. It depends on the number alone, so that speed
/// changes nothing and a trajectory has a few hundred points, however long it is.
pub fn is_recorded(step: u32) -> bool {
    let stride = match step {
        0..=100 => 1,
        101..=1000 => 10,
        1001..=50_000 => 100,
        50_001..=500_000 => 1000,
        _ => 10_000,
    };
    step.is_multiple_of(stride)
}
