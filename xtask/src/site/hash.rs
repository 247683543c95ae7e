//! Content hashes.

use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};

/// The SHA-256 of several pieces, each set off from the next, in hexadecimal.
pub fn of_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update((piece.len() as u64).to_le_bytes());
        hasher.update(piece);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A short version of the given files by name and content; the order of the names does not matter.
pub fn version_of_files(folder: &Path, names: &[String]) -> Result<String> {
    let mut names = names.to_vec();
    names.sort();
    let mut pieces = Vec::new();
    for name in &names {
        pieces.push(name.clone().into_bytes());
        pieces.push(super::read(&folder.join(name))?);
    }
    let mut version = of_pieces(pieces.iter().map(Vec::as_slice));
    version.truncate(12);
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_apart() {
        assert_ne!(of_pieces([&b"ab"[..], b"c"]), of_pieces([&b"a"[..], b"bc"]));
        assert_eq!(of_pieces([&b"ab"[..]]).len(), 64);
    }
}
