//! Parts of documents that are made from tables: compared, or with `MTL_BLESS=1` written.

use std::path::Path;

/// Holds what stands between the marks of a section of a document, by its path within the crate, against what
/// should stand there.
#[track_caller]
pub fn assert_section(document: &str, section: &str, content: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{document}: {error}"));
    let expected = renewed(document, &text, section, content);
    if text == expected {
        return;
    }
    assert!(
        std::env::var_os("MTL_BLESS").is_some(),
        "The {section} in core/{document} are out of date; \
         MTL_BLESS=1 cargo test -p mtl-core --no-default-features --test config --test measures writes them."
    );
    let written = std::fs::write(&path, expected);
    assert!(written.is_ok(), "{document}: {written:?}");
}

/// The text with the section as it should be; the same text where it is.
fn renewed(document: &str, text: &str, section: &str, content: &str) -> String {
    let [begin, end] = ["begin", "end"].map(|mark| format!("<!-- {section}:{mark} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{document} has no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{document} has no {end}"));
    format!("{before}{begin}\n\n{content}\n{end}{after}")
}
