//! The engine as the page sees it: commands in, events out, one time slice at a time.
//!
//! The owner of a session (a worker, an example, a test) hands over commands, calls
//! [`Session::turn`] as long as it says so, and yields to its event loop in between. A lesson on a
//! landscape has no network: a race runs in its place, see [`race`].

mod compare;
mod pace;
mod pacer;
mod past;
mod playing;
mod race;
mod seek;
mod showing;
mod timing;
mod warming;

pub use pacer::reached;

use compare::Comparison;
use pace::Pace;
use pacer::Pacer;
use past::{Past, settings_of};
use warming::Warming;

use super::TrainError;
use super::running::{Moment, Running};
use crate::config::Config;
use crate::lesson::check;
use crate::protocol::{Command, CurvePoint, Engine, Event, SavedState, SettingsFrom};
use burn::tensor::Device;
use std::collections::VecDeque;
use web_time::{Duration, Instant};

/// Where the training stands between commands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Paused,
    /// At the lesson's pace, to this step where there is one.
    Playing(Option<u32>),
    /// Until this step, as fast as it goes.
    Until(u32),
    /// Over steps that are known, or towards one that was asked for by its number.
    Seeking(u32),
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
    /// The lesson that is loaded.
    running: Option<Running>,
    comparison: Option<Comparison>,
    /// What is known of the run so far.
    past: Past<Moment>,
    /// What waits until the run is where it goes.
    waiting: VecDeque<Command>,
    mode: Mode,
    speed: f32,
    pace: Pace,
    pacer: Pacer,
    warming: Warming,
    /// How many play commands came since the lesson was loaded.
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
            running: None,
            comparison: None,
            past: Past::new(Vec::new(), 0),
            waiting: VecDeque::new(),
            mode: Mode::Paused,
            speed: 0.0,
            pace: Pace::new(engine),
            pacer: Pacer::default(),
            warming: Warming::default(),
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
        if self.waits(&command) {
            self.waiting.push_back(command);
            return Ok(());
        }
        self.obey(command, emit).await
    }

    async fn obey(&mut self, command: Command, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        match command {
            // No lesson can be brought data of its own yet: there is no value of that type.
            Command::Load { run, config, snapshot, settings, data: None } => {
                self.load((run, config), snapshot.as_ref(), settings, emit).await?;
            }
            Command::Play => {
                self.plays += 1;
                self.set_mode(Mode::Playing(None));
            }
            Command::PlayTo(epoch) => self.play_to(epoch, emit).await?,
            Command::Pause => {
                if let Mode::Seeking(_) = self.mode {
                    self.arrive(emit).await?;
                }
                self.pause(emit).await?;
            }
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
            Command::Change(config) => self.change(check(config).0, emit).await?,
            Command::Rewind => self.rewind(emit).await?,
            Command::GoTo { step, settings } => self.go_to(step, settings, emit).await?,
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
        self.running.as_ref().map(Running::step)
    }

    fn steps_per_epoch(&self) -> u32 {
        self.running.as_ref().map_or(1, Running::steps_per_epoch).max(1)
    }

    /// The settings of the lesson, once one is loaded.
    fn config(&self) -> Option<&Config> {
        self.running.as_ref().map(Running::config)
    }

    async fn load(
        &mut self,
        (run, config): (u32, Config),
        snapshot: Option<&SavedState>,
        settings: Vec<SettingsFrom>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<(), TrainError> {
        self.run = run;
        self.set_mode(Mode::Paused);
        self.points.clear();
        self.waiting.clear();
        (self.number, self.acknowledged, self.plays) = (0, 0, 0);
        let (lesson, _) = check(config);
        self.pace.forget();
        self.warming.end();
        // The old lesson's tensors go before the new one's come.
        (self.running, self.comparison) = (None, None);
        self.past = Past::new(Vec::new(), 0);
        let settings = settings_of(&lesson, settings);
        let running = self.running.insert(Running::new(lesson.clone(), &self.device));
        let resumed = snapshot.and_then(SavedState::opened).is_some_and(|snapshot| running.load(&snapshot));
        emit(Event::Loaded { run, summary: Box::new(running.summary()) });
        if let Running::Ensemble(ensemble) = running
            && !resumed
        {
            let began = Instant::now();
            self.points.push(ensemble.record().await?);
            self.warming.loaded(began.elapsed());
        }
        // A state that couldn't be read leaves the run at its start, under the settings as they are.
        let settings = if resumed { settings } else { vec![(0, lesson)] };
        self.past = Past::new(settings, self.step().unwrap_or(0));
        self.keep_state(None).await?;
        self.saved = self.step();
        self.show_all(emit).await
    }

    async fn pause(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        self.set_mode(Mode::Paused);
        self.show_all(emit).await?;
        // At once: where the user steps by hand, no later snapshot would come.
        if self.saved == self.step() { Ok(()) } else { self.snapshot(emit).await }
    }

    async fn rewind(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        self.take_due_settings();
        if let Some(running) = &mut self.running {
            running.rewind();
        }
        self.points.clear();
        if let Some(settings) = self.step().and_then(|step| self.past.rewind(step)) {
            emit(Event::Changed { run: self.run, settings: Box::new(settings), anew: false });
        }
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
        if let Some(turn) = self.warm_up().await? {
            return Ok(turn);
        }
        self.take_due_settings();
        let stop = self.stop();
        // No slice goes beyond a change that comes again.
        let first = [stop.map(|(step, _)| step), self.past.next_change()].into_iter().flatten().min();
        let most = match self.steps_now(first) {
            Ok(steps) => steps,
            Err(turn) => return Ok(turn),
        };
        match &mut self.running {
            Some(Running::Race(run)) => {
                let taken = race::advance(run, most);
                self.pace.took(taken);
                self.keep_state(Some(emit)).await?;
            }
            Some(Running::Ensemble(_)) => {
                if let Some(ended) = self.train_on(most, emit).await? {
                    return Ok(ended);
                }
            }
            None => return Ok(Turn::Rest),
        }
        self.take_due_settings();
        if let Mode::Seeking(until) = self.mode {
            return self.seek_on(until, emit).await;
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
        let started = Instant::now();
        let mut taken = 0;
        while let Some(Running::Ensemble(ensemble)) = &mut self.running {
            let steps = self.pace.fitting(started, taken, ensemble.step_rows()).min(most - taken);
            if steps == 0 {
                break;
            }
            let before = Instant::now();
            let advance = ensemble.advance(steps).await?;
            taken += advance.steps;
            self.pace.lasted(advance.steps, before.elapsed());
            if let Some(point) = advance.point {
                // What is known is not told again.
                if point.step > self.past.furthest() {
                    self.past.told(point.step);
                    self.points.push(point);
                }
                if advance.divergence.is_none() {
                    self.keep_state(Some(emit)).await?;
                }
            }
            if let Some(divergence) = advance.divergence {
                self.mode = Mode::Paused;
                self.show_all(emit).await?;
                emit(Event::Diverged { run: self.run, divergence });
                self.do_what_waits(emit).await?;
                return Ok(Some(if self.mode == Mode::Paused { Turn::Rest } else { Turn::Again }));
            }
        }
        self.pace.took(taken);
        Ok(None)
    }
}
