//! The benchmark's command line.

use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;
use std::time::Duration;

pub const HELP: &str = "\
cargo xtask bench [-- OPTIONS]

  --quick          one round, populations of 1 and 16
  --only PART      cpu, lessons, page, gpu, methods or sizes; may be given more than once; cpu has lessons, too
  --rounds N       measurements of every engine at every population (default 3)
  --json FILE      write every number to FILE as well
";

/// What can be measured apart.
const PARTS: [&str; 6] = ["cpu", "lessons", "page", "gpu", "methods", "sizes"];

pub struct Options {
    pub members: Vec<usize>,
    pub rounds: usize,
    /// How long an engine is measured at a time, and how long it warms up before.
    pub window: Duration,
    pub json: Option<PathBuf>,
    only: Vec<String>,
}

impl Options {
    /// `None` where help was asked for.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>> {
        let mut options = Self {
            members: vec![1, 4, 16, 64],
            rounds: 3,
            window: Duration::from_millis(1500),
            json: None,
            only: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--" => {}
                "--quick" => {
                    options.members = vec![1, 16];
                    options.rounds = 1;
                }
                "--rounds" => {
                    options.rounds = value()?.parse().context("--rounds needs a number")?;
                    ensure!(options.rounds > 0, "--rounds needs at least 1");
                }
                "--json" => options.json = Some(value()?.into()),
                "--only" => {
                    let part = value()?;
                    ensure!(PARTS.contains(&part.as_str()), "--only knows {}, not {part}", PARTS.join(", "));
                    options.only.push(part);
                }
                "--help" | "-h" => return Ok(None),
                other => bail!("unknown option {other}\n\n{HELP}"),
            }
        }
        Ok(Some(options))
    }

    pub fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}
