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
        let cargo = |targets: &[&str]| {
            let mut command = workspace.cargo_with_browser(&["test", "-p", "mtl-tests"], browser);
            command.args(targets);
            command
        };
        // Once for all: those that run side by side would wait for each other's compiler.
        process::run(&mut cargo(&["--no-run"]), "read the compiler's message above")?;
        let tests = |targets: &[&str]| self.tests(cargo(targets), &["--test-threads=1"]);
        let files = browser_tests(workspace)?;
        let mut programs: Vec<Command> = files.iter().map(|file| tests(&["--test", file.as_str()])).collect();
        programs.extend([tests(&["--lib", "--bins"]), tests(&["--doc"])]);
        for program in &mut programs {
            program.args(&self.arguments);
        }
        let again = |names: &[String]| {
            let mut command = tests(&[]);
            command.arg("--exact").args(names);
            command
        };
        again::run(programs, again, REMEDY)
    }
}

/// The names of the browser tests' files, in the order of the alphabet.
fn browser_tests(workspace: &Workspace) -> Result<Vec<String>> {
    let names = site::files_below(&workspace.root().join("tests"), "tests")?;
    let name = |path: &String| path.strip_prefix("tests/")?.strip_suffix(".rs").map(str::to_owned);
    let mut files: Vec<String> = names.iter().filter_map(name).filter(|name| !name.contains('/')).collect();
    files.sort();
    Ok(files)
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
