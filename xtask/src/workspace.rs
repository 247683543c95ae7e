//! The clone that the commands work on, and how they start cargo in it.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{cache::Cache, tools::browser::Browser};

/// A clone of the repository together with the machine's cache.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    cache: Cache,
}

impl Workspace {
    /// Finds the clone around the current folder (or the one that this program belongs to).
    pub fn locate() -> Result<Self> {
        let here = env::current_dir().context("the current folder is gone: change to the clone and try again")?;
        let is_root = |folder: &Path| folder.join("Trunk.toml").is_file() && folder.join("xtask/Cargo.toml").is_file();
        let root = here
            .ancestors()
            .find(|folder| is_root(folder))
            .map(Path::to_path_buf)
            .or_else(|| Path::new(&env::var_os("CARGO_MANIFEST_DIR")?).parent().map(Path::to_path_buf))
            .filter(|folder| is_root(folder))
            .context("this is not inside a clone of the playground: change to the clone and try again")?;
        Ok(Self { root, cache: Cache::locate()? })
    }

    /// The top folder of the clone.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The machine-wide cache.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Where the built site lies.
    #[must_use]
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A program that is started at the top of the clone.
    #[must_use]
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", self.cache.target());
        // Flags belong in .cargo/config.toml: others from outside would recompile burn without SIMD.
        for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
            command.env_remove(variable);
        }
        command
    }

    /// A cargo at the top of the clone, with results that are kept in the machine-wide cache.
    #[must_use]
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments);
        command
    }

    /// A cargo for the programs that drive a browser: the variables tell them what to drive.
    #[must_use]
    pub fn cargo_with_browser(&self, arguments: &[&str], browser: &Browser) -> Command {
        let mut command = self.cargo(arguments);
        command
            .env("MTL_DIST", self.dist())
            .env("MTL_CHROME", &browser.chrome)
            .env("MTL_CHROMEDRIVER", &browser.driver);
        command
    }
}
