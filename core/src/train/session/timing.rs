//! How fast a lesson trains, measured apart from its training.

use super::{Session, race};
use crate::config::Config;
use crate::lesson::check;
use crate::protocol::Event;
use crate::train::{TrainError, Trainer};
use web_time::{Duration, Instant};

impl Session {
    /// Measures how fast the lesson trains, and forgets the steps taken for it.
    pub(super) async fn time(&mut self, millis: u32, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        let length = Duration::from_millis(u64::from(millis.clamp(10, 10_000)));
        if let Some(run) = &self.race {
            emit(Event::Timed { run: self.run, steps_per_second: race::steps_per_second(run, length) });
            return Ok(());
        }
        let Some(trainer) = &mut self.trainer else { return Ok(()) };
        let steps_per_second = trainer.forgetting(async |trainer| steps_per_second(trainer, length).await).await?;
        emit(Event::Timed { run: self.run, steps_per_second });
        Ok(())
    }

    /// Measures one shared model against separate ones.
    pub(super) async fn cost(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        const LENGTH: Duration = Duration::from_millis(60);
        let Some(trainer) = &self.trainer else { return Ok(()) };
        let config = Config::clone(trainer.lesson());
        let mut seconds = Vec::new();
        let tasks = config.tasks.clone();
        // As its parameters are counted: what one task needs of its own is a trunk and a head, however several share.
        let plain = Config::default().architecture;
        let alone = tasks.iter().map(|task| Config {
            tasks: vec![task.clone()],
            architecture: plain.clone(),
            ..config.clone()
        });
        for config in std::iter::once(config.clone()).chain(alone) {
            let mut single = Trainer::single(check(config).0, &self.device);
            let rate = steps_per_second(&mut single, LENGTH).await?;
            seconds.push(single.steps_per_epoch() as f32 / rate.max(1e-6));
        }
        let shared_seconds = seconds.first().copied().unwrap_or(0.0);
        let separate_seconds = seconds.iter().skip(1).sum();
        emit(Event::Cost { run: self.run, shared_seconds, separate_seconds });
        Ok(())
    }
}

/// Optimiser steps per second over about `length`, after a warm-up in which kernels are compiled.
async fn steps_per_second(trainer: &mut Trainer, length: Duration) -> Result<f32, TrainError> {
    for _ in 0..3 {
        trainer.exercise(2).await?;
    }
    let (mut steps, mut chunk) = (0_u32, 1);
    let started = Instant::now();
    while started.elapsed() < length {
        trainer.exercise(chunk).await?;
        steps += chunk;
        chunk = (chunk * 2).min(16);
    }
    Ok((f64::from(steps) / started.elapsed().as_secs_f64().max(1e-9)) as f32)
}
