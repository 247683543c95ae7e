//! What npm brings.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use super::{BINARYEN, LIGHTNINGCSS, Pinned, system};
use crate::{cache::Cache, process, stages::minutes};

/// Installs what a site build needs unless it is there, and returns binaryen's `wasm-opt`.
pub fn ensure_site_packages(cache: &Cache) -> Result<PathBuf> {
    let folder = cache.tools();
    ensure_packages(&folder, &[BINARYEN, LIGHTNINGCSS], "less than a minute")?;
    let name = if cfg!(windows) { "wasm-opt.cmd" } else { "wasm-opt" };
    let path = folder.join("node_modules/.bin").join(name);
    if !path.exists() {
        bail!(
            "{} is missing.\nWhat to do: delete {} and try again",
            path.display(),
            folder.join("node_modules").display()
        );
    }
    Ok(path)
}

/// Installs packages into `folder/node_modules` unless all are there in their pinned versions.
pub fn ensure_packages(folder: &Path, packages: &[Pinned], duration: &str) -> Result<()> {
    if packages.iter().all(|package| is_installed(folder, *package)) {
        return Ok(());
    }
    let npm = ensure_npm()?;
    let wanted: Vec<String> =
        packages.iter().map(|package| format!("{}@{}", package.package, package.version)).collect();
    println!("Installing {} into {} ({duration})", wanted.join(", "), folder.display());
    let begun = Instant::now();
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    process::run(
        Command::new(npm)
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", "--prefix"])
            .arg(folder)
            .args(&wanted)
            .current_dir(folder),
        "check the network and try again",
    )?;
    if let Some(missing) = packages.iter().find(|package| !is_installed(folder, **package)) {
        bail!(
            "npm did not install {} {}.\nWhat to do: delete {} and try again",
            missing.package,
            missing.version,
            folder.join("node_modules").display()
        );
    }
    println!("Installed in {}", minutes(begun.elapsed()));
    Ok(())
}

/// The version that a package's own description states decides: starting each would cost seconds.
fn is_installed(folder: &Path, package: Pinned) -> bool {
    let description = folder.join("node_modules").join(package.package).join("package.json");
    let wanted = format!("\"version\":\"{}\"", package.version);
    fs::read_to_string(description).is_ok_and(|text| text.split_whitespace().collect::<String>().contains(&wanted))
}

fn ensure_npm() -> Result<PathBuf> {
    let names = if cfg!(windows) { ["npm.cmd"] } else { ["npm"] };
    if let Some(npm) = process::find_program(&names) {
        return Ok(npm);
    }
    system::install_packages("Node.js, for wasm-opt", &["nodejs", "npm"])?;
    process::find_program(&names).context(
        "npm is missing.\nWhat to do: install Node.js 18 or later from https://nodejs.org or by your system's packages",
    )
}
