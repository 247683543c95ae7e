//! The line between the pictures: what the lesson is about, and at the end of its story what came of it.

use super::gain::{named, whole_gain_text, whole_interval_text};
use super::panels::short;
use super::state::{Page, RaceState};
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use mtl_core::measure::transfer::{TransferGain, Verdict};
use mtl_core::protocol::CurvePoint;

/// What is said of the tasks with a verdict: before their names, behind one, behind several.
const SAYINGS: [(Verdict, &str, &str, &str); 7] = [
    (Verdict::Gains, "", " gains by sharing", " gain by sharing"),
    (Verdict::Loses, "", " loses by sharing", " lose by sharing"),
    (Verdict::AboutTheSame, "", " is about the same as alone", " are about the same as alone"),
    (Verdict::NotClear, "it is not clear yet for ", "", ""),
    (Verdict::TooEarly, "it is too early to judge ", "", ""),
    (Verdict::NothingLearned, "nothing learned yet on ", "", ""),
    (Verdict::Undefined, "no gain is known for ", "", ""),
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
                point.as_deref().map_or_else(String::new, |point| [at(point, epoch), outcome(point)].concat())
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

/// Every task with its validation loss, its gain over learning alone and the 95 % interval of that, as the panel has
/// them, grouped by what is said of the gain.
fn outcome(point: &CurvePoint) -> String {
    let gains = &point.transfer.best;
    let few = gains.len() <= FEW;
    let told = |(task, gain): (usize, &TransferGain)| {
        let loss = point.valid.get(task).map_or_else(String::new, |loss| short(f64::from(*loss)));
        let name = task_name(task);
        match named(gain) {
            None if few => format!("{name} (loss {loss})"),
            None => name.to_string(),
            Some(gain) if few => format!("{name} (loss {loss}, gain {})", with_interval(gain)),
            Some(gain) => format!("{name} ({})", with_interval(gain)),
        }
    };
    let with = |(verdict, before, one, several): (Verdict, &str, &str, &str)| {
        let tasks = gains.iter().enumerate().filter(|(_, gain)| gain.verdict == verdict);
        let all: Vec<_> = tasks.map(told).collect();
        let behind = if all.len() == 1 { one } else { several };
        (!all.is_empty()).then(|| [before, &listed(&all), behind].concat())
    };
    let parts: Vec<_> = SAYINGS.into_iter().filter_map(with).collect();
    if parts.is_empty() {
        let loss = |(task, loss): (usize, &f32)| format!("{} {}", task_name(task), short(f64::from(*loss)));
        return format!("validation losses {}", listed(&point.valid.iter().enumerate().map(loss).collect::<Vec<_>>()));
    }
    parts.join("; ")
}

/// A gain, and its 95 % interval where that is there and means anything yet.
fn with_interval(gain: &TransferGain) -> String {
    let mean = whole_gain_text(gain.mean);
    let interval = match gain.verdict {
        Verdict::TooEarly => String::new(),
        _ => whole_interval_text(gain.low, gain.high),
    };
    if interval.is_empty() { mean } else { format!("{mean}, {interval}") }
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
    use mtl_core::protocol::{Gains, RaceNews, RaceStart, RacerStart};

    fn gain(mean: f64, half: f64, verdict: Verdict) -> TransferGain {
        TransferGain { mean, low: mean - half, high: mean + half, seeds: 5, verdict, log_ratios: Vec::new() }
    }

    fn point(valid: &[f32], best: Vec<TransferGain>) -> CurvePoint {
        CurvePoint {
            epoch: 200,
            valid: valid.to_vec(),
            transfer: Gains { best, ..Gains::default() },
            ..CurvePoint::default()
        }
    }

    #[test]
    fn the_ending_names_loss_gain_and_interval_of_every_task_under_its_verdict() {
        let two = vec![gain(-0.04, 0.1, Verdict::NotClear), gain(0.34, 0.14, Verdict::Gains)];
        assert_eq!(
            outcome(&point(&[0.213, 0.18], two)),
            "B (loss 0.180, gain +34 %, +20 to +48 %) gains by sharing; \
             it is not clear yet for A (loss 0.213, gain \u{2212}4 %, \u{2212}14 to +6 %)"
        );
        assert_eq!(
            outcome(&point(&[0.2; 3], vec![gain(0.1, 0.05, Verdict::Gains); 3])),
            "A (+10 %, +5 to +15 %), B (+10 %, +5 to +15 %) and C (+10 %, +5 to +15 %) gain by sharing"
        );
    }

    #[test]
    fn every_verdict_has_its_words_in_the_ending() {
        for (verdict, words) in [
            (Verdict::Loses, "A (loss 0.200, gain +1 %, +0 to +2 %) loses by sharing"),
            (Verdict::AboutTheSame, "A (loss 0.200, gain +1 %, +0 to +2 %) is about the same as alone"),
            (Verdict::TooEarly, "it is too early to judge A (loss 0.200, gain +1 %)"),
            (Verdict::NothingLearned, "nothing learned yet on A (loss 0.200)"),
            (Verdict::Undefined, "no gain is known for A (loss 0.200)"),
        ] {
            assert_eq!(outcome(&point(&[0.2], vec![gain(0.01, 0.01, verdict)])), words);
        }
    }

    #[test]
    fn an_ending_says_of_which_epoch_its_numbers_are_where_that_was_not_recorded() {
        let early = CurvePoint { epoch: 5, ..CurvePoint::default() };
        assert_eq!((at(&early, 5).as_str(), at(&early, 7).as_str()), ("", "at epoch 5, the last recorded, "));
    }

    #[test]
    fn without_baselines_the_ending_names_the_losses() {
        let alone = point(&[0.5, 0.25, 0.125], Vec::new());
        assert_eq!(outcome(&alone), "validation losses A 0.500, B 0.250 and C 0.125");
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
