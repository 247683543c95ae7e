//! One style sheet instead of several: each `@import` would be one more round trip before anything
//! is seen. Lightning CSS joins and shortens them.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{cache::Cache, process};

/// What Node.js does: bundles the first path into the second one.
const BUNDLE: &str = "const [from, to] = process.argv.slice(1);\
    const { code } = require('lightningcss').bundle({ filename: from, minify: true });\
    require('fs').writeFileSync(to, code);";

/// Writes the sheet `from` with everything that it imports to `to`.
pub fn bundle(from: &Path, to: &Path, cache: &Cache) -> Result<()> {
    // Where Node.js looks for packages.
    let mut node = Command::new("node");
    node.args(["-e", BUNDLE]).args([from, to]).current_dir(cache.tools());
    process::run(&mut node, "correct the line of the style sheet that is named above")
}
