//! Target functions over the plane: one file and one line of [`TARGETS`] each.
//!
//! A target is a smooth real function. Every kind of task is made from it: a regression learns the
//! function itself, standardised to mean 0 and variance 1 over the square; a binary task whether it
//! lies above its median; a task of C classes in which of C bins of equal area it lies (the
//! pinwheel has C blades of its own from three classes on). The functions are chosen so that the
//! median is the boundary that the target is known for: where the function is zero, or for circle
//! and ring the circles that halve the square.

mod checkerboard;
mod circle;
mod gaussians;
mod moons;
mod pinwheel;
mod ring;
mod slope;
mod spiral;
mod stripes;
mod waves;
mod xor;

use super::field::Field;
use crate::config::Choice;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

/// A target function over the plane.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Key, label and help.
    pub choice: Choice,
    /// The function, before it is standardised. Finite on the whole plane.
    pub field: fn(x: f64, y: f64) -> f64,
    /// The target's own classes, where they are more than bins of the function: the class of a
    /// point among that many classes.
    pub classes: Option<fn(x: f64, y: f64, classes: usize) -> usize>,
    /// What an unrelated copy of the target is.
    pub counterpart: Counterpart,
}

/// An unrelated copy of a target: what a task learns at relatedness 0 to a task A of the same
/// target. Uncorrelated with the target over the square.
#[derive(Clone, Copy, Debug)]
pub enum Counterpart {
    /// The target on the plane turned by this angle, in radians.
    Turned(f64),
    /// Another function, for a target that no turn changes.
    Other(fn(x: f64, y: f64) -> f64),
}

/// A right angle: a function that is odd around the origin is uncorrelated with itself turned so.
const QUARTER: Counterpart = Counterpart::Turned(FRAC_PI_2);
/// Half a right angle, for functions that a right angle only turns upside down.
const EIGHTH: Counterpart = Counterpart::Turned(FRAC_PI_4);

/// Every target. The first is the fallback for unknown keys.
pub const TARGETS: &[Target] = &[
    gaussians::TARGET,
    circle::TARGET,
    ring::TARGET,
    xor::TARGET,
    moons::TARGET,
    spiral::TARGET,
    stripes::TARGET,
    checkerboard::TARGET,
    slope::TARGET,
    waves::TARGET,
    pinwheel::TARGET,
];

/// What there is to choose from. Made by the compiler, so that a page that only offers the targets
/// carries none of the functions.
pub const CHOICES: [Choice; TARGETS.len()] = {
    let mut choices = [TARGETS[0].choice; TARGETS.len()];
    let mut at = 1;
    while at < TARGETS.len() {
        choices[at] = TARGETS[at].choice;
        at += 1;
    }
    choices
};

/// The target of a key; the first for unknown keys.
pub fn find(key: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.choice.key == key).unwrap_or(&TARGETS[0])
}

impl Target {
    /// The target's part in a task that is related to a task A of target `first`: the target's own
    /// function, or its counterpart where both are the same.
    pub(super) fn beside(&self, first: &Self) -> Field {
        let turn = self.turn_beside(first);
        match self.counterpart {
            Counterpart::Other(other) if self.choice.key == first.choice.key => Field::new(other, 0.0),
            _ => Field::new(self.field, turn),
        }
    }

    /// The angle by which [`Self::beside`] turns the plane.
    pub(super) fn turn_beside(&self, first: &Self) -> f64 {
        match self.counterpart {
            Counterpart::Turned(angle) if self.choice.key == first.choice.key => angle,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_the_ones_that_links_carry() {
        let keys: Vec<_> = TARGETS.iter().map(|target| target.choice.key).collect();
        let links = [
            "gaussians",
            "circle",
            "ring",
            "xor",
            "moons",
            "spiral",
            "stripes",
            "checkerboard",
            "slope",
            "waves",
            "five",
        ];
        assert_eq!(keys, links);
        assert!(TARGETS.iter().all(|t| !t.choice.label.is_empty() && t.choice.help.ends_with('.')));
    }

    #[test]
    fn every_target_is_finite_on_and_around_the_square() {
        for target in TARGETS {
            for i in 0..=40 {
                for j in 0..=40 {
                    let (x, y) = (f64::from(i) * 0.1 - 2.0, f64::from(j) * 0.1 - 2.0);
                    assert!((target.field)(x, y).is_finite(), "{} at {x} {y}", target.choice.key);
                }
            }
        }
    }

    #[test]
    fn own_classes_are_in_range_and_all_there() {
        let Some(own) = find("five").classes else { panic!("the pinwheel has classes of its own") };
        for classes in 1..=10 {
            let mut counts = vec![0; classes];
            super::super::field::lattice().for_each(|(x, y)| counts[own(x, y, classes)] += 1);
            let fair = 4096 / classes;
            assert!(counts.iter().all(|n| *n > fair / 2 && *n < fair * 2), "{counts:?}");
        }
    }
}
