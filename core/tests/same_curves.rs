//! Curves of today against those that were written down before the rooms were put in order, bit for bit.
//!
//! `MTL_ALL=1 cargo test -p mtl-core --test same_curves` compares all of them, in some three minutes; without it
//! every fifth is. `MTL_BLESS=1` writes them down anew.
#![cfg(feature = "engine")]

use mtl_core::config::{Clip, Config, Optimiser, Pick};
use mtl_core::lesson::{Lesson, check, lessons};
use mtl_core::measure::transfer::TransferGain;
use mtl_core::protocol::CurvePoint;
use mtl_core::train::tensors::Device;
use mtl_core::train::{Ensemble, RaceRun};
use mtl_core::{balance, data, model, strategy};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const EPOCHS: u32 = 20;

/// FNV-1a over bits.
struct Bits(u64);

impl Bits {
    fn push(&mut self, bits: u64) {
        for byte in bits.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn floats(&mut self, values: &[f32]) {
        self.push(values.len() as u64);
        // Every NaN is one.
        values.iter().for_each(|value| self.push(if value.is_nan() { 1 << 40 } else { u64::from(value.to_bits()) }));
    }

    fn gains(&mut self, gains: &[TransferGain]) {
        for gain in gains {
            for value in [gain.mean, gain.low, gain.high] {
                self.push(if f64::from(value).is_nan() { 1 << 40 } else { f64::from(value).to_bits() });
            }
        }
    }

    fn point(&mut self, point: &CurvePoint) {
        self.push(u64::from(point.step));
        for values in [
            point.train.as_slice(),
            point.valid.as_slice(),
            point.metric.as_slice(),
            point.single.as_slice(),
            point.weights.as_slice(),
            point.gram.as_slice(),
            point.recorded("decrease"),
            point.matched.as_slice(),
            point.fan.as_slice(),
            point.conditioned.as_slice(),
            point.measures.as_slice(),
            point.affinity.as_slice(),
        ] {
            self.floats(values);
        }
        self.floats(&[point.recorded("step-length").first().copied().unwrap_or(f32::NAN)]);
        self.gains(&point.transfer);
        self.gains(&point.matched_transfer);
        self.push(if point.hypervolume.is_nan() { 1 << 40 } else { point.hypervolume.to_bits() });
        if let Some(best) = &point.best {
            self.push(u64::from(best.step));
            self.floats(&best.test);
            self.gains(&best.transfer);
        }
        for groups in &point.groupings {
            self.push(groups.score.to_bits());
            groups.groups.iter().flatten().for_each(|task| self.push(*task as u64));
        }
    }
}

/// A lesson over its own data.
fn ensemble(lesson: Lesson) -> Ensemble {
    let data = data::build(&lesson);
    Ensemble::new(lesson, data, &Device::flex())
}

async fn trained(config: Config) -> String {
    let (lesson, _) = check(config);
    let mut bits = Bits(0xcbf2_9ce4_8422_2325);
    if let Some(mut run) = RaceRun::new(&lesson) {
        for _ in 0..200 {
            for point in &run.news().points {
                bits.floats(&point.x);
                bits.floats(&point.losses);
            }
            run.advance();
        }
        return format!("{:016x}", bits.0);
    }
    let mut ensemble = ensemble(lesson);
    let mut last = ensemble.record().await.unwrap();
    bits.point(&last);
    let end = EPOCHS * ensemble.steps_per_epoch();
    while ensemble.step() < end {
        let advance = ensemble.advance(end - ensemble.step()).await.unwrap();
        if let Some(point) = advance.point {
            bits.point(&point);
            last = point;
        }
        if let Some(divergence) = advance.divergence {
            bits.push(u64::from(divergence.step));
            break;
        }
    }
    let losses = last.valid.iter().fold(String::new(), |mut text, loss| {
        let _ = write!(text, " {loss:.4}");
        text
    });
    format!("{:016x}{losses}", bits.0)
}

fn cases() -> Vec<(String, Config)> {
    let lesson = |key: &str| lessons::LESSONS.iter().find(|lesson| lesson.key == key).unwrap().config();
    let mut cases: Vec<(String, Config)> =
        lessons::LESSONS.iter().map(|lesson| (lesson.key.to_string(), lesson.config())).collect();
    let architectures: Vec<_> = model::architectures().iter().map(|entry| entry.choice.key).collect();
    let balancers: Vec<_> = balance::balancers().iter().map(|entry| entry.choice.key).collect();
    for key in ["twins", "rivals", "stranger", "loud", "bully", "groups", "pairs", "new-task"] {
        let Some(found) = lessons::LESSONS.iter().find(|lesson| lesson.key == key) else { continue };
        for architecture in &architectures {
            let config = Config { architecture: Pick::new(*architecture), ..found.config() };
            cases.push((format!("{key} arch={architecture}"), config));
        }
        for balancer in &balancers {
            let config = Config { balancer: Pick::new(*balancer), ..found.config() };
            cases.push((format!("{key} bal={balancer}"), config));
        }
        for strategy in strategy::strategies().iter().map(|entry| entry.choice.key).filter(|key| *key != "transfer") {
            let config = Config { strategy: Pick::new(strategy), ..found.config() };
            cases.push((format!("{key} strat={strategy}"), config));
        }
    }
    for architecture in &architectures {
        for balancer in &balancers {
            let mut config = lesson("rivals");
            config.architecture = Pick::new(*architecture);
            config.balancer = Pick::new(*balancer);
            config.population.seeds = 1;
            cases.push((format!("rivals {architecture} {balancer}"), config));
        }
    }
    for optimiser in [Optimiser::Sgd, Optimiser::Adam, Optimiser::AdamW, Optimiser::RmsProp] {
        for clip in [Clip::None, Clip::Value, Clip::Norm] {
            let mut config = lesson("twins");
            config.training.optimiser = optimiser;
            config.training.clip = clip;
            config.training.clip_at = 0.1;
            config.training.weight_decay = 0.01;
            config.training.dropout = 0.1;
            config.training.batch = 16;
            config.tasks[1].rate = 0.5;
            cases.push((format!("twins {optimiser:?} {clip:?}"), config));
        }
    }
    cases
}

#[test]
fn curves_are_bit_for_bit_those_of_before() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/same_curves.txt");
    let (bless, all) = (std::env::var_os("MTL_BLESS").is_some(), std::env::var_os("MTL_ALL").is_some());
    let cases: Vec<_> = cases().into_iter().step_by(if bless || all { 1 } else { 5 }).collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((key, config)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let line = pollster::block_on(trained(config.clone()));
                    found.lock().unwrap().insert(key.clone(), line);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    if bless {
        let text: String = found.iter().map(|(key, line)| format!("{key}\t{line}\n")).collect();
        std::fs::write(file, text).unwrap();
        return;
    }
    let text = std::fs::read_to_string(file).unwrap();
    let known: BTreeMap<_, _> = text.lines().filter_map(|line| line.split_once('\t')).collect();
    let other: Vec<_> = found
        .iter()
        .filter(|(key, line)| known.get(key.as_str()).is_none_or(|known| known != line))
        .map(|(key, line)| format!("{key}: {line}, was {}", known.get(key.as_str()).unwrap_or(&"nothing")))
        .collect();
    assert!(other.is_empty(), "{} of {} differ:\n{}", other.len(), found.len(), other.join("\n"));
}
