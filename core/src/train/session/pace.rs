//! How fast a session goes. How fast it should be seen to go is the [`super::pacer`]'s.

use crate::protocol::Engine;
use web_time::{Duration, Instant};

/// What a step is taken to last until some were measured.
const STEP_SECONDS: f64 = 0.005;
/// Numbers that a slice's batches may take.
const MOST_INDICES: usize = 1 << 20;

/// Work between two looks at the mailbox. A GPU is waited for at its end, and while it is, nothing is
/// prepared for it: there, fewer and longer ones are faster.
pub(super) fn slice(engine: Engine) -> Duration {
    Duration::from_millis(match engine {
        Engine::Cpu => 12,
        Engine::Gpu => 40,
    })
}

/// How fast it goes.
#[derive(Clone)]
pub(super) struct Pace {
    /// How long a slice of work should last.
    slice: Duration,
    /// Seconds that a step takes, lately.
    pub step_seconds: f64,
    /// When the window of the speed read-out began, and the steps in it.
    pub window: Option<(Instant, u32)>,
    pub shown: f32,
}

impl Pace {
    /// Before anything was measured.
    pub fn new(engine: Engine) -> Self {
        let (slice, step_seconds) = (slice(engine), STEP_SECONDS);
        Self { slice, step_seconds, window: None, shown: 0.0 }
    }

    /// Forgets how long a step takes: what the steps of one lesson took says nothing about another's.
    pub fn forget(&mut self) {
        self.step_seconds = STEP_SECONDS;
    }

    /// Takes note of steps for the speed read-out, over windows of half a second.
    pub fn took(&mut self, steps: u32) {
        let (started, before) = *self.window.get_or_insert((Instant::now(), 0));
        let all = before + steps;
        let seconds = started.elapsed().as_secs_f32();
        if seconds >= 0.5 || self.shown == 0.0 && seconds > 0.05 {
            self.shown = all as f32 / seconds;
        }
        self.window = Some(if seconds >= 0.5 { (Instant::now(), 0) } else { (started, all) });
    }

    /// Steps of so many rows that still fit into a slice of work that began so long ago; 0 ends it.
    /// `taken` were taken in it: the first is, however long it lasts.
    pub fn fitting(&self, began: Instant, taken: u32, step_rows: usize) -> u32 {
        let left = self.slice.saturating_sub(began.elapsed());
        let fits = (left.as_secs_f64() / self.step_seconds.max(1e-6)) as u32;
        let indices = (MOST_INDICES / step_rows.max(1)) as u32;
        fits.min(indices.max(1)).max(u32::from(taken == 0))
    }

    /// Takes note of how long steps took, for the next slice.
    pub fn lasted(&mut self, steps: u32, time: Duration) {
        if steps > 0 {
            let now = time.as_secs_f64() / f64::from(steps);
            self.step_seconds += (now - self.step_seconds) * 0.3;
        }
    }
}
