//! Where a method or a measure comes from: its papers, and its place in the reference.

use leptos::prelude::*;
use mtl_core::config::Paper;

/// Papers as links, then the way to the reference at this address; each opens beside the page, which trains on.
pub fn sources(papers: &[Paper], address: String) -> AnyView {
    let paper = |paper: &Paper| {
        let Paper { authors, year, title, url } = *paper;
        view! { {authors} " " {year.to_string()} ": " <a href=url target="_blank" rel="noreferrer">{title}</a> ". " }
            .into_any()
    };
    let papers = papers.iter().map(paper).collect_view();
    view! { <span class="sources">{papers} <a href=address target="_blank" data-testid="reference">"Reference"</a></span> }
        .into_any()
}
