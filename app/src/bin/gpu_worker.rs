//! The engine on WebGPU, in a dedicated module worker.

fn main() {
    mtl_app::worker::gpu::construct();
    mtl_app::worker::start(mtl_core::protocol::Engine::Gpu, mtl_app::worker::gpu::open());
}
