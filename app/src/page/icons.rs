//! The page's icons: paths on a 20 by 20 grid, drawn in the colour of the text. They stand in the page's markup,
//! where they cost the wasm nothing.

use leptos::prelude::*;

/// An icon of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A triangle.
    Play,
    /// Two bars.
    Pause,
    /// Back to the start.
    Reset,
    /// A triangle before a bar.
    Epoch,
    /// A small triangle before a dot.
    Step,
    /// A die.
    Dice,
    /// A chain.
    Link,
    /// Onto a disk.
    Save,
    /// From a folder.
    Open,
    /// A sun.
    Light,
    /// A moon.
    Dark,
    /// Half and half.
    System,
    /// Three dots.
    More,
    /// A cross.
    Close,
    /// Arrows to two corners.
    Enlarge,
}

impl Icon {
    /// Its path in `app/index.html`.
    fn path(self) -> &'static str {
        match self {
            Self::Play => "#icon-play",
            Self::Pause => "#icon-pause",
            Self::Reset => "#icon-reset",
            Self::Epoch => "#icon-epoch",
            Self::Step => "#icon-step",
            Self::Dice => "#icon-dice",
            Self::Link => "#icon-link",
            Self::Save => "#icon-save",
            Self::Open => "#icon-open",
            Self::Light => "#icon-light",
            Self::Dark => "#icon-dark",
            Self::System => "#icon-system",
            Self::More => "#icon-more",
            Self::Close => "#icon-close",
            Self::Enlarge => "#icon-enlarge",
        }
    }

    /// The icon as a picture that readers pass over.
    pub fn view(self) -> impl IntoView {
        view! {
            <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
                <use href=self.path() fill="currentColor" fill-rule="evenodd"></use>
            </svg>
        }
    }
}
