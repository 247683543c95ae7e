//! What the paths on a GPU have in common: burn's tensors as buffers of a dispatch.
//!
//! A small network's step on a GPU costs dispatches, not arithmetic: out of burn's own
//! operations the benchmark's workload (three regressions on a trunk of 16 and 16) takes 77 of them even where
//! burn fuses what is elementwise, and in a browser each is worth most of a millisecond. Here a layer (matmul, bias, activation) is one dispatch forwards and one
//! backwards, a group's losses with their slopes are one, and so is the optimiser's step.
//!
//! The kernels read weights where they stand in a member's flat vector and write gradients where
//! they belong in another: nothing is cut and nothing is joined.
//!
//! burn's fusion stays on for all other operations: what a step does now and then (evaluations,
//! pictures, learned weights) is elementwise for the most part. So a tensor comes here as an entry
//! of burn's queue; [`primitive`] has that queue worked off up to the tensor, and [`tensor`] puts a
//! finished result back as a new entry.

use super::shader::copy;
use burn::backend::fusion::custom::{OperationIr, StreamId, TensorIr};
use burn::backend::fusion::{NoOp, get_client};
use burn::backend::ir::{BackendIr, InitOperationIr};
use burn::backend::{BackendTypes, TensorMetadata};
use burn::tensor::{Bool, DType, Shape, Tensor};
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;
use burn_wgpu::{CubeBackend, Wgpu};

/// A tensor in the GPU's memory.
pub type DeviceTensor = burn_wgpu::CubeTensor;

/// An entry of burn's queue.
pub(super) type Queued = <Wgpu as BackendTypes>::FloatTensorPrimitive;

/// Threads of a workgroup, everywhere.
pub const UNITS: usize = 64;

/// Whether a tensor lives on a GPU, as one that keeps no graph.
pub fn is_device<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.clone().try_into_primitive::<Wgpu>().is_ok()
}

/// A tensor's numbers in row-major order; `None` where it lives elsewhere. What is handed over by
/// value and has no other handle may be written to.
pub fn primitive<const D: usize>(tensor: Tensor<D>) -> Option<DeviceTensor> {
    tensor.try_into_primitive::<Wgpu>().ok().map(|queued| into_contiguous(resolved(queued)))
}

/// As [`primitive`], for truth values, where they are stored in 32 bits each.
pub fn truths(tensor: Tensor<2, Bool>) -> Option<DeviceTensor> {
    let queued = tensor.try_into_primitive::<Wgpu>().ok()?;
    let client = queued.client.clone();
    Some(into_contiguous(client.resolve_tensor_bool::<CubeBackend>(queued))).filter(|tensor| tensor.elem_size() == 4)
}

/// A result as burn's tensor.
pub fn tensor<const D: usize>(tensor: DeviceTensor) -> Tensor<D> {
    Tensor::from_primitive::<Wgpu>(queued(tensor))
}

/// As [`tensor`], for truth values.
pub fn truth_tensor(tensor: DeviceTensor) -> Tensor<2, Bool> {
    Tensor::from_primitive::<Wgpu>(queued(tensor))
}

pub(super) fn resolved(queued: Queued) -> DeviceTensor {
    let client = queued.client.clone();
    client.resolve_tensor_float::<CubeBackend>(queued)
}

pub(super) fn queued(tensor: DeviceTensor) -> Queued {
    let client = get_client::<CubeBackend>(&tensor.device);
    let (shape, dtype) = (tensor.shape(), tensor.dtype);
    let id = client.register_tensor_handle(CubeBackend::float_tensor_handle(tensor));
    let entry = OperationIr::Init(InitOperationIr { out: TensorIr::uninit(id, shape, dtype) });
    client.register(StreamId::current(), entry, NoOp::<CubeBackend>::new()).remove(0)
}

/// Memory for a tensor of numbers, on the device of another one.
pub fn empty<const D: usize>(beside: &DeviceTensor, shape: [usize; D]) -> DeviceTensor {
    // A buffer has to have some length.
    let bytes = shape.iter().product::<usize>().max(1) * size_of::<f32>();
    let (client, device) = (beside.client.clone(), beside.device.clone());
    let handle = client.empty(bytes);
    DeviceTensor::new_contiguous(client, device, Shape::from(shape), handle, DType::F32)
}

/// A tensor as a kernel's argument.
pub fn argument(tensor: &DeviceTensor) -> BufferArg {
    tensor.clone().into_buffer_arg()
}

/// Workgroups for as many threads.
pub fn groups(beside: &DeviceTensor, threads: usize) -> CubeCount {
    cubecl::calculate_cube_count_elemwise(&beside.client, threads, group())
}

/// A workgroup.
pub fn group() -> CubeDim {
    CubeDim::new_1d(UNITS as u32)
}

/// The same tensor where this is its only handle, else a copy that may be written to.
pub fn own(tensor: DeviceTensor) -> DeviceTensor {
    if tensor.can_mut() {
        return tensor;
    }
    let (client, length) = (tensor.client.clone(), tensor.shape().num_elements());
    let handle = client.empty(length * tensor.elem_size());
    let copy =
        DeviceTensor::new_contiguous(client.clone(), tensor.device.clone(), tensor.shape(), handle, tensor.dtype);
    copy::launch(&client, groups(&tensor, length), group(), argument(&tensor), argument(&copy));
    copy
}

/// Rows of a population that read one and the same batch need it only once.
pub(super) struct Rows {
    pub tensor: DeviceTensor,
    /// From a row to the next one.
    pub stride: usize,
}

impl Rows {
    /// `each` is how many numbers a row has.
    pub fn of(queued: Queued, each: usize) -> Self {
        let mut tensor = resolved(queued);
        let once = tensor.meta.strides().first() == Some(&0) || tensor.meta.shape().first() == Some(&1);
        if once {
            tensor.meta.shape[0] = 1;
        }
        Self { tensor: into_contiguous(tensor), stride: if once { 0 } else { each } }
    }
}
