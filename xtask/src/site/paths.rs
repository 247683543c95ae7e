//! Where libraries were compiled from: not worth downloading.
//!
//! A panic names its source file with the whole path: the folders of the machine that built the site, and a
//! hundred times the same ones. Of a library's file its name is left; our own are named from the
//! repository's root as before.

use std::{env, path::PathBuf};

/// The longest path that is looked at; what looks like the beginning of a longer one is none.
const LONGEST: usize = 300;

/// Makes dots of the folders in the paths of libraries and of the standard library. Every byte stays where it
/// is: the file knows its texts by place and length.
pub fn blank(wasm: &mut [u8]) {
    let registry = cargo_home().map(|home| home.join("registry/src/").to_string_lossy().into_owned());
    for start in registry.iter().map(String::as_str).chain(["/rustc/"]) {
        blank_after(wasm, start.as_bytes());
    }
}

fn cargo_home() -> Option<PathBuf> {
    let own = env::var_os("CARGO_HOME").map(PathBuf::from);
    own.or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

fn blank_after(wasm: &mut [u8], start: &[u8]) {
    let mut from = 0;
    while let Some(at) = position(&wasm[from..], start).map(|at| from + at) {
        from = at + start.len();
        let rest = &wasm[at..wasm.len().min(at + LONGEST)];
        let path = &rest[..rest.iter().position(|byte| !is_of_path(*byte)).unwrap_or(rest.len())];
        // The texts stand without a gap: a path ends with its ending.
        let Some(end) = position(path, b".rs") else { continue };
        if let Some(folders) = path[..end].iter().rposition(|byte| *byte == b'/') {
            wasm[at..=at + folders].fill(b'.');
        }
    }
}

fn position(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        blank_after(&mut bytes, b"/home/a/.cargo/registry/src/");
        blank_after(&mut bytes, b"/rustc/");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn of_a_librarys_path_the_files_name_is_left_and_nothing_moves() {
        let text = "overflow/home/a/.cargo/registry/src/index-1f/leptos-0.8/src/html/mod.rs/rustc/59f/library/core/src/cell.rsapp/src/page.rs";
        let expected = [
            "overflow",
            &".".repeat(text.find("mod.rs").unwrap() - "overflow".len()),
            "mod.rs",
            &".".repeat("/rustc/59f/library/core/src/".len()),
            "cell.rsapp/src/page.rs",
        ];
        assert_eq!(blanked(text), expected.concat());
    }

    #[test]
    fn what_is_no_path_of_a_source_file_stays() {
        for text in
            ["/rustc/", "see /rustc/ for more.rs", "/home/b/.cargo/registry/src/x/lib.rs", "/rustc/no/source.txt\0a.rs"]
        {
            assert_eq!(blanked(text), text);
        }
    }
}
