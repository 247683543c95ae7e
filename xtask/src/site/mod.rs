//! Builds the static site into `dist/`.

pub mod binaries;
mod guard;
mod hash;
mod optimise;
mod paths;
mod sizes;
mod stamp;
mod stylesheet;

use std::{env, fs, path::Path};

use anyhow::{Context, Result};

pub use sizes::{FileSize, sizes};

use crate::{
    process,
    stages::Stages,
    tools::{self, SiteTools},
    workspace::Workspace,
};

/// What a build may leave out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Leave the wasm as the compiler made it: larger, but minutes faster after each change.
    pub fast: bool,
}

/// Installs the tools, builds the site into `dist/` and prints what it weighs.
pub fn build(workspace: &Workspace, options: Options, stages: &mut Stages) -> Result<()> {
    if !workspace.cache().target().join(tools::WASM_TARGET).join("gpu-worker").is_dir() {
        println!(
            "The first build compiles burn and its GPU compiler for the browser: about 25 minutes on two cores.\n\
             Later builds take seconds to minutes; what is compiled is kept in {}",
            workspace.cache().root().display()
        );
    }
    let tools = stages.run("tools of the site build", || tools::ensure_site_tools(workspace))?;
    let _lock = workspace.cache().lock("site")?;
    for binary in &binaries::ALL {
        stages.run(&format!("compile {}", binary.name), || binary.compile(workspace))?;
    }
    stages.run("assemble the site", || trunk(workspace, &tools))?;
    let dist = workspace.dist();
    stages.run("check the wasm", || {
        binaries::ALL.iter().try_for_each(|binary| guard::constructors_run_once(&dist.join(binary.wasm())))
    })?;
    if options.fast {
        println!("    (wasm-opt is left out: the files are larger than what is published)");
    } else {
        stages.run("optimise the wasm", || optimise::all(&dist, &tools.wasm_opt, workspace.cache()))?;
    }
    stages.run("join style sheets, stamp versions", || {
        stylesheet::bundle_in_place(&dist.join("style"), "main.css")?;
        stamp::stamp(&dist)
    })?;
    let sizes = stages.run("weigh the site", || sizes(&dist, workspace.cache()))?;
    sizes::print(&sizes);
    println!("The site is in {}", dist.display());
    Ok(())
}

fn trunk(workspace: &Workspace, tools: &SiteTools) -> Result<()> {
    // Without the network Trunk can neither look for tools nor load packages: all is there already.
    process::run(
        &mut workspace.cargo(&["fetch", "--quiet"]),
        "check the network: the packages that Cargo.lock names have to be loaded once",
    )?;
    let bindings = workspace.cache().target().join("wasm-bindgen");
    if bindings.is_dir() {
        fs::remove_dir_all(&bindings).with_context(|| format!("cannot empty {}", bindings.display()))?;
    }
    let program = tools.bin.join(format!("trunk{}", env::consts::EXE_SUFFIX));
    let mut command = workspace.command(program);
    command.arg("build").env("PATH", process::path_with(&tools.bin)?).env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Trunk takes this common variable for a switch of its own and refuses the usual '1'.
    if env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    process::run(&mut command, "read Trunk's message above; Trunk.toml and app/index.html say what is assembled")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
