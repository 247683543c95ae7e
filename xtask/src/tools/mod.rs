//! Everything that has to be there before a build: installed once, into the cache where possible.

pub mod browser;
mod cargo_tools;
mod npm_tools;
mod system;

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

/// Builds the site.
pub const TRUNK: Pinned = Pinned { package: "trunk", version: "0.21.14" };
/// Makes JavaScript bindings; must be the version of the `wasm-bindgen` crate.
pub const WASM_BINDGEN: Pinned = Pinned { package: "wasm-bindgen-cli", version: "0.2.130" };
/// Brings `wasm-opt`.
pub const BINARYEN: Pinned = Pinned { package: "binaryen", version: "132.0.0" };
/// The libraries that the benchmark compares with.
pub const PEERS: [Pinned; 4] = [
    Pinned { package: "@tensorflow/tfjs", version: "4.22.0" },
    Pinned { package: "@tensorflow/tfjs-backend-wasm", version: "4.22.0" },
    Pinned { package: "@tensorflow/tfjs-backend-webgpu", version: "4.22.0" },
    Pinned { package: "@jax-js/jax", version: "0.1.25" },
];

/// The tools of one site build.
#[derive(Clone, Debug)]
pub struct SiteTools {
    /// The folder that holds `trunk` and `wasm-bindgen`.
    pub bin: PathBuf,
    /// The program that optimises wasm.
    pub wasm_opt: PathBuf,
}

/// Makes sure that the wasm target is installed for the toolchain in use.
pub fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    cargo_tools::ensure_wasm_target(workspace)
}

/// Makes sure that formatter and linter are installed for the toolchain in use.
pub fn ensure_linters(workspace: &Workspace) -> Result<()> {
    cargo_tools::ensure_linters(workspace)
}

/// Makes sure that all tools of a site build are installed in their pinned versions.
pub fn ensure_site_tools(workspace: &Workspace) -> Result<SiteTools> {
    let cache = workspace.cache();
    let _lock = cache.lock("tools")?;
    cargo_tools::ensure_wasm_target(workspace)?;
    cargo_tools::ensure_installed(cache, WASM_BINDGEN, "wasm-bindgen")?;
    cargo_tools::ensure_installed(cache, TRUNK, "trunk")?;
    let wasm_opt = npm_tools::ensure_wasm_opt(cache)?;
    Ok(SiteTools { bin: cache.tools().join("bin"), wasm_opt })
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
    use super::*;

    #[test]
    fn the_bindings_tool_has_the_version_of_the_crate() {
        let manifest = include_str!("../../../Cargo.toml");
        let wanted = format!("wasm-bindgen = \"={}\"", WASM_BINDGEN.version);
        assert!(manifest.lines().any(|line| line == wanted), "the root manifest has no line `{wanted}`");
    }
}
