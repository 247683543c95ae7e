//! What rustup brings.

use std::path::Path;

use anyhow::Result;

use super::WASM_TARGET;
use crate::{process, workspace::Workspace};

/// Adds the wasm target unless the toolchain in use has it.
pub fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    let remedy = "install Rust by https://rustup.rs";
    let folder = process::output(
        workspace.command("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]),
        remedy,
    )?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    println!("Adding the target {WASM_TARGET} (about 20 MB)");
    process::run(
        workspace.command("rustup").args(["target", "add", WASM_TARGET]),
        "install Rust by https://rustup.rs, or add the target wasm32-unknown-unknown by your system's packages",
    )
}

/// Adds rustfmt and clippy unless the toolchain in use has them.
pub fn ensure_linters(workspace: &Workspace) -> Result<()> {
    for (component, arguments) in [("rustfmt", ["fmt", "--version"]), ("clippy", ["clippy", "--version"])] {
        let found = workspace.cargo(&arguments).output().is_ok_and(|output| output.status.success());
        if !found {
            println!("Adding the toolchain component {component}");
            process::run(
                workspace.command("rustup").args(["component", "add", component]),
                "install Rust by https://rustup.rs, or the component by your system's packages",
            )?;
        }
    }
    Ok(())
}
