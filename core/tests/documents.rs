//! The documents of the repository: short where a newcomer reads them, and with links that lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

/// Documents that are read from the first line to the last, and the bytes that they stay below.
const SHORT: [(&str, usize); 3] =
    [("README.md", 12_000), (".github/ARCHITECTURE.md", 8_000), (".github/CONTRIBUTING.md", 8_000)];

/// The folders whose Markdown files are documents.
const FOLDERS: [&str; 4] = ["", "core", "app", ".github"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn documents() -> Vec<PathBuf> {
    let files = |folder: &str| fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
    let all = FOLDERS.into_iter().flat_map(files).map(|file| file.path());
    all.filter(|file| file.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The addresses of a text's links and pictures, without the part that names a place within a file; links to other
/// hosts and to places of the same file don't count.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let addresses = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    addresses.filter(|address| !address.is_empty() && !address.contains(':'))
}

#[test]
fn what_a_newcomer_reads_is_short() {
    for (document, most) in SHORT {
        let length = fs::metadata(root().join(document)).unwrap().len();
        assert!(length < most as u64, "{document} has {length} bytes, and should have less than {most}");
    }
}

#[test]
fn every_link_between_documents_leads_to_a_file() {
    let documents = documents();
    for (short, _) in SHORT {
        assert!(documents.iter().any(|file| file.ends_with(short)), "{short}");
    }
    let mut lost = Vec::new();
    for document in &documents {
        let text = fs::read_to_string(document).unwrap();
        let folder = document.parent().unwrap();
        let broken = links(&text).filter(|address| !folder.join(address).exists());
        lost.extend(broken.map(|address| format!("{}: {address}", document.display())));
    }
    assert!(lost.is_empty(), "links that lead nowhere:\n{}", lost.join("\n"));
}

#[test]
fn the_reader_of_links_sees_files_and_no_other_hosts() {
    let text = "![a](b.png) [c](../d/e.rs) [f](#g) [h](https://i.org/j) [k](l.md#m), `n [o]` (p)";
    assert_eq!(links(text).collect::<Vec<_>>(), ["b.png", "../d/e.rs", "l.md"]);
}
