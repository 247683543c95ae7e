//! The line between the pictures: what the lesson is about, and at the end of its story what came of it.

use super::panels::{said, short, with_sign};
use super::state::{Page, RaceState};
use crate::charts::Verdict;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use mtl_core::measure::transfer::TransferGain;
use mtl_core::protocol::CurvePoint;

/// What is said of the tasks with a verdict, around their names.
const SAYINGS: [(Verdict, &str); 5] = [
    (Verdict::Positive, "sharing helped "),
    (Verdict::Negative, "sharing hurt "),
    (Verdict::NoDifference, "no difference is seen for "),
    (Verdict::TooEarly, "it is too early to judge "),
    (Verdict::Undefined, "there is no gain to name for "),
];

/// Of more tasks than this the ending names the gains alone: their losses stand in their panel.
const FEW: usize = 2;

/// The line itself. It always has a text, and room for its longest, so that nothing moves when that
/// changes.
#[component]
pub fn StoryLine() -> impl IntoView {
    let page = Page::get();
    let teaches = Memo::new(move |_| page.lesson.with(|lesson| lessons::find(&lesson.preset).map(|line| line.teaches)));
    // What came of the run stays in sight when play goes on, until the run begins anew.
    let told = RwSignal::new(None::<Ending>);
    let epoch = Memo::new(move |_| page.frame.with(|frame| frame.epoch));
    Effect::new(move |_| {
        if page.ended.get() {
            told.set(Some(Ending::of(page)));
        } else if told.with_untracked(|told| told.as_ref().is_some_and(|told| epoch.get() < told.epoch)) {
            told.set(None);
        } else {
            epoch.track();
        }
    });
    let text = move || told.with(|told| told.as_ref().map(|told| told.text(page.ended.get())));
    let many = Memo::new(move |_| page.lesson.with(|lesson| lesson.tasks.len() > FEW));
    view! {
        <p class="story-line" class:long=move || many.get() data-testid="story-line" data-ended=move || page.ended.get().then_some("") role="status">
            {move || text().or_else(|| teaches.get().map(Into::into))}
        </p>
    }
    .into_any()
}

/// What came of a run by the end of its story.
struct Ending {
    epoch: u32,
    outcome: String,
}

impl Ending {
    /// Of the run on the page, now.
    fn of(page: Page) -> Self {
        let (epoch, step) = page.frame.with_untracked(|frame| (frame.epoch, frame.step));
        let outcome = match untrack(|| page.races()) {
            true => page.race.with_value(|race| outcome_of_race(race, step)),
            false => page.latest.with_untracked(|point| {
                let points = page.curves.with_value(Vec::len);
                point.as_deref().map_or_else(String::new, |point| [at(point, epoch), outcome(point, points)].concat())
            }),
        };
        Self { epoch, outcome }
    }

    /// The same in a sentence or two, at the end or later.
    fn text(&self, now: bool) -> String {
        let Self { epoch, outcome } = self;
        match now {
            true => format!("End of the story, epoch {epoch}: {outcome}. Play goes on from here."),
            false => format!("At the end of the story, epoch {epoch}: {outcome}."),
        }
    }
}

/// Of which epoch the numbers are, where that one wasn't recorded.
fn at(point: &CurvePoint, epoch: u32) -> String {
    if point.epoch == epoch { String::new() } else { format!("at epoch {}, the last recorded, ", point.epoch) }
}

/// Every task with its held-out loss, its gain over learning alone and the 95 % interval of that,
/// grouped by what can be said of the gain after so many recorded points.
fn outcome(point: &CurvePoint, points: usize) -> String {
    let few = point.transfer.len() <= FEW;
    let verdict = |gain: &TransferGain| said(gain, point.epoch, points);
    let told = |(task, gain): (usize, &TransferGain)| {
        let loss = point.valid.get(task).map_or_else(String::new, |loss| short(f64::from(*loss)));
        let name = task_name(task);
        match verdict(gain) {
            Verdict::Undefined => format!("{name} (loss {loss})"),
            _ if few => format!("{name} (loss {loss}, gain {} %{})", whole(gain.mean), interval(gain)),
            _ => format!("{name} ({} %{})", whole(gain.mean), interval(gain)),
        }
    };
    let with = |(kind, saying): (Verdict, &str)| {
        let tasks = point.transfer.iter().enumerate().filter(|(_, gain)| verdict(gain) == kind);
        let all: Vec<_> = tasks.map(told).collect();
        (!all.is_empty()).then(|| format!("{saying}{}", listed(&all)))
    };
    let parts: Vec<_> = SAYINGS.into_iter().filter_map(with).collect();
    if parts.is_empty() {
        let loss = |(task, loss): (usize, &f32)| format!("{} {}", task_name(task), short(f64::from(*loss)));
        return format!("held-out losses {}", listed(&point.valid.iter().enumerate().map(loss).collect::<Vec<_>>()));
    }
    parts.join("; ")
}

/// The 95 % interval of a gain, where there is one.
fn interval(gain: &TransferGain) -> String {
    match gain.low.is_finite() && gain.high.is_finite() {
        true => format!(", {} to {}", whole(gain.low), whole(gain.high)),
        false => String::new(),
    }
}

/// A share as whole percent with its sign.
fn whole(share: f64) -> String {
    with_sign(share * 100.0, 0).replace('-', "\u{2212}")
}

/// Which racers have arrived, of a race that was watched for so many steps.
fn outcome_of_race(race: &RaceState, step: u32) -> String {
    let racers = &race.start.racers;
    let there = |k: usize| race.news.arrived.get(k).is_some_and(Option::is_some);
    let count = (0..racers.len()).filter(|k| there(*k)).count();
    let mut all: Vec<&str> = Vec::new();
    for racer in racers {
        let own = || racers.iter().enumerate().filter(|(_, other)| other.key == racer.key);
        if !all.contains(&racer.label.as_str()) && own().all(|(k, _)| there(k)) {
            all.push(&racer.label);
        }
    }
    let whole = match all.as_slice() {
        [] => "no balancer from every start".into(),
        all => format!("from every start {}", listed(all)),
    };
    format!(
        "after {step} steps {count} of {} racers have reached the best trade-offs, {whole}",
        race.start.racers.len()
    )
}

/// `a`, `a and b`, `a, b and c`.
fn listed(parts: &[impl AsRef<str>]) -> String {
    let mut text = String::new();
    for (k, part) in parts.iter().enumerate() {
        text.push_str(match k {
            0 => "",
            _ if k + 1 == parts.len() => " and ",
            _ => ", ",
        });
        text.push_str(part.as_ref());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::measure::transfer::Verdict as Judged;
    use mtl_core::protocol::{RaceNews, RaceStart, RacerStart};

    fn gain(mean: f64, half: f64, verdict: Judged) -> TransferGain {
        TransferGain { mean, low: mean - half, high: mean + half, seeds: 5, verdict }
    }

    #[test]
    fn the_ending_names_loss_gain_and_interval_of_every_task_under_its_verdict() {
        let transfer = vec![gain(-0.04, 0.1, Judged::NoDifference), gain(0.34, 0.14, Judged::Positive)];
        let point = CurvePoint { epoch: 200, valid: vec![0.213, 0.18], transfer, ..CurvePoint::default() };
        assert_eq!(
            outcome(&point, 120),
            "sharing helped B (loss 0.180, gain +34 %, +20 to +48); \
             no difference is seen for A (loss 0.213, gain \u{2212}4 %, \u{2212}14 to +6)"
        );
        let three = CurvePoint { transfer: vec![gain(0.1, 0.05, Judged::Positive); 3], ..point };
        assert_eq!(
            outcome(&three, 120),
            "sharing helped A (+10 %, +5 to +15), B (+10 %, +5 to +15) and C (+10 %, +5 to +15)"
        );
    }

    #[test]
    fn an_ending_that_comes_early_judges_as_little_as_the_panel() {
        let transfer = vec![gain(0.34, 0.14, Judged::Positive)];
        let point = CurvePoint { epoch: 5, valid: vec![0.213], transfer, ..CurvePoint::default() };
        assert_eq!(outcome(&point, 6), "it is too early to judge A (loss 0.213, gain +34 %, +20 to +48)");
        assert_eq!((at(&point, 5).as_str(), at(&point, 7).as_str()), ("", "at epoch 5, the last recorded, "));
    }

    #[test]
    fn without_baselines_the_ending_names_the_losses() {
        let point = CurvePoint { valid: vec![0.5, 0.25, 0.125], ..CurvePoint::default() };
        assert_eq!(outcome(&point, 120), "held-out losses A 0.500, B 0.250 and C 0.125");
    }

    #[test]
    fn a_race_ends_with_who_arrived_from_every_start() {
        let racer = |key: &str| RacerStart { key: key.into(), label: key.to_uppercase(), ..RacerStart::default() };
        let start = RaceStart { racers: vec![racer("a"), racer("a"), racer("b"), racer("b")], ..RaceStart::default() };
        let news = RaceNews { arrived: vec![Some(3), Some(5), None, Some(9)], ..RaceNews::default() };
        let race = RaceState { start, news, ..RaceState::default() };
        assert_eq!(
            outcome_of_race(&race, 500),
            "after 500 steps 3 of 4 racers have reached the best trade-offs, from every start A"
        );
    }
}
