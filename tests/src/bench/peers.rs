//! The other engines: one page for all of them, see `tests/bench/peer.js`.

use crate::loops;
use crate::race::Sample;
use anyhow::{Context, Result, ensure};
use mtl_tests::{Browser, PATIENCE, eventually_true};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use xtask::static_site::{Server, mime_of, serve};

/// The files that the pages request, in the folder of the packages.
const FILES: [&str; 7] = [
    "@tensorflow/tfjs/dist/tf.min.js",
    "@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm",
    "@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js",
    "@jax-js/jax/dist",
];

/// A server of the peers' pages, their packages and the hand-written loops.
pub struct Peers {
    server: Server,
}

impl Peers {
    pub fn serve() -> Result<Self> {
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench");
        let mut server = serve(&pages, "/", 0)?;
        let packages = packages()?;
        for file in FILES {
            let path = packages.join(file);
            if path.is_dir() {
                for entry in std::fs::read_dir(&path)? {
                    let name = entry?.file_name().to_string_lossy().into_owned();
                    if name.ends_with(".js") {
                        server = add(server, &packages, &format!("{file}/{name}"))?;
                    }
                }
            } else {
                server = add(server, &packages, file)?;
            }
        }
        let server = server.with_override("loops.wasm", loops::compile()?, "application/wasm");
        Ok(Self { server })
    }

    /// Opens one engine in the tab in front: its steps are checked and it is warm afterwards.
    pub fn open(&self, browser: &Browser, engine: &Engine, members: usize, setup: &Setup) -> Result<Peer> {
        let variant = engine.variant.map_or_else(String::new, |name| format!("&variant={name}"));
        let root = self.server.url();
        let root = root.trim_end_matches('/');
        browser.goto(&format!("{root}/peer.html?peer={}&members={members}{variant}", engine.peer))?;
        eventually_true(PATIENCE, "the peer's page", || browser.truth("return 'bench' in window", vec![]))?;
        let arguments = vec![json!(setup.warm_up.as_millis() as u64), json!(setup.checked)];
        let answer = browser.execute_async("return bench.ready(...arguments)", arguments)?;
        let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
        Ok(Peer { first: number(&answer["first"]), checked: number(&answer["checked"]) })
    }

    /// Measures the engine in the tab in front.
    pub fn measure(browser: &Browser, window: Duration) -> Result<Sample> {
        let arguments = vec![json!(window.as_millis() as u64)];
        let answer = browser.execute_async("return bench.measure(...arguments)", arguments)?;
        let number = |value: &Value| value.as_f64();
        let rate = number(&answer["rate"]).context("the peer's page tells no rate")?;
        let loss = number(&answer["loss"]);
        let counts = &answer["counts"];
        let gpu = number(&counts["dispatches"]).filter(|count| *count > 0.0);
        Ok(Sample {
            rate,
            loss,
            shown: None,
            dispatches: gpu,
            submits: gpu.and_then(|_| number(&counts["submits"])),
            readbacks: gpu.and_then(|_| number(&counts["readbacks"])),
        })
    }
}

fn add(server: Server, packages: &Path, file: &str) -> Result<Server> {
    let path = packages.join(file);
    let bytes = std::fs::read(&path).with_context(|| format!("read the peer's {}", path.display()))?;
    Ok(server.with_override(&format!("npm/node_modules/{file}"), bytes, mime_of(file)))
}

/// The `node_modules` that `cargo xtask bench` has filled.
fn packages() -> Result<PathBuf> {
    let folder = std::env::var_os("MTL_NPM")
        .context("MTL_NPM names no folder of packages: start this by `cargo xtask bench`")?;
    let folder = PathBuf::from(folder).join("node_modules");
    ensure!(folder.is_dir(), "{} is missing: start this by `cargo xtask bench`", folder.display());
    Ok(folder)
}

/// One engine in one form.
pub struct Engine {
    pub id: &'static str,
    pub label: &'static str,
    peer: &'static str,
    variant: Option<&'static str>,
    /// Whether it takes the same steps as the others, so that its losses are theirs.
    pub alike: bool,
}

const fn engine(id: &'static str, label: &'static str, peer: &'static str, variant: Option<&'static str>) -> Engine {
    Engine { id, label, peer, variant, alike: true }
}

/// Every library twice: as its documentation writes a training loop, with the parameters in one
/// tensor per layer and the library's optimiser, and in the fastest form that was found, with one
/// flat vector of parameters for the optimiser.
pub const CPU: [Engine; 7] = [
    engine("loops-tuned", "hand-written loops, tuned", "loops-tuned", None),
    engine("loops-plain", "hand-written loops, plain", "loops-plain", None),
    engine("tfjs-flat", "TensorFlow.js wasm, flat Adam", "tfjs-wasm", Some("flat")),
    engine("tfjs-own", "TensorFlow.js wasm, tf.train.adam", "tfjs-wasm", Some("adam")),
    engine("jax-flat", "jax-js jit wasm, flat Adam", "jax-wasm", Some("flat")),
    engine("jax-tree", "jax-js jit wasm, Adam per tensor", "jax-wasm", Some("tree")),
    // Plain gradient steps.
    Engine { alike: false, ..engine("nodes", "units as objects (TensorFlow Playground)", "nodes", None) },
];

/// The loops for one wide model.
pub const WIDE: Engine = engine("loops-wide", "hand-written loops, tuned", "loops-wide", None);

pub const GPU: [Engine; 4] = [
    engine("tfjs-flat", "TensorFlow.js webgpu, flat Adam", "tfjs-webgpu", Some("flat")),
    engine("tfjs-own", "TensorFlow.js webgpu, tf.train.adam", "tfjs-webgpu", Some("adam")),
    engine("jax-flat", "jax-js jit webgpu, flat Adam", "jax-webgpu", Some("flat")),
    engine("jax-tree", "jax-js jit webgpu, Adam per tensor", "jax-webgpu", Some("tree")),
];

/// How a peer is made ready.
pub struct Setup {
    pub warm_up: Duration,
    /// Steps after which the loss is compared with the other engines'.
    pub checked: u32,
}

/// What a peer's page says of itself: all start from the same weights on the same rows, so these
/// losses agree between engines that compute the same thing.
pub struct Peer {
    pub first: f64,
    pub checked: f64,
}
