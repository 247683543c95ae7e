//! A second try for tests that drive a real browser.
//!
//! A busy machine can upset such a test although the page is right. What failed is run once more, in
//! a fresh browser; what fails twice counts, and what passed only then is named at the end, so that it
//! isn't mistaken for a quiet run.

use std::process::Command;

use anyhow::Result;

use crate::process;

/// More failures than this are no accident and get no second try.
const ACCIDENTS: usize = 4;

/// Runs `tests`; where a few of them fail and none has crashed, runs those with the command that
/// `again` makes of their names.
pub fn run(tests: &mut Command, again: impl FnOnce(&[String]) -> Command, remedy: &str) -> Result<()> {
    let (mut failed, mut unfinished) = (Vec::new(), 0);
    let first = process::watch(tests, remedy, |line| {
        failed.extend(name_of(line, "FAILED"));
        // A test program that crashes begins and does not end.
        unfinished += i32::from(line.starts_with("running ")) - i32::from(line.starts_with("test result: "));
    });
    if first.is_ok() || failed.is_empty() || failed.len() > ACCIDENTS || unfinished != 0 {
        return first;
    }
    println!("==> second try of {}", failed.join(", "));
    let mut passed = Vec::new();
    process::watch(&mut again(&failed), remedy, |line| passed.extend(name_of(line, "ok")))?;
    if failed.iter().any(|name| !passed.contains(name)) {
        // What was not run again has failed.
        return first;
    }
    println!("    NOTE: passed only at the second try: {}", failed.join(", "));
    Ok(())
}

/// The test that a line of a test program reports with this outcome.
fn name_of(line: &str, outcome: &str) -> Option<String> {
    line.strip_prefix("test ")?.strip_suffix(outcome)?.strip_suffix(" ... ").map(str::to_owned)
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
        let mut first = shell("echo 'test a ... ok'; echo 'test b ... FAILED'; exit 101");
        let outcome = run(
            &mut first,
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
            let mut first = shell("echo 'test b ... FAILED'; exit 101");
            assert!(run(&mut first, |_| shell(second), "").is_err(), "{second}");
        }
    }

    #[test]
    fn a_crash_and_many_failures_get_no_second_try() {
        let beside = "echo 'running 1 test'; echo 'test b ... FAILED'; exit 134";
        for script in ["exit 134", beside, "for t in a b c d e; do echo \"test $t ... FAILED\"; done; exit 101"] {
            let mut tried = false;
            let outcome = run(
                &mut shell(script),
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
