//! The part of a session that compares architectures: the lesson under each of them, one after
//! another, in slices, while the lesson's own training stands still.

use super::{Mode, Session, Turn, pace::Pace, pacer::Pacer};
use crate::config::{Config, PaceConfig, Pick, PopulationConfig};
use crate::data::Draws;
use crate::lesson::{Lesson, check};
use crate::model::architectures;
use crate::protocol::{ComparedRow, Engine, Event};
use crate::train::running::Running;
use crate::train::{Ensemble, TrainError};
use burn::tensor::Device;
use std::collections::VecDeque;
use web_time::{Duration, Instant};

/// The most epochs that a comparison may take.
const MOST_EPOCHS: u32 = 2000;
/// How long one model is timed.
const TIMED: Duration = Duration::from_millis(240);
/// Seconds that an architecture trains at the story pace, where the machine can.
const WATCHED: f64 = 3.0;
/// Least time between two reports of one that trains.
const REPORT: Duration = Duration::from_millis(80);

/// A comparison of architectures under way.
pub(super) struct Comparison {
    epochs: u32,
    /// The architectures that come next, with an empty row each.
    waiting: VecDeque<(Lesson, ComparedRow)>,
    now: Option<Contender>,
    shown: Option<Instant>,
}

/// The architecture that trains.
struct Contender {
    ensemble: Ensemble,
    row: ComparedRow,
    pace: Pace,
    pacer: Pacer,
    /// Trained to the end, or no longer finite.
    trained: bool,
    alone: Option<Alone>,
}

/// One model alone: how fast it trains.
struct Alone {
    ensemble: Ensemble,
    pace: Pace,
    steps: u32,
    time: Duration,
}

impl Comparison {
    /// Every architecture that fits the lesson, not yet begun.
    fn new(lesson: &Lesson, epochs: u32) -> Self {
        let mut waiting: VecDeque<_> = contenders(lesson).into();
        let of = waiting.len();
        waiting.iter_mut().enumerate().for_each(|(place, (_, row))| (row.place, row.of) = (place, of));
        Self { epochs: epochs.clamp(1, MOST_EPOCHS), waiting, now: None, shown: None }
    }

    /// Does a slice of work; the row that has changed, where it is time to show it, and in how many
    /// milliseconds the next slice is due.
    async fn go_on(
        &mut self,
        device: &Device,
        engine: Engine,
        pace: crate::config::Pace,
    ) -> Result<(Option<ComparedRow>, Option<u32>), TrainError> {
        let Some(now) = &mut self.now else {
            let Some((lesson, row)) = self.waiting.pop_front() else { return Ok((None, None)) };
            let begun = Contender::new(lesson, row, device, engine).await?;
            return Ok((Some(self.now.insert(begun).row.clone()), None));
        };
        let mut wait = None;
        if now.trained {
            now.time(device).await?;
        } else {
            let pacing = PaceConfig { pace, base: f64::from(self.epochs) / WATCHED, story: 0 };
            wait = now.train(self.epochs, &pacing).await?;
        }
        let due = self.shown.is_none_or(|shown| shown.elapsed() >= REPORT);
        if !(due || now.row.done) {
            return Ok((None, wait));
        }
        self.shown = Some(Instant::now());
        let row = now.row.clone();
        // Its tensors go before the next one's come.
        self.now.take_if(|now| now.row.done);
        Ok((Some(row), wait))
    }

    fn is_over(&self) -> bool {
        self.now.is_none() && self.waiting.is_empty()
    }
}

/// The lesson under every architecture that it admits, each with its baselines on the same seeds.
fn contenders(lesson: &Lesson) -> Vec<(Lesson, ComparedRow)> {
    let population = PopulationConfig { fan: 0, matched: false, pairs: false, ..lesson.population.clone() };
    let under = |choice: &crate::config::Choice| {
        // The lesson's own has the lesson's options.
        let own = (lesson.architecture.method == choice.key).then(|| lesson.architecture.clone());
        let architecture = own.unwrap_or_else(|| Pick::new(choice.key));
        let (checked, _) = check(Config { architecture, population: population.clone(), ..Config::clone(lesson) });
        // The checker puts another one in the place of one that makes no sense here.
        let fits = checked.architecture.method == choice.key;
        let row = ComparedRow { key: choice.key.into(), label: choice.label.into(), ..ComparedRow::default() };
        fits.then_some((checked, row))
    };
    architectures().iter().filter_map(|entry| under(&entry.choice)).collect()
}

impl Contender {
    /// Builds its population.
    async fn new(lesson: Lesson, row: ComparedRow, device: &Device, engine: Engine) -> Result<Self, TrainError> {
        let draws = Draws::of(&lesson);
        let mut ensemble = Ensemble::new(lesson, draws, device);
        // As a lesson does when it is loaded: the best so far may be the first.
        ensemble.record().await?;
        let alone = ensemble.alone_parameters();
        let row = ComparedRow {
            parameters: ensemble.network().layout().len,
            alone_parameters: alone.iter().sum::<usize>().checked_div(alone.len()).unwrap_or(0),
            ..row
        };
        Ok(Self { ensemble, row, pace: Pace::new(engine), pacer: Pacer::default(), trained: false, alone: None })
    }

    /// Trains for a slice, to the first recorded step at or after the last epoch; where the pace has
    /// nothing due, in how many milliseconds it has.
    async fn train(&mut self, epochs: u32, pacing: &PaceConfig) -> Result<Option<u32>, TrainError> {
        let (step, per_epoch) = (self.ensemble.step(), self.ensemble.steps_per_epoch());
        let most = match self.pacer.due(Instant::now(), pacing, 0.0, step, per_epoch) {
            Some(Ok(steps)) => steps,
            Some(Err(wait)) => return Ok(Some(wait)),
            None => u32::MAX,
        };
        let started = Instant::now();
        let mut taken = 0;
        while !self.trained {
            let steps = self.pace.fitting(started, taken, self.ensemble.step_rows()).min(most - taken);
            if steps == 0 {
                break;
            }
            let before = Instant::now();
            let advance = self.ensemble.advance(steps).await?;
            taken += advance.steps;
            self.pace.lasted(advance.steps, before.elapsed());
            self.row.epochs = self.ensemble.epoch();
            self.row.diverged = advance.divergence.is_some();
            self.trained = self.row.diverged || advance.point.is_some() && self.row.epochs >= epochs;
            if let Some(point) = advance.point {
                (self.row.test, self.row.transfer) = (self.ensemble.test_losses(), point.transfer.best);
            }
        }
        Ok(None)
    }

    /// Times one model for a slice: after training, when whatever is compiled on the way is.
    async fn time(&mut self, device: &Device) -> Result<(), TrainError> {
        let Some(alone) = &mut self.alone else {
            let lesson = self.ensemble.lesson().clone();
            let mut ensemble = Ensemble::single(lesson, self.ensemble.data().clone(), device);
            ensemble.run_unrecorded(1).await?;
            let pace = self.pace.clone();
            self.alone = Some(Alone { ensemble, pace, steps: 0, time: Duration::ZERO });
            return Ok(());
        };
        let started = Instant::now();
        let steps = alone.pace.fitting(started, 0, alone.ensemble.step_rows());
        alone.ensemble.run_unrecorded(steps).await?;
        let time = started.elapsed();
        alone.pace.lasted(steps, time);
        (alone.steps, alone.time) = (alone.steps + steps, alone.time + time);
        self.row.done = alone.time >= TIMED;
        self.row.steps_per_second = (f64::from(alone.steps) / alone.time.as_secs_f64().max(1e-9)) as f32;
        Ok(())
    }
}

impl Session {
    /// Begins a comparison of architectures, in place of one that may be under way.
    pub(super) async fn compare(&mut self, epochs: u32, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        let Some(ensemble) = self.running.as_ref().and_then(Running::ensemble) else {
            emit(Event::CompareDone { run: self.run });
            return Ok(());
        };
        self.comparison = Some(Comparison::new(ensemble.lesson(), epochs));
        self.pause(emit).await
    }

    /// Whether it is a comparison's turn: the lesson's own training goes first.
    pub(super) fn compares(&self) -> bool {
        self.comparison.is_some() && self.mode == Mode::Paused
    }

    /// Compares for a slice.
    pub(super) async fn compare_on(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Turn, TrainError> {
        let pace = self.config().map_or_else(Default::default, |config| config.pacing.clone()).pace;
        let Some(comparison) = &mut self.comparison else { return Ok(Turn::Rest) };
        let (row, wait) = comparison.go_on(&self.device, self.engine, pace).await?;
        if let Some(row) = row {
            emit(Event::Compared { run: self.run, row: Box::new(row) });
        }
        if self.comparison.take_if(|comparison| comparison.is_over()).is_some() {
            emit(Event::CompareDone { run: self.run });
            return Ok(Turn::Rest);
        }
        Ok(wait.map_or(Turn::Again, Turn::Later))
    }
}
