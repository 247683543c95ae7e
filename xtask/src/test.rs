//! Everything that has to hold before a change is done.

use std::process::Command;

use anyhow::Result;

use crate::tools::browser::{self, Browser};
use crate::{again, checks, process, site, stages::Stages, workspace::Workspace};

const REMEDY: &str = "read the failed tests above; `cargo xtask test --only PART -- NAME` repeats one";

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Formatting and lints.
    Lint,
    /// Everything that runs without a browser.
    Native,
    /// The site in a real browser.
    Browser,
}

/// What to test, and how thoroughly.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// One part instead of all.
    pub only: Option<Part>,
    /// Also the second tier: long checks, marked `#[ignore]`.
    pub all: bool,
    /// Arguments for the test programs, such as a part of a test's name.
    pub arguments: Vec<String>,
}

impl Selection {
    fn includes(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }

    /// A `cargo test` of this tier, with these arguments for its test programs.
    fn tests(&self, mut command: Command, arguments: &[&str]) -> Command {
        // One run shows all that fails.
        command.args(["--no-fail-fast", "--"]).args(arguments);
        if self.all {
            command.arg("--include-ignored");
        }
        command
    }

    fn native(&self, workspace: &Workspace) -> Result<()> {
        let mut command = self.tests(workspace.cargo(&["test", "--workspace", "--exclude", "mtl-tests"]), &[]);
        process::run(command.args(&self.arguments), REMEDY)
    }

    fn browser(&self, workspace: &Workspace, browser: &Browser) -> Result<()> {
        let command = || {
            let command = workspace.cargo_with_browser(&["test", "-p", "mtl-tests"], browser);
            self.tests(command, &["--test-threads=1"])
        };
        let again = |names: &[String]| {
            let mut command = command();
            command.arg("--exact").args(names);
            command
        };
        again::run(command().args(&self.arguments), again, REMEDY)
    }
}

/// Sets everything up and runs the selected tests; the first part that fails ends the run.
pub fn run(workspace: &Workspace, selection: &Selection) -> Result<()> {
    let mut stages = Stages::default();
    let result = parts(workspace, selection, &mut stages);
    stages.summary();
    result
}

fn parts(workspace: &Workspace, selection: &Selection, stages: &mut Stages) -> Result<()> {
    // First what may need the user: a browser that cannot be installed should not show after an hour.
    let browser =
        if selection.includes(Part::Browser) { Some(stages.run("browser and driver", browser::ensure)?) } else { None };
    if selection.includes(Part::Lint) {
        checks::all(workspace, stages)?;
    }
    if selection.includes(Part::Native) {
        stages.run("native tests", || selection.native(workspace))?;
    }
    if let Some(browser) = browser {
        site::build(workspace, site::Options::default(), stages)?;
        stages.run("browser tests", || selection.browser(workspace, &browser))?;
    }
    Ok(())
}
