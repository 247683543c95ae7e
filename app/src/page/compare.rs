//! Where the comparison of architectures stands on the page.

use super::state::{Drawer, Page, Tab};
use leptos::prelude::*;

/// Shows the panel, wherever it stands.
pub fn show(page: Page) {
    page.tab.try_set(Tab::Compare);
    page.drawer.try_set(None::<Drawer>);
    request_animation_frame(|| {
        let Some(fold) = document().get_element_by_id("compare") else { return };
        let _ = fold.set_attribute("open", "");
        fold.scroll_into_view();
    });
}
