//! A network as a flat list of operations over matrices, run member by member.
//!
//! A *tape* is data: which operations follow on which, where their parameters stand in a member's flat vector, and
//! which columns of which matrices they read. A member's forward pass runs down the list, its backward pass up; all
//! that it touches lies in one [`Arena`] that the next member uses again, so that it stays in the processor's nearest
//! cache. There is no graph, a pass allocates nothing once its memory has grown, and bias, activation and slope are part of the product
//! that they belong to.
//!
//! Every operation is one file with both directions: [`Dense`], [`Activate`], [`Norm`], [`Drop`], [`Softmax`],
//! [`Mix`], [`Combine`], [`Concat`], [`Times`]. burn's way through the same network (`Network::forward`) is what a tape is tested against.
//!
//! # Shapes
//!
//! A value is `[B, width]`; in the arena its rows stand [`padded`] numbers apart, so that four numbers can be read
//! and written at a time. What stands in the padding is finite and read by nobody.

mod activate;
mod arena;
mod combine;
mod concat;
mod dense;
mod drop;
mod mix;
mod norm;
mod softmax;
mod times;

pub use activate::Activate;
pub use arena::{Arena, Inputs, Masks};
pub use combine::{Combine, Term};
pub use concat::Concat;
pub use dense::Dense;
pub use drop::{Drop, MaskPlace};
pub use mix::Mix;
pub use norm::Norm;
pub use softmax::Softmax;
pub use times::Times;

use arena::{Slopes, Values};

/// Columns of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The value, by its place in the tape.
    pub value: usize,
    /// The first column.
    pub from: usize,
    /// How many.
    pub width: usize,
}

impl Columns {
    /// So many columns of these, from one of them on.
    pub fn part(self, from: usize, width: usize) -> Self {
        debug_assert!(from + width <= self.width, "a part lies within the whole");
        Self { from: self.from + from, width, ..self }
    }
}

/// A value that is outputs of tasks, side by side and equally many of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output {
    /// All of the value's columns.
    pub columns: Columns,
    /// How many tasks.
    pub tasks: usize,
}

/// How far apart the rows of a value stand.
pub fn padded(width: usize) -> usize {
    width.next_multiple_of(4)
}

/// An operation: it reads columns of earlier values and writes one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A layer.
    Dense(Dense),
    /// An activation on its own.
    Activate(Activate),
    /// Layer norm.
    Norm(Norm),
    /// Dropout.
    Drop(Drop),
    /// Shares out of logits.
    Softmax(Softmax),
    /// A mixture by shares that are computed.
    Mix(Mix),
    /// A mixture by factors that are the same for every row.
    Combine(Combine),
    /// Values side by side.
    Concat(Concat),
    /// A value times another.
    Times(Times),
}

/// What an operation does in either direction.
trait Run {
    /// The columns that it reads.
    fn reads(&self) -> Vec<Columns>;

    /// Computes its value.
    fn forward(&self, given: &Given, out: &mut [f32], scratch: &mut Scratch);

    /// Hands the gradient of its value, `dy`, on to what it read and to its parameters. May change `dy`.
    fn backward(&self, given: &Given, y: &[f32], dy: &mut [f32], to: &mut Slopes, scratch: &mut Scratch);
}

/// What an operation is given.
struct Given<'a> {
    /// Rows of the batch.
    batch: usize,
    /// A member's parameters.
    parameters: &'a [f32],
    /// What has been computed.
    values: &'a Values<'a>,
    /// Dropout.
    masks: &'a Masks<'a>,
}

/// Memory that operations use on the way.
#[derive(Default)]
struct Scratch {
    panel: Vec<f32>,
    turned: Vec<f32>,
}

impl Operation {
    fn run(&self) -> &dyn Run {
        match self {
            Self::Dense(of) => of,
            Self::Activate(of) => of,
            Self::Norm(of) => of,
            Self::Drop(of) => of,
            Self::Softmax(of) => of,
            Self::Mix(of) => of,
            Self::Combine(of) => of,
            Self::Concat(of) => of,
            Self::Times(of) => of,
        }
    }
}

/// What a pass leaves out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Idle {
    /// By operation; empty where none is.
    operations: Vec<bool>,
    /// By output; empty where none is.
    outputs: Vec<bool>,
}

impl Idle {
    /// Whether an operation is left out.
    fn has(&self, operation: usize) -> bool {
        self.operations.get(operation).copied().unwrap_or(false)
    }

    /// Whether an output is left out.
    pub fn has_output(&self, output: usize) -> bool {
        self.outputs.get(output).copied().unwrap_or(false)
    }
}

/// A network's operations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tape {
    /// Columns of every value: of the inputs, then of what each operation writes.
    widths: Vec<usize>,
    operations: Vec<Operation>,
    /// The tasks' outputs, in column order.
    outputs: Vec<Output>,
    /// What pictures show of its hidden layers.
    hidden: Vec<Vec<Columns>>,
}

impl Tape {
    /// A tape over so many inputs, without operations yet.
    pub fn over(inputs: usize) -> Self {
        Self { widths: vec![inputs], ..Self::default() }
    }

    /// The inputs.
    pub fn inputs(&self) -> Columns {
        Columns { value: 0, from: 0, width: self.widths.first().copied().unwrap_or(0) }
    }

    /// Appends an operation that writes a value of this width; gives its columns.
    pub fn push(&mut self, operation: Operation, width: usize) -> Columns {
        debug_assert!(
            operation.run().reads().iter().all(|read| self.widths.get(read.value) >= Some(&(read.from + read.width))),
            "an operation reads what earlier ones wrote: {operation:?}"
        );
        self.operations.push(operation);
        self.widths.push(width);
        Columns { value: self.operations.len(), from: 0, width }
    }

    /// Says that pictures show these columns, side by side, as the units of the next hidden layer.
    pub fn show(&mut self, layer: Vec<Columns>) {
        self.hidden.push(layer);
    }

    /// The hidden layers that pictures show: the trunk's (of several trunks or experts the first one's), then each
    /// group's. The units of each stand in these columns.
    pub fn hidden(&self) -> &[Vec<Columns>] {
        &self.hidden
    }

    /// Says which values the tasks' outputs are, and lets layers take over the slopes of the activations before
    /// them where nobody else reads these.
    pub fn finish(mut self, outputs: Vec<Output>) -> Self {
        self.outputs = outputs;
        let reads: Vec<Columns> = self.operations.iter().flat_map(|operation| operation.run().reads()).collect();
        for i in 0..self.operations.len() {
            let Some(Operation::Dense(layer)) = self.operations.get(i) else { continue };
            let x = layer.x;
            let outputs = self.outputs.iter().map(|output| output.columns.value);
            let readers = reads.iter().map(|read| read.value).chain(outputs).filter(|value| *value == x.value).count();
            let whole = self.widths.get(x.value) == Some(&x.width);
            let before = x.value.checked_sub(1).and_then(|before| self.operations.get_mut(before));
            let Some(Operation::Dense(before)) = before.filter(|_| readers == 1 && whole) else { continue };
            before.sloped = true;
            let activation = before.activation;
            if let Some(Operation::Dense(layer)) = self.operations.get_mut(i) {
                layer.slope = activation;
            }
        }
        self
    }

    /// Its operations, first to last; the i-th writes value i + 1.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Columns of every value, those of the inputs first.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// What a pass may leave out that has no use for some of the outputs.
    pub fn without(&self, outputs: Vec<bool>) -> Idle {
        debug_assert_eq!(outputs.len(), self.outputs.len(), "something is said of every output");
        let mut operations = vec![true; self.operations.len()];
        let named = self.outputs.iter().zip(&outputs).filter(|(_, idle)| !**idle);
        let mut needed: Vec<usize> = named.filter_map(|(output, _)| output.columns.value.checked_sub(1)).collect();
        while let Some(place) = needed.pop() {
            let Some(operation) = self.operations.get(place) else { continue };
            if std::mem::replace(&mut operations[place], false) {
                needed.extend(operation.run().reads().iter().filter_map(|read| read.value.checked_sub(1)));
            }
        }
        Idle { operations, outputs }
    }

    /// The tasks' outputs, in column order.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }
}
