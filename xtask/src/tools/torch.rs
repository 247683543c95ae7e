//! PyTorch in an environment of its own, for the benchmark.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{cache::Cache, process};

/// The version that is compared with.
const VERSION: &str = "2.15.0";

/// Makes sure that PyTorch is there, in the cache, and returns the Python that has it.
///
/// # Errors
///
/// There is no Python 3 that can make environments, or PyPI does not have this version for it.
pub fn ensure(cache: &Cache) -> Result<PathBuf> {
    let folder = cache.python();
    let python = if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python") };
    if is_installed(&python) {
        return Ok(python);
    }
    println!("Installing PyTorch {VERSION} into {} (some gigabytes, a few minutes)", folder.display());
    let own = process::find_program(&["python3", "python"]).context("Python 3 is missing")?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let remedy = "the benchmark goes on without PyTorch";
    process::run(Command::new(own).args(["-m", "venv"]).arg(&folder), remedy)?;
    let wanted = format!("torch=={VERSION}");
    process::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "numpy", &wanted]), remedy)?;
    Ok(python)
}

fn is_installed(python: &std::path::Path) -> bool {
    let script = format!("import torch; assert torch.__version__.startswith('{VERSION}')");
    python.exists() && Command::new(python).args(["-c", &script]).status().is_ok_and(|status| status.success())
}
