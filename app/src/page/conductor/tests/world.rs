//! A page without a browser: workers that say what a test lets them say, timers and frames that come in
//! their order.

use super::seen::Seen;
use super::word;
use crate::page::conductor::{Conductor, Effect, EngineChoice, Input, Intent, Timer, When};
use mtl_core::config::{Config, Value};
use mtl_core::lesson::{apply, check};
use mtl_core::protocol::Engine::{self, Cpu, Gpu};
use mtl_core::protocol::{Command, CurvePoint, Event, Frame, SavedState, Summary};

/// Milliseconds between two frames of the browser.
pub(super) const FRAME: f64 = 16.0;

/// A worker as the browser has it.
#[derive(Default)]
pub(super) struct Worker {
    pub(super) serial: Option<u32>,
    /// The load that it was sent last.
    pub(super) run: u32,
    /// The lesson that it was sent last.
    pub(super) config: Option<Config>,
    /// How many frames of that load it has sent.
    pub(super) frames: u32,
    pub(super) posts: Vec<String>,
    pub(super) acks: Vec<u32>,
}

pub(super) struct World {
    pub(super) conductor: Conductor,
    pub(super) now: f64,
    pub(super) timers: Vec<(Timer, f64)>,
    /// When the frames that were asked for are due, and whether they only come while the page is visible.
    pub(super) frames: Vec<(f64, bool)>,
    pub(super) cpu: Worker,
    pub(super) gpu: Worker,
    pub(super) page: Seen,
    pub(super) hidden: bool,
    pub(super) still: bool,
    pub(super) behind: bool,
}

impl World {
    pub(super) fn new() -> Self {
        let lesson = check(Config::default()).0;
        Self {
            conductor: Conductor::new(lesson.clone()),
            now: 0.0,
            timers: Vec::new(),
            frames: Vec::new(),
            cpu: Worker::default(),
            gpu: Worker::default(),
            page: Seen::new(lesson),
            hidden: false,
            still: false,
            behind: false,
        }
    }

    /// A page that was just opened, with an engine pinned or none.
    pub(super) fn opened(choice: EngineChoice) -> Self {
        let mut world = Self::new();
        world.input(Input::Opened { choice, hidden: false });
        world
    }

    /// A page with a lesson that stands on the CPU.
    pub(super) fn on_cpu(choice: EngineChoice) -> Self {
        let mut world = Self::opened(choice);
        world.ready(Cpu);
        world.loaded(Cpu);
        world.forget_posts();
        world
    }

    /// The same, and a worker for the graphics processor that does not listen yet.
    pub(super) fn with_adapter(choice: EngineChoice) -> Self {
        let mut world = Self::on_cpu(choice);
        world.pass(300.0);
        world.input(Input::Adapter(Ok(())));
        world.forget_posts();
        world
    }

    /// A page that trains on the pinned GPU from step 20.
    pub(super) fn on_gpu() -> Self {
        let mut world = Self::with_adapter(EngineChoice::Gpu);
        world.ready(Gpu);
        world.snapshot(Cpu, 20);
        world.loaded(Gpu);
        world.forget_posts();
        world
    }

    pub(super) fn worker(&mut self, engine: Engine) -> &mut Worker {
        match engine {
            Cpu => &mut self.cpu,
            Gpu => &mut self.gpu,
        }
    }

    pub(super) fn input(&mut self, input: Input) {
        for effect in self.conductor.on(self.now, input) {
            self.carry_out(effect);
        }
    }

    pub(super) fn tell(&mut self, intent: Intent) {
        self.input(intent.into());
    }

    pub(super) fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::StartWorker { engine, serial } => {
                assert!(self.worker(engine).serial.is_none(), "there is a worker already");
                *self.worker(engine) = Worker { serial: Some(serial), ..Worker::default() };
            }
            Effect::StopWorker(engine) => {
                self.worker(engine).serial = None;
                self.page.stopped.push(engine);
            }
            Effect::Post { engine, command } => self.post(engine, *command),
            Effect::LookForGpu => self.page.looks += 1,
            Effect::AskForGpuWorker => self.page.asked += 1,
            Effect::Wait { timer, millis } => {
                self.cancel(timer);
                self.timers.push((timer, self.now + millis));
            }
            Effect::Cancel(timer) => self.cancel(timer),
            Effect::RequestFrame(When::Next) => self.frames.push((self.now + FRAME, true)),
            Effect::RequestFrame(When::After(millis)) => self.frames.push((self.now + millis, false)),
            Effect::Draw => self.page.draws += 1,
            Effect::Show(update) => self.page.show(update),
            Effect::Notify(notices) => self.page.notices.extend(notices.into_iter().map(|notice| notice.sentence)),
            Effect::Say(text) => self.page.toasts.push(text),
            Effect::WriteAddress { own_place } => {
                let place = if own_place { " as its own" } else { "" };
                self.page.addresses.push(format!("{}{place}", self.page.lesson.preset));
            }
            Effect::Remember(choice) => self.page.remembered.push(choice),
        }
    }

    pub(super) fn post(&mut self, engine: Engine, command: Command) {
        let worker = self.worker(engine);
        assert!(worker.serial.is_some(), "nobody hears {command:?}");
        match &command {
            Command::Load { run, config, .. } => {
                (worker.run, worker.frames, worker.config) = (*run, 0, Some(config.clone()));
            }
            Command::Change(config) => worker.config = Some(config.clone()),
            Command::Ack(number) => return worker.acks.push(*number),
            _ => {}
        }
        worker.posts.push(word(&command));
    }

    pub(super) fn cancel(&mut self, timer: Timer) {
        self.timers.retain(|(other, _)| *other != timer);
    }

    /// Lets time pass, with the timers and frames that are due.
    pub(super) fn pass(&mut self, millis: f64) {
        let end = self.now + millis;
        while let Some((due, input)) = self.next_due(end) {
            self.now = self.now.max(due);
            self.input(input);
        }
        self.now = end;
    }

    pub(super) fn next_due(&mut self, end: f64) -> Option<(f64, Input)> {
        let timer = self.timers.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
        let comes = |(_, in_sight): &(f64, bool)| !(self.hidden && *in_sight);
        let frame = self.frames.iter().copied().filter(comes).min_by(|a, b| a.0.total_cmp(&b.0));
        let frame_due = frame.map_or(f64::INFINITY, |(due, _)| due);
        match timer {
            Some((timer, due)) if due <= frame_due.min(end) => {
                self.cancel(timer);
                Some((due, Input::Timer(timer)))
            }
            _ if frame_due <= end => {
                self.frames.retain(|other| Some(*other) != frame);
                Some((frame_due, Input::AnimationFrame { still: self.still, behind: self.behind }))
            }
            _ => None,
        }
    }

    /// A worker says something, which waits for the next frame.
    pub(super) fn hear(&mut self, engine: Engine, event: Event) {
        let serial = self.worker(engine).serial.unwrap_or_default();
        self.input(Input::Heard { engine, serial, event });
    }

    /// A worker says something, and the page takes it in.
    pub(super) fn say(&mut self, engine: Engine, event: Event) {
        self.hear(engine, event);
        self.pass(FRAME);
    }

    pub(super) fn ready(&mut self, engine: Engine) {
        self.say(engine, Event::Ready { engine, device: "a device".into() });
    }

    /// The lesson that was sent last stands.
    pub(super) fn loaded(&mut self, engine: Engine) {
        let run = self.worker(engine).run;
        self.say(engine, Event::Loaded { run, summary: Box::new(Summary::default()) });
    }

    /// The next frame of a worker: four steps are an epoch.
    pub(super) fn frame_of(&mut self, engine: Engine, step: u32, running: bool) -> Event {
        let worker = self.worker(engine);
        worker.frames += 1;
        let frame = Frame { number: worker.frames, step, epoch: step / 4, running, ..Frame::default() };
        Event::Frame { run: worker.run, frame }
    }

    pub(super) fn frame(&mut self, engine: Engine, step: u32, running: bool) {
        let event = self.frame_of(engine, step, running);
        self.say(engine, event);
    }

    pub(super) fn curve(&mut self, engine: Engine, steps: &[u32]) {
        let points = steps.iter().map(|step| CurvePoint { step: *step, ..CurvePoint::default() }).collect();
        let run = self.worker(engine).run;
        self.say(engine, Event::Curve { run, points });
    }

    pub(super) fn snapshot(&mut self, engine: Engine, step: u32) {
        let run = self.worker(engine).run;
        self.say(engine, Event::Snapshot { run, snapshot: SavedState::empty(step) });
    }

    pub(super) fn timed(&mut self, engine: Engine, steps_per_second: f32) {
        let run = self.worker(engine).run;
        self.say(engine, Event::Timed { run, steps_per_second, record_seconds: 0.0 });
    }

    pub(super) fn arrived(&mut self, play: u32, story: bool) {
        let run = self.worker(Cpu).run;
        self.say(Cpu, Event::Arrived { run, play, story });
    }

    pub(super) fn breaks(&mut self, engine: Engine) {
        self.say(engine, Event::Fault { sentence: "It broke.".into(), remedy: "Mend it.".into() });
    }

    /// The user changes a setting.
    pub(super) fn edit(&mut self, key: &str, value: Value) {
        let mut config = Config::clone(&self.page.lesson);
        assert!(apply(&mut config, key, &value).is_ok(), "{key}");
        self.tell(Intent::Edit(Box::new(check(config).0)));
    }

    pub(super) fn set_hidden(&mut self, hidden: bool, background: bool) {
        self.hidden = hidden;
        self.input(Input::Visibility { hidden, background });
    }

    /// What a worker was sent since the last look, but for acknowledgements.
    pub(super) fn posted(&mut self, engine: Engine) -> Vec<String> {
        std::mem::take(&mut self.worker(engine).posts)
    }

    /// The frames that a worker was told to be on the page, since the last look.
    pub(super) fn acked(&mut self, engine: Engine) -> Vec<u32> {
        std::mem::take(&mut self.worker(engine).acks)
    }

    pub(super) fn forget_posts(&mut self) {
        for engine in [Cpu, Gpu] {
            self.posted(engine);
            self.acked(engine);
        }
    }

    pub(super) fn is_waiting_for(&self, timer: Timer) -> bool {
        self.timers.iter().any(|(other, _)| *other == timer)
    }
}
