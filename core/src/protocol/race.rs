//! What the page is told of a race of balancers down landscapes (see [`crate::landscape`]).

use serde::{Deserialize, Serialize};

/// What is new in a race; a few kilobytes a frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RaceNews {
    /// A race that begins: what was told of another one no longer counts.
    pub start: Option<Box<RaceStart>>,
    /// Where the racers were at new recorded steps, in order.
    pub points: Vec<RacePoint>,
    /// Where the racers stand now.
    pub now: RacePoint,
    /// Per racer: the first step after which it was at the Pareto set.
    pub arrived: Vec<Option<u32>>,
    /// Per racer: the hypervolume that its method's racers dominate together; NaN where the landscape
    /// has no reference point.
    pub hypervolumes: Vec<f64>,
}

/// What doesn't change while a race goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RaceStart {
    /// One or two landscapes.
    pub scenes: Vec<SceneStart>,
    /// The racers, landscape by landscape and method by method.
    pub racers: Vec<RacerStart>,
    /// Steps after which a racer that has not arrived is called stuck.
    pub steps: u32,
}

/// A landscape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SceneStart {
    /// What it is called.
    pub title: String,
    /// Points of the exact Pareto set `[points, 2]`; empty where there are more than two parameters.
    pub set: Vec<f32>,
    /// Their losses `[points, 2]`: the exact front.
    pub front: Vec<f32>,
    /// The mean of the losses over [-extent, extent]², `[side, side]`, row 0 at the largest second
    /// parameter; empty where there are more than two parameters.
    pub heat: Vec<f32>,
    /// Cells on a side of it.
    pub side: usize,
    /// Half the side of the drawn square.
    pub extent: f32,
    /// The hypervolume of the whole front, where it is known.
    pub hypervolume: Option<f64>,
}

/// A racer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RacerStart {
    /// The index of its landscape.
    pub scene: usize,
    /// Key of its method.
    pub key: String,
    /// The method's name.
    pub label: String,
    /// Its start on the plane, or the share that its preference gives each loss.
    pub place: [f32; 2],
}

/// Where the racers were at a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RacePoint {
    /// Steps taken.
    pub step: u32,
    /// Parameters `[racers, 2]`; empty where there are more than two.
    pub x: Vec<f32>,
    /// Losses `[racers, 2]`.
    pub losses: Vec<f32>,
}
