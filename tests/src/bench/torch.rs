//! PyTorch on one core of this machine, see `tests/bench/peers/torch_steps.py`.

use crate::options::Options;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// One form of one workload.
pub struct TorchRow {
    pub lesson: String,
    /// A loop over modules, or members batched by hand.
    pub form: String,
    pub members: usize,
    pub rate: f64,
}

/// Measures PyTorch; the error is a sentence where it is not there.
pub fn measure(options: &Options) -> Result<Vec<TorchRow>> {
    let python = std::env::var_os("MTL_TORCH")
        .context("PyTorch is left out: it could not be installed (the output above says why)")?;
    eprintln!("PyTorch on one core");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/peers/torch_steps.py");
    let seconds = options.window.as_secs_f64().to_string();
    let output = Command::new(python).arg(script).arg(seconds).output().context("start Python")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "PyTorch stopped: {}", errors.lines().last().unwrap_or_default());
    String::from_utf8_lossy(&output.stdout).lines().map(row).collect()
}

fn row(line: &str) -> Result<TorchRow> {
    let found: Value = serde_json::from_str(line).context("read what PyTorch's script says")?;
    let text = |key: &str| Ok::<_, anyhow::Error>(found[key].as_str().context("a line without its name")?.to_string());
    Ok(TorchRow {
        lesson: text("lesson")?,
        form: text("form")?,
        members: found["members"].as_u64().context("a line without members")? as usize,
        rate: found["steps_per_second"].as_f64().context("a line without a rate")?,
    })
}
