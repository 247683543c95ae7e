//! Sub-processes; a failure says which command it was and what to do about it.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// Runs a command with its output shown; an exit status other than 0 is an error that names the
/// command and the remedy.
pub fn run(command: &mut Command, remedy: &str) -> Result<()> {
    watch_output(command, remedy, |_| ())
}

/// Like [`run`], and hands on every line of its output instead of showing it.
pub fn watch(command: &mut Command, remedy: &str, line: impl FnMut(&str)) -> Result<()> {
    watch_output(command.stdout(Stdio::piped()), remedy, line)
}

fn watch_output(command: &mut Command, remedy: &str, mut line: impl FnMut(&str)) -> Result<()> {
    let shown = describe(command);
    let mut child =
        command.spawn().with_context(|| format!("`{shown}` could not be started.\nWhat to do: {remedy}"))?;
    for bytes in child.stdout.take().into_iter().flat_map(|output| BufReader::new(output).split(b'\n')) {
        line(&String::from_utf8_lossy(&bytes?));
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{shown}` failed ({status}).\nWhat to do: {remedy}");
    }
    Ok(())
}

/// Runs a command and returns what it wrote to its standard output.
pub fn output(command: &mut Command, remedy: &str) -> Result<String> {
    let shown = describe(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{shown}` could not be started.\nWhat to do: {remedy}"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({}).\nWhat to do: {remedy}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a program answers to `--version`, or nothing where it cannot be run.
#[must_use]
pub fn version_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A command as one would type it.
#[must_use]
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// The first of the given programs that is on `PATH` (or is itself an absolute path to a file).
#[must_use]
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        if Path::new(name).is_absolute() {
            return Some(PathBuf::from(name)).filter(|file| file.is_file());
        }
        let file_name = format!("{name}{}", env::consts::EXE_SUFFIX);
        folders.iter().map(|folder| folder.join(&file_name)).find(|file| file.is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_together_with_its_remedy() {
        let error = run(Command::new("rustc").arg("--no-such-flag").stderr(Stdio::null()), "leave the flag out");
        let text = error.map_err(|error| format!("{error:#}"));
        assert!(
            matches!(&text, Err(text) if text.contains("rustc --no-such-flag") && text.contains("leave the flag out"))
        );
    }

    #[test]
    fn a_program_that_is_missing_is_named_together_with_its_remedy() {
        let error = run(&mut Command::new("mtl-no-such-program"), "install it");
        let text = error.map_err(|error| format!("{error:#}"));
        assert!(matches!(&text, Err(text) if text.contains("mtl-no-such-program") && text.contains("install it")));
    }

    #[test]
    fn the_first_program_that_exists_is_found() {
        let found = find_program(&["mtl-no-such-program", "cargo"]);
        assert!(found.is_some_and(|path| path.is_file()));
        assert_eq!(find_program(&["mtl-no-such-program"]), None);
    }
}
