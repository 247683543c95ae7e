//! The machine-wide cache folder: what is expensive and not specific to one clone.

use std::{
    env,
    ffi::OsString,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The folder that keeps compiled dependencies, tools and optimised wasm between clones.
///
/// It is `$MTL_CACHE`, else `$XDG_CACHE_HOME/mtl-playground`, else `~/.cache/mtl-playground`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// Finds the folder by this process's environment.
    pub fn locate() -> Result<Self> {
        Self::from_variables(|name| env::var_os(name))
    }

    /// Finds the folder by the given environment; an empty value counts as absent.
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let folder = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let root = folder("MTL_CACHE")
            .or_else(|| Some(folder("XDG_CACHE_HOME")?.join("mtl-playground")))
            .or_else(|| Some(folder("HOME").or_else(|| folder("USERPROFILE"))?.join(".cache/mtl-playground")))
            .context("no home folder is known: set MTL_CACHE to a folder that may hold some gigabytes")?;
        let root = std::path::absolute(&root).with_context(|| format!("{} is not a usable path", root.display()))?;
        Ok(Self { root })
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `CARGO_TARGET_DIR` of every cargo that is started from here, so that a fresh clone is warm.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Pinned command line tools.
    #[must_use]
    pub fn tools(&self) -> PathBuf {
        self.root.join("tools")
    }

    /// Packages that the benchmark compares with.
    #[must_use]
    pub fn npm(&self) -> PathBuf {
        self.root.join("npm")
    }

    /// The Python environment that the benchmark compares with.
    #[must_use]
    pub fn python(&self) -> PathBuf {
        self.root.join("python")
    }

    /// Optimised wasm by the hash of its input and flags.
    #[must_use]
    pub fn wasm_opt(&self) -> PathBuf {
        self.root.join("wasm-opt")
    }

    /// Takes the machine-wide lock `name` until the returned file is dropped, and says so when
    /// another process holds it.
    pub fn lock(&self, name: &str) -> Result<File> {
        let path = self.root.join(format!("{name}.lock"));
        fs::create_dir_all(&self.root)
            .with_context(|| format!("cannot create {}: set MTL_CACHE to a writable folder", self.root.display()))?;
        let file = File::create(&path)
            .with_context(|| format!("cannot write {}: set MTL_CACHE to a writable folder", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                println!("Waiting for another `cargo xtask` that holds {}", path.display());
                file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(variables: &[(&str, &str)]) -> Result<PathBuf> {
        let cache = Cache::from_variables(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })?;
        Ok(cache.root().to_path_buf())
    }

    #[test]
    fn the_projects_own_variable_wins() -> Result<()> {
        let root = located(&[("MTL_CACHE", "/own"), ("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/a")])?;
        assert_eq!(root, Path::new("/own"));
        Ok(())
    }

    #[test]
    fn the_desktops_cache_folder_comes_before_the_home_folder() -> Result<()> {
        let root = located(&[("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/a")])?;
        assert_eq!(root, Path::new("/xdg/mtl-playground"));
        Ok(())
    }

    #[test]
    fn an_empty_variable_counts_as_absent() -> Result<()> {
        let root = located(&[("MTL_CACHE", ""), ("XDG_CACHE_HOME", ""), ("HOME", "/home/a")])?;
        assert_eq!(root, Path::new("/home/a/.cache/mtl-playground"));
        Ok(())
    }

    #[test]
    fn a_relative_folder_is_made_absolute() -> Result<()> {
        assert!(located(&[("MTL_CACHE", "here")])?.is_absolute());
        Ok(())
    }

    #[test]
    fn without_any_folder_the_error_names_the_remedy() {
        let error = located(&[]).map_err(|error| error.to_string());
        assert!(matches!(error, Err(text) if text.contains("MTL_CACHE")));
    }

    #[test]
    fn all_parts_lie_inside_the_folder() -> Result<()> {
        let cache = Cache::from_variables(|name| (name == "MTL_CACHE").then(|| OsString::from("/own")))?;
        for part in [cache.target(), cache.tools(), cache.npm(), cache.python(), cache.wasm_opt()] {
            assert!(part.starts_with(cache.root()), "{}", part.display());
        }
        Ok(())
    }
}
