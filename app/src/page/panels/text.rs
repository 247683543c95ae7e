//! How numbers are written, and when texts are read to users who hear the page.

use super::draw::Job;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Config, LossKind, TaskConfig, task_name};
use mtl_core::data::{self, targets::TARGETS};

/// A number that there is none of.
pub const DASH: &str = "\u{2014}";

/// Milliseconds between two descriptions of a picture that keeps changing.
const SPOKEN_GAP: f64 = 5000.0;

/// A number with six significant digits: equal runs have equal texts.
pub fn six(value: f32) -> String {
    if !value.is_finite() {
        return "not finite".into();
    }
    let scientific = format!("{value:.5e}");
    let power = scientific.split_once('e').and_then(|(_, power)| power.parse::<i32>().ok()).unwrap_or(0);
    if value == 0.0 {
        "0".into()
    } else if (-3..6).contains(&power) {
        format!("{value:.*}", (5 - power).max(0) as usize)
    } else {
        scientific
    }
}

/// A short number, for read-outs: three significant digits.
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return "not finite".into();
    }
    let size = value.abs();
    let text = if size != 0.0 && !(1e-4..1e5).contains(&size) {
        format!("{value:.2e}")
    } else {
        let decimals = if size == 0.0 { 0 } else { (2 - size.log10().floor() as i32).clamp(0, 6) };
        format!("{value:.*}", decimals as usize)
    };
    text.replace('-', "\u{2212}")
}

/// A number with its sign and so many decimals. What is written as zero is positive.
pub fn with_sign(value: f64, decimals: usize) -> String {
    let text = format!("{value:+.decimals$}");
    let is_zero = text.bytes().skip(1).all(|byte| matches!(byte, b'0' | b'.'));
    if is_zero { text.replace('-', "+") } else { text }
}

/// A fraction as a signed percentage that a script can read, `+12.3 %` or `-123 %`, or a dash.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return DASH.into();
    }
    [&with_sign(share * 100.0, usize::from(share.abs() < 0.9995)), " %"].concat()
}

/// From this much relatedness on a target looks like task A's rather than like its own.
const ALIKE: f64 = 0.5;

/// How a task of the plane is related to task A, in words: `like A (95 %)`; none where it isn't.
pub fn relation_words(config: &Config, task: usize) -> Option<String> {
    let related = config.tasks.get(task)?.related;
    let relates = task > 0 && related != 0.0 && data::is_plane(&config.data.source);
    let how = if related > 0.0 { "like" } else { "mirrors" };
    relates.then(|| format!("{how} A ({:.0} %)", related.abs() * 100.0))
}

/// Whether a task goes by its relation to task A, since that is what is seen.
pub fn is_titled_by_relation(config: &Config, task: usize) -> bool {
    let alike = |task: &TaskConfig| task.related.abs() >= ALIKE;
    relation_words(config, task).is_some() && config.tasks.get(task).is_some_and(alike)
}

/// The name of a task: its letter, and what is seen of it: its target, task A's where it is much like
/// that one, or what else it is about.
pub fn task_title(config: &Config, task: usize) -> String {
    let letter = task_name(task);
    let Some(settings) = config.tasks.get(task) else { return letter.into() };
    if !data::is_plane(&config.data.source) {
        let part = data::part(&config.data.source, task);
        return part.map_or_else(|| format!("Task {letter}"), |part| format!("{letter} {part}"));
    }
    if let Some(relation) = relation_words(config, task).filter(|_| is_titled_by_relation(config, task)) {
        return format!("{letter} {relation}");
    }
    let target = TARGETS.iter().find(|target| target.choice.key == settings.target);
    format!("{letter} {}", target.map_or("", |target| target.choice.label))
}

/// What kind of task a loss makes, in two words.
pub fn kind_of(loss: LossKind) -> &'static str {
    match loss {
        LossKind::Mse | LossKind::Huber => "regression",
        LossKind::Bce => "two classes",
        LossKind::Ce => "several classes",
    }
}

/// The number of tasks of the lesson.
pub fn tasks(page: Page) -> usize {
    page.lesson.with(|lesson| lesson.tasks.len())
}

/// A description for those who don't see: renewed at once on pause, every five seconds at most
/// while training goes on.
pub fn spoken(text: impl Fn() -> String + Clone + Send + Sync + 'static) -> ReadSignal<String> {
    let page = Page::get();
    let (read, write) = signal(String::new());
    let renew = move || {
        let new = untrack(&text);
        if read.try_get_untracked().is_some_and(|old| old != new) {
            write.set(new);
        }
    };
    let job = Job::new(|| SPOKEN_GAP, renew.clone());
    let running = Memo::new(move |_| page.frame.with(|frame| frame.running));
    Effect::new(move |_| {
        page.curves_version.track();
        page.lesson.track();
        if running.get() {
            job.mark();
        } else {
            renew();
        }
    });
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_goes_by_what_is_seen_of_it() {
        let mut twins = Config::default();
        let mut title = |related: f64| {
            twins.tasks[1].related = related;
            task_title(&twins, 1)
        };
        let titles = [0.95, 0.5, 0.3, 0.0, -0.3, -0.9].map(&mut title);
        assert_eq!(
            titles,
            ["B like A (95 %)", "B like A (50 %)", "B stripes", "B stripes", "B stripes", "B mirrors A (90 %)"]
        );
        assert_eq!(task_title(&twins, 0), "A two moons");
        // Relatedness means nothing where there is no plane.
        let mut pairs = mtl_core::lesson::lessons::find("pairs").map(|lesson| lesson.config()).unwrap_or_default();
        pairs.tasks[1].related = 0.9;
        assert_eq!((task_title(&pairs, 1).as_str(), relation_words(&pairs, 1)), ("Task B", None));
    }

    #[test]
    fn six_digits_whatever_the_size() {
        let pairs = [
            (0.123_456_78, "0.123457"),
            (1.5, "1.50000"),
            (123_456.0, "123456"),
            (0.999_999_94, "1.00000"),
            (0.001_234_567_8, "0.00123457"),
            // Behind more zeros it would outgrow its box.
            (0.000_123_456_78, "1.23457e-4"),
            (1.234_567_8e-7, "1.23457e-7"),
            (0.0, "0"),
            (f32::NAN, "not finite"),
        ];
        for (value, text) in pairs {
            assert_eq!(six(value), text);
        }
    }

    #[test]
    fn a_percentage_always_has_a_sign_and_can_be_parsed() {
        for (share, text) in
            [(0.123, "+12.3 %"), (-0.9996, "-100 %"), (12.694, "+1269 %"), (-1e-9, "+0.0 %"), (f64::NAN, DASH)]
        {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn short_numbers_are_short() {
        for (value, text) in [(0.123_456, "0.123"), (-12.345, "\u{2212}12.3"), (0.0, "0"), (1e-9, "1.00e\u{2212}9")] {
            assert_eq!(short(value), text);
        }
    }
}
