//! Puts the site together: the page and its static files as they are written, and what wasm-bindgen makes
//! of a compiled binary.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::{binaries::Binary, stylesheet};
use crate::workspace::Workspace;

/// Makes a site of everything that is not compiled, in place of what was there.
pub fn begin(workspace: &Workspace) -> Result<()> {
    let (root, dist) = (workspace.root(), workspace.dist());
    if dist.is_dir() {
        fs::remove_dir_all(&dist).with_context(|| format!("cannot empty {}", dist.display()))?;
    }
    copy(&root.join("public"), &dist)?;
    let style = dist.join("style");
    fs::create_dir(&style).with_context(|| format!("cannot create {}", style.display()))?;
    stylesheet::bundle(&root.join("style/main.css"), &style.join("main.css"), workspace.cache())
}

/// The page as it is written, without the lines that tell Trunk what to build.
pub fn page(workspace: &Workspace) -> Result<String> {
    Ok(without_trunk(&super::read_text(&workspace.root().join("app/index.html"))?))
}

fn without_trunk(html: &str) -> String {
    html.split_inclusive('\n').filter(|line| !line.contains("<link data-trunk ")).collect()
}

/// Adds a compiled binary: `NAME.js` and `NAME_bg.wasm`, and the scripts that crates bring along.
pub fn add(workspace: &Workspace, binary: &Binary) -> Result<()> {
    let wasm = binary.compiled(workspace);
    Bindgen::new()
        .web(true)?
        .input_path(&wasm)
        .out_name(binary.name)
        .omit_default_module_path(false)
        .generate(workspace.dist())
        .with_context(|| format!("no bindings could be made for {}", wasm.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), &place).with_context(|| format!("cannot write {}", place.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_keeps_everything_but_what_is_for_trunk() {
        let html = include_str!("../../../app/index.html");
        let page = without_trunk(html);
        assert!(!page.contains("data-trunk"));
        assert_eq!(html.lines().count() - page.lines().count(), html.matches("data-trunk ").count());
        assert!(page.contains("<script type=\"module\" src=\"./start.js"));
    }
}
