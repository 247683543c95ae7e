//! Versions in the addresses of all files, so that no visitor mixes an old file with a new one.
//!
//! Names stay plain and every address ends in `?v=VERSION`. There are two versions: that of the
//! page and its style, and that of the workers, which change less often and weigh more. The page
//! reads the workers' one from `<meta name="mtl-version">`, where a worker that is still being built stands
//! as `data-pending`.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use super::hash;

/// The workers' names; each has `NAME.js`, `NAME_bg.wasm` and `NAME_loader.js`.
const WORKERS: [&str; 2] = ["cpu_worker", "gpu_worker"];
/// Files that make up the page before any worker is started.
const PAGE_FILES: [&str; 4] = ["start.js", "page.js", "page_bg.wasm", "style/main.css"];

const WORKERS_VERSION: &str = "__WORKERS_VERSION__";
const PAGE_VERSION: &str = "__PAGE_VERSION__";
const PAGE_BYTES: &str = "__PAGE_BYTES__";
const PENDING: &str = "__WORKERS_PENDING__";

/// Writes versions into the workers' loaders and the bindings, and into `html`, which becomes the page. A
/// worker may be missing; the site is stamped anew when it is there.
pub fn stamp(dist: &Path, html: &str) -> Result<()> {
    let (built, pending): (Vec<_>, Vec<_>) =
        WORKERS.into_iter().partition(|name| dist.join(format!("{name}_bg.wasm")).is_file());
    let snippets: Vec<String> = files_below(dist, "snippets")?;
    let files = |own: Vec<String>| own.into_iter().chain(snippets.iter().cloned()).collect::<Vec<_>>();
    let worker_files =
        built.iter().flat_map(|name| [format!("{name}.js"), format!("{name}_bg.wasm")]).collect::<Vec<_>>();
    let workers = hash::version_of_files(dist, &files(worker_files))?;
    let page = hash::version_of_files(dist, &files(PAGE_FILES.iter().map(|&name| name.to_owned()).collect()))?;

    for name in built {
        super::write(&dist.join(format!("{name}_loader.js")), loader(name, &workers))?;
        version_snippets(&dist.join(format!("{name}.js")), &workers)?;
    }
    version_snippets(&dist.join("page.js"), &page)?;

    let bytes = super::read(&dist.join("page_bg.wasm"))?.len().to_string();
    let pending = pending.join(" ");
    let mut html = html.to_owned();
    for (placeholder, value) in
        [(WORKERS_VERSION, &workers), (PAGE_VERSION, &page), (PAGE_BYTES, &bytes), (PENDING, &pending)]
    {
        if !html.contains(placeholder) {
            bail!("app/index.html has no {placeholder}.\nWhat to do: put it back where the version or size belongs");
        }
        html = html.replace(placeholder, value);
    }
    super::write(&dist.join("index.html"), html)
}

/// The module that a page starts a worker by.
fn loader(name: &str, version: &str) -> String {
    format!(
        "import init from './{name}.js?v={version}';\n\
         await init({{ module_or_path: new URL('./{name}_bg.wasm?v={version}', import.meta.url) }});\n"
    )
}

/// Bindings import the scripts that crates bring along from `./snippets/`.
fn version_snippets(path: &Path, version: &str) -> Result<()> {
    let text = super::read_text(path)?;
    let versioned = with_versioned_snippets(&text, version);
    if versioned == text { Ok(()) } else { super::write(path, versioned) }
}

fn with_versioned_snippets(text: &str, version: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let is_import = line.starts_with("import ") && line.contains("./snippets/");
        if is_import { line.replacen(".js'", &format!(".js?v={version}'"), 1) } else { line.to_owned() }
    });
    lines.collect()
}

/// The names of all files in one folder of the site and below it, relative to the site, with
/// forward slashes; none where the folder is missing.
pub fn files_below(dist: &Path, folder: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let path = dist.join(folder);
    if !path.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))? {
        let entry = entry?;
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let name = if folder.is_empty() { file_name } else { format!("{folder}/{file_name}") };
        if entry.file_type()?.is_dir() {
            found.extend(files_below(dist, &name)?);
        } else {
            found.push(name);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::{env, path::PathBuf, process};

    use super::*;

    const INDEX: &str = include_str!("../../../app/index.html");

    struct Dist(PathBuf);

    impl Drop for Dist {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn dist(name: &str, worker: &str) -> Result<Dist> {
        let path = env::temp_dir().join(format!("mtl-stamp-{}-{name}", process::id()));
        fs::create_dir_all(path.join("style"))?;
        for file in PAGE_FILES.iter().copied().chain(["cpu_worker.js", "cpu_worker_bg.wasm", "gpu_worker_bg.wasm"]) {
            fs::write(path.join(file), file)?;
        }
        fs::write(path.join("gpu_worker.js"), worker)?;
        stamp(&path, INDEX)?;
        Ok(Dist(path))
    }

    fn html(dist: &Dist) -> Result<String> {
        super::super::read_text(&dist.0.join("index.html"))
    }

    #[test]
    fn no_placeholder_is_left_in_the_page() -> Result<()> {
        let html = html(&dist("placeholders", "js")?)?;
        assert!(!html.contains("__PAGE") && !html.contains("__WORKERS"), "{html}");
        assert!(html.contains("data-bytes=\"12\""), "the size of the page's wasm: {html}");
        Ok(())
    }

    #[test]
    fn another_worker_changes_the_workers_version_and_nothing_else() -> Result<()> {
        let version = |html: &str, before: &str| {
            html.split_once(before).map(|(_, rest)| rest.chars().take(12).collect::<String>())
        };
        let (one, other) = (html(&dist("one", "js")?)?, html(&dist("other", "new js")?)?);
        let workers = "name=\"mtl-version\" content=\"";
        assert_ne!(version(&one, workers), version(&other, workers));
        assert_eq!(version(&one, "start.js?v="), version(&other, "start.js?v="));
        assert!(version(&one, workers).is_some_and(|text| text.chars().all(|digit| digit.is_ascii_hexdigit())));
        Ok(())
    }

    #[test]
    fn a_worker_that_is_not_built_yet_is_named_until_it_is() -> Result<()> {
        let dist = dist("pending", "js")?;
        assert!(html(&dist)?.contains("data-pending=\"\""));
        for file in ["gpu_worker.js", "gpu_worker_bg.wasm", "gpu_worker_loader.js"] {
            fs::remove_file(dist.0.join(file))?;
        }
        stamp(&dist.0, INDEX)?;
        assert!(html(&dist)?.contains("data-pending=\"gpu_worker\""));
        assert!(!dist.0.join("gpu_worker_loader.js").exists());
        Ok(())
    }

    #[test]
    fn a_loader_carries_the_version_to_script_and_wasm() {
        let text = loader("cpu_worker", "0123456789ab");
        assert!(text.contains("'./cpu_worker.js?v=0123456789ab'"), "{text}");
        assert!(text.contains("'./cpu_worker_bg.wasm?v=0123456789ab'"), "{text}");
    }

    #[test]
    fn scripts_that_crates_bring_along_are_versioned_and_other_text_is_not() {
        let text = "import { a } from './snippets/x-1/inline0.js';\nconst b = './snippets/x.js';\n";
        let wanted = "import { a } from './snippets/x-1/inline0.js?v=7';\nconst b = './snippets/x.js';\n";
        assert_eq!(with_versioned_snippets(text, "7"), wanted);
    }
}
