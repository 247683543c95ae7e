//! One layer of a trunk or a head, and its text.

use super::kind::{Choice, Kind, Notice, Value, clamp_number, quoted};
use super::number::{parse_integer, parse_number, print_number};
use serde::{Deserialize, Serialize};

/// The widest layer.
pub const MAX_WIDTH: usize = 256;

/// The most shared layers.
pub const MAX_TRUNK: usize = 6;

/// The most private layers of a task.
pub const MAX_HEAD: usize = 4;

/// The largest dropout rate: beyond it nothing is left to learn from.
pub const MAX_DROPOUT: f64 = 0.9;

/// The widths of a layer.
pub const LAYER_WIDTH: Kind = Kind::Integer { min: 1, max: MAX_WIDTH as i64, word: None };

/// The dropout rates of a layer.
pub const LAYER_DROPOUT: Kind = Kind::Number { min: 0.0, max: MAX_DROPOUT, log: false, inherits: true };

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
    pub(crate) fn clamped(&self) -> Self {
        Self {
            width: self.width.clamp(1, MAX_WIDTH),
            dropout: self.dropout.map(|rate| clamp_number(rate, 0.0, MAX_DROPOUT)),
            ..*self
        }
    }

    /// What of this layer, the one at `index`, its limits have changed into `used`.
    fn cut(&self, index: usize, key: &str, used: &Self) -> [Option<Notice>; 2] {
        let width = |layer: &Self| Value::Integer(i64::try_from(layer.width).unwrap_or(i64::MAX));
        let dropout = |layer: &Self| layer.dropout.map_or(Value::Inherit, Value::Number);
        let parts = [
            (LAYER_WIDTH, "Width", width(self), width(used)),
            (
                Kind::Number { min: 0.0, max: MAX_DROPOUT, log: false, inherits: false },
                "Dropout",
                dropout(self),
                dropout(used),
            ),
        ];
        parts.map(|(kind, part, given, used)| {
            let told = || kind.notice(key, &given.text(), &used).of_part(&format!("{part} of layer {}", index + 1));
            (given != used).then(told)
        })
    }
}

/// The most of its numbers that a notice about a stack names.
const MAX_TOLD: usize = 3;

/// What is said of a stack that was brought within its limits: which layer's width or dropout was
/// beyond them, or how many layers there were. `None` where nothing was changed.
pub(crate) fn cut(key: &str, given: &[LayerConfig], used: &[LayerConfig]) -> Option<Notice> {
    let pairs = given.iter().zip(used).enumerate();
    let parts = pairs.flat_map(|(index, (given, used))| given.cut(index, key, used)).flatten();
    let most =
        (given.len() > used.len()).then(|| Notice::new(key, format!("The first {} layers are used.", used.len())));
    let told: Vec<_> = parts.chain(most).take(MAX_TOLD).map(|notice| notice.sentence).collect();
    (!told.is_empty()).then(|| Notice::new(key, told.join(" ")))
}

/// `16,8-relu-d0.1-n`: width, then what differs from a plain tanh layer.
pub(crate) fn print_layers(layers: &[LayerConfig]) -> String {
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

pub(crate) fn parse_layers(text: &str) -> Result<Vec<LayerConfig>, String> {
    if text == "none" || text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').take(MAX_PARSED).map(str::trim).map(parse_layer).collect()
}

fn parse_layer(text: &str) -> Result<LayerConfig, String> {
    let mut parts = Parts(Some(text));
    let no_layer = || format!("a stack of layers: '{}' is no layer such as 16 or 8-relu-d0.1-n", quoted(text));
    let width = parts.next().and_then(parse_integer).ok_or_else(no_layer)?;
    // Whatever is this large is cut to the widest layer, on every machine.
    let mut layer = LayerConfig::new(width.clamp(0, i64::from(u16::MAX)) as usize);
    for part in parts {
        if let Some(activation) = Activation::from_key(part) {
            layer.activation = activation;
        } else if part == "n" {
            layer.norm = true;
        } else {
            let rate = part.strip_prefix('d').ok_or_else(no_layer)?;
            let no_rate = || format!("a stack of layers: '{}' is no dropout such as d0.1", quoted(part));
            layer.dropout = Some(parse_number(rate).filter(|rate| rate.is_finite()).ok_or_else(no_rate)?);
        }
    }
    Ok(layer)
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

/// Whether the text ends like a number before its exponent.
fn is_exponent(text: &str) -> bool {
    text.strip_suffix(['e', 'E']).is_some_and(|t| t.ends_with(|c: char| c.is_ascii_digit() || c == '.'))
}
