//! A second try for tests that drive a real browser.
//!
//! A busy machine can upset such a test although the page is right. What failed is run once more, in
//! a browser of its own; what fails twice counts, and what passed only then is named at the end, so
//! that nobody mistakes it for a quiet run.

use std::process::Command;

use anyhow::Result;

use crate::process;

/// More failures than this are no accident and get no second try.
const ACCIDENTS: usize = 4;

/// Runs `tests`; where a few of them fail, runs those with the command that `again` makes of their
/// names.
pub fn run(tests: &mut Command, again: impl FnOnce(&[String]) -> Command, remedy: &str) -> Result<()> {
    let mut failed = Vec::new();
    let first = process::watch(tests, remedy, |line| failed.extend(name_of_failed(line)));
    if first.is_ok() || failed.is_empty() || failed.len() > ACCIDENTS {
        return first;
    }
    println!("==> second try of {}", failed.join(", "));
    process::run(&mut again(&failed), remedy)?;
    println!("    NOTE: passed only at the second try: {}", failed.join(", "));
    Ok(())
}

/// The test that a line of a test program reports as failed.
fn name_of_failed(line: &str) -> Option<String> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED").map(str::to_owned)
}

#[cfg(test)]
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
                shell("true")
            },
            "",
        );
        assert!(outcome.is_ok());
        assert_eq!(asked, ["b"]);
    }

    #[test]
    fn what_fails_twice_has_failed() {
        let mut first = shell("echo 'test b ... FAILED'; exit 101");
        assert!(run(&mut first, |_| shell("exit 101"), "").is_err());
    }

    #[test]
    fn a_crash_and_many_failures_get_no_second_try() {
        for script in ["exit 134", "for t in a b c d e; do echo \"test $t ... FAILED\"; done; exit 101"] {
            let mut tried = false;
            let outcome = run(
                &mut shell(script),
                |_| {
                    tried = true;
                    shell("true")
                },
                "",
            );
            assert!(outcome.is_err() && !tried, "{script}");
        }
    }
}
