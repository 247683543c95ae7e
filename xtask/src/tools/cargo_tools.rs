//! What rustup and `cargo install` bring.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Result, bail};

use super::{Pinned, WASM_TARGET};
use crate::{cache::Cache, process, stages::minutes, workspace::Workspace};

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

/// Installs a program in its pinned version unless it is there: with the lock file it was
/// published with, and where a registry does not have all of that, with what it has.
pub fn ensure_installed(cache: &Cache, tool: Pinned, program: &str) -> Result<PathBuf> {
    let root = cache.tools();
    let path = root.join("bin").join(format!("{program}{}", env::consts::EXE_SUFFIX));
    if has_version(&path, tool.version) {
        return Ok(path);
    }
    println!("Installing {} {} into {} (5 to 10 minutes on two cores)", tool.package, tool.version, root.display());
    let begun = Instant::now();
    let build = root.join("build");
    let version = format!("={}", tool.version);
    let mut result = Ok(());
    for flags in [&["--locked"][..], &[]] {
        let mut install = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        install
            .args(["install", tool.package, "--version", &version, "--force", "--root"])
            .arg(&root)
            .args(flags)
            .current_dir(cache.root())
            .env("CARGO_TARGET_DIR", &build)
            // The tools' own profiles ask for fat LTO, which doubles the time for nothing.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        result = process::run(&mut install, "check the network and try again; what was compiled so far is kept");
        match &result {
            Ok(()) => break,
            Err(error) => println!("{error}"),
        }
    }
    result?;
    if !has_version(&path, tool.version) {
        bail!(
            "{} does not report version {} after its installation.\nWhat to do: delete {} and try again",
            path.display(),
            tool.version,
            root.display()
        );
    }
    // A leftover costs disk space only.
    let _ = fs::remove_dir_all(build);
    println!("Installed {} in {}", tool.package, minutes(begun.elapsed()));
    Ok(path)
}

fn has_version(path: &Path, version: &str) -> bool {
    process::version_of(path).is_some_and(|text| text.split_whitespace().any(|word| word == version))
}
