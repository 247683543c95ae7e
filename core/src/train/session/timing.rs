//! How fast a lesson trains, measured apart from its training.

use super::{Session, race};
use crate::config::Config;
use crate::data;
use crate::lesson::check;
use crate::protocol::Event;
use crate::train::running::Running;
use crate::train::{Ensemble, TrainError};
use web_time::{Duration, Instant};

impl Session {
    /// Measures how fast the lesson trains, and forgets the steps taken for it.
    pub(super) async fn time(&mut self, millis: u32, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        let length = Duration::from_millis(u64::from(millis.clamp(10, 10_000)));
        let (steps_per_second, record_seconds) = match &mut self.running {
            Some(Running::Race(run)) => (race::steps_per_second(run, length), 0.0),
            Some(Running::Ensemble(ensemble)) => {
                let both = async |ensemble: &mut Ensemble| {
                    let rate = steps_per_second(ensemble, length).await?;
                    Ok::<_, TrainError>((rate, record_seconds(ensemble, length / 4).await?))
                };
                ensemble.with_rollback(both).await?
            }
            None => return Ok(()),
        };
        // What was timed is warm; and where another engine is timed next, this one is to be quiet.
        self.warming.end();
        emit(Event::Timed { run: self.run, steps_per_second, record_seconds });
        Ok(())
    }

    /// Measures one shared model against separate ones.
    pub(super) async fn cost(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        const LENGTH: Duration = Duration::from_millis(60);
        let Some(ensemble) = self.running.as_ref().and_then(Running::ensemble) else { return Ok(()) };
        let config = Config::clone(ensemble.lesson());
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
            let (lesson, _) = check(config);
            let data = data::build(&lesson);
            let mut single = Ensemble::single(lesson, data, &self.device);
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
async fn steps_per_second(ensemble: &mut Ensemble, length: Duration) -> Result<f32, TrainError> {
    for _ in 0..3 {
        ensemble.run_unrecorded(2).await?;
    }
    let (mut steps, mut chunk) = (0_u32, 1);
    let started = Instant::now();
    while started.elapsed() < length {
        ensemble.run_unrecorded(chunk).await?;
        steps += chunk;
        chunk = (chunk * 2).min(16);
    }
    Ok((f64::from(steps) / started.elapsed().as_secs_f64().max(1e-9)) as f32)
}

/// By how much longer a step lasts that is recorded: of both kinds the quickest, over about `length` and after a first
/// one. Where that one takes longer than all should, it is the answer.
async fn record_seconds(ensemble: &mut Ensemble, length: Duration) -> Result<f32, TrainError> {
    let begun = Instant::now();
    ensemble.run_recorded().await?;
    let [mut plain, mut recorded] = [f32::INFINITY, begun.elapsed().as_secs_f32()];
    loop {
        let started = Instant::now();
        ensemble.run_unrecorded(1).await?;
        plain = plain.min(started.elapsed().as_secs_f32());
        if begun.elapsed() >= length {
            return Ok((recorded - plain).max(0.0));
        }
        let started = Instant::now();
        ensemble.run_recorded().await?;
        recorded = recorded.min(started.elapsed().as_secs_f32());
    }
}
