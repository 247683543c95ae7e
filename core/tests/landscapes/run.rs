//! What the tests share: one racer from one start.

use mtl_core::balance;
use mtl_core::config::{Optimiser, Pick, TrainingConfig};
use mtl_core::landscape::{Entrant, Landscape, Place, Racer, published};
use mtl_core::lesson::{check, lessons};
use mtl_core::random::{Purpose, stream};

/// An optimiser at a rate, without weight decay.
pub fn training(optimiser: Optimiser, rate: f64) -> TrainingConfig {
    let lesson = check(lessons::find("twins").unwrap().config()).0;
    let momentum = if optimiser == Optimiser::Sgd { 0.0 } else { 0.9 };
    TrainingConfig { optimiser, momentum, learning_rate: rate, ..lesson.training.clone() }
}

/// A balancer on its way, with the options of the published runs unless `pick` has others.
pub struct Walk<'a> {
    pub racer: Racer,
    landscape: &'a dyn Landscape,
    training: TrainingConfig,
    step: u32,
}

impl<'a> Walk<'a> {
    pub fn new(
        pick: Pick,
        place: Place,
        start: &[f64],
        landscape: &'a dyn Landscape,
        training: TrainingConfig,
    ) -> Self {
        let balancer = balance::find(&pick.method).unwrap();
        let entrant = Entrant { balancer, pick, place, start: start.to_vec() };
        Self { racer: Racer::new(entrant, landscape), landscape, training, step: 0 }
    }

    /// From a start on the plane, by the published protocol: Adam at 0.001.
    pub fn adam(pick: Pick, start: [f64; 2], landscape: &'a dyn Landscape) -> Self {
        Self::new(pick, Place::Start(start), &start, landscape, training(Optimiser::Adam, 1e-3))
    }

    /// Up to a step.
    pub fn to(mut self, steps: u32) -> Self {
        while self.step < steps {
            self.once();
        }
        self
    }

    /// Up to the Pareto set, or to a step: when it arrived, and its first parameter there.
    pub fn arrival(mut self, most: u32) -> Option<(u32, f64)> {
        while self.step < most && self.racer.arrived().is_none() {
            self.once();
        }
        Some((self.racer.arrived()?, self.racer.x()[0]))
    }

    fn once(&mut self) {
        self.step += 1;
        let mut random = stream(42, Purpose::Balancer, 0, u64::from(self.step));
        self.racer.step(self.landscape, &self.training, self.step, &mut random);
    }
}

/// The published options.
pub fn usual(key: &str) -> Pick {
    published(key)
}
