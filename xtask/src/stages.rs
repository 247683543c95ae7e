//! The stages of a long command, each with the time that it took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// A running list of finished stages.
#[derive(Debug)]
pub struct Stages {
    started: Instant,
    finished: Vec<(String, Duration)>,
}

impl Default for Stages {
    fn default() -> Self {
        Self { started: Instant::now(), finished: Vec::new() }
    }
}

impl Stages {
    /// Runs one stage, announcing it before and its time after.
    pub fn run<T>(&mut self, name: &str, stage: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("==> {name}");
        let begun = Instant::now();
        let result = stage();
        let elapsed = begun.elapsed();
        let outcome = if result.is_ok() { "done" } else { "FAILED" };
        println!("    {name}: {outcome} in {}", minutes(elapsed));
        self.finished.push((name.to_owned(), elapsed));
        result.with_context(|| format!("stage '{name}' failed"))
    }

    /// The time since the first stage was announced.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Prints the time of every stage and of all together.
    pub fn summary(&self) {
        println!("\nTimes");
        for (name, elapsed) in &self.finished {
            println!("  {:>9}  {name}", minutes(*elapsed));
        }
        println!("  {:>9}  together", minutes(self.elapsed()));
    }
}

/// A duration as people read it: `3.2 s`, `12 min 05 s`.
#[must_use]
pub fn minutes(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_times_are_seconds_and_long_ones_minutes() {
        assert_eq!(minutes(Duration::from_millis(3210)), "3.2 s");
        assert_eq!(minutes(Duration::from_secs(725)), "12 min 05 s");
    }

    #[test]
    fn a_failed_stage_is_named_in_the_error_and_still_timed() {
        let mut stages = Stages::default();
        let result: Result<()> = stages.run("lint", || anyhow::bail!("a comma is missing"));
        let text = result.map_err(|error| format!("{error:#}"));
        assert!(matches!(text, Err(text) if text == "stage 'lint' failed: a comma is missing"));
        assert_eq!(stages.finished.len(), 1);
    }
}
