//! GradNorm's toy (Chen et al. 2018), the lesson 'loud': equal weights drown the quiet task, GradNorm hears it.

use crate::lab::Rig;
use mtl_core::config::{Config, Pick, PopulationConfig};
use mtl_core::lesson::lessons;
use mtl_core::model::SlotKind;
use mtl_core::random::{Purpose, stream};
use rand::RngExt;

const SEEDS: [u32; 3] = [42, 1, 7];
const STEPS: u32 = 1000;

/// What is left of each task's loss on held-out rows, and A's weight.
#[derive(Clone, Copy, Debug)]
struct Left {
    losses: [f32; 2],
    weight: f32,
}

impl Left {
    fn sum(&self) -> f32 {
        self.losses[0] + self.losses[1]
    }
}

fn gradnorm() -> Pick {
    Pick::new("gradnorm").with("alpha", 0.12)
}

/// After training the lesson's composed model alone, from the lesson's own initial values or others.
fn trained(balancer: Pick, seed: u32, initial: Option<fn(&Rig, u32) -> Vec<f32>>) -> Left {
    left(Config { seed, balancer, ..lesson() }, initial)
}

fn lesson() -> Config {
    let population =
        PopulationConfig { seeds: 1, fan: 0, baselines: false, spread: 0.1, ..PopulationConfig::default() };
    Config { population, ..lessons::find("loud").unwrap().config() }
}

fn left(config: Config, initial: Option<fn(&Rig, u32) -> Vec<f32>>) -> Left {
    let seed = config.seed;
    let mut rig = Rig::new(config);
    if let Some(initial) = initial {
        let theta = initial(&rig, seed);
        rig.put(&theta);
    }
    let before = rig.record().valid;
    rig.steps(STEPS);
    let after = rig.record();
    Left { losses: [0, 1].map(|k| after.valid[k] / before[k]), weight: after.weights[0] }
}

/// Measured here at step 1000, as the sum (A, B): equal weights 1.22 (1.04, 0.18), 1.12 (0.95, 0.18),
/// 1.46 (1.30, 0.16); GradNorm 0.60 (0.36, 0.23), 0.61 (0.39, 0.22), 0.67 (0.47, 0.21). The bands of
/// an independent run are those of other initial values, see below.
#[test]
fn gradnorm_hears_the_quiet_task_that_equal_weights_drown() {
    for seed in SEEDS {
        let (equal, gradnorm) = (trained(Pick::new("equal"), seed, None), trained(gradnorm(), seed, None));
        println!("seed {seed}: {equal:?} {gradnorm:?}");
        assert!(gradnorm.sum() < equal.sum() && gradnorm.losses[0] < equal.losses[0]);
        assert!(gradnorm.weight > 1.9);
        // What the lesson says of both, and of uncertainty weights.
        assert!(equal.losses[0] > 0.9 && equal.losses[1] < 0.2);
        assert!(gradnorm.losses[0] < 0.5 && gradnorm.losses[1] < 0.25);
        assert!(trained(Pick::new("uncertainty"), seed, None).losses[0] < 0.5);
    }
}

#[test]
fn tasks_of_the_same_loudness_learn_alike_under_equal_weights() {
    let mut config = lesson();
    config.data.source = Pick::new("loud").with("loud", 1.0);
    let even = left(config, None);
    let [a, b] = even.losses;
    assert!(a < 0.25 && b < 0.25 && (a / b - 1.0).abs() < 0.3, "{even:?}");
}

/// Initial values of PyTorch's linear layers: weights and biases uniform within one over the root of
/// the number of inputs. The lesson's own weights are 2.4 times as large, those before a ReLU by He's
/// rule, and its biases zero.
fn of_pytorch(rig: &Rig, seed: u32) -> Vec<f32> {
    let mut random = stream(seed, Purpose::Init, 99, 0);
    let mut theta = rig.theta(0);
    let mut bound = 1.0;
    for slot in &rig.layout().slots {
        // A layer's weights stand before its bias.
        if let SlotKind::Weight(_) = slot.kind {
            bound = 1.0 / (slot.rows as f32).sqrt();
        }
        let values = &mut theta[slot.offset..slot.offset + slot.len()];
        values.iter_mut().for_each(|value| *value = random.random_range(-bound..bound));
    }
    theta
}

/// The bands of three seeds of an independent run at step 1000; measured here 0.98, 0.78 and 0.94.
#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn from_the_initial_values_of_published_code_the_published_bands_are_met_on_average() {
    let bands = [(Pick::new("equal"), 0.91..1.02), (gradnorm(), 0.73..0.79), (Pick::new("uncertainty"), 0.89..1.01)];
    for (pick, band) in bands {
        let sums = SEEDS.map(|seed| trained(pick.clone(), seed, Some(of_pytorch)).sum());
        println!("{}: {sums:?}", pick.method);
        assert!(band.contains(&(sums.iter().sum::<f32>() / 3.0)), "{}: {sums:?}", pick.method);
    }
}
