//! Formatting and linting, for this machine and for the browser.

use anyhow::Result;

use crate::{process, site::binaries, stages::Stages, tools, workspace::Workspace};

/// Runs all checks that need no running program.
pub fn all(workspace: &Workspace, stages: &mut Stages) -> Result<()> {
    stages.run("formatter, linter and wasm target", || {
        tools::ensure_linters(workspace)?;
        tools::ensure_wasm_target(workspace)
    })?;
    stages.run("formatting", || {
        process::run(&mut workspace.cargo(&["fmt", "--all", "--check"]), "run `cargo fmt --all`")
    })?;
    stages.run("lint, native", || lint(workspace.cargo(&["clippy", "--workspace", "--all-targets"])))?;
    // All three at once, as what they stand on is then read once.
    stages.run("lint, page and workers for the browser", || {
        let mut command = workspace.cargo(&["clippy", "--profile", "dev"]);
        command.args(binaries::selection(&binaries::ALL));
        lint(command)
    })
}

fn lint(mut command: std::process::Command) -> Result<()> {
    command.args(["--", "-D", "warnings"]);
    process::run(&mut command, "correct what clippy names above")
}
