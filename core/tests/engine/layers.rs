//! Layers by themselves: the one operation of the host against burn's own ones, which the GPU runs,
//! and both against f64.

use crate::lab::{close, numbers, single};
use crate::reference;
use burn::tensor::Tensor;
use mtl_core::config::{ACTIVATIONS, Activation};
use mtl_core::kernel::tensors::{Device, upload};
use mtl_core::model::layers::{activate, dense};
use mtl_core::random::{Purpose, stream};
use rand::RngExt;

fn random(shape: [usize; 3], index: u64) -> Tensor<3> {
    let mut rng = stream(5, Purpose::Data, index, 0);
    let values = (0..shape.iter().product()).map(|_| rng.random_range(-1.5_f32..1.5));
    upload(values.collect(), shape, &Device::flex())
}

#[test]
fn every_activation_and_its_slope_are_those_of_the_formula_far_from_zero_too() {
    let points: Vec<f64> = (-40..=40).map(|i| f64::from(i) * 0.25 + 0.01).collect();
    let slope = |kind, z: f64| (reference::activate(kind, z + 1e-6) - reference::activate(kind, z - 1e-6)) / 2e-6;
    for (kind, choice) in ACTIVATIONS {
        let x: Tensor<3> = upload(single(&points), [1, 1, points.len()], &Device::flex());
        let x = x.autodiff().require_grad();
        let y = activate(x.clone(), *kind);
        let gradient = x.grad(&y.clone().sum().backward()).unwrap();
        let expected: Vec<f64> = points.iter().map(|z| reference::activate(*kind, *z)).collect();
        close(choice.key, &numbers(y.inner()), &single(&expected), 1e-5);
        let expected: Vec<f64> = points.iter().map(|z| slope(*kind, *z)).collect();
        close(choice.key, &numbers(gradient), &single(&expected), 1e-5);
    }
}

/// Outputs and the gradients by inputs, weights and biases of some uneven function of them.
fn passes(
    layer: impl Fn(Tensor<3>, Tensor<3>, Tensor<3>) -> Tensor<3>,
    given: &[Tensor<3>; 3],
    once: bool,
) -> [Vec<f32>; 4] {
    let [x, w, b] = given.clone().map(|t| t.autodiff().require_grad());
    let [rows, ..] = w.dims();
    let [_, batch, from] = x.dims();
    let all = if once { x.clone().expand([rows, batch, from]) } else { x.clone() };
    let y = layer(all, w.clone(), b.clone());
    let weights = random(y.dims(), 77).autodiff();
    let gradients = (y.clone() * y.clone() * weights).sum().backward();
    let gradient = |t: &Tensor<3>| numbers(t.grad(&gradients).unwrap());
    [numbers(y.inner()), gradient(&x), gradient(&w), gradient(&b)]
}

#[test]
fn a_layer_in_one_operation_is_the_layer_in_several() {
    let sizes = [[1, 1, 1, 1], [3, 5, 2, 7], [2, 4, 8, 8], [4, 9, 13, 3], [2, 33, 17, 19], [1, 6, 256, 2]];
    for (kind, choice) in ACTIVATIONS {
        for [rows, batch, from, to] in sizes {
            for once in [false, true] {
                let inputs = random([if once { 1 } else { rows }, batch, from], 1);
                let weights = random([rows, from, to], 2) * (1.0 / from as f32).sqrt();
                let given = [inputs.clone(), weights.clone(), random([rows, 1, to], 3)];
                let what = format!("{}, {rows} of [{batch}, {from}] x {to}, {once}", choice.key);
                let one = passes(|x, w, b| dense(x, w, b, *kind), &given, once);
                let several = passes(|x, w, b| activate(x.matmul(w) + b, *kind), &given, once);
                for (a, b) in one.iter().zip(&several) {
                    close(&what, a, b, 2e-6);
                }
                // And without a graph, as evaluations run it.
                let bare = dense(inputs.expand([rows, batch, from]), weights, given[2].clone(), *kind);
                close(&what, &numbers(bare), &one[0], 0.0);
            }
        }
    }
}

#[test]
fn what_is_no_number_stays_none_in_its_own_row() {
    for kind in [Activation::Tanh, Activation::Sigmoid, Activation::Relu, Activation::LeakyRelu, Activation::Identity] {
        let mut values = vec![0.5; 2 * 3 * 2];
        values[1] = f32::NAN;
        let x = upload(values, [2, 3, 2], &Device::flex());
        let y = numbers(dense(x, random([2, 2, 3], 2), random([2, 1, 3], 3), kind));
        assert!(y[..3].iter().all(|v| v.is_nan()), "{kind:?}: {y:?}");
        assert!(y[3..].iter().all(|v| v.is_finite()), "{kind:?}: {y:?}");
    }
}
