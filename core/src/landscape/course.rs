//! The lessons' data sources that are landscapes: a line each, which the picker, the link and the
//! page read, and what a race is made of.

use super::{Concave, Convex, Landscape, Racer, Scene, TwoValleys, roster};
use crate::config::{Choice, Config, Kind, OptionSpec, Paper, Pick, PickEntry};

const TWO_VALLEYS_PAPERS: &[Paper] = &[
    Paper::new(
        "Liu et al.",
        2021,
        "Conflict-Averse Gradient Descent for Multi-task Learning",
        "https://arxiv.org/abs/2110.14048",
    ),
    Paper::new("Navon et al.", 2022, "Multi-Task Learning as a Bargaining Game", "https://arxiv.org/abs/2202.01017"),
];

const VALLEYS: PickEntry = PickEntry::new(
    Choice {
        key: "two-valleys",
        label: "two valleys",
        help: "No data: two losses over two parameters, a published landscape that every balancer races down.",
    },
    &[SCALE, STARTS],
)
.by(TWO_VALLEYS_PAPERS);

const FRONTS_PAPERS: &[Paper] = &[
    Paper::new(
        "Fonseca & Fleming",
        1995,
        "An Overview of Evolutionary Algorithms in Multiobjective Optimization",
        "https://doi.org/10.1162/evco.1995.3.1.1",
    ),
    Paper::new("Lin et al.", 2019, "Pareto Multi-Task Learning", "https://arxiv.org/abs/1912.12854"),
];

const FRONTS: PickEntry = PickEntry::new(
    Choice {
        key: "fronts",
        label: "two fronts",
        help: "No data: two losses over twenty parameters, once with a concave and once with a convex front.",
    },
    &[POINTS],
)
.by(FRONTS_PAPERS);

const SCALE: OptionSpec = OptionSpec {
    key: "scale",
    label: "scale of the first loss",
    help: "The published runs take 1 (CAGrad) or 0.1 (Nash-MTL, FAMO).",
    kind: Kind::Number { min: 0.01, max: 1.0, log: true, inherits: false },
    default: 0.1,
    live: false,
};

const STARTS: OptionSpec = OptionSpec {
    key: "starts",
    label: "starts",
    help: "Where everyone begins.",
    kind: Kind::Choice(start_words),
    default: 0.0,
    live: false,
};

const POINTS: OptionSpec = OptionSpec {
    key: "points",
    label: "preferences",
    help: "How many racers every balancer has; each prefers the two losses in another ratio.",
    kind: Kind::Integer { min: 2, max: 20, word: None },
    default: 10.0,
    live: false,
};

fn start_words() -> Vec<Choice> {
    vec![
        Choice { key: "three", label: "three", help: "Left, middle, right." },
        Choice { key: "five", label: "five", help: "Those of Nash-MTL and FAMO." },
        Choice { key: "cagrad", label: "CAGrad's three", help: "Those of CAGrad." },
    ]
}

/// The published starts: Nash-MTL's and FAMO's five, and CAGrad's three.
const FIVE: [[f64; 2]; 5] = [[-8.5, 7.5], [0.0, 0.0], [9.0, 9.0], [-7.5, -0.5], [9.0, -1.0]];
const CAGRAD: [[f64; 2]; 3] = [[-8.5, 7.5], [-8.5, -5.0], [9.0, 9.0]];

/// The data sources that are landscapes.
pub fn sources() -> [PickEntry; 2] {
    [VALLEYS, FRONTS]
}

/// Whether a source of data is a landscape.
pub fn is_landscape(source: &Pick) -> bool {
    source.method == VALLEYS.choice.key || source.method == FRONTS.choice.key
}

/// Whether a setting of the lesson means anything where the source is a landscape: there is no
/// network and there are no rows, but steps are taken all the same.
pub fn shows(key: &str, per_task: bool) -> bool {
    !per_task && matches!(key, "s" | "data" | "bal" | "opt" | "lr" | "mom")
}

/// Steps that the page calls an epoch here, and steps after which a racer that has not arrived is called
/// stuck: those of the published runs.
pub fn lengths(source: &Pick) -> (u32, u32) {
    if source.method == VALLEYS.choice.key { (1000, 50_000) } else { (10, 2000) }
}

/// What a lesson's race is made of; `None` where its data are no landscape.
pub(super) fn scenes(config: &Config) -> Option<Vec<Scene>> {
    let source = &config.data.source;
    if source.method == VALLEYS.choice.key {
        let valleys = TwoValleys { scale: SCALE.clamp(source.option(&SCALE)) };
        let starts = match STARTS.clamp(source.option(&STARTS)) as usize {
            0 => &FIVE[..3],
            1 => &FIVE[..],
            _ => &CAGRAD[..],
        };
        return Some(vec![scene(Box::new(valleys), roster::from_starts(starts, config))]);
    }
    if source.method == FRONTS.choice.key {
        let count = POINTS.clamp(source.option(&POINTS)) as usize;
        let fronts: [Box<dyn Landscape>; 2] = [Box::new(Concave), Box::new(Convex)];
        let seekers = |front: &dyn Landscape| roster::with_preferences(count, front.parameters(), config);
        return Some(fronts.map(|front| (seekers(front.as_ref()), front)).map(|(s, front)| scene(front, s)).into());
    }
    None
}

fn scene(landscape: Box<dyn Landscape>, entrants: Vec<roster::Entrant>) -> Scene {
    let racers = entrants.into_iter().map(|entrant| Racer::new(entrant, landscape.as_ref())).collect();
    Scene { landscape, racers }
}
