//! Scripts in the page, and commands of DevTools.

use super::{Browser, Extension};
use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

impl Browser {
    /// The value that the body of a function returns; `arguments` holds `args`.
    pub fn execute(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        self.wait_on(self.client.execute(script, args)).with_context(|| format!("run in the page: {}", head(script)))
    }

    /// Like [`Browser::execute`] with `await`: the script is the body of an async function.
    pub fn execute_async(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        let whole = format!(
            "const done = arguments[arguments.length - 1];\n\
             (async function () {{ {script}\n }}).apply(null, arguments)\n\
             .then(value => done({{ value }}), error => done({{ error: String(error) }}));"
        );
        let answer = self
            .wait_on(self.client.execute_async(&whole, args))
            .with_context(|| format!("run in the page: {}", head(script)))?;
        if let Some(error) = answer.get("error") {
            bail!("in the page, {}: {error}", head(script));
        }
        Ok(answer.get("value").cloned().unwrap_or(Value::Null))
    }

    pub fn string(&self, script: &str, args: Vec<Value>) -> Result<String> {
        match self.execute(script, args)? {
            Value::String(text) => Ok(text),
            other => bail!("no text but {other} from: {}", head(script)),
        }
    }

    pub fn number(&self, script: &str, args: Vec<Value>) -> Result<f64> {
        let value = self.execute(script, args)?;
        value.as_f64().ok_or_else(|| anyhow!("no number but {value} from: {}", head(script)))
    }

    pub fn truth(&self, script: &str, args: Vec<Value>) -> Result<bool> {
        let value = self.execute(script, args)?;
        value.as_bool().ok_or_else(|| anyhow!("neither true nor false but {value} from: {}", head(script)))
    }

    /// One command of the Chrome DevTools protocol, sent to the tab in front.
    pub fn cdp(&self, command: &str, params: Value) -> Result<Value> {
        self.issue(Extension { path: "goog/cdp/execute", body: Some(json!({ "cmd": command, "params": params })) })
            .with_context(|| format!("DevTools command {command}"))
    }
}

fn head(script: &str) -> &str {
    let end = script.char_indices().nth(160).map_or(script.len(), |(at, _)| at);
    script[..end].trim()
}
