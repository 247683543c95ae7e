//! Trains a lesson without a browser and prints what the page would show, one JSON object a line.
//!
//! ```text
//! cargo run --release -p mtl-core --example train -- '#v=2&p=rivals&lr=0.03' --epochs 100 --json
//! ```

use clap::Parser;
use mtl_core::config::task_name;
use mtl_core::data::Draws;
use mtl_core::lesson::codec::Decoded;
use mtl_core::lesson::{file, link};
use mtl_core::protocol::CurvePoint;
use mtl_core::train::tensors::Device;
use mtl_core::train::{Ensemble, RaceRun, TrainError, json_line};
use serde_json::json;
use std::io::{self, Write};
use std::process::ExitCode;

/// Train a lesson natively and print its curves.
#[derive(Parser)]
struct Arguments {
    /// The lesson: an address's fragment, or the path of a lesson file.
    lesson: String,
    /// Epochs to train.
    #[arg(long, default_value_t = 100)]
    epochs: u32,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let decoded = match read(&arguments.lesson) {
        Ok(decoded) => decoded,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    for notice in &decoded.notices {
        eprintln!("{}: {}", notice.key, notice.sentence);
    }
    match pollster::block_on(train(decoded, &arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        // The reading end is closed: it has enough, as `head` does.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Output(error)) => {
            eprintln!("Nothing can be printed any more: {error}.");
            ExitCode::FAILURE
        }
        Err(Stop::Training(error)) => {
            eprintln!("{error} {}", error.remedy());
            ExitCode::FAILURE
        }
    }
}

/// Why it ends early.
enum Stop {
    Training(TrainError),
    Output(io::Error),
}

impl From<TrainError> for Stop {
    fn from(error: TrainError) -> Self {
        Self::Training(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// A file if there is one of that name, else a fragment. What can be neither is told in a sentence.
fn read(lesson: &str) -> Result<Decoded, String> {
    match std::fs::read(lesson) {
        Ok(bytes) => file::open(&bytes),
        // A fragment that was encoded as a whole has percent signs alone.
        Err(_) if lesson.is_empty() || lesson == "#" || lesson.contains(['=', '%']) => Ok(link::decode(lesson)),
        Err(_) => Err(format!("There is no file '{lesson}', and it is no fragment: write it as key=value&key=value.")),
    }
}

async fn train(decoded: Decoded, arguments: &Arguments) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    if let Some(run) = RaceRun::new(&decoded.lesson) {
        return Ok(race(run, arguments, &mut out)?);
    }
    let draws = Draws::of(&decoded.lesson);
    let mut ensemble = Ensemble::new(decoded.lesson, draws, &Device::flex());
    let first = ensemble.record().await?;
    print(&first, &ensemble, arguments.json, &mut out)?;
    let end = arguments.epochs.saturating_mul(ensemble.steps_per_epoch());
    while ensemble.step() < end {
        let advance = ensemble.advance(end - ensemble.step()).await?;
        if let Some(point) = advance.point {
            print(&point, &ensemble, arguments.json, &mut out)?;
        }
        if let Some(divergence) = advance.divergence {
            eprintln!(
                "Step {}: task {} is no longer finite ({}).",
                divergence.step,
                task_name(divergence.task),
                divergence.layer
            );
            break;
        }
    }
    Ok(())
}

/// A race down a landscape: a line for every racer, in the order of the page's table, at every recorded
/// step.
fn race(mut run: RaceRun, arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    let end = arguments.epochs.saturating_mul(run.steps_per_epoch());
    let mut racers = Vec::new();
    loop {
        let news = run.news();
        racers = news.start.map_or(racers, |start| start.racers);
        for point in &news.points {
            for (i, (racer, losses)) in racers.iter().zip(point.losses.chunks_exact(2)).enumerate() {
                let x = point.x.get(2 * i..2 * i + 2).unwrap_or_default();
                if arguments.json {
                    let line = json!({
                        "epoch": point.step / run.steps_per_epoch().max(1),
                        "step": point.step,
                        "landscape": racer.scene,
                        "balancer": racer.key,
                        "place": racer.place,
                        "x": x,
                        "losses": losses,
                    });
                    writeln!(out, "{line}")?;
                } else {
                    let (place, at) = (numbers(&racer.place), numbers(losses));
                    writeln!(out, "step {:5}  {:14} {place:16}  losses {at}", point.step, racer.key)?;
                }
            }
        }
        if run.race().step() >= end {
            return Ok(());
        }
        run.advance();
    }
}

fn numbers(values: &[f32]) -> String {
    values.iter().map(|value| format!("{value:.4}")).collect::<Vec<_>>().join(" ")
}

fn print(point: &CurvePoint, ensemble: &Ensemble, as_json: bool, out: &mut impl Write) -> io::Result<()> {
    if as_json {
        return writeln!(out, "{}", json_line(point, ensemble.test_losses()));
    }
    let transfer = point
        .transfer
        .best
        .iter()
        .map(|t| {
            let [mean, low, high] = [t.mean, t.low, t.high].map(|gain| 100.0 * gain);
            format!("{mean:+.1} % [{low:+.1}, {high:+.1}] {}", t.verdict.word())
        })
        .collect::<Vec<_>>()
        .join(", ");
    writeln!(
        out,
        "epoch {:5}  train {}  valid {}  transfer {transfer}  hypervolume {:.4}",
        point.epoch,
        numbers(&point.train),
        numbers(&point.valid),
        point.hypervolume
    )
}
