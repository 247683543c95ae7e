//! Saving a chart: with a title, the lesson's name and the seed, as it is on the screen otherwise.

use super::backend::CanvasBackend;
use super::canvas::AnyChart;
use crate::charts::any_backend::AnyBackend;
use crate::charts::svg::to_svg;
use crate::charts::{Caption, Theme};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::Config;
use mtl_core::lesson::{Lesson, check, lessons};
use plotters::drawing::IntoDrawingArea;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

/// A saved picture has that many pixels to one of CSS.
const PNG: f64 = 3.0;

/// Drawing units of a document to one pixel of CSS: plotters draws on whole units.
const SVG: u32 = 4;

/// The lesson's name and its seed, so that the saved picture says what it shows. How fast it was shown, and
/// the seed, make no other lesson of it.
fn run_of(lesson: &Lesson) -> String {
    let preset = lessons::find(&lesson.preset);
    let differs = preset.is_some_and(|preset| {
        let plain = check(preset.config()).0;
        Config { seed: plain.seed, ..lesson.unpaced() } != plain.unpaced()
    });
    let name = preset.map_or("own lesson", |preset| preset.name);
    format!("{name}{}, seed {}", if differs { ", changed" } else { "" }, lesson.seed)
}

fn caption(page: Page, chart: &dyn AnyChart) -> Caption {
    let run = page.lesson.with_untracked(run_of);
    Caption { title: chart.title().into(), run, marks: untrack(|| chart.marks()) }
}

/// The size of a saved picture in CSS pixels: that of the chart, with room for its caption.
fn size(caption: &Caption, (width, height): (f64, f64)) -> (u32, u32) {
    let width = width.max(320.0) as u32;
    (width, height.max(160.0) as u32 + caption.height(width))
}

/// Saves a chart of a size in CSS pixels as an SVG document.
pub fn save_svg(page: Page, chart: &dyn AnyChart, shown: (f64, f64)) {
    let caption = caption(page, chart);
    let theme = Theme::new(page.dark.get_untracked(), f64::from(SVG));
    let document = to_svg(size(&caption, shown), SVG, &untrack(|| chart.label()), |area| {
        caption.draw(area, theme, |area| chart.draw(area, theme))
    });
    let parts = js_sys::Array::of1(&JsValue::from_str(&document));
    let bag = BlobPropertyBag::new();
    bag.set_type("image/svg+xml");
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &bag) {
        let _ = save_blob(&format!("{}.svg", chart.name()), &blob);
    }
}

/// Saves a chart of a size in CSS pixels as a picture, three times as large.
pub fn save_png(page: Page, chart: &dyn AnyChart, shown: (f64, f64)) {
    let Some(canvas) = super::scratch() else { return };
    let caption = caption(page, chart);
    let theme = Theme::new(page.dark.get_untracked(), PNG);
    let (width, height) = size(&caption, shown);
    super::fit(&canvas, (width * PNG as u32, height * PNG as u32));
    let Some(backend) = CanvasBackend::new(HtmlCanvasElement::clone(&canvas)) else { return };
    let area = AnyBackend::new(backend, 1.0).into_drawing_area();
    let _ = caption.draw(&area, theme, |area| chart.draw(area, theme));
    let name = format!("{}.png", chart.name());
    let save = Closure::once_into_js(move |blob: JsValue| {
        if let Ok(blob) = blob.dyn_into::<Blob>() {
            let _ = save_blob(&name, &blob);
        }
    });
    let _ = canvas.to_blob(save.unchecked_ref());
}

fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has its own reference to what it is about to save.
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&url);
        },
        std::time::Duration::from_secs(10),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_names_its_lesson_and_its_seed() {
        let lesson = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            check(config).0
        };
        assert_eq!(run_of(&lesson(|_| {})), "1 Twins: a task helps another, seed 42");
        assert_eq!(run_of(&lesson(|config| config.seed = 7)), "1 Twins: a task helps another, seed 7");
        assert_eq!(run_of(&lesson(|config| config.pacing.story = 0)), "1 Twins: a task helps another, seed 42");
        let changed = lesson(|config| config.training.learning_rate = 0.1);
        assert_eq!(run_of(&changed), "1 Twins: a task helps another, changed, seed 42");
        let caption = Caption::default();
        assert_eq!(size(&caption, (756.4, 100.0)), (756, 160 + caption.height(756)));
    }
}
