//! One layer of a trunk or a head, and its text.

use super::kind::{Choice, clamp_number, parse_integer, print_number, quoted};
use serde::{Deserialize, Serialize};

/// The widest layer.
pub const MAX_WIDTH: usize = 128;

/// The most shared layers.
pub const MAX_TRUNK: usize = 6;

/// The most private layers of a task.
pub const MAX_HEAD: usize = 4;

/// The largest dropout rate: beyond it nothing is left to learn from.
pub const MAX_DROPOUT: f64 = 0.9;

/// What follows a layer's affine map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Activation {
    /// x
    Identity,
    /// max(x, 0)
    Relu,
    /// max(x, 0.01 x)
    LeakyRelu,
    /// (e^x - e^-x) / (e^x + e^-x)
    Tanh,
    /// 1 / (1 + e^-x)
    Sigmoid,
    /// x · Phi(x), Phi the normal distribution function
    Gelu,
    /// x · sigmoid(x)
    Silu,
}

/// Every activation with its key, label and help.
pub const ACTIVATIONS: &[(Activation, Choice)] = &[
    (Activation::Tanh, Choice { key: "tanh", label: "tanh", help: "Smooth, between -1 and 1." }),
    (Activation::Relu, Choice { key: "relu", label: "ReLU", help: "Zero below zero, the input above." }),
    (
        Activation::LeakyRelu,
        Choice { key: "leaky", label: "leaky ReLU", help: "A hundredth of the input below zero, the input above." },
    ),
    (Activation::Sigmoid, Choice { key: "sigmoid", label: "sigmoid", help: "Smooth, between 0 and 1." }),
    (
        Activation::Gelu,
        Choice { key: "gelu", label: "GELU", help: "The input times the chance that a normal draw lies below it." },
    ),
    (Activation::Silu, Choice { key: "silu", label: "SiLU", help: "The input times its sigmoid." }),
    (Activation::Identity, Choice { key: "identity", label: "identity", help: "The input itself: a linear layer." }),
];

impl Activation {
    /// The table's line for this activation.
    pub fn choice(self) -> &'static Choice {
        ACTIVATIONS.iter().find(|(a, _)| *a == self).map_or(&ACTIVATIONS[0].1, |(_, choice)| choice)
    }

    /// The activation of a key.
    pub fn from_key(key: &str) -> Option<Self> {
        ACTIVATIONS.iter().find(|(_, choice)| choice.key == key).map(|(a, _)| *a)
    }
}

/// One layer: affine map, optional layer norm, activation, dropout, in that order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerConfig {
    /// Units.
    pub width: usize,
    /// What follows the affine map.
    pub activation: Activation,
    /// Chance that a unit is silent in a training step; `None` inherits the task's or the lesson's.
    pub dropout: Option<f64>,
    /// Whether the affine map's output is normalised over the units of a row, with gain and bias.
    pub norm: bool,
}

impl LayerConfig {
    /// A tanh layer of `width` units.
    pub fn new(width: usize) -> Self {
        Self { width, activation: Activation::Tanh, dropout: None, norm: false }
    }

    /// The same layer with another activation.
    pub fn with(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// The nearest layer within limits.
    pub(super) fn clamped(&self) -> Self {
        Self {
            width: self.width.clamp(1, MAX_WIDTH),
            dropout: self.dropout.map(|rate| clamp_number(rate, 0.0, MAX_DROPOUT)),
            ..*self
        }
    }
}

/// `16,8-relu-d0.1-n`: width, then what differs from a plain tanh layer.
pub(super) fn print_layers(layers: &[LayerConfig]) -> String {
    if layers.is_empty() {
        return "none".into();
    }
    let texts: Vec<_> = layers.iter().map(print_layer).collect();
    texts.join(",")
}

fn print_layer(layer: &LayerConfig) -> String {
    let mut text = layer.width.to_string();
    if layer.activation != Activation::Tanh {
        text.push('-');
        text.push_str(layer.activation.choice().key);
    }
    if let Some(rate) = layer.dropout {
        text.push_str("-d");
        text.push_str(&print_number(rate));
    }
    if layer.norm {
        text.push_str("-n");
    }
    text
}

/// A hostile link must not make us build a long list only to cut it.
const MAX_PARSED: usize = 64;

pub(super) fn parse_layers(text: &str) -> Result<Vec<LayerConfig>, String> {
    if text == "none" || text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').take(MAX_PARSED).map(str::trim).map(parse_layer).collect()
}

fn parse_layer(text: &str) -> Result<LayerConfig, String> {
    read_layer(text)
        .ok_or_else(|| format!("a stack of layers: '{}' is no layer such as 16 or 8-relu-d0.1-n", quoted(text)))
}

fn read_layer(text: &str) -> Option<LayerConfig> {
    let mut parts = Parts(Some(text));
    let width = parse_integer(parts.next()?)?;
    // Whatever is this large is cut to the widest layer, on every machine.
    let mut layer = LayerConfig::new(usize::try_from(width.clamp(0, i64::from(u16::MAX))).ok()?);
    for part in parts {
        if let Some(activation) = Activation::from_key(part) {
            layer.activation = activation;
        } else if part == "n" {
            layer.norm = true;
        } else {
            let rate = part.strip_prefix('d')?.parse::<f64>().ok()?;
            layer.dropout = Some(rate).filter(|rate| rate.is_finite());
            layer.dropout?;
        }
    }
    Some(layer)
}

/// The parts of a layer's text: between dashes, but for the dash in an exponent (`d1e-7`).
struct Parts<'a>(Option<&'a str>);

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0?;
        let ends = |at: &usize| !is_exponent(text.get(..*at).unwrap_or_default());
        let end = text.match_indices('-').map(|(at, _)| at).find(ends);
        self.0 = end.and_then(|at| text.get(at + 1..));
        end.map_or(Some(text), |at| text.get(..at))
    }
}

/// Whether the text ends like a number whose exponent follows.
fn is_exponent(text: &str) -> bool {
    text.strip_suffix(['e', 'E']).is_some_and(|t| t.ends_with(|c: char| c.is_ascii_digit() || c == '.'))
}
