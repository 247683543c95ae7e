//! The three wasm binaries of the site.

use std::path::PathBuf;

use anyhow::Result;

use crate::{process, tools::WASM_TARGET, workspace::Workspace};

/// One binary of `mtl-app`, and how it is built. `app/index.html` says the same to whoever has Trunk.
#[derive(Clone, Copy, Debug)]
pub struct Binary {
    /// Its name: `NAME.js` and `NAME_bg.wasm` in the site.
    pub name: &'static str,
    /// The cargo feature that it needs.
    pub feature: &'static str,
    /// The cargo profile that it is built with.
    pub profile: &'static str,
}

/// The page and its two workers. The last one takes as long as all before it, and the page is whole without
/// it: see [`super::build_and_open`].
pub const ALL: [Binary; 3] = [
    Binary { name: "page", feature: "page", profile: "page" },
    Binary { name: "cpu_worker", feature: "cpu", profile: "cpu-worker" },
    Binary { name: "gpu_worker", feature: "gpu", profile: "gpu-worker" },
];

impl Binary {
    /// Its wasm file in the site.
    #[must_use]
    pub fn wasm(&self) -> String {
        format!("{}_bg.wasm", self.name)
    }

    /// Where cargo puts it.
    #[must_use]
    pub fn compiled(&self, workspace: &Workspace) -> PathBuf {
        let folder = workspace.cache().target().join(WASM_TARGET).join(self.profile);
        folder.join(format!("{}.wasm", self.name))
    }

    /// Compiles it, alone: more than one at a time would cost gigabytes of memory.
    pub fn compile(&self, workspace: &Workspace) -> Result<()> {
        process::run(
            workspace.cargo(&["build", "--profile", self.profile]).args(selection(&[*self])),
            "read the compiler's message above; where memory ran out, set CARGO_BUILD_JOBS=1",
        )
    }
}

/// The arguments that select binaries, their package and their features.
#[must_use]
pub fn selection(binaries: &[Binary]) -> Vec<&'static str> {
    let package = ["--manifest-path", "app/Cargo.toml", "--target", WASM_TARGET, "--no-default-features"];
    let each = |binary: &Binary| ["--bin", binary.name, "--features", binary.feature];
    package.into_iter().chain(binaries.iter().flat_map(each)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_trunk_the_same() {
        let html = include_str!("../../../app/index.html");
        for binary in ALL {
            let wanted = [
                format!("data-bin=\"{}\"", binary.name),
                format!("data-cargo-features=\"{}\"", binary.feature),
                format!("data-cargo-profile=\"{}\"", binary.profile),
                "data-cargo-no-default-features".to_owned(),
                "data-wasm-opt=\"0\"".to_owned(),
            ];
            let agrees = html.split("<link").any(|link| wanted.iter().all(|attribute| link.contains(attribute)));
            assert!(agrees, "app/index.html has no link with {wanted:?}");
        }
    }
}
