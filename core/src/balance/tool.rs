//! The balancers as a tool for other programs: a JSON request a line, a JSON reply a line.
//!
//! ```
//! use mtl_core::balance::tool;
//!
//! let reply = tool::line(r#"{"method": "sum", "jacobian": [[1, 0], [-1, 1]]}"#);
//! assert_eq!(reply, r#"{"weights":[1.0,1.0],"direction":[0.0,1.0]}"#);
//! let reply = tool::line(r#"{"method": "gls", "losses": [1, "loud"]}"#);
//! assert!(reply.starts_with(r#"{"error":"#));
//! ```

mod options;

use super::balancer::{Balancer, BalancerContext, Needs};
use crate::balance;
use crate::config::{MARK, Pick};
use crate::random::{Purpose, stream};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use thiserror::Error;

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Key of the balancer.
    pub method: String,
    /// `[K, P]`: a task gradient a row. A balancer that looks at gradients needs it; with one that looks
    /// at losses it makes the direction.
    pub jacobian: Option<Vec<Vec<f64>>>,
    /// The losses, K of them. A balancer that doesn't read them can do without.
    pub losses: Option<Vec<f64>>,
    /// The balancer's options and vectors by key: numbers, words, or arrays with a number a task.
    pub options: Option<Map<String, Value>>,
    /// Seed of what the balancer draws; 0 where there is none.
    pub seed: Option<u64>,
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reply {
    /// What every task gradient is multiplied by; `null` where the balancer has no such weights.
    pub weights: Option<Vec<f64>>,
    /// The combined gradient, P numbers; `null` where no Jacobian was given.
    pub direction: Option<Vec<f64>>,
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ToolError {
    /// The line is not a request.
    #[error("not a request: {0}")]
    Malformed(String),
    /// No balancer has that key.
    #[error("no such method; --list shows them all")]
    Method,
    /// The balancer declares no such option.
    #[error("'{method}' has no option '{option}'; it has {known}")]
    Option {
        /// Key of the balancer.
        method: String,
        /// What was given.
        option: String,
        /// The options that there are.
        known: String,
    },
    /// An option's value is not what it should be.
    #[error("option '{option}' must be {expected}")]
    Value {
        /// Key of the option.
        option: String,
        /// What it should be.
        expected: String,
    },
    /// Something that the balancer needs is not there.
    #[error("'{method}' needs {what}")]
    Missing {
        /// Key of the balancer.
        method: String,
        /// What is missing.
        what: &'static str,
    },
    /// The Jacobian is no matrix.
    #[error(
        "the Jacobian must have a row for each task, all with the same number of entries, and at least one of each"
    )]
    Jacobian,
    /// There is not one loss a task.
    #[error("there must be one loss for each task: {expected}, not {given}")]
    Losses {
        /// Number of tasks.
        expected: usize,
        /// Number of losses.
        given: usize,
    },
    /// A number is infinite or none.
    #[error("{0} must be finite numbers")]
    Finite(&'static str),
    /// The numbers are beyond what can be computed with.
    #[error("the numbers are too large to compute with")]
    TooLarge,
}

/// The reply to a line, as a line: [`Reply`], or an object with `error`. Never panics.
pub fn line(line: &str) -> String {
    let reply = parse(line).and_then(|request| answer(&request));
    let text = match &reply {
        Ok(reply) => serde_json::to_string(reply),
        Err(error) => serde_json::to_string(&json!({ "error": error.to_string() })),
    };
    text.unwrap_or_else(|_| r#"{"error":"the reply cannot be written"}"#.into())
}

/// Every balancer with its options and their defaults, a JSON object a line.
pub fn list() -> impl Iterator<Item = String> {
    let named = balance::all().map(|balancer| (balancer.entry().choice.key, balancer));
    let others = ALIASES.iter().filter_map(|(alias, key)| Some((*alias, balance::find(key)?)));
    named.chain(others).map(|(key, balancer)| options::describe(key, balancer).to_string())
}

/// Other names for balancers of the table.
const ALIASES: &[(&str, &str)] = &[("sum", "equal")];

/// The balancer of a key or an alias.
fn find(method: &str) -> Option<&'static dyn Balancer> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == method);
    balance::find(alias.map_or(method, |(_, key)| key))
}

/// Reads a request.
///
/// # Errors
///
/// Says what is wrong with the line.
pub fn parse(line: &str) -> Result<Request, ToolError> {
    // Some shells and editors put a mark in front of a text, or save it as UTF-16.
    let line = line.trim_start_matches(MARK);
    if line.contains('\0') {
        return Err(ToolError::Malformed("it was saved as UTF-16: save it as UTF-8".into()));
    }
    // Serde would read an array as the fields in their order.
    if !line.trim_start().starts_with('{') {
        return Err(ToolError::Malformed("it must be a JSON object".into()));
    }
    serde_json::from_str(line).map_err(|error| ToolError::Malformed(error.to_string()))
}

/// Answers a request.
///
/// # Errors
///
/// Says what the request lacks or has too much of.
pub fn answer(request: &Request) -> Result<Reply, ToolError> {
    let balancer = find(&request.method).ok_or(ToolError::Method)?;
    let jacobian = request.jacobian.as_deref().map(matrix).transpose()?;
    let gram = gram(balancer, jacobian.as_ref(), request)?;
    let pick = Pick::new(request.method.as_str());
    let shape = jacobian.as_ref().map_or((request.losses.as_ref().map_or(0, Vec::len), 0), DMatrix::shape);
    let (pick, vectors) = options::read(balancer, pick, request.options.iter().flatten(), shape)?;
    let losses = losses(balancer, request, &pick, shape.0)?;
    let seen = BalancerContext {
        pick: &pick,
        losses: &losses,
        gram: gram.as_ref(),
        jacobian: jacobian.as_ref(),
        layers: &[],
        vectors: &vectors,
    };
    reply(balancer, &seen, request.seed.unwrap_or(0))
}

fn reply(balancer: &dyn Balancer, seen: &BalancerContext, seed: u64) -> Result<Reply, ToolError> {
    // The low half is the seed as lessons have it.
    let mut random = stream(seed as u32, Purpose::Balancer, seed >> 32, 0);
    let answer = balancer.answer(seen, &mut random);
    let combined = || Some(combined(seen.jacobian?, answer.weights.as_ref()?));
    let reply = Reply { direction: answer.direction.clone().or_else(combined), weights: answer.weights };
    let mut numbers = reply.weights.iter().chain(&reply.direction).flatten();
    if numbers.all(|number| number.is_finite()) { Ok(reply) } else { Err(ToolError::TooLarge) }
}

/// The weighted sum of the rows. Adding 0 turns -0 into 0.
fn combined(jacobian: &DMatrix<f64>, weights: &[f64]) -> Vec<f64> {
    let direction = jacobian.tr_mul(&DVector::from_column_slice(weights));
    direction.iter().map(|number| number + 0.0).collect()
}

fn matrix(rows: &[Vec<f64>]) -> Result<DMatrix<f64>, ToolError> {
    let columns = rows.first().map_or(0, Vec::len);
    if columns == 0 || rows.iter().any(|row| row.len() != columns) {
        return Err(ToolError::Jacobian);
    }
    finite("the Jacobian's entries", rows.iter().flatten())?;
    Ok(DMatrix::from_row_iterator(rows.len(), columns, rows.iter().flatten().copied()))
}

/// The Gram matrix, where the balancer looks at gradients.
fn gram(
    balancer: &dyn Balancer,
    jacobian: Option<&DMatrix<f64>>,
    request: &Request,
) -> Result<Option<DMatrix<f64>>, ToolError> {
    if balancer.needs(&Pick::new(request.method.as_str())) == Needs::Losses {
        return Ok(None);
    }
    let jacobian = jacobian.ok_or_else(|| ToolError::Missing { method: request.method.clone(), what: "a Jacobian" })?;
    let gram = jacobian * jacobian.transpose();
    if gram.iter().all(|number| number.is_finite()) { Ok(Some(gram)) } else { Err(ToolError::TooLarge) }
}

/// The losses; all one for a balancer that doesn't read them.
fn losses(balancer: &dyn Balancer, request: &Request, pick: &Pick, tasks: usize) -> Result<Vec<f64>, ToolError> {
    let missing = |what| Err(ToolError::Missing { method: request.method.clone(), what });
    let Some(losses) = &request.losses else {
        return match (tasks, balancer.reads_losses(pick)) {
            (0, _) => missing("losses or a Jacobian"),
            (_, true) => missing("losses"),
            _ => Ok(vec![1.0; tasks]),
        };
    };
    if losses.is_empty() || losses.len() != tasks {
        return Err(ToolError::Losses { expected: tasks.max(1), given: losses.len() });
    }
    finite("losses", losses)?;
    Ok(losses.clone())
}

fn finite<'a>(what: &'static str, numbers: impl IntoIterator<Item = &'a f64>) -> Result<(), ToolError> {
    let finite = numbers.into_iter().all(|number| number.is_finite());
    if finite { Ok(()) } else { Err(ToolError::Finite(what)) }
}
