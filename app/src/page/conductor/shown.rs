//! What the panels read of the talk with the workers.

use mtl_core::protocol::{Engine, RaceNews, RacePoint, RaceStart};

/// Which engine the user wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// Whichever is faster on the lesson.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The graphics processor, where there is one.
    Gpu,
}

/// What is known about the graphics processor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GpuState {
    /// It has not been looked for yet.
    #[default]
    Unknown,
    /// Its worker is still being built where the site is served from.
    Pending,
    /// Its worker is being loaded.
    Starting,
    /// Its worker answers.
    Ready,
    /// It can't be used, and why.
    Failed(String),
}

/// The engine badge: which engine computes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineState {
    /// The engine that computes now.
    pub shown: Engine,
    /// Whether that engine answers yet.
    pub started: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// What the user wants.
    pub choice: EngineChoice,
    /// What is known about the graphics processor.
    pub gpu: GpuState,
}

impl Default for EngineState {
    fn default() -> Self {
        Self {
            shown: Engine::Cpu,
            started: false,
            reason: "CPU: starting".into(),
            choice: EngineChoice::Auto,
            gpu: GpuState::Unknown,
        }
    }
}

/// A race down landscapes, as far as it was sent.
#[derive(Clone, Debug, Default)]
pub struct RaceState {
    /// What doesn't change.
    pub start: RaceStart,
    /// Where the racers were, in order.
    pub points: Vec<RacePoint>,
    /// Where the racers stand.
    pub news: RaceNews,
}

impl RaceState {
    /// Takes in what is new.
    pub fn follow(&mut self, mut news: RaceNews) {
        if let Some(start) = news.start.take() {
            self.start = *start;
            // One that goes on from a saved state keeps what was before.
            if news.now.step == 0 {
                self.points.clear();
            }
        }
        self.points.append(&mut news.points);
        self.news = news;
    }

    /// Forgets where the racers were after a step.
    pub fn forget_after(&mut self, step: u32) {
        self.points.retain(|point| point.step <= step);
    }
}

/// Something broke; shown with a button that starts the engine again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineFault {
    /// What happened, in one sentence.
    pub sentence: String,
    /// What can be done.
    pub remedy: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(steps: &[u32], begins: bool) -> RaceNews {
        let points: Vec<_> = steps.iter().map(|step| RacePoint { step: *step, ..RacePoint::default() }).collect();
        let now = points.last().cloned().unwrap_or_default();
        RaceNews { start: begins.then(Box::default), points, now, ..RaceNews::default() }
    }

    fn steps(race: &RaceState) -> Vec<u32> {
        race.points.iter().map(|point| point.step).collect()
    }

    #[test]
    fn a_race_that_begins_forgets_another_and_one_that_goes_on_does_not() {
        let mut race = RaceState::default();
        race.follow(news(&[0], true));
        race.follow(news(&[1, 2], false));
        assert_eq!(steps(&race), [0, 1, 2]);
        race.follow(news(&[3], true));
        assert_eq!(steps(&race), [0, 1, 2, 3], "on another engine, from a saved state");
        race.follow(news(&[0], true));
        assert_eq!((steps(&race), race.news.start.is_none()), (vec![0], true));
    }
}
