//! Compiles the hand-written loops of `tests/loops` to wasm, without cargo: they have no
//! dependencies, and a package of their own would be one more to look after.

use anyhow::{Context, Result, ensure};
use mtl_tests::driver::fresh_folder;
use std::path::Path;
use std::process::Command;

pub fn compile() -> Result<Vec<u8>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("loops/lib.rs");
    let folder = fresh_folder("mtl-loops")?;
    let output = folder.join("loops.wasm");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let result = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "cdylib", "--crate-name", "loops"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(["-C", "opt-level=3", "-C", "panic=abort", "-C", "strip=symbols"])
        .args(["-C", "target-feature=+simd128", "-o"])
        .args([&output, &source])
        .output()
        .context("start rustc for the hand-written loops")?;
    let message = String::from_utf8_lossy(&result.stderr);
    ensure!(result.status.success(), "rustc refuses the hand-written loops:\n{message}");
    let wasm = std::fs::read(&output)?;
    std::fs::remove_dir_all(folder)?;
    Ok(wasm)
}
