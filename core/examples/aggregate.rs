//! The balancers as a filter: a JSON request a line, a JSON reply a line.
//!
//! ```text
//! echo '{"method": "mgda", "jacobian": [[1, 0], [-1, 1]]}' |
//!     cargo run -q -p mtl-core --no-default-features --example aggregate
//! ```

use clap::Parser;
use mtl_core::balance::tool;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

/// Reads requests such as {"method": "stch", "losses": [1, 4], "options": {"mu": 0.1}, "seed": 0},
/// one a line, and writes {"weights": [...], "direction": [...]} or {"error": "..."} for each.
#[derive(Parser)]
struct Arguments {
    /// Print every method with its options and their defaults, one a line.
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    let done = if Arguments::parse().list { list() } else { replies() };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The reading end is closed: it has enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn list() -> io::Result<()> {
    tool::list().try_for_each(|line| writeln!(io::stdout(), "{line}"))
}

fn replies() -> io::Result<()> {
    for line in io::stdin().lock().split(b'\n') {
        // What is no text is no JSON either, and gets its error like any other line.
        let line = String::from_utf8_lossy(&line?).into_owned();
        if !line.trim().is_empty() {
            writeln!(io::stdout(), "{}", tool::line(&line))?;
        }
    }
    Ok(())
}
