//! A balancer's options in JSON.

use super::{ToolError, finite};
use crate::balance::balancer::{Balancer, MemorySize, Vectors};
use crate::config::{Kind, OptionSpec, Pick};
use serde_json::{Map, Value, json};

/// The pick with the options, and the vectors, of a balancer for so many tasks and parameters.
pub(super) fn read<'a>(
    balancer: &dyn Balancer,
    mut pick: Pick,
    given: impl Iterator<Item = (&'a String, &'a Value)>,
    (tasks, parameters): (usize, usize),
) -> Result<(Pick, Vectors), ToolError> {
    let mut vectors = Vectors::new();
    for (key, value) in balancer.reference() {
        pick = pick.with(key, *value);
    }
    for (key, value) in given {
        if let Some(spec) = balancer.entry().options.iter().find(|spec| spec.key == key) {
            pick = pick.with(key, number(spec, value)?);
        } else if let Some(spec) = balancer.vectors().iter().find(|spec| spec.key == key) {
            vectors.insert(spec.key, numbers(spec.key, value, tasks, false)?);
        } else if let Some(spec) = balancer.memories().iter().find(|spec| spec.key == key) {
            let nested = spec.size != MemorySize::One;
            vectors.insert(spec.key, numbers(spec.key, value, spec.size.count(tasks, parameters, 1), nested)?);
        } else {
            return Err(unknown(balancer, key));
        }
    }
    Ok((pick, vectors))
}

/// A balancer under a name, its options and their defaults.
pub(super) fn describe(method: &str, balancer: &dyn Balancer) -> Value {
    let mut options = Map::new();
    for spec in balancer.entry().options {
        let changed = balancer.reference().iter().find(|(key, _)| *key == spec.key);
        let default = default(spec, changed.map_or(spec.default, |(_, value)| *value));
        options.insert(spec.key.into(), json!({ "default": default, "is": spec.kind.expected(), "help": spec.help }));
    }
    for spec in balancer.vectors() {
        let is = "an array with a number for each task";
        options.insert(spec.key.into(), json!({ "default": spec.start, "is": is, "help": spec.help }));
    }
    for spec in balancer.memories() {
        options.insert(spec.key.into(), json!({ "default": 0.0, "is": memory(spec.size), "help": spec.help }));
    }
    let choice = balancer.entry().choice;
    let needs = format!("{:?}", balancer.needs(&Pick::new(choice.key))).to_lowercase();
    json!({ "method": method, "needs": needs, "help": choice.help, "options": options })
}

/// A default as a request would have it.
fn default(spec: &OptionSpec, value: f64) -> Value {
    match spec.kind {
        Kind::Choice(_) | Kind::Switch => json!(spec.text(value)),
        Kind::Integer { word: Some(word), .. } if value == 0.0 => json!(word),
        Kind::Integer { .. } => json!(value as i64),
        _ => json!(value),
    }
}

/// A word or a number as the number that the pick holds. What is beyond limits is refused: an
/// outsider should not get the answer to another question.
fn number(spec: &OptionSpec, value: &Value) -> Result<f64, ToolError> {
    let text = match value {
        Value::Number(number) => number.as_f64().map(|number| number.to_string()),
        Value::String(word) => Some(word.clone()).filter(|word| is_word(spec, word)),
        Value::Bool(on) if matches!(spec.kind, Kind::Switch) => Some(on.to_string()),
        _ => None,
    };
    let number = text.and_then(|text| spec.kind.parse(&text).ok()).and_then(|value| spec.number(&value));
    // A comparison, not an equality of bits: -0 is 0.
    let admitted = number.filter(|number| number.is_finite() && spec.clamp(*number) == *number);
    admitted.ok_or_else(|| wrong(spec.key, &spec.kind.expected()))
}

/// A number in quotes is none.
fn is_word(spec: &OptionSpec, word: &str) -> bool {
    matches!(spec.kind, Kind::Choice(_)) || word.parse::<f64>().is_err()
}

fn memory(size: MemorySize) -> &'static str {
    match size {
        MemorySize::One => "an array with one number",
        MemorySize::Pairs | MemorySize::LayerPairs => {
            "an array with a row for each task and a number for each task in it"
        }
        MemorySize::Jacobian => "an array of the shape of the Jacobian",
    }
}

/// An array of so many numbers; where it may be nested, also as rows.
fn numbers(key: &str, value: &Value, count: usize, nested: bool) -> Result<Vec<f64>, ToolError> {
    let row = |value: &Value| match value {
        Value::Array(row) if nested => row.iter().map(Value::as_f64).collect(),
        value => value.as_f64().map(|number| vec![number]),
    };
    let rows: Option<Vec<Vec<f64>>> = value.as_array().and_then(|list| list.iter().map(row).collect());
    let numbers = rows.map(|rows| rows.concat()).filter(|numbers| numbers.len() == count);
    let numbers = numbers.ok_or_else(|| wrong(key, &format!("an array of numbers, {count} of them")))?;
    finite("options", &numbers)?;
    Ok(numbers)
}

fn wrong(option: &str, expected: &str) -> ToolError {
    ToolError::Value { option: option.into(), expected: expected.into() }
}

fn unknown(balancer: &dyn Balancer, option: &str) -> ToolError {
    let mut known: Vec<_> = balancer.entry().options.iter().map(|spec| spec.key).collect();
    known.extend(balancer.vectors().iter().map(|spec| spec.key));
    known.extend(balancer.memories().iter().map(|spec| spec.key));
    let known = if known.is_empty() { "none".into() } else { known.join(", ") };
    ToolError::Option { method: balancer.entry().choice.key.into(), option: option.into(), known }
}
