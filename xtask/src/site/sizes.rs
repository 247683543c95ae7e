//! What the site weighs, as it is and as it travels.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, Result, anyhow};
use brotli::{CompressorWriter, enc::BrotliEncoderParams};

use super::hash;
use crate::cache::Cache;

/// Above this, the best quality would take minutes for the last percent.
const LARGE: usize = 8_000_000;

/// The size of one file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSize {
    /// Its path inside the site, with forward slashes.
    pub name: String,
    /// Its bytes on the disk.
    pub raw: u64,
    /// Its bytes after Brotli compression.
    pub brotli: u64,
}

/// The sizes of all files of a built site, the largest first.
pub fn sizes(dist: &Path, cache: &Cache) -> Result<Vec<FileSize>> {
    let names = super::stamp::files_below(dist, "")?;
    let remembered = cache.wasm_opt();
    fs::create_dir_all(&remembered).with_context(|| format!("cannot create {}", remembered.display()))?;
    let mut sizes = thread::scope(|scope| {
        let jobs: Vec<_> = names
            .iter()
            .map(|name| {
                let remembered = &remembered;
                scope.spawn(move || size(dist, name, remembered))
            })
            .collect();
        jobs.into_iter()
            .map(|job| job.join().map_err(|_| anyhow!("a compressor's thread panicked"))?)
            .collect::<Result<Vec<_>>>()
    })?;
    sizes.retain(|size| size.raw > 0);
    sizes.sort_by(|one, other| other.raw.cmp(&one.raw).then_with(|| one.name.cmp(&other.name)));
    Ok(sizes)
}

/// Prints the sizes as a table.
pub fn print(sizes: &[FileSize]) {
    println!("\n  {:>12}  {:>12}  file", "raw", "brotli");
    for size in sizes {
        println!("  {:>12}  {:>12}  {}", grouped(size.raw), grouped(size.brotli), size.name);
    }
    let (raw, brotli) = sizes.iter().fold((0, 0), |(raw, brotli), size| (raw + size.raw, brotli + size.brotli));
    println!("  {:>12}  {:>12}  together\n", grouped(raw), grouped(brotli));
}

fn size(dist: &Path, name: &str, remembered: &Path) -> Result<FileSize> {
    let bytes = super::read(&dist.join(name))?;
    let raw = bytes.len() as u64;
    let brotli = if name.ends_with(".wasm") {
        remembered_brotli(&bytes, &remembered.join(format!("{}.brotli", hash::of_pieces([bytes.as_slice()]))))?
    } else {
        compressed(&bytes)?
    };
    Ok(FileSize { name: name.to_owned(), raw, brotli })
}

fn remembered_brotli(bytes: &[u8], note: &PathBuf) -> Result<u64> {
    if let Some(size) = fs::read_to_string(note).ok().and_then(|text| text.trim().parse().ok()) {
        return Ok(size);
    }
    let size = compressed(bytes)?;
    super::write(note, size.to_string())?;
    Ok(size)
}

fn compressed(bytes: &[u8]) -> Result<u64> {
    let parameters =
        BrotliEncoderParams { quality: if bytes.len() > LARGE { 9 } else { 11 }, lgwin: 22, ..Default::default() };
    let mut writer = CompressorWriter::with_params(Counter(0), 1 << 16, &parameters);
    writer.write_all(bytes).context("compression failed")?;
    Ok(writer.into_inner().0)
}

/// Keeps the number of bytes and nothing else.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_read_in_groups_of_three() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(400_000), "400 000");
        assert_eq!(grouped(11_800_123), "11 800 123");
    }

    #[test]
    fn repetition_travels_lightly() -> Result<()> {
        let size = compressed(&[7; 10_000])?;
        assert!((1..100).contains(&size), "{size}");
        Ok(())
    }
}
