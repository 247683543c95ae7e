//! The memory of a member's passes, and the passes themselves.

use super::{Columns, Given, Idle, MaskPlace, Output, Scratch, Tape, padded};
use crate::kernel::loops::scale_into;

/// What all members of a seed read.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// Rows [`padded`] numbers apart.
    pub values: &'a [f32],
    /// How many there are.
    pub batch: usize,
}

/// A member's dropout masks; what has none drops nothing.
#[derive(Clone, Default)]
pub struct Masks<'a> {
    /// Per shared layer, `[B, width]`.
    pub trunk: Vec<Option<&'a [f32]>>,
    /// Per group and private layer, `[B, tasks * width]`.
    pub heads: Vec<Vec<Option<&'a [f32]>>>,
}

impl<'a> Masks<'a> {
    pub(super) fn get(&self, place: MaskPlace) -> Option<&'a [f32]> {
        match place {
            MaskPlace::Trunk(l) => *self.trunk.get(l)?,
            MaskPlace::Head(group, l) => *self.heads.get(group)?.get(l)?,
        }
    }
}

/// What has been computed so far, by value.
pub(super) struct Values<'a> {
    inputs: &'a [f32],
    computed: &'a [Vec<f32>],
    strides: &'a [usize],
}

impl<'a> Values<'a> {
    /// From the first number of these columns on, and how far apart their rows stand.
    pub fn of(&self, columns: Columns) -> (&'a [f32], usize) {
        let values = match columns.value.checked_sub(1) {
            None => self.inputs,
            Some(computed) => &self.computed[computed],
        };
        (&values[columns.from..], self.strides[columns.value])
    }
}

/// The gradients by all values, and those by the parameters.
pub(super) struct Slopes<'a> {
    slopes: &'a mut [Vec<f32>],
    written: &'a mut [bool],
    strides: &'a [usize],
    widths: &'a [usize],
    /// By the parameters; added to.
    pub parameters: &'a mut [f32],
}

/// Where a gradient by some columns goes.
pub(super) struct Target<'a> {
    /// From the first number of the columns on.
    pub values: &'a mut [f32],
    /// How far apart rows stand.
    pub stride: usize,
    /// Numbers of a row that may be written: the columns, and the padding where they are all that there are.
    pub room: usize,
    /// Whether something stands there that it is added to.
    pub adds: bool,
}

impl Target<'_> {
    /// Its rows.
    pub fn rows(&mut self) -> impl Iterator<Item = Row<'_>> {
        let adds = self.adds;
        self.values.chunks_mut(self.stride).map(move |values| Row { values, adds })
    }
}

/// A row of a gradient.
pub(super) struct Row<'a> {
    values: &'a mut [f32],
    adds: bool,
}

impl Row<'_> {
    /// Takes numbers times a factor, in the same way.
    pub fn take_times(self, factor: f32, numbers: &[f32]) {
        scale_into(self.values, numbers, factor, self.adds);
    }

    /// Takes numbers: adds them to what stands there, if something does.
    pub fn take(self, numbers: impl Iterator<Item = f32>) {
        let each = self.values.iter_mut().zip(numbers);
        match self.adds {
            true => each.for_each(|(to, number)| *to += number),
            false => each.for_each(|(to, number)| *to = number),
        }
    }
}

impl Slopes<'_> {
    /// `None` for the inputs, whose gradient nobody wants.
    pub fn target(&mut self, columns: Columns) -> Option<Target<'_>> {
        let computed = columns.value.checked_sub(1)?;
        let whole = columns.width == self.widths[columns.value];
        let written = std::mem::replace(&mut self.written[computed], true);
        let slopes = &mut self.slopes[computed];
        if !written && !whole {
            slopes.fill(0.0);
        }
        let stride = self.strides[columns.value];
        let room = if whole { stride } else { columns.width };
        Some(Target { values: &mut slopes[columns.from..], stride, room, adds: written || !whole })
    }
}

/// The values of one member's pass and the gradients by them; every member uses the same.
#[derive(Default)]
pub struct Arena {
    batch: usize,
    widths: Vec<usize>,
    strides: Vec<usize>,
    /// By operation.
    values: Vec<Vec<f32>>,
    slopes: Vec<Vec<f32>>,
    written: Vec<bool>,
    scratch: Scratch,
}

impl Arena {
    /// Room for a tape over batches of so many rows.
    pub fn of(tape: &Tape, batch: usize) -> Self {
        let strides: Vec<usize> = tape.widths().iter().map(|width| padded(*width)).collect();
        let room = || strides.iter().skip(1).map(|stride| vec![0.0; batch * stride]).collect();
        Self {
            batch,
            widths: tape.widths().to_vec(),
            values: room(),
            slopes: room(),
            written: vec![false; tape.operations().len()],
            scratch: Scratch::default(),
            strides,
        }
    }

    /// Rows that there is room for.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// How far apart the rows of some columns stand.
    pub fn stride(&self, columns: Columns) -> usize {
        self.strides[columns.value]
    }

    /// A member's forward pass.
    pub fn forward(&mut self, tape: &Tape, parameters: &[f32], inputs: Inputs, masks: &Masks) {
        self.forward_without((tape, &Idle::default()), parameters, inputs, masks);
    }

    /// A member's forward pass without some operations, whose values are then old ones.
    pub fn forward_without(&mut self, (tape, idle): (&Tape, &Idle), parameters: &[f32], inputs: Inputs, masks: &Masks) {
        debug_assert!(inputs.batch <= self.batch, "there is room for the batch");
        for (i, operation) in tape.operations().iter().enumerate().filter(|(i, _)| !idle.has(*i)) {
            let mut out = std::mem::take(&mut self.values[i]);
            let values = Values { inputs: inputs.values, computed: &self.values, strides: &self.strides };
            let given = Given { batch: inputs.batch, parameters, values: &values, masks };
            operation.run().forward(&given, &mut out, &mut self.scratch);
            self.values[i] = out;
        }
    }

    /// The first rows of an output, `[rows, stride]`.
    pub fn output(&self, output: Output, rows: usize) -> &[f32] {
        let computed = output.columns.value.checked_sub(1).and_then(|computed| self.values.get(computed));
        computed.and_then(|values| values.get(..rows * self.stride(output.columns))).unwrap_or_default()
    }

    /// Appends columns that were computed, side by side, of the first rows: `[rows, all widths]`.
    pub fn append(&self, columns: &[Columns], rows: usize, to: &mut Vec<f32>) {
        for row in 0..rows {
            for part in columns {
                let computed = part.value.checked_sub(1).and_then(|computed| self.values.get(computed));
                let from = row * self.stride(*part) + part.from;
                to.extend_from_slice(
                    computed.and_then(|values| values.get(from..from + part.width)).unwrap_or_default(),
                );
            }
        }
    }

    /// Begins a backward pass: no gradient is known by any value.
    pub fn begin_backward(&mut self) {
        self.written.fill(false);
    }

    /// The gradient by an output, `[B, stride]`: these slopes, each column times a factor of its own, `[stride]`.
    pub fn pull(&mut self, output: Output, factors: &[f32], slopes: &[f32]) {
        let Some(computed) = output.columns.value.checked_sub(1) else { return };
        self.written[computed] = true;
        let rows = self.slopes[computed].chunks_exact_mut(factors.len()).zip(slopes.chunks_exact(factors.len()));
        for (to, slopes) in rows {
            let fours = to.as_chunks_mut::<4>().0.iter_mut().zip(slopes.as_chunks::<4>().0);
            for ((to, slopes), factors) in fours.zip(factors.as_chunks::<4>().0) {
                *to = std::array::from_fn(|i| slopes[i] * factors[i]);
            }
        }
    }

    /// The backward pass from what was pulled: adds to the gradient by the parameters. Operations that no pulled
    /// output depends on are left out.
    pub fn backward(&mut self, tape: &Tape, parameters: &[f32], inputs: Inputs, masks: &Masks, gradient: &mut [f32]) {
        for (i, operation) in tape.operations().iter().enumerate().rev() {
            if !self.written[i] {
                continue;
            }
            let mut dy = std::mem::take(&mut self.slopes[i]);
            let values = Values { inputs: inputs.values, computed: &self.values, strides: &self.strides };
            let given = Given { batch: inputs.batch, parameters, values: &values, masks };
            let mut to = Slopes {
                slopes: &mut self.slopes,
                written: &mut self.written,
                strides: &self.strides,
                widths: &self.widths,
                parameters: gradient,
            };
            operation.run().backward(&given, &self.values[i], &mut dy, &mut to, &mut self.scratch);
            self.slopes[i] = dy;
        }
    }
}
