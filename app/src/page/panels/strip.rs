//! Rows that scroll sideways where they are too long.

use super::draw::observe_size;
use leptos::prelude::*;
use web_sys::Element;

/// Which ends of a row hide more of it, as style sheets read it, and a look again for when it was
/// pushed: `start`, `end`, `both`, or nothing. `holds` tracks what comes and goes in the row.
pub fn hidden_ends(
    row: impl Fn() -> Option<Element> + Copy + 'static,
    holds: impl Fn() + 'static,
) -> (RwSignal<&'static str>, impl Fn() + Copy + 'static) {
    let ends = RwSignal::new("");
    let look = move || {
        // The row may be gone by the next frame.
        let Some(old) = ends.try_get_untracked() else { return };
        let Some(row) = untrack(row) else { return };
        let hidden = row.scroll_width() - row.client_width();
        let new = ends_of(row.scroll_left(), hidden);
        if old != new {
            ends.set(new);
        }
    };
    let size = observe_size(row);
    Effect::new(move |_| {
        size.track();
        holds();
        // The row changes first.
        request_animation_frame(look);
    });
    (ends, look)
}

/// The ends of a row that hides so many pixels, so many of them at its start.
fn ends_of(before: i32, hidden: i32) -> &'static str {
    match (before > 1, hidden - before > 1) {
        (false, false) => "",
        (true, false) => "start",
        (false, true) => "end",
        (true, true) => "both",
    }
}

#[cfg(test)]
mod tests {
    use super::ends_of;

    #[test]
    fn a_row_hides_what_lies_beyond_its_ends() {
        let pairs = [((0, 0), ""), ((0, 40), "end"), ((40, 40), "start"), ((20, 40), "both"), ((39, 40), "start")];
        for ((before, hidden), ends) in pairs {
            assert_eq!(ends_of(before, hidden), ends);
        }
    }
}
