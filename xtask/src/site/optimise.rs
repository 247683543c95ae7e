//! wasm-opt over the compiled wasm, once for each content.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Instant, SystemTime},
};

use anyhow::{Context, Result, anyhow, bail};

use super::{binaries::Binary, hash, paths};
use crate::{cache::Cache, process, stages::minutes, tools::BINARYEN};

/// What the compiler and wasm-bindgen make use of; wasm-opt does not guess it.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-simd",
];
/// What is done to all of them. The dearer passes make smaller files with code that is less alike, so that
/// more of them travels: with -Oz the page weighs 402 kB in Brotli instead of 399, with -O3 the CPU worker
/// 965 instead of 887.
const PASSES: [&str; 6] = [
    "--duplicate-function-elimination",
    "-O1",
    "--duplicate-function-elimination",
    "--remove-unused-module-elements",
    "--reorder-locals",
    "--reorder-functions",
];
/// Names and notes that the page has no use for.
const STRIP: [&str; 3] = ["--strip-debug", "--strip-producers", "--strip-target-features"];
/// How many results are kept: three files of the last dozen of builds.
const KEPT: usize = 36;

/// Optimises binaries of the site in place.
pub fn all(binaries: &[Binary], dist: &Path, wasm_opt: &Path, cache: &Cache) -> Result<()> {
    let folder = cache.wasm_opt();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    thread::scope(|scope| {
        let jobs: Vec<_> = binaries
            .iter()
            .map(|binary| {
                let (file, folder) = (dist.join(binary.wasm()), &folder);
                scope.spawn(move || in_place(&file, wasm_opt, folder))
            })
            .collect();
        jobs.into_iter().try_for_each(|job| job.join().map_err(|_| anyhow!("an optimiser's thread panicked"))?)
    })?;
    forget_old(&folder)
}

fn in_place(file: &Path, wasm_opt: &Path, folder: &Path) -> Result<()> {
    let input = super::read(file)?;
    let flags: Vec<&str> = FEATURES.iter().chain(&PASSES).chain(&STRIP).copied().collect();
    let key = std::iter::once(input.as_slice())
        .chain(std::iter::once(BINARYEN.version.as_bytes()))
        .chain(flags.iter().map(|flag| flag.as_bytes()));
    let cached = folder.join(format!("{}.wasm", hash::of_pieces(key)));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if cached.is_file() {
        println!("    {name}: unchanged, taken from the cache");
    } else {
        println!("    {name}: wasm-opt {} (seconds to minutes)", PASSES.join(" "));
        let begun = Instant::now();
        let partial = PathBuf::from(format!("{}.{}", cached.display(), std::process::id()));
        process::run(
            Command::new(wasm_opt).args(&flags).arg(file).arg("-o").arg(&partial),
            "where memory ran out, close other programs and try again; `--fast` leaves this step out",
        )?;
        let output = super::read(&partial)?;
        if !output.starts_with(b"\0asm") {
            bail!("wasm-opt wrote no wasm for {name}.\nWhat to do: delete the tools in the cache folder and try again");
        }
        fs::rename(&partial, &cached).with_context(|| format!("cannot write {}", cached.display()))?;
        println!("    {name}: optimised in {}", minutes(begun.elapsed()));
    }
    let mut optimised = super::read(&cached)?;
    // Its time says when it was last of use.
    super::write(&cached, &optimised)?;
    paths::blank(&mut optimised);
    super::write(file, &optimised)
}

fn forget_old(folder: &Path) -> Result<()> {
    let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|ending| ending == "wasm") {
            files.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    files.sort_by_key(|(used, _)| std::cmp::Reverse(*used));
    for (_, path) in files.into_iter().skip(KEPT) {
        fs::remove_file(&path).with_context(|| format!("cannot delete {}", path.display()))?;
    }
    Ok(())
}
