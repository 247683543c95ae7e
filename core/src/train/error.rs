//! What can go wrong while training, with the remedy.

/// An engine failure; its text says what happened, [`TrainError::remedy`] what can be done.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The device gave no numbers back.
    #[error("The device gave no numbers back: {0}.")]
    Read(String),
    /// No device could be opened.
    #[error("{0}")]
    Device(String),
    /// A snapshot of another lesson.
    #[error("The saved state doesn't fit this lesson.")]
    Snapshot,
    /// The state of training could not be written down.
    #[error("The state of training could not be saved: {0}.")]
    Save(String),
}

impl TrainError {
    /// A read that failed: the first line of why, without where in the library that was.
    pub(super) fn read(error: impl std::fmt::Debug) -> Self {
        let whole = format!("{error:?}");
        let first = whole.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("the reason is not known");
        Self::Read(first.trim_end_matches('.').into())
    }

    /// What the user can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Read(_) => "Training goes on on the CPU from the last saved state.",
            Self::Device(_) => "The CPU engine does the same work.",
            Self::Snapshot => "Press reset to start the lesson again.",
            Self::Save(_) => "Training goes on; reload the page if it doesn't.",
        }
    }
}
