//! The products of a layer, in tiles of four by four.
//!
//! A thread has a tile's sixteen sums in its registers: a factor that it reads counts for four of
//! them. At the ends a tile reads the last line or column again and writes what there is.

use crate::config::Activation;
use crate::kernel::shader::{activate, slope};
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;

/// Rows and columns of a tile.
pub const TILE: usize = 4;

/// Where a layer's numbers stand.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub struct Sizes {
    batch: usize,
    from: usize,
    to: usize,
    /// Matrices of the slot in a row of the flat vector.
    blocks: usize,
    /// Length of such a row.
    columns: usize,
    weight: usize,
    bias: usize,
    /// From one row's inputs to the next one's; 0 where all have the same.
    x_stride: usize,
}

/// Where the layer's weights begin for a row of the input.
#[cube]
fn weights_at(row: usize, sizes: &Sizes) -> usize {
    row / sizes.blocks * sizes.columns + sizes.weight + row % sizes.blocks * sizes.from * sizes.to
}

/// As [`weights_at`], for its biases.
#[cube]
fn biases_at(row: usize, sizes: &Sizes) -> usize {
    row / sizes.blocks * sizes.columns + sizes.bias + row % sizes.blocks * sizes.to
}

/// A tile of a product.
#[derive(CubeType)]
struct Tile {
    row: usize,
    /// Its first line and column.
    line: usize,
    column: usize,
    lines: usize,
    columns: usize,
}

/// The tile of a thread, of a product of some lines and columns for every row.
#[cube]
fn tile(at: usize, lines: usize, columns: usize) -> Tile {
    let across = columns.div_ceil(TILE);
    let down = lines.div_ceil(TILE);
    let line = at / across % down * TILE;
    Tile { row: at / across / down, line, column: at % across * TILE, lines, columns }
}

/// Where the numbers of a tile's lines or columns begin, and how far it is from one to the next.
#[derive(CubeType)]
struct Starts {
    starts: Sequence<usize>,
    step: usize,
}

/// The lines or columns from the `first` one on, of `all`, each `stride` from the one before.
#[cube]
fn starts(start: usize, first: usize, all: usize, stride: usize, step: usize) -> Starts {
    let mut starts = Sequence::<usize>::new();
    #[unroll]
    for i in 0..TILE {
        starts.push(start + min(first + i, all - 1) * stride);
    }
    Starts { starts, step }
}

/// A number of a factor: one of `numbers`, times the slope of the activation at the one of `values`.
#[cube]
fn read(
    numbers: &[f32],
    values: &[f32],
    starts: &Starts,
    k: usize,
    #[comptime] i: usize,
    #[comptime] activation: Activation,
) -> f32 {
    let at = *starts.starts.index(i) + k * starts.step;
    slope(numbers[at], values[at], activation)
}

#[cube]
fn zeros(#[comptime] number: usize) -> Sequence<RuntimeCell<f32>> {
    let mut cells = Sequence::<RuntimeCell<f32>>::new();
    #[unroll]
    for _ in 0..number {
        cells.push(RuntimeCell::<f32>::new(0.0f32));
    }
    cells
}

/// Adds the product of two factors to a tile's sums, and the right one to its columns' sums.
#[cube]
fn multiply(
    left: &[f32],
    left_values: &[f32],
    lines: &Starts,
    right: &[f32],
    right_values: &[f32],
    columns: &Starts,
    number: usize,
    sums: &Sequence<RuntimeCell<f32>>,
    below: &Sequence<RuntimeCell<f32>>,
    #[comptime] activations: (Activation, Activation),
) {
    for k in 0..number {
        let mut lefts = Sequence::<f32>::new();
        #[unroll]
        for r in 0..TILE {
            lefts.push(read(left, left_values, lines, k, r, comptime!(activations.0)));
        }
        #[unroll]
        for c in 0..TILE {
            let value = read(right, right_values, columns, k, c, comptime!(activations.1));
            let own = below.index(c);
            own.store(own.read() + value);
            #[unroll]
            for r in 0..TILE {
                let sum = sums.index(r * TILE + c);
                sum.store(sum.read() + *lefts.index(r) * value);
            }
        }
    }
}

/// `activation(x w + b)`.
#[cube(launch)]
pub fn forward(x: &[f32], theta: &[f32], y: &mut [f32], sizes: Sizes, #[comptime] activation: Activation) {
    let tile = tile(ABSOLUTE_POS, sizes.batch, sizes.to);
    let out = tile.row * sizes.batch * sizes.to;
    if out < y.len() {
        let plain = comptime!((Activation::Identity, Activation::Identity));
        let lines = starts(tile.row * sizes.x_stride, tile.line, sizes.batch, sizes.from, 1);
        let columns = starts(weights_at(tile.row, &sizes), tile.column, sizes.to, 1, sizes.to);
        let sums = zeros(TILE * TILE);
        multiply(x, x, &lines, theta, theta, &columns, sizes.from, &sums, &zeros(TILE), plain);
        let biases = biases_at(tile.row, &sizes);
        #[unroll]
        for c in 0..TILE {
            if tile.column + c < tile.columns {
                let bias = theta[biases + tile.column + c];
                #[unroll]
                for r in 0..TILE {
                    if tile.line + r < tile.lines {
                        let at = out + (tile.line + r) * sizes.to + tile.column + c;
                        y[at] = activate(bias + sums.index(r * TILE + c).read(), activation);
                    }
                }
            }
        }
    }
}

/// The gradients of some weights; the first lines of them have those of the biases with them.
#[cube]
fn weight_gradients(
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    gradient: &mut [f32],
    sizes: &Sizes,
    #[comptime] activation: Activation,
    #[comptime] add: bool,
) {
    let tile = tile(ABSOLUTE_POS, sizes.from, sizes.to);
    let activations = comptime!((Activation::Identity, activation));
    let lines = starts(tile.row * sizes.x_stride, tile.line, sizes.from, 1, sizes.from);
    let columns = starts(tile.row * sizes.batch * sizes.to, tile.column, sizes.to, 1, sizes.to);
    let sums = zeros(TILE * TILE);
    let below = zeros(TILE);
    multiply(x, x, &lines, dy, y, &columns, sizes.batch, &sums, &below, activations);
    let (weights, biases) = (weights_at(tile.row, sizes), biases_at(tile.row, sizes));
    #[unroll]
    for c in 0..TILE {
        let column = tile.column + c;
        if column < tile.columns {
            if tile.line == 0 {
                put(gradient, biases + column, below.index(c).read(), add);
            }
            #[unroll]
            for r in 0..TILE {
                if tile.line + r < tile.lines {
                    let at = weights + (tile.line + r) * sizes.to + column;
                    put(gradient, at, sums.index(r * TILE + c).read(), add);
                }
            }
        }
    }
}

#[cube]
fn put(gradient: &mut [f32], at: usize, sum: f32, #[comptime] add: bool) {
    if comptime!(add) {
        gradient[at] += sum;
    } else {
        gradient[at] = sum;
    }
}

/// The layer's own gradients, of a layer over inputs that nothing is learned of.
#[cube(launch)]
pub fn backward_weights(
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    gradient: &mut [f32],
    sizes: Sizes,
    weights: usize,
    #[comptime] activation: Activation,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS < weights {
        weight_gradients(x, y, dy, gradient, &sizes, activation, add);
    }
}

/// The layer's own gradients in the first threads, its input's in the others.
#[cube(launch)]
pub fn backward(
    x: &[f32],
    theta: &[f32],
    y: &[f32],
    dy: &[f32],
    gradient: &mut [f32],
    dx: &mut [f32],
    sizes: Sizes,
    weights: usize,
    #[comptime] activation: Activation,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS < weights {
        weight_gradients(x, y, dy, gradient, &sizes, activation, add);
    } else {
        let tile = tile(ABSOLUTE_POS - weights, sizes.batch, sizes.from);
        let out = tile.row * sizes.batch * sizes.from;
        if out < dx.len() {
            let activations = comptime!((activation, Activation::Identity));
            let lines = starts(tile.row * sizes.batch * sizes.to, tile.line, sizes.batch, sizes.to, 1);
            let columns = starts(weights_at(tile.row, &sizes), tile.column, sizes.from, sizes.to, 1);
            let sums = zeros(TILE * TILE);
            multiply(dy, y, &lines, theta, theta, &columns, sizes.to, &sums, &zeros(TILE), activations);
            #[unroll]
            for r in 0..TILE {
                #[unroll]
                for c in 0..TILE {
                    if tile.line + r < tile.lines && tile.column + c < tile.columns {
                        dx[out + (tile.line + r) * sizes.from + tile.column + c] = sums.index(r * TILE + c).read();
                    }
                }
            }
        }
    }
}
