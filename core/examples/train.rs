//! Trains a lesson without a browser and prints what the page would show, one JSON object a line.
//!
//! ```text
//! cargo run --release -p mtl-core --example train -- '#v=1&p=rivals&lr=0.03' --epochs 100 --json
//! ```

use clap::Parser;
use mtl_core::config::codec::Decoded;
use mtl_core::config::{file, link, task_name};
use mtl_core::measure::table::{Per, each};
use mtl_core::protocol::CurvePoint;
use mtl_core::train::tensors::Device;
use mtl_core::train::{TrainError, Trainer};
use serde_json::{Value, json};
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
    let decoded = read(&arguments.lesson);
    for notice in &decoded.notices {
        eprintln!("{}: {}", notice.key, notice.sentence);
    }
    match pollster::block_on(train(decoded, &arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error} {}", error.remedy());
            ExitCode::FAILURE
        }
    }
}

/// A file if there is one of that name, else a fragment.
fn read(lesson: &str) -> Decoded {
    match std::fs::read_to_string(lesson) {
        Ok(text) => file::decode(&text),
        Err(_) => link::decode(lesson),
    }
}

async fn train(decoded: Decoded, arguments: &Arguments) -> Result<(), TrainError> {
    let mut trainer = Trainer::new(decoded.lesson, &Device::flex());
    print(&trainer.record().await?, arguments.json);
    while trainer.epoch() < arguments.epochs {
        let rest = (arguments.epochs - trainer.epoch()) * trainer.steps_per_epoch()
            - trainer.step() % trainer.steps_per_epoch();
        let advance = trainer.advance(rest).await?;
        if let Some(point) = advance.point {
            print(&point, arguments.json);
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

fn print(point: &CurvePoint, as_json: bool) {
    if as_json {
        println!("{}", line(point));
        return;
    }
    let numbers = |values: &[f32]| values.iter().map(|v| format!("{v:.4}")).collect::<Vec<_>>().join(" ");
    let transfer = point
        .transfer
        .iter()
        .map(|t| format!("{:+.1} % [{:+.1}, {:+.1}]", t.mean * 100.0, t.low * 100.0, t.high * 100.0))
        .collect::<Vec<_>>()
        .join(" ");
    println!(
        "epoch {:5}  train {}  valid {}  transfer {transfer}  hypervolume {:.4}",
        point.epoch,
        numbers(&point.train),
        numbers(&point.valid),
        point.hypervolume
    );
}

fn line(point: &CurvePoint) -> Value {
    json!({
        "epoch": point.epoch,
        "step": point.step,
        "train": point.train,
        "valid": point.valid,
        "metric": point.metric,
        "single": point.single,
        "weights": point.weights,
        "gram": point.gram,
        "transfer": point.transfer,
        "fan": point.fan,
        "hypervolume": point.hypervolume,
        "best": point.best,
        "measures": measures(point),
    })
}

/// Every measure under its key: a number, a list with an entry per task or pair of tasks, gains as
/// lists of mean, low and high, or lists of the composed model's number and the baseline's.
fn measures(point: &CurvePoint) -> Value {
    let tasks = point.valid.len();
    let value = |per: Per, numbers: &[f32]| -> Value {
        let gains = || numbers.chunks_exact(3).map(|gain| json!(gain));
        match per {
            Per::Lesson => json!(numbers.first()),
            Per::Task | Per::Pair => json!(numbers),
            Per::Against => numbers.chunks_exact(2).map(|both| json!(both)).collect(),
            Per::Gain => gains().collect(),
            Per::Gains => gains().collect::<Vec<_>>().chunks(tasks.max(1)).map(|row| json!(row)).collect(),
        }
    };
    let all = each(&point.measures, tasks).map(|(of, numbers)| (of.choice.key.to_string(), value(of.per, numbers)));
    Value::Object(all.collect())
}
