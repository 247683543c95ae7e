//! Device pixels per CSS pixel, kept current: a window may move to another monitor and keep its size.
//!
//! It is read twice a second. A media query would tell at once, but not where the ratio is emulated,
//! and what can't be tested can't be relied on.

use leptos::prelude::*;
use std::time::Duration;

/// The time between two readings of the ratio.
const READ: Duration = Duration::from_millis(500);

thread_local! {
    static RATIO: ArcRwSignal<f64> = {
        watch();
        ArcRwSignal::new(now())
    };
}

/// Device pixels per CSS pixel, as they are when something is drawn.
pub fn pixel_ratio() -> f64 {
    RATIO.with(|ratio| ratio.get_untracked())
}

/// An effect that draws by [`pixel_ratio`] and calls this draws again when it changes.
pub fn track_pixel_ratio() {
    RATIO.with(|ratio| ratio.track());
}

fn now() -> f64 {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
    if ratio.is_finite() { ratio.clamp(0.5, 4.0) } else { 1.0 }
}

fn watch() {
    let read = || RATIO.with(|ratio| ratio.maybe_update(|old| std::mem::replace(old, now()) != now()));
    set_interval(read, READ);
}
