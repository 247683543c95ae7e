//! The engine as the page sees it: commands in, events out, one time slice at a time.
//!
//! The owner of a session (a worker, an example, a test) hands over commands, calls
//! [`Session::turn`] as long as it says so, and yields to its event loop in between. A lesson on a
//! landscape has no network: a race runs in place of the trainer, see [`race`].

mod compare;
mod pace;
mod pacer;
mod playing;
mod race;
mod showing;
mod timing;

pub use pacer::reached;

use compare::Comparison;
use pace::Pace;
use pacer::Pacer;

use super::{RaceRun, TrainError, Trainer};
use crate::config::Config;
use crate::lesson::{Lesson, check};
use crate::protocol::{Command, CurvePoint, Engine, Event, Snapshot};
use burn::tensor::Device;
use web_time::{Duration, Instant};

/// Where the training stands between commands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Paused,
    /// At the lesson's pace, to this step where there is one.
    Playing(Option<u32>),
    /// Until this step, as fast as it goes.
    Until(u32),
}

/// What the owner should do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// Nothing to do until a command comes.
    Rest,
    /// Call again, after looking at the mailbox.
    Again,
    /// Call again in that many milliseconds, or after a command.
    Later(u32),
}

/// One lesson on one device, driven by commands.
pub struct Session {
    device: Device,
    engine: Engine,
    run: u32,
    trainer: Option<Trainer>,
    /// In place of a trainer.
    race: Option<RaceRun>,
    comparison: Option<Comparison>,
    mode: Mode,
    speed: f32,
    pace: Pace,
    pacer: Pacer,
    /// How often play was asked for since the lesson was loaded.
    plays: u32,
    points: Vec<CurvePoint>,
    number: u32,
    acknowledged: u32,
    last_frame: Option<Instant>,
    last_picture: Option<Instant>,
    /// How long until the next one.
    picture_gap: Duration,
    last_snapshot: Option<Instant>,
    /// The step that the page can go on from, should this engine fail.
    saved: Option<u32>,
}

impl Session {
    /// A session that computes on `device`.
    pub fn new(device: Device, engine: Engine) -> Self {
        Self {
            device,
            engine,
            run: 0,
            trainer: None,
            race: None,
            comparison: None,
            mode: Mode::Paused,
            speed: 0.0,
            pace: Pace::new(engine),
            pacer: Pacer::default(),
            plays: 0,
            points: Vec::new(),
            number: 0,
            acknowledged: 0,
            last_frame: None,
            last_picture: None,
            picture_gap: Duration::ZERO,
            last_snapshot: None,
            saved: None,
        }
    }

    /// Where it computes.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Takes a command.
    ///
    /// # Errors
    ///
    /// The device failed. The session is of no more use then.
    pub async fn command(&mut self, command: Command, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        match command {
            Command::Load { run, config, snapshot } => self.load(run, config, snapshot.as_deref(), emit).await?,
            Command::Play => {
                self.plays += 1;
                self.set_mode(Mode::Playing(None));
            }
            Command::PlayTo(epoch) => self.play_to(epoch, emit).await?,
            Command::Pause => self.pause(emit).await?,
            // Presses that come faster than they can be done add up; none is dropped.
            Command::Step(steps) => {
                let until = self.reached_or_promised().saturating_add(steps.max(1));
                self.set_mode(Mode::Until(until));
            }
            Command::StepEpoch => {
                let per_epoch = self.steps_per_epoch();
                let until = (self.reached_or_promised() / per_epoch + 1).saturating_mul(per_epoch);
                self.set_mode(Mode::Until(until));
            }
            Command::Speed(speed) => {
                self.speed = if speed.is_finite() { speed.max(0.0) } else { 0.0 };
                self.pacer.changed();
            }
            Command::Change(config) => self.change(check(config).0),
            Command::Rewind => self.rewind(emit).await?,
            Command::Save => self.snapshot(emit).await?,
            Command::Time(millis) => self.time(millis, emit).await?,
            Command::Cost => self.cost(emit).await?,
            Command::Compare { epochs } => self.compare(epochs, emit).await?,
            Command::CompareStop => self.comparison = None,
            Command::Ack(number) => self.acknowledged = self.acknowledged.max(number),
        }
        Ok(())
    }

    /// Steps taken; `None` before a lesson is loaded.
    fn step(&self) -> Option<u32> {
        let race = self.race.as_ref().map(|run| run.race().step());
        race.or_else(|| self.trainer.as_ref().map(Trainer::step))
    }

    fn steps_per_epoch(&self) -> u32 {
        let race = self.race.as_ref().map(RaceRun::steps_per_epoch);
        race.or_else(|| self.trainer.as_ref().map(Trainer::steps_per_epoch)).unwrap_or(1).max(1)
    }

    /// The lesson, once one is loaded.
    fn config(&self) -> Option<&Config> {
        let race = self.race.as_ref().map(|run| run.race().config());
        race.or_else(|| self.trainer.as_ref().map(|trainer| &**trainer.lesson()))
    }

    fn change(&mut self, lesson: Lesson) {
        self.pacer.changed();
        if let Some(run) = &mut self.race {
            run.change(lesson);
        } else if let Some(trainer) = &mut self.trainer {
            trainer.change(lesson);
        }
    }

    async fn load(
        &mut self,
        run: u32,
        config: Config,
        snapshot: Option<&Snapshot>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<(), TrainError> {
        self.run = run;
        self.set_mode(Mode::Paused);
        self.points.clear();
        (self.number, self.acknowledged, self.plays) = (0, 0, 0);
        let (lesson, _) = check(config);
        self.pace.forget();
        // The old lesson's tensors go before the new one's come.
        (self.trainer, self.race, self.comparison) = (None, None, None);
        if let Some(race) = RaceRun::new(&lesson) {
            self.load_race(race, snapshot, emit);
            self.saved = self.step();
            return Ok(());
        }
        let mut trainer = Trainer::new(lesson, &self.device);
        let resumed = match snapshot {
            Some(snapshot) => trainer.load(snapshot).is_ok(),
            None => false,
        };
        emit(Event::Loaded { run, summary: Box::new(trainer.summary()) });
        if !resumed {
            self.points.push(trainer.record().await?);
        }
        self.trainer = Some(trainer);
        self.saved = self.step();
        self.show_all(emit).await
    }

    async fn pause(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        self.set_mode(Mode::Paused);
        self.show_all(emit).await?;
        // Nobody who steps by hand waits for the next one.
        if self.saved == self.step() { Ok(()) } else { self.snapshot(emit).await }
    }

    async fn rewind(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        if let Some(trainer) = &mut self.trainer {
            trainer.rewind();
        }
        self.points.clear();
        self.pause(emit).await
    }

    /// Does a slice of work.
    ///
    /// # Errors
    ///
    /// The device failed.
    pub async fn turn(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Turn, TrainError> {
        if self.compares() {
            return self.compare_on(emit).await;
        }
        let stop = self.stop();
        let most = match self.steps_now(stop.map(|(step, _)| step)) {
            Ok(steps) => steps,
            Err(turn) => return Ok(turn),
        };
        if self.race.is_some() {
            self.race_on(most);
        } else if let Some(ended) = self.train_on(most, emit).await? {
            return Ok(ended);
        }
        if matches!(self.mode, Mode::Until(until) if self.step().is_some_and(|step| step >= until)) {
            self.pause(emit).await?;
            return Ok(Turn::Rest);
        }
        if let Some((_, story)) = stop.filter(|(step, _)| self.step().is_some_and(|now| now >= *step)) {
            self.pause(emit).await?;
            self.arrived(story, emit);
            return Ok(Turn::Rest);
        }
        self.show(emit).await?;
        Ok(Turn::Again)
    }

    /// Trains for a slice, `most` steps at most; what to do next where that ended it.
    async fn train_on(&mut self, most: u32, emit: &mut dyn FnMut(Event)) -> Result<Option<Turn>, TrainError> {
        let Some(trainer) = &mut self.trainer else { return Ok(Some(Turn::Rest)) };
        let started = Instant::now();
        let mut taken = 0;
        loop {
            let steps = self.pace.fitting(started, taken, trainer.step_rows()).min(most - taken);
            if steps == 0 {
                break;
            }
            let before = Instant::now();
            let advance = trainer.advance(steps).await?;
            taken += advance.steps;
            self.pace.lasted(advance.steps, before.elapsed());
            self.points.extend(advance.point);
            if let Some(divergence) = advance.divergence {
                self.mode = Mode::Paused;
                self.show_all(emit).await?;
                emit(Event::Diverged { run: self.run, divergence });
                return Ok(Some(Turn::Rest));
            }
        }
        self.pace.took(taken);
        Ok(None)
    }
}
