//! Losses far above the best constant guess: training goes on without a word where it is worse than useless.

use super::icons::Icon;
use super::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Config, task_name};
use mtl_core::lesson::entry;
use mtl_core::protocol::CurvePoint;

/// So many times the best constant guess's loss is far above it.
const FAR: f64 = 10.0;

/// A constant guess with a smaller loss is as good as perfect: nothing is told by how many times that is.
const PERFECT: f64 = 1e-6;

/// The tasks of which the composed network's validation loss is far above the best constant guess's, and how many
/// times that it is at least, in one digit: a sentence should not change with every point.
fn far_off(point: &CurvePoint, reference: &[f32]) -> Vec<(usize, f64)> {
    if point.epoch < 1 {
        return Vec::new();
    }
    let times = |(task, (loss, guess)): (usize, (&f32, &f32))| {
        let (loss, guess) = (f64::from(*loss), f64::from(*guess));
        let times = loss / guess;
        (guess > PERFECT && times.is_finite() && times > FAR).then(|| (task, one_digit(times)))
    };
    point.valid.iter().zip(reference).enumerate().filter_map(times).collect()
}

/// The number of the form 20, 300, ... that is not above this one.
fn one_digit(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    (number / power).floor() * power
}

/// What is said of these tasks in a lesson, with what can be done; nothing where there are none.
fn sentence(tasks: &[(usize, f64)], lesson: &Config) -> Option<String> {
    let of_task = |(k, (task, times)): (usize, &(usize, f64))| {
        let (what, than) = match k {
            0 => ("Task ", " times that of the best constant guess"),
            _ => ("task ", " times"),
        };
        let loss = if k == 0 { "'s validation loss is at least " } else { "'s at least " };
        [what, task_name(*task), loss, &long(*times), than].concat()
    };
    let all: Vec<_> = tasks.iter().enumerate().map(of_task).collect();
    let rate =
        entry(lesson, "lr").map(|rate| format!(" Lower the {}: it is {}.", rate.label, rate.kind.text(&rate.value)));
    (!all.is_empty()).then(|| format!("{}.{}", all.join(", "), rate.unwrap_or_default()))
}

/// A large number in few characters.
fn long(number: f64) -> String {
    if number < 1e6 { format!("{number:.0}") } else { format!("{number:.0e}") }
}

/// The notice; not there while no loss is so far off, or where the run has exploded, which says what to do. It can be
/// closed until losses are far off once more.
#[component]
pub fn FarOff() -> impl IntoView {
    let page = Page::get();
    let tasks = Memo::new(move |_| {
        let reference = page.summary.with(|summary| summary.as_ref().map(|summary| summary.reference.clone()));
        let reference = reference.filter(|_| page.diverged.with(Option::is_none)).unwrap_or_default();
        page.latest.with(|point| point.as_ref().map_or_else(Vec::new, |point| far_off(point, &reference)))
    });
    let closed = RwSignal::new(false);
    Effect::new(move |_| {
        if tasks.with(Vec::is_empty) {
            closed.set(false);
        }
    });
    let text = Memo::new(move |_| tasks.with(|tasks| page.lesson.with(|lesson| sentence(tasks, lesson))));
    let alert = |text: String, closed: RwSignal<bool>| {
        view! {
            <div class="alert far-off" data-testid="far-off">
                <span class="alert-text">{text}</span>
                <button type="button" class="icon-button" aria-label="Dismiss the notice about losses" title="Dismiss" on:click=move |_| closed.set(true)>
                    {Icon::Close.view()}
                </button>
            </div>
        }
    };
    move || text.get().filter(|_| !closed.get()).map(|text| alert(text, closed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::TrainingConfig;

    fn point(epoch: u32, valid: &[f32]) -> CurvePoint {
        CurvePoint { epoch, valid: valid.to_vec(), ..CurvePoint::default() }
    }

    #[test]
    fn a_loss_is_far_off_from_ten_times_the_constant_guess_on_and_after_the_first_epoch() {
        let reference = [0.5, 0.7];
        assert_eq!(far_off(&point(1, &[0.6, 8.0]), &reference), [(1, 10.0)]);
        assert_eq!(far_off(&point(300, &[64.0, 8.0]), &reference), [(0, 100.0), (1, 10.0)]);
        assert!(far_off(&point(0, &[64.0, 8.0]), &reference).is_empty(), "nothing was learned yet");
        assert!(far_off(&point(1, &[5.0, 6.9]), &reference).is_empty(), "ten times and no more");
        assert!(far_off(&point(1, &[f32::NAN, f32::INFINITY]), &reference).is_empty());
        assert!(far_off(&point(1, &[9.0, 9.0]), &[0.0, 1e-9]).is_empty(), "guesses that are never wrong");
        assert!(far_off(&point(1, &[64.0]), &[]).is_empty());
    }

    #[test]
    fn the_notice_names_the_tasks_how_many_times_and_the_rate_as_it_is() {
        let lesson = Config::default();
        let training = TrainingConfig { learning_rate: 10.0, ..lesson.training.clone() };
        let lesson = Config { training, ..lesson };
        assert_eq!(
            sentence(&[(0, 30.0)], &lesson).as_deref(),
            Some(
                "Task A's validation loss is at least 30 times that of the best constant guess. \
                 Lower the learning rate: it is 10."
            )
        );
        assert_eq!(
            sentence(&[(1, 4e7), (2, 200.0)], &lesson).as_deref(),
            Some(
                "Task B's validation loss is at least 4e7 times that of the best constant guess, \
                 task C's at least 200 times. Lower the learning rate: it is 10."
            )
        );
        assert_eq!(sentence(&[], &lesson), None);
    }

    #[test]
    fn a_number_keeps_one_digit() {
        for (number, kept) in [(10.5, 10.0), (19.9, 10.0), (64.0, 60.0), (128.0, 100.0), (9999.0, 9000.0)] {
            assert_eq!(one_digit(number), kept, "{number}");
        }
    }
}
