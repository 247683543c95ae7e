//! The state of a race as bytes.

use super::{Descent, Race, Racer};
use crate::balance::balancer::Vectors;
use serde::{Deserialize, Serialize};

/// A racer's state; which entrant it is follows from the lesson.
#[derive(Serialize, Deserialize)]
struct Saved {
    x: Vec<f64>,
    descent: Descent,
    vectors: Vec<(String, Vec<f64>)>,
    arrived: Option<u32>,
    skipped: u32,
}

impl Race {
    /// The state of every racer. Random numbers have none: each step draws from a stream of its own.
    ///
    /// # Errors
    ///
    /// It could not be written down.
    pub fn save(&self) -> Result<Vec<u8>, postcard::Error> {
        let racers = self.scenes.iter().flat_map(|scene| &scene.racers);
        let saved: Vec<Saved> = racers.map(save).collect();
        postcard::to_allocvec(&saved)
    }

    /// Goes on from a state of this race; nothing changes where it is none.
    pub fn load(&mut self, step: u32, bytes: &[u8]) -> bool {
        let Ok(saved) = postcard::from_bytes::<Vec<Saved>>(bytes) else { return false };
        let count: usize = self.scenes.iter().map(|scene| scene.racers.len()).sum();
        let mut racers = self.scenes.iter().flat_map(|scene| &scene.racers);
        if saved.len() != count || !saved.iter().all(|saved| racers.next().is_some_and(|racer| fits(racer, saved))) {
            return false;
        }
        let mut saved = saved.into_iter();
        for scene in &mut self.scenes {
            // The racer first: a pair is only begun where there is one, so that no state is lost.
            for (racer, saved) in scene.racers.iter_mut().zip(&mut saved) {
                racer.losses = scene.landscape.losses(&saved.x);
                restore(racer, saved);
            }
        }
        self.step = step;
        true
    }
}

fn save(racer: &Racer) -> Saved {
    Saved {
        x: racer.x.clone(),
        descent: racer.descent.clone(),
        vectors: racer.vectors.iter().map(|(key, numbers)| (String::from(*key), numbers.clone())).collect(),
        arrived: racer.arrived,
        skipped: racer.skipped,
    }
}

fn fits(racer: &Racer, saved: &Saved) -> bool {
    saved.x.len() == racer.x.len()
        && saved.x.iter().all(|x| x.is_finite())
        && saved.descent.parameters() == racer.x.len()
}

fn restore(racer: &mut Racer, saved: Saved) {
    let balancer = racer.entrant.balancer;
    let keys = || balancer.vectors().iter().map(|spec| spec.key).chain(balancer.memories().iter().map(|spec| spec.key));
    let known = |(key, numbers): (String, Vec<f64>)| keys().find(|known| *known == key).map(|key| (key, numbers));
    racer.vectors = saved.vectors.into_iter().filter_map(known).collect::<Vectors>();
    (racer.x, racer.descent) = (saved.x, saved.descent);
    (racer.arrived, racer.skipped) = (saved.arrived, saved.skipped);
}
