//! Programs that measure or picture the built site in a browser.

use anyhow::Result;

use crate::{
    process,
    site::{self, Options},
    stages::Stages,
    tools::{self, browser},
    workspace::Workspace,
};

/// Builds the site, installs the peers and runs the benchmark against them.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let mut stages = Stages::default();
    let browser = stages.run("browser and driver", browser::ensure)?;
    let peers = stages.run("libraries to compare with", || tools::ensure_peers(workspace.cache()))?;
    let torch = stages.run("PyTorch to compare with", || Ok(tools::torch::ensure(workspace.cache())))?;
    let torch = torch.inspect_err(|error| println!("PyTorch is left out: {error:#}")).ok();
    site::build(workspace, Options::default(), &mut stages)?;
    stages.run("benchmark", || {
        let mut command =
            workspace.cargo_with_browser(&["run", "--release", "-p", "mtl-tests", "--bin", "bench", "--"], &browser);
        command.args(arguments).env("MTL_NPM", &peers);
        command.envs(torch.iter().map(|python| ("MTL_TORCH", python)));
        process::run(&mut command, "read the benchmark's message above; close other programs and try again")
    })?;
    stages.summary();
    Ok(())
}

/// Builds the site and starts a program that takes pictures of it: `screenshot` the README's,
/// `pictures` those of every lesson.
pub fn pictures(workspace: &Workspace, program: &str, arguments: &[String]) -> Result<()> {
    let mut stages = Stages::default();
    let browser = stages.run("browser and driver", browser::ensure)?;
    site::build(workspace, Options::default(), &mut stages)?;
    stages.run(program, || {
        let mut command = workspace.cargo_with_browser(&["run", "-p", "mtl-tests", "--bin", program, "--"], &browser);
        command.args(arguments);
        process::run(&mut command, "read the message above; `cargo xtask serve` shows the same page by hand")
    })
}
