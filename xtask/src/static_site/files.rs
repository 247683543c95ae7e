//! Files of the served folder and their types.

use std::{fs, path::Path};

const TYPES: [(&str, &str); 13] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("ico", "image/vnd.microsoft.icon"),
    ("woff2", "font/woff2"),
    ("txt", "text/plain; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
];

/// The media type by a file's ending.
#[must_use]
pub fn mime_of(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(ending))
        .map_or("application/octet-stream", |(_, mime)| mime)
}

/// A file's content, unless it is missing or a link leads out of the folder. The folder must be in
/// its canonical form.
pub fn read_inside(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let file = folder.join(path).canonicalize().ok()?;
    if !file.starts_with(folder) {
        return None;
    }
    fs::read(file).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasm_gets_the_type_that_streaming_compilation_asks_for() {
        assert_eq!(mime_of("gpu_worker_bg.wasm"), "application/wasm");
    }

    #[test]
    fn an_unknown_ending_is_just_bytes() {
        assert_eq!(mime_of("README"), "application/octet-stream");
        assert_eq!(mime_of("a.b/c"), "application/octet-stream");
    }
}
