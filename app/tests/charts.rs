//! The charts as SVG against golden files. After a change that is meant, `MTL_BLESS=1 cargo test
//! -p mtl-app --test charts` writes them anew; look at them in a browser before they are kept.

#[path = "charts/changes.rs"]
mod changes;
#[path = "charts/documents.rs"]
mod documents;
#[path = "charts/loss.rs"]
mod loss;
#[path = "charts/planes.rs"]
mod planes;
#[path = "charts/race.rs"]
mod race;

use mtl_app::charts::Theme;
use std::path::Path;

const SIZE: (u32, u32) = (440, 220);
const SCALE: u32 = 2;
const NAMES: [&str; 6] = ["A circle", "B stripes", "C slope", "D moons", "E waves", "F a long name here"];

type Points = Vec<(f64, f64)>;

fn theme(dark: bool) -> Theme {
    Theme { font: "sans-serif", ..Theme::new(dark, f64::from(SCALE)) }
}

/// Compares with `goldens/name.svg`, or writes it.
fn golden(name: &str, svg: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let file = folder.join(format!("{name}.svg"));
    if std::env::var_os("MTL_BLESS").is_some() {
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, svg));
        assert!(written.is_ok(), "{name}.svg: {written:?}");
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = kept.lines().zip(svg.lines()).position(|(a, b)| a != b);
    assert!(kept == svg, "{name}.svg differs, first in line {differs:?}; see the head of tests/charts.rs");
}
