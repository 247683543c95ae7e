//! Values of settings, the limits they must keep, and what is said when they don't.

use super::layer::{LayerConfig, MAX_WIDTH, parse_layers, print_layers};
use super::number::{parse_number, parse_whole, print_number, takes_no_room, typed};
use serde::{Deserialize, Serialize};

/// The value of one setting, in one form for every consumer of the table.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Integer(i64),
    /// A real number.
    Number(f64),
    /// 'Take the lesson's value'.
    Inherit,
    /// The key of one of a list of choices.
    Choice(String),
    /// Yes or no.
    Switch(bool),
    /// A stack of layers.
    Layers(Vec<LayerConfig>),
}

/// One of a list of choices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Stable key, as it stands in links.
    pub key: &'static str,
    /// What the control says.
    pub label: &'static str,
    /// One plain sentence.
    pub help: &'static str,
}

/// What values a setting admits.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A whole number; `word` is how 0 is called where it means something special.
    Integer {
        /// Smallest admitted value.
        min: i64,
        /// Largest admitted value.
        max: i64,
        /// The name of the value 0, such as `all`.
        word: Option<&'static str>,
    },
    /// A real number.
    Number {
        /// Smallest admitted value.
        min: f64,
        /// Largest admitted value.
        max: f64,
        /// Whether a slider for it should move in factors rather than in differences.
        log: bool,
        /// Whether it may be `inherit`.
        inherits: bool,
    },
    /// One of a list.
    Choice(fn() -> Vec<Choice>),
    /// Yes or no.
    Switch,
    /// A stack of at most `max` layers.
    Layers {
        /// The most layers.
        max: usize,
    },
}

/// Something in a link, file or field that was not as it should be, and what was used instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The key of the setting.
    pub key: String,
    /// One sentence: what was wrong and what is used instead.
    pub sentence: String,
}

impl Notice {
    /// A notice about `key`.
    pub fn new(key: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { key: key.into(), sentence: sentence.into() }
    }

    /// The same of a part of the setting, which it names first.
    pub fn of_part(self, part: &str) -> Self {
        Self { sentence: format!("{part}: {}", self.sentence), ..self }
    }
}

/// At most this many characters of a text that was given are repeated in a notice.
const QUOTED: usize = 40;

/// Text from a link or a file, shortened for a notice and without characters that don't show or
/// that turn the direction of what follows.
pub(crate) fn quoted(text: &str) -> String {
    let mut seen = text.chars().filter(|c| !is_invisible(*c));
    let mut short: String = seen.by_ref().take(QUOTED).collect();
    if seen.next().is_some() {
        short.push('…');
    }
    short
}

fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || takes_no_room(c)
}

impl Value {
    /// The canonical text of the value: equal values have equal texts.
    pub fn text(&self) -> String {
        match self {
            Self::Integer(n) => n.to_string(),
            Self::Number(x) => print_number(*x),
            Self::Inherit => "inherit".into(),
            Self::Choice(key) => key.clone(),
            Self::Switch(on) => if *on { "on" } else { "off" }.into(),
            Self::Layers(layers) => print_layers(layers),
        }
    }

    /// The number in the value, for sliders.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(n) => Some(*n as f64),
            Self::Number(x) => Some(*x),
            _ => None,
        }
    }
}

impl Kind {
    /// The canonical text of a value of this kind, with 0 by its word where it has one.
    pub fn text(&self, value: &Value) -> String {
        match (self, value) {
            (Self::Integer { word: Some(word), .. }, Value::Integer(0)) => (*word).into(),
            _ => value.text(),
        }
    }

    /// Reads a value that [`Kind::clamp`] makes one of this kind. Where the limits want a whole
    /// number and the text has another, that number comes back, so that a notice can name it. A
    /// decimal comma is understood as well as a point, and so is whatever looks like a minus.
    ///
    /// # Errors
    ///
    /// Says what the text should have been.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let text = typed(text);
        let text = text.as_str();
        let value = match self {
            // A phone's keyboard begins words with a capital.
            Self::Integer { word: Some(word), .. } if word.eq_ignore_ascii_case(text) => Some(Value::Integer(0)),
            Self::Integer { .. } => parse_whole(text),
            Self::Number { inherits: true, .. } if text.eq_ignore_ascii_case("inherit") => Some(Value::Inherit),
            Self::Number { .. } => parse_number(text).map(Value::Number),
            Self::Choice(choices) => {
                choices().iter().find(|choice| choice.key == text).map(|choice| Value::Choice(choice.key.into()))
            }
            Self::Switch => match text {
                "on" | "true" => Some(Value::Switch(true)),
                "off" | "false" => Some(Value::Switch(false)),
                _ => None,
            },
            Self::Layers { .. } => return parse_layers(text).map(Value::Layers),
        };
        value.ok_or_else(|| self.expected())
    }

    /// The nearest admitted value; equal to the given one if that is admitted. A value that is of
    /// another kind altogether, or a word that is not on the list, has no nearest and stays.
    pub fn clamp(&self, value: Value) -> Value {
        self.nearest(&value).unwrap_or(value)
    }

    /// What is said where `given` was written for the setting of a key and is not admitted: what would
    /// be, and what is used instead.
    ///
    /// ```
    /// use mtl_core::config::{Kind, Value};
    ///
    /// let width = Kind::Integer { min: 1, max: 128, word: None };
    /// let notice = width.notice("trunk", "9999", &Value::Integer(128));
    /// assert_eq!(notice.sentence, "'9999' is not a whole number from 1 to 128; 128 is used.");
    /// ```
    pub fn notice(&self, key: impl Into<String>, given: &str, used: &Value) -> Notice {
        let used = self.text(used);
        Notice::new(key, format!("'{}' is not {}; {} is used.", quoted(given), self.expected(), quoted(&used)))
    }

    /// The nearest admitted value, where there is one.
    pub fn nearest(&self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::Integer { min, max, word }, Value::Integer(n)) => {
                let special = word.is_some() && *n == 0;
                Some(Value::Integer(if special { 0 } else { *n.clamp(min, max) }))
            }
            // The cast takes the nearest that there is.
            (Self::Integer { .. }, Value::Number(x)) if !x.is_nan() => self.nearest(&Value::Integer(x.round() as i64)),
            (Self::Number { min, max, .. }, Value::Number(x)) => Some(Value::Number(clamp_number(*x, *min, *max))),
            (Self::Number { inherits: true, .. }, Value::Inherit) => Some(Value::Inherit),
            (Self::Choice(choices), Value::Choice(key)) => {
                choices().iter().any(|choice| choice.key == key).then(|| value.clone())
            }
            (Self::Switch, Value::Switch(_)) => Some(value.clone()),
            (Self::Layers { max }, Value::Layers(layers)) => {
                Some(Value::Layers(layers.iter().take(*max).map(LayerConfig::clamped).collect()))
            }
            _ => None,
        }
    }

    /// What a text of this kind looks like, for notices, help and documentation.
    pub fn expected(&self) -> String {
        match self {
            Self::Integer { min, max, word: None } => format!("a whole number from {min} to {max}"),
            Self::Integer { min, max, word: Some(word) } => {
                format!("a whole number from {min} to {max}, or {word}")
            }
            Self::Number { min, max, inherits, .. } => {
                let or = if *inherits { ", or inherit" } else { "" };
                format!("a number from {} to {}{or}", print_number(*min), print_number(*max))
            }
            Self::Choice(choices) => {
                let keys: Vec<_> = choices().iter().map(|choice| choice.key).collect();
                format!("one of {}", keys.join(", "))
            }
            Self::Switch => "on or off".into(),
            Self::Layers { max } => {
                format!("up to {max} layers of 1 to {MAX_WIDTH} units such as 16,8-relu-d0.1-n, or none")
            }
        }
    }
}

/// The nearest number within limits; the lower one for 'not a number', and 0 for -0, which would
/// print differently.
pub(crate) fn clamp_number(value: f64, min: f64, max: f64) -> f64 {
    if value.is_nan() { min } else { value.clamp(min, max) + 0.0 }
}
