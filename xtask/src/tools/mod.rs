//! Everything that has to be there before a build: installed once, into the cache where possible.

pub mod browser;
mod npm_tools;
mod rustup;
mod system;
pub mod torch;

use std::path::PathBuf;

use anyhow::Result;

use crate::{cache::Cache, process, workspace::Workspace};

/// Where the page and its workers run.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A tool or package in exactly one version.
#[derive(Clone, Copy, Debug)]
pub struct Pinned {
    /// Its name in the registry.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// Brings `wasm-opt`.
pub const BINARYEN: Pinned = Pinned { package: "binaryen", version: "132.0.0" };
/// Joins and shortens style sheets.
pub const LIGHTNINGCSS: Pinned = Pinned { package: "lightningcss", version: "1.33.0" };
/// The libraries that the benchmark compares with.
pub const PEERS: [Pinned; 4] = [
    Pinned { package: "@tensorflow/tfjs", version: "4.22.0" },
    Pinned { package: "@tensorflow/tfjs-backend-wasm", version: "4.22.0" },
    Pinned { package: "@tensorflow/tfjs-backend-webgpu", version: "4.22.0" },
    Pinned { package: "@jax-js/jax", version: "0.1.25" },
];

/// Makes sure that the wasm target is installed for the toolchain in use.
pub fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    rustup::ensure_wasm_target(workspace)
}

/// Makes sure that formatter and linter are installed for the toolchain in use.
pub fn ensure_linters(workspace: &Workspace) -> Result<()> {
    rustup::ensure_linters(workspace)
}

/// Makes sure that all tools of a site build are installed; returns the program that optimises wasm.
pub fn ensure_site_tools(workspace: &Workspace) -> Result<PathBuf> {
    let cache = workspace.cache();
    let _lock = cache.lock("tools")?;
    rustup::ensure_wasm_target(workspace)?;
    npm_tools::ensure_site_packages(cache)
}

/// Makes sure that the benchmark's peers are installed; returns the folder above `node_modules`.
pub fn ensure_peers(cache: &Cache) -> Result<PathBuf> {
    let _lock = cache.lock("tools")?;
    let folder = cache.npm();
    npm_tools::ensure_packages(&folder, &PEERS, "less than a minute")?;
    Ok(folder)
}

/// Says which program is used for what, once and shortly.
fn report_found(name: &str, path: &std::path::Path) {
    let version = process::version_of(path).unwrap_or_else(|| name.to_owned());
    println!("Using {} at {}", version.lines().next().unwrap_or(name), path.display());
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn the_bindings_are_made_by_the_version_of_the_crate() -> Result<()> {
        let manifest = include_str!("../../../Cargo.toml");
        let version = |name: &str| {
            let line = manifest.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
            line.with_context(|| format!("the root manifest has no {name}"))
        };
        assert_eq!(version("wasm-bindgen-cli-support")?, version("wasm-bindgen")?);
        Ok(())
    }
}
