//! Where a method comes from.

/// A paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Up to three by name, else the first and 'et al.'.
    pub authors: &'static str,
    /// Of the version that is cited.
    pub year: u16,
    /// As published.
    pub title: &'static str,
    /// arXiv, DOI, or the publisher's page.
    pub url: &'static str,
}

impl Paper {
    /// A paper by its authors, year, title and address.
    pub const fn new(authors: &'static str, year: u16, title: &'static str, url: &'static str) -> Self {
        Self { authors, year, title, url }
    }

    /// Authors, year and title, the title leading to the paper.
    pub fn markdown(&self) -> String {
        format!("{} {}, [{}]({})", self.authors, self.year, self.title, self.url)
    }
}
