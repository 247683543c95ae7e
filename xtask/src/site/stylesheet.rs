//! One style sheet instead of several: each `@import` would be one more round trip before anything
//! is seen.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

/// Puts all imported sheets into `folder/entry` and deletes them.
pub fn bundle_in_place(folder: &Path, entry: &str) -> Result<()> {
    let mut imported = Vec::new();
    let bundle = bundle(entry, &mut imported, &|name| super::read_text(&folder.join(name)))?;
    super::write(&folder.join(entry), bundle)?;
    for name in imported.iter().filter(|name| *name != entry) {
        let path = folder.join(name);
        fs::remove_file(&path).with_context(|| format!("cannot delete {}", path.display()))?;
    }
    Ok(())
}

fn bundle(name: &str, imported: &mut Vec<String>, read: &dyn Fn(&str) -> Result<String>) -> Result<String> {
    if imported.iter().any(|known| known == name) {
        bail!("{name} is imported twice.\nWhat to do: import each style sheet once, from main.css");
    }
    imported.push(name.to_owned());
    let mut text = String::new();
    for line in read(name)?.lines() {
        if line.trim_start().starts_with("@import") {
            let import = Import::parse(line).with_context(|| {
                format!(
                    "{name} has the line `{}`.\nWhat to do: write `@import \"file.css\";` (or with ` layer(name)`) \
                     for a sheet of the same folder, on a line of its own",
                    line.trim()
                )
            })?;
            let inner = bundle(import.file, imported, read)?;
            match import.layer {
                Some(layer) => text.push_str(&format!("@layer {layer} {{\n{inner}}}\n")),
                None => text.push_str(&inner),
            }
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    Ok(text)
}

struct Import<'a> {
    file: &'a str,
    layer: Option<&'a str>,
}

impl<'a> Import<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let rest = line.trim().strip_prefix("@import")?.trim().strip_suffix(';')?.trim();
        let (file, rest) = match rest.strip_prefix("url(") {
            Some(inner) => inner.split_once(')')?,
            None => {
                let quote = rest.chars().next().filter(|first| ['"', '\''].contains(first))?;
                let end = rest[1..].find(quote)? + 2;
                rest.split_at(end)
            }
        };
        let file = file.trim().trim_matches(['"', '\'']);
        let file = file.strip_prefix("./").unwrap_or(file);
        let rest = rest.trim();
        let layer = match rest {
            "" => None,
            _ => Some(rest.strip_prefix("layer(")?.strip_suffix(')')?),
        };
        (file.ends_with(".css") && !file.contains(['/', ':'])).then_some(Self { file, layer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled(files: &[(&str, &str)]) -> Result<String> {
        bundle("main.css", &mut Vec::new(), &|name| {
            let found = files.iter().find(|(known, _)| *known == name).with_context(|| format!("no {name}"))?;
            Ok(found.1.to_owned())
        })
    }

    #[test]
    fn imports_are_replaced_by_what_they_import() -> Result<()> {
        let text = bundled(&[
            ("main.css", "@import \"a.css\";\n@import url('./b.css');\nm {}\n"),
            ("a.css", "a {}\n"),
            ("b.css", "@import 'c.css';\nb {}"),
            ("c.css", "c {}\n"),
        ])?;
        assert_eq!(text, "a {}\nc {}\nb {}\nm {}\n");
        Ok(())
    }

    #[test]
    fn a_layer_is_kept() -> Result<()> {
        let text = bundled(&[("main.css", "@layer x, y;\n@import \"a.css\" layer(x);\n"), ("a.css", "a {}\n")])?;
        assert_eq!(text, "@layer x, y;\n@layer x {\na {}\n}\n");
        Ok(())
    }

    #[test]
    fn an_import_from_elsewhere_is_refused() {
        for line in ["@import \"https://example.org/a.css\";", "@import \"sub/a.css\";", "@import \"a.css\" print;"] {
            assert!(bundled(&[("main.css", line), ("a.css", "")]).is_err(), "{line}");
        }
    }

    #[test]
    fn a_circle_of_imports_is_refused() {
        assert!(bundled(&[("main.css", "@import \"a.css\";"), ("a.css", "@import \"main.css\";")]).is_err());
    }
}
