//! Builds the static site into `dist/`.

mod assemble;
pub mod binaries;
mod guard;
mod hash;
mod optimise;
mod paths;
mod sizes;
mod stamp;
mod stylesheet;

use std::{fs, path::Path};

use anyhow::{Context, Result};

pub use sizes::{FileSize, sizes};
pub use stamp::files_below;

use binaries::Binary;

use crate::{stages::Stages, tools, workspace::Workspace};

/// What a build may leave out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Leave the wasm as the compiler made it: larger, but minutes faster after each change.
    pub fast: bool,
}

/// Installs the tools and builds the site into `dist/`.
pub fn build(workspace: &Workspace, options: Options, stages: &mut Stages) -> Result<()> {
    build_and_open(workspace, options, stages, |_| Ok(()))
}

/// Like [`build`], and calls `open` as soon as the page and the CPU worker are there: the GPU worker
/// follows, and until then the page's `mtl-version` says that it is on its way.
pub fn build_and_open(
    workspace: &Workspace,
    options: Options,
    stages: &mut Stages,
    open: impl FnOnce(&Stages) -> Result<()>,
) -> Result<()> {
    if !workspace.cache().target().join(tools::WASM_TARGET).join("gpu-worker").is_dir() {
        println!(
            "The first build compiles burn and its GPU compiler for the browser: 12 to 15 minutes on two cores.\n\
             Later builds take seconds to minutes; what is compiled is kept in {}",
            workspace.cache().root().display()
        );
    }
    let wasm_opt = stages.run("tools of the site build", || tools::ensure_site_tools(workspace))?;
    let _lock = workspace.cache().lock("site")?;
    let [page, cpu_worker, gpu_worker] = binaries::ALL;
    compile(&[page, cpu_worker], workspace, stages)?;
    stages.run("begin the site", || assemble::begin(workspace))?;
    add(&[page, cpu_worker], workspace, options, &wasm_opt, stages)?;
    open(stages)?;
    compile(&[gpu_worker], workspace, stages)?;
    add(&[gpu_worker], workspace, options, &wasm_opt, stages)?;
    if options.fast {
        println!("    (wasm-opt is left out: the files are larger than what is published)");
    }
    println!("The site is in {}", workspace.dist().display());
    Ok(())
}

/// Prints what the built site weighs.
pub fn weigh(workspace: &Workspace, stages: &mut Stages) -> Result<()> {
    let sizes = stages.run("weigh the site", || sizes(&workspace.dist(), workspace.cache()))?;
    sizes::print(&sizes);
    Ok(())
}

fn compile(binaries: &[Binary], workspace: &Workspace, stages: &mut Stages) -> Result<()> {
    binaries.iter().try_for_each(|binary| stages.run(&format!("compile {}", binary.name), || binary.compile(workspace)))
}

/// Adds compiled binaries to the site, which is whole after each call.
fn add(
    binaries: &[Binary],
    workspace: &Workspace,
    options: Options,
    wasm_opt: &Path,
    stages: &mut Stages,
) -> Result<()> {
    let names = binaries.iter().map(|binary| binary.name).collect::<Vec<_>>().join(", ");
    let dist = workspace.dist();
    stages.run(&format!("make bindings of {names}, check the wasm"), || {
        binaries.iter().try_for_each(|binary| {
            assemble::add(workspace, binary)?;
            guard::constructors_run_once(&dist.join(binary.wasm()))
        })
    })?;
    if !options.fast {
        stages.run(&format!("optimise {names}"), || optimise::all(binaries, &dist, wasm_opt, workspace.cache()))?;
    }
    stages.run("stamp versions", || stamp::stamp(&dist, &assemble::page(workspace)?))
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
