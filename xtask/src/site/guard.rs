//! A check of the compiled wasm for a mistake that no test of results would find.

use std::path::Path;

use anyhow::{Result, bail};

/// The linker's wrapper around every export of a module that it takes for a command.
const WRAPPER: &[u8] = b".command_export";
/// The section that holds the functions' names; without it the search would prove nothing.
const NAMES: &[u8] = b"\x04name";

/// Fails where the wasm runs all its static constructors again within every exported call.
///
/// That is what the linker arranges when nothing calls `__wasm_call_ctors`; the GPU worker is then
/// forty times slower. The wrappers are seen in the names of functions only, so this looks at the
/// file before names are stripped.
pub fn constructors_run_once(path: &Path) -> Result<()> {
    let wasm = super::read(path)?;
    if contains(&wasm, WRAPPER) {
        bail!(
            "{} runs its static constructors in every exported call.\n\
             What to do: call `__wasm_call_ctors()` first thing in that binary's start function",
            path.display()
        );
    }
    if !contains(&wasm, NAMES) {
        bail!(
            "{} has no names of functions, so this check proves nothing.\n\
             What to do: leave `strip` out of that binary's profile; wasm-opt strips afterwards",
            path.display()
        );
    }
    Ok(())
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    fn checked(name: &str, bytes: &[u8]) -> Result<Result<()>> {
        let path = env::temp_dir().join(format!("mtl-guard-{}-{name}.wasm", process::id()));
        fs::write(&path, bytes)?;
        let result = constructors_run_once(&path);
        fs::remove_file(&path)?;
        Ok(result)
    }

    #[test]
    fn a_wrapped_export_is_refused_with_its_remedy() -> Result<()> {
        let error = checked("wrapped", b"\0asm\x04name run.command_export")?.map_err(|error| error.to_string());
        assert!(matches!(error, Err(text) if text.contains("__wasm_call_ctors")));
        Ok(())
    }

    #[test]
    fn a_file_without_names_is_refused_because_nothing_could_be_seen() -> Result<()> {
        assert!(checked("stripped", b"\0asm run")?.is_err());
        Ok(())
    }

    #[test]
    fn a_library_like_module_passes() -> Result<()> {
        checked("plain", b"\0asm\x04name run")?
    }
}
