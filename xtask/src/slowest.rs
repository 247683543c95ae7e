//! The tests that take longest.
//!
//! A test program of a stable toolchain tells no times. With one test at a time they are seen from
//! outside: a test takes from the end of the line before its own to the end of its own.

use std::time::{Duration, Instant};

use crate::{again::outcome_of, stages::minutes};

/// How many are named.
const NAMED: usize = 10;

/// Reads the lines of test programs that run one test at a time. What a file's tests share, such as a
/// browser, is part of the first of them.
#[derive(Debug, Default)]
pub struct Slowest {
    last: Option<Instant>,
    took: Vec<(Duration, String)>,
}

impl Slowest {
    /// Takes a line that has just come.
    pub fn line(&mut self, line: &str) {
        self.line_at(line, Instant::now());
    }

    fn line_at(&mut self, line: &str, now: Instant) {
        if let Some((name, outcome)) = outcome_of(line) {
            // Between two programs there is a `running …`; without one nothing is known.
            if let Some(last) = self.last.filter(|_| matches!(outcome, "ok" | "FAILED")) {
                self.took.push((now.duration_since(last), name.to_owned()));
            }
            self.last = Some(now);
        } else if line.starts_with("running ") {
            self.last = Some(now);
        }
    }

    /// Takes over what another one has seen.
    pub fn append(&mut self, mut other: Self) {
        self.took.append(&mut other.took);
    }

    /// The longest ones, each with its time, and what all tests took together.
    fn told(&self) -> Vec<String> {
        let mut took: Vec<_> = self.took.iter().collect();
        took.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
        let all: Duration = self.took.iter().map(|(time, _)| *time).sum();
        let lines = took.iter().take(NAMED).map(|(time, name)| format!("  {:>11}  {name}", minutes(*time)));
        lines.chain([format!("  {:>11}  all {} tests", minutes(all), self.took.len())]).collect()
    }

    /// Prints them.
    pub fn print(&self) {
        if !self.took.is_empty() {
            println!("\nThe slowest tests\n{}", self.told().join("\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[(&str, u64)]) -> Slowest {
        let begun = Instant::now();
        let mut slowest = Slowest::default();
        for (line, seconds) in lines {
            slowest.line_at(line, begun + Duration::from_secs(*seconds));
        }
        slowest
    }

    #[test]
    fn a_test_takes_from_the_line_before_its_own_to_its_own() {
        let slowest = read(&[
            ("running 3 tests", 5),
            ("test quick ... ok", 7),
            ("test left_out ... ignored, second tier", 7),
            ("test slow ... FAILED", 107),
            ("test result: FAILED. 1 passed; 1 failed", 107),
            // The next program is compiled and started meanwhile.
            ("running 1 test", 300),
            ("test middling ... ok", 310),
        ]);
        let told: Vec<_> = slowest.told().iter().map(|line| line.trim_start().to_owned()).collect();
        assert_eq!(told, ["1 min 40 s  slow", "10.0 s  middling", "2.0 s  quick", "1 min 52 s  all 3 tests"]);
    }

    #[test]
    fn ten_are_named() {
        let lines: Vec<String> = (0..12).map(|number| format!("test t{number} ... ok")).collect();
        let mut timed = vec![("running 12 tests", 0)];
        timed.extend(lines.iter().zip(1..).map(|(line, second)| (line.as_str(), second)));
        assert_eq!(read(&timed).told().len(), NAMED + 1);
    }
}
