//! Device pixels per CSS pixel, kept current: a window may move to another monitor and keep its size.

use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{AddEventListenerOptions, MediaQueryList};

thread_local! {
    static RATIO: ArcRwSignal<f64> = {
        watch();
        ArcRwSignal::new(now())
    };
    /// A query without an owner hears of nothing.
    static QUERY: RefCell<Option<MediaQueryList>> = const { RefCell::new(None) };
}

/// Device pixels per CSS pixel, as they are when something is drawn.
pub fn pixel_ratio() -> f64 {
    RATIO.with(|ratio| ratio.get_untracked())
}

/// Whoever draws by [`pixel_ratio`] draws again when it changes.
pub fn track_pixel_ratio() {
    RATIO.with(|ratio| ratio.track());
}

fn exactly() -> f64 {
    web_sys::window().map_or(1.0, |window| window.device_pixel_ratio())
}

fn now() -> f64 {
    let ratio = exactly();
    if ratio.is_finite() { ratio.clamp(0.5, 4.0) } else { 1.0 }
}

/// Waits for another ratio than this one: a query holds for one of them, and is asked anew for the next.
fn watch() {
    let query = format!("(resolution: {}dppx)", exactly());
    let Some(list) = web_sys::window().and_then(|window| window.match_media(&query).ok()).flatten() else { return };
    let changed = Closure::once_into_js(|| {
        watch();
        RATIO.with(|ratio| ratio.set(now()));
    });
    let once = AddEventListenerOptions::new();
    once.set_once(true);
    let _ =
        list.add_event_listener_with_callback_and_add_event_listener_options("change", changed.unchecked_ref(), &once);
    QUERY.with_borrow_mut(|kept| *kept = Some(list));
}
