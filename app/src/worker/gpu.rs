//! Opening the GPU.

use super::Opened;
use mtl_core::train::tensors::Device;

/// Dispatches that are collected before they are submitted: few submissions, and a queue that a
/// slow GPU can still follow.
const TASKS: usize = 64;

/// Runs the module's constructors once.
///
/// CubeCL registers its operations through constructors. If nothing calls them by hand, the linker
/// takes the module for a command and runs all of them inside every exported call: 800 ms a step.
#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
pub fn construct() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    // SAFETY: the linker provides the function; it is called once, before anything else.
    unsafe { __wasm_call_ctors() }
}

/// Nothing to do: native programs run their constructors before `main`.
#[cfg(not(target_family = "wasm"))]
pub fn construct() {}

/// Opens the default adapter.
///
/// # Errors
///
/// A sentence on why there is none.
pub async fn open() -> Result<Opened, String> {
    let opened = Device::wgpu_options().tasks_max(TASKS).init_with_setup_async().await;
    let (device, setup) = opened.map_err(|error| format!("WebGPU can't be used here: {error}."))?;
    let info = setup.adapter.get_info();
    let name = [info.name, info.driver, format!("{:?}", info.device_type)].into_iter().find(|text| !text.is_empty());
    Ok((device, name.unwrap_or_else(|| "WebGPU".into())))
}
