//! A race as the engine runs it: steps, and what the page is sent of them.

use super::TrainError;
use crate::config::Config;
use crate::landscape::{Landscape, Place, Race, Racer, Scene, course, front, is_recorded};
use crate::lesson::Lesson;
use crate::protocol::{RaceNews, RacePoint, RaceStart, RacerStart, SceneStart, Snapshot, Summary};
use std::iter::repeat_n;

/// Cells on a side of the picture of the mean loss.
const SIDE: usize = 64;

/// Half the side of the drawn square; every published start lies in it.
const EXTENT: f64 = 10.0;

/// A race, and what has not been sent of it yet.
pub struct RaceRun {
    race: Race,
    points: Vec<RacePoint>,
    begins: bool,
}

impl RaceRun {
    /// A lesson's race at its start; `None` where its data are no landscape.
    pub fn new(config: &Config) -> Option<Self> {
        let race = Race::new(config)?;
        Some(Self { points: vec![point(&race)], race, begins: true })
    }

    /// The race.
    pub fn race(&self) -> &Race {
        &self.race
    }

    /// Steps that the page calls an epoch.
    pub fn steps_per_epoch(&self) -> u32 {
        course::lengths(&self.race.config().data.source).0
    }

    /// What the page is sent of the lesson: no rows, no network.
    pub fn summary(&self) -> Summary {
        Summary { steps_per_epoch: self.steps_per_epoch(), ..Summary::default() }
    }

    /// Takes one step.
    pub fn advance(&mut self) {
        self.race.advance();
        if is_recorded(self.race.step()) {
            self.points.push(point(&self.race));
        }
    }

    /// Takes over the live settings. A balancer that doesn't race yet begins a race in which it does: whether it has.
    pub fn change(&mut self, lesson: Lesson) -> bool {
        self.race.change(lesson.into_config());
        let chosen = self.race.chosen();
        if self.race.scenes().iter().any(|scene| !scene.keys().contains(&chosen))
            && let Some(run) = Self::new(self.race.config())
        {
            *self = run;
            return true;
        }
        false
    }

    /// What there would be to tell of its start is known.
    pub fn forget_start(&mut self) {
        self.points.clear();
        self.begins = false;
    }

    /// What has happened since the last call.
    pub fn news(&mut self) -> RaceNews {
        let start = std::mem::take(&mut self.begins).then(|| Box::new(start(&self.race)));
        let scenes = self.race.scenes();
        RaceNews {
            start,
            points: std::mem::take(&mut self.points),
            now: point(&self.race),
            arrived: racers(&self.race).map(Racer::arrived).collect(),
            hypervolumes: scenes.iter().flat_map(hypervolumes).collect(),
        }
    }

    /// The whole state, to go on from.
    ///
    /// # Errors
    ///
    /// It could not be written down.
    pub fn save(&self) -> Result<Snapshot, TrainError> {
        let best = self.race.save().map_err(|error| TrainError::Save(error.to_string()))?;
        Ok(Snapshot { step: self.race.step(), best, ..Snapshot::default() })
    }

    /// Goes on from a state; from the start where it is none of this race.
    pub fn load(&mut self, snapshot: &Snapshot) -> bool {
        let fits = self.race.load(snapshot.step, &snapshot.best);
        if fits {
            // The page has what was before.
            self.points.clear();
        }
        fits
    }
}

fn racers(race: &Race) -> impl Iterator<Item = &Racer> {
    race.scenes().iter().flat_map(|scene| &scene.racers)
}

fn point(race: &Race) -> RacePoint {
    let flat = |numbers: &[f64]| numbers.iter().map(|x| *x as f32).collect::<Vec<_>>();
    let x = racers(race).filter(|racer| racer.x().len() == 2).flat_map(|racer| flat(racer.x())).collect();
    RacePoint { step: race.step(), x, losses: racers(race).flat_map(|racer| flat(&racer.losses())).collect() }
}

fn hypervolumes(scene: &Scene) -> Vec<f64> {
    let keys = scene.keys();
    let of = |key: &&'static str| {
        let count = scene.racers.iter().filter(|racer| racer.entrant().key() == *key).count();
        repeat_n(scene.hypervolume(key).unwrap_or(f64::NAN), count)
    };
    keys.iter().flat_map(of).collect()
}

fn start(race: &Race) -> RaceStart {
    let scenes = race.scenes();
    let racers = scenes.iter().enumerate().flat_map(|(scene, s)| s.racers.iter().map(move |racer| (scene, racer)));
    let described = racers.map(|(scene, racer)| {
        let choice = racer.entrant().balancer.entry().choice;
        let (Place::Start(place) | Place::Preference(place)) = racer.entrant().place;
        RacerStart { scene, key: choice.key.into(), label: choice.label.into(), place: place.map(|x| x as f32) }
    });
    RaceStart {
        scenes: scenes.iter().map(|scene| described_scene(scene.landscape.as_ref())).collect(),
        racers: described.collect(),
        steps: course::lengths(&race.config().data.source).1,
    }
}

fn described_scene(landscape: &dyn Landscape) -> SceneStart {
    let plane = landscape.parameters() == 2;
    let at = |k: usize| EXTENT * (2.0 * (k as f64 + 0.5) / SIDE as f64 - 1.0);
    let cell = |place: usize| {
        let losses = landscape.losses(&[at(place % SIDE), -at(place / SIDE)]);
        (0.5 * (losses[0] + losses[1])) as f32
    };
    SceneStart {
        title: landscape.title().into(),
        set: if plane { landscape.set().iter().flatten().map(|x| *x as f32).collect() } else { Vec::new() },
        front: front(landscape).iter().flatten().map(|loss| *loss as f32).collect(),
        heat: if plane { (0..SIDE * SIDE).map(cell).collect() } else { Vec::new() },
        side: SIDE,
        extent: EXTENT as f32,
        hypervolume: landscape.hypervolume().map(|(_, whole)| whole),
    }
}
