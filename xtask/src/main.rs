//! `cargo xtask …`: the commands of the playground.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};
use xtask::{
    bench, site,
    stages::{Stages, minutes},
    static_site::{self, Server},
    test,
    workspace::Workspace,
};

/// Where `serve` listens unless told otherwise.
const PORT: u16 = 8080;

/// Set up, build, serve, test and measure the playground.
///
/// Everything a command needs is installed by the command itself, into a cache folder
/// ($MTL_CACHE, else $XDG_CACHE_HOME/mtl-playground, else ~/.cache/mtl-playground).
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the site and serve it on this machine.
    Serve {
        /// The port; without it 8080 or, where that is taken, the next free one.
        #[arg(long)]
        port: Option<u16>,
        /// Leave out wasm-opt: larger files, minutes faster after each change.
        #[arg(long)]
        fast: bool,
    },
    /// Build the static site into dist/: it works from any folder of any static host.
    Build {
        /// Leave out wasm-opt: larger files, minutes faster after each change.
        #[arg(long)]
        fast: bool,
    },
    /// Format check, lints, native tests and browser tests.
    Test {
        /// Also run the second tier: long checks.
        #[arg(long)]
        all: bool,
        /// Run one part only.
        #[arg(long)]
        only: Option<Part>,
        /// Arguments for the test programs, such as a part of a test's name.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Measure speed, sizes and frame work in a browser, beside other libraries.
    Bench {
        /// Arguments for the benchmark.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Take the README's picture again.
    Screenshot {
        /// Arguments for the program that takes it.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Take every lesson at its story's start, middle and end, at every size, light and dark.
    Pictures {
        /// Arguments for the program that takes them, such as `--lesson twins --size phone`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    Native,
    Lint,
    Browser,
}

impl From<Part> for test::Part {
    fn from(part: Part) -> Self {
        match part {
            Part::Native => Self::Native,
            Part::Lint => Self::Lint,
            Part::Browser => Self::Browser,
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let workspace = Workspace::locate()?;
    match task {
        Task::Serve { port, fast } => serve(&workspace, port, site::Options { fast }),
        Task::Build { fast } => {
            let mut stages = Stages::default();
            site::build(&workspace, site::Options { fast }, &mut stages)?;
            site::weigh(&workspace, &mut stages)?;
            stages.summary();
            Ok(())
        }
        Task::Test { all, only, arguments } => {
            test::run(&workspace, &test::Selection { only: only.map(Into::into), all, arguments })
        }
        Task::Bench { arguments } => bench::bench(&workspace, &arguments),
        Task::Screenshot { arguments } => bench::pictures(&workspace, "screenshot", &arguments),
        Task::Pictures { arguments } => bench::pictures(&workspace, "pictures", &arguments),
    }
}

/// Serves the page from the moment on in which it can train, while the rest is still being built.
fn serve(workspace: &Workspace, port: Option<u16>, options: site::Options) -> Result<()> {
    let mut server = None;
    let mut stages = Stages::default();
    let built = site::build_and_open(workspace, options, &mut stages, |stages| {
        let started = start(workspace, port)?;
        println!(
            "\nThe playground is at {}   (Ctrl+C ends it), {} after the start.\n\
             Its GPU engine is still being built: the page says when it is there.\n",
            started.url(),
            minutes(stages.elapsed())
        );
        server = Some(started);
        Ok(())
    });
    let Some(server) = server else { return built };
    match built {
        Ok(()) => {
            stages.summary();
            println!("\nThe playground is at {}   (Ctrl+C ends it)", server.url());
        }
        Err(error) => eprintln!("\nerror: {error:#}\n\nThe page goes on at {} without what failed.", server.url()),
    }
    server.wait();
    Ok(())
}

/// Takes the wanted port, or where none is given the first free one from the usual one on.
fn start(workspace: &Workspace, port: Option<u16>) -> Result<Server> {
    let dist = workspace.dist();
    if let Some(port) = port {
        return static_site::serve(&dist, "/", port);
    }
    (PORT..PORT + 10)
        .find_map(|port| static_site::serve(&dist, "/", port).ok())
        .map_or_else(|| static_site::serve(&dist, "/", PORT), Ok)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
