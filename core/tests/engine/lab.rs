//! Small lessons, and ensembles that the tests can drive and look into.

use burn::tensor::Tensor;
use mtl_core::config::{
    Activation, Config, DataConfig, LayerConfig, LossKind, Optimiser, Pace, PaceConfig, Pick, PopulationConfig,
    SharingConfig, TaskConfig, TrainingConfig,
};
use mtl_core::data::Draws;
use mtl_core::lesson::{Lesson, check};
use mtl_core::model::{Layout, Network, Shape};
use mtl_core::protocol::{CurvePoint, Divergence, Snapshot};
use mtl_core::random::{Purpose, stream};
use mtl_core::train::tensors::{Device, download};
use mtl_core::train::{Ensemble, Plan};
use pollster::block_on;
use rand::RngExt;

/// A task of a loss over a target of the plane.
pub fn task(loss: LossKind, target: &str) -> TaskConfig {
    TaskConfig { loss, target: target.into(), ..TaskConfig::default() }
}

pub fn layer(width: usize, activation: Activation) -> LayerConfig {
    LayerConfig::new(width).with(activation)
}

pub fn with_norm(layer: LayerConfig) -> LayerConfig {
    LayerConfig { norm: true, ..layer }
}

/// One seed of the composed model and its baselines, plain SGD at rate 1 on full batches: a step
/// is minus the gradient.
pub fn config(tasks: Vec<TaskConfig>, trunk: Vec<LayerConfig>) -> Config {
    Config {
        seed: 7,
        data: DataConfig { source: Pick::new("plane"), train_rows: 24, valid_rows: 16, test_rows: 12 },
        tasks,
        trunk,
        balancer: Pick::new("equal"),
        sharing: SharingConfig::default(),
        preference: Pick::new("linear"),
        // Tests don't wait to be watched.
        pacing: PaceConfig { pace: Pace::Flat, ..PaceConfig::default() },
        training: TrainingConfig {
            optimiser: Optimiser::Sgd,
            momentum: 0.0,
            learning_rate: 1.0,
            weight_decay: 0.0,
            batch: 0,
            ..TrainingConfig::default()
        },
        population: PopulationConfig { seeds: 1, fan: 0, spread: 0.1, ..PopulationConfig::default() },
        ..Config::default()
    }
}

/// The lesson of a configuration, which must be within the limits.
pub fn lesson(config: Config) -> Lesson {
    let (lesson, notices) = check(config);
    assert!(notices.is_empty(), "{notices:?}");
    lesson
}

pub fn arrays(snapshot: &Snapshot, name: &str) -> Vec<f32> {
    let found = snapshot.arrays.iter().find(|(n, _)| n == name);
    found.unwrap_or_else(|| panic!("no array {name}")).1.clone()
}

/// Changes an array of a snapshot in place.
pub fn edit(snapshot: &mut Snapshot, name: &str, change: impl FnOnce(&mut [f32])) {
    let found = snapshot.arrays.iter_mut().find(|(n, _)| n == name);
    change(&mut found.unwrap_or_else(|| panic!("no array {name}")).1);
}

/// The values of a snapshot's arrays as bits: NaN equals itself, and 0 is not -0.
pub fn bits(snapshot: &Snapshot) -> Vec<(String, Vec<u32>)> {
    let bits = |values: &Vec<f32>| values.iter().map(|v| v.to_bits()).collect();
    let arrays = snapshot.arrays.iter();
    arrays.map(|(name, v)| (name.clone(), bits(v))).collect()
}

/// A lesson over its own draws of the data.
pub fn ensemble(lesson: Lesson) -> Ensemble {
    let draws = Draws::of(&lesson);
    Ensemble::new(lesson, draws, &Device::flex())
}

/// An ensemble with its reads awaited.
pub struct Rig {
    pub ensemble: Ensemble,
}

impl Rig {
    pub fn new(config: Config) -> Self {
        Self { ensemble: ensemble(lesson(config)) }
    }

    /// With another population than the lesson's own.
    pub fn planned(config: Config, change: impl FnOnce(Plan) -> Plan) -> Self {
        let plan = |lesson: &Lesson, shape: &Shape, network: &dyn Network| change(Plan::of(lesson, shape, network));
        let lesson = lesson(config);
        let draws = Draws::of(&lesson);
        Self { ensemble: Ensemble::planned(lesson, draws, &Device::flex(), plan) }
    }

    pub fn members(&self) -> usize {
        self.ensemble.plan().members.len()
    }

    pub fn layout(&self) -> &Layout {
        self.ensemble.network().layout()
    }

    pub fn snapshot(&self) -> Snapshot {
        block_on(self.ensemble.save()).unwrap()
    }

    pub fn load(&mut self, snapshot: &Snapshot) {
        self.ensemble.load(snapshot).unwrap();
    }

    pub fn record(&mut self) -> CurvePoint {
        block_on(self.ensemble.record()).unwrap()
    }

    /// One call: the steps it took, the point and the divergence.
    pub fn advance(&mut self, most: u32) -> (u32, Option<CurvePoint>, Option<Divergence>) {
        let advance = block_on(self.ensemble.advance(most)).unwrap();
        (advance.steps, advance.point, advance.divergence)
    }

    /// Takes that many steps in calls of at most `chunk`; the points on the way.
    pub fn steps_by(&mut self, steps: u32, chunk: u32) -> Vec<CurvePoint> {
        let end = self.ensemble.step() + steps;
        let mut points = Vec::new();
        while self.ensemble.step() < end {
            let left = end - self.ensemble.step();
            points.extend(self.advance(chunk.min(left)).1);
        }
        points
    }

    pub fn steps(&mut self, steps: u32) -> Vec<CurvePoint> {
        self.steps_by(steps, u32::MAX)
    }

    /// An array of the state, one row a member.
    pub fn rows(&self, name: &str) -> Vec<Vec<f32>> {
        let values = arrays(&self.snapshot(), name);
        let width = values.len() / self.members();
        values.chunks_exact(width).map(<[f32]>::to_vec).collect()
    }

    pub fn theta(&self, member: usize) -> Vec<f32> {
        self.rows("theta").swap_remove(member)
    }

    /// Gives every member these parameters, and forgets the optimiser's state.
    pub fn put(&mut self, theta: &[f32]) {
        let mut snapshot = self.snapshot();
        let all = theta.repeat(self.members());
        for name in ["theta", "safe"] {
            edit(&mut snapshot, name, |values| values.copy_from_slice(&all));
        }
        self.load(&snapshot);
    }

    /// Parameters off the initial values, so that biases and gains count too.
    pub fn scrambled(&self) -> Vec<f32> {
        let mut rng = stream(1, Purpose::Init, 99, 0);
        let init = self.theta(0);
        let mut moved = init.iter().map(|v| v + rng.random_range(-0.4_f32..0.4));
        moved.by_ref().take(init.len()).collect()
    }

    /// The gradients of all members at their parameters, from one SGD step at rate 1.
    pub fn gradients(&mut self) -> Vec<Vec<f32>> {
        let before = self.rows("theta");
        self.advance(1);
        let pairs = before.into_iter().zip(self.rows("theta"));
        let difference = |(a, b): (Vec<f32>, Vec<f32>)| a.iter().zip(b).map(|(a, b)| a - b).collect();
        pairs.map(difference).collect()
    }
}

/// Largest distance between two vectors, as a share of the larger one's size.
pub fn distance(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let size = |values: &[f32]| values.iter().fold(0.0_f64, |m, v| m.max(f64::from(v.abs())));
    let apart = a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs()));
    let largest = apart.fold(0.0, |m: f64, d| if d.is_nan() { f64::NAN } else { m.max(d) });
    largest / size(a).max(size(b)).max(1e-30)
}

/// Asserts that two vectors agree to a share of their size.
#[track_caller]
pub fn close(what: &str, a: &[f32], b: &[f32], tolerance: f64) {
    let apart = distance(a, b);
    assert!(apart <= tolerance, "{what}: {apart:.2e} apart\n{a:?}\n{b:?}");
}

/// A tensor's numbers.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(download(tensor)).unwrap()
}

pub fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|v| *v as f32).collect()
}

pub fn double(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}
