//! The engine on the CPU, in a dedicated module worker.

fn main() {
    let open = async { Ok((mtl_core::train::tensors::Device::flex(), "the processor".to_string())) };
    mtl_app::worker::start(mtl_core::protocol::Engine::Cpu, open);
}
