//! Programs of tests that drive a real browser: several at a time, with a second try for what fails.
//!
//! Such a test waits more than it computes, so that one at a time would leave the machine half idle. And a
//! busy machine can upset it although the page is right. What failed is run once more, alone and in a fresh
//! browser; what fails twice counts, and what passed only then is named at the end, so that it isn't
//! mistaken for a quiet run.

use std::{
    process::Command,
    sync::{Mutex, PoisonError},
    thread,
};

use anyhow::{Error, Result, anyhow};

use crate::{process, slowest::Slowest};

/// More failures than this are no accident and get no second try.
const ACCIDENTS: usize = 4;
/// More browsers than this at a time disturb each other, whatever the machine.
const LANES: usize = 4;

/// Runs programs of tests, each of them one test at a time, and names the slowest; where a few fail and none
/// has crashed, runs those with the command that `again` makes of their names.
pub fn run(programs: Vec<Command>, again: impl FnOnce(&[String]) -> Command, remedy: &str) -> Result<()> {
    let first = side_by_side(programs, remedy)?;
    first.slowest.print();
    let Some(error) = first.error else { return Ok(()) };
    let failed = first.failed;
    if first.crashed || failed.len() > ACCIDENTS {
        return Err(error);
    }
    println!("==> second try of {}", failed.join(", "));
    let mut passed = Vec::new();
    process::watch(&mut again(&failed), remedy, |line| {
        println!("{line}");
        passed.extend(name_of(line, "ok"));
    })?;
    if failed.iter().any(|name| !passed.contains(name)) {
        // What was not run again has failed.
        return Err(error);
    }
    println!("    NOTE: passed only at the second try: {}", failed.join(", "));
    Ok(())
}

/// Runs all programs, as many at a time as there are cores.
fn side_by_side(programs: Vec<Command>, remedy: &str) -> Result<Report> {
    let lanes = thread::available_parallelism().map_or(1, usize::from).min(LANES);
    let queue = Mutex::new(programs.into_iter());
    let lane = || {
        let mut report = Report::default();
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(mut tests) = next else { return report };
            report.run(&mut tests, remedy);
        }
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().try_fold(Report::default(), |all, lane| -> Result<Report> {
            Ok(all.and(lane.join().map_err(|_| anyhow!("a thread that runs tests panicked"))?))
        })
    })
}

/// What programs of tests have reported.
#[derive(Debug, Default)]
struct Report {
    failed: Vec<String>,
    /// Whether one has failed without a word of its tests, or in the middle of one.
    crashed: bool,
    error: Option<Error>,
    slowest: Slowest,
}

impl Report {
    fn run(&mut self, tests: &mut Command, remedy: &str) {
        let (mut shown, mut failed, mut unfinished) = (String::new(), Vec::new(), 0);
        let outcome = process::watch(tests, remedy, |line| {
            shown.push_str(line);
            shown.push('\n');
            self.slowest.line(line);
            failed.extend(name_of(line, "FAILED"));
            // A test program that crashes begins and does not end.
            unfinished += i32::from(line.starts_with("running ")) - i32::from(line.starts_with("test result: "));
        });
        // As a whole: others run beside it.
        println!("\n{}\n{shown}", process::describe(tests));
        if let Err(error) = outcome {
            self.crashed |= failed.is_empty() || unfinished != 0;
            self.error = self.error.take().or(Some(error));
        }
        self.failed.append(&mut failed);
    }

    fn and(mut self, mut other: Self) -> Self {
        self.failed.append(&mut other.failed);
        self.crashed |= other.crashed;
        self.error = self.error.or(other.error);
        self.slowest.append(other.slowest);
        self
    }
}

/// The test that a line of a test program reports, and what it says of it.
pub(crate) fn outcome_of(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("test ")?.split_once(" ... ")
}

/// The test that a line of a test program reports with this outcome.
fn name_of(line: &str, outcome: &str) -> Option<String> {
    outcome_of(line).filter(|(_, found)| *found == outcome).map(|(name, _)| name.to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_fails_once_is_tried_again_by_name_and_may_pass() {
        let mut asked = Vec::new();
        let quiet = shell("echo 'running 1 test'; echo 'test a ... ok'; echo 'test result: ok'");
        let outcome = run(
            vec![quiet, shell("echo 'test b ... FAILED'; exit 101")],
            |names| {
                asked = names.to_vec();
                shell("echo 'test b ... ok'")
            },
            "",
        );
        assert!(outcome.is_ok());
        assert_eq!(asked, ["b"]);
    }

    #[test]
    fn what_fails_twice_or_is_not_run_again_has_failed() {
        for second in ["echo 'test b ... FAILED'; exit 101", "echo 'test b ... ignored'", "true"] {
            let first = vec![shell("echo 'test b ... FAILED'; exit 101"), shell("echo 'test a ... ok'")];
            assert!(run(first, |_| shell(second), "").is_err(), "{second}");
        }
    }

    #[test]
    fn a_crash_and_many_failures_get_no_second_try() {
        let beside = "echo 'running 1 test'; echo 'test b ... FAILED'; exit 134";
        for script in ["exit 134", beside, "for t in a b c d e; do echo \"test $t ... FAILED\"; done; exit 101"] {
            let mut tried = false;
            let outcome = run(
                vec![shell("echo 'test a ... ok'"), shell(script)],
                |_| {
                    tried = true;
                    shell("for t in a b c d e; do echo \"test $t ... ok\"; done")
                },
                "",
            );
            assert!(outcome.is_err() && !tried, "{script}");
        }
    }
}
