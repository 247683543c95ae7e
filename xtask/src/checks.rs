//! Formatting and linting, for this machine and for the browser.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

use crate::{process, site::binaries, stages::Stages, tools, workspace::Workspace};

/// Runs all checks that need no running program.
pub fn all(workspace: &Workspace, stages: &mut Stages) -> Result<()> {
    stages.run("formatter, linter and wasm target", || {
        tools::ensure_linters(workspace)?;
        tools::ensure_wasm_target(workspace)
    })?;
    stages.run("formatting", || {
        process::run(&mut workspace.cargo(&["fmt", "--all", "--check"]), "run `cargo fmt --all`")?;
        // The formatter doesn't follow the macro that makes every file of this folder a module.
        let charts = files(&workspace.root().join(CHARTS))?;
        let mut formatter = workspace.command("rustfmt");
        formatter.args(["--edition", "2024", "--check"]).args(charts);
        process::run(&mut formatter, &format!("run `rustfmt --edition 2024 {CHARTS}/*.rs`"))
    })?;
    stages.run("lint, native", || lint(workspace.cargo(&["clippy", "--workspace", "--all-targets"])))?;
    // All three at once, as what they stand on is then read once.
    stages.run("lint, page and workers for the browser", || {
        let mut command = workspace.cargo(&["clippy", "--profile", "dev"]);
        command.args(binaries::selection(&binaries::ALL));
        lint(command)
    })
}

/// The folder whose modules are found by name.
const CHARTS: &str = "app/src/charts";

/// The Rust files of a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect())
}

fn lint(mut command: std::process::Command) -> Result<()> {
    command.args(["--", "-D", "warnings"]);
    process::run(&mut command, "correct what clippy names above")
}
