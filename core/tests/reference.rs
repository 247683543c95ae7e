//! The papers behind methods and measures, and the page of the site that lists everything.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use mtl_core::config::{Paper, PickEntry};
use mtl_core::lesson::reference;
use mtl_core::lesson::surveys::SURVEYS;
use mtl_core::measure::table::MEASURES;
use mtl_core::{balance, data, model, strategy};
use std::collections::{BTreeMap, HashSet};

/// Every table of methods with the keys that have no paper of their own.
fn tables() -> [(&'static [PickEntry], &'static [&'static str]); 4] {
    [
        (balance::balancers(), &["equal", "manual", "mean"]),
        (model::architectures(), &[]),
        (strategy::strategies(), &["joint"]),
        (data::sources(), &["plane", "groups"]),
    ]
}

/// Measures that are a plain count or mean, or that this project states itself.
const PLAIN: [&str; 12] = [
    "accuracy",
    "mse",
    "rmse",
    "mae",
    "r2",
    "steps-to-single",
    "average",
    "validation",
    "dominance",
    "alignment",
    "predicted-decrease",
    "combined-norm",
];

fn papers() -> Vec<Paper> {
    let methods = tables().into_iter().flat_map(|(table, _)| table.iter().flat_map(|entry| entry.papers));
    let measures = MEASURES.iter().flat_map(|measure| measure.papers);
    methods.chain(measures).copied().chain(SURVEYS.iter().map(|survey| survey.paper)).collect()
}

#[test]
fn every_method_names_its_papers_unless_it_has_none() {
    for (table, without) in tables() {
        for entry in table {
            let (key, has) = (entry.choice.key, !entry.papers.is_empty());
            assert_eq!(has, !without.contains(&key), "{key}");
        }
    }
    for measure in MEASURES {
        assert_eq!(measure.papers.is_empty(), PLAIN.contains(&measure.choice.key), "{}", measure.choice.key);
    }
}

#[test]
fn a_paper_has_authors_a_year_a_title_and_an_address_in_the_usual_form() {
    for Paper { authors, year, title, url } in papers() {
        assert!((1940..=2026).contains(&year), "{title}: {year}");
        assert!(title.len() > 8 && title.trim() == title && !title.ends_with('.'), "{title}");
        let names = authors.trim_end_matches(" et al.");
        let form = names.split(" & ").flat_map(|part| part.split(", ")).all(|name| {
            name.chars().next().is_some_and(char::is_uppercase) || name.starts_with("van ") || name.starts_with("de ")
        });
        assert!(form && !authors.contains(" and ") && authors.matches(',').count() <= 1, "{authors}");
        assert!(url.starts_with("https://") && !url.contains(char::is_whitespace), "{url}");
        if let Some(id) = url.strip_prefix("https://arxiv.org/abs/") {
            let digits = id.split_once('.').is_some_and(|(month, number)| {
                month.len() == 4
                    && (4..=5).contains(&number.len())
                    && (month.to_owned() + number).bytes().all(|b| b.is_ascii_digit())
            });
            assert!(digits, "{url}");
        }
    }
}

/// Two entries that cite one address cite one paper in one way.
#[test]
fn a_paper_is_cited_alike_everywhere() {
    let mut known = BTreeMap::new();
    for paper in papers() {
        let before = known.entry(paper.url).or_insert(paper);
        assert_eq!(*before, paper);
    }
}

/// With `MTL_BLESS=1` it is written instead of compared.
#[test]
fn the_sites_reference_lists_everything_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../public/reference.html");
    let expected = reference::html();
    if std::env::var_os("MTL_BLESS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "public/reference.html is out of date. MTL_BLESS=1 cargo test -p mtl-core --test reference"
    );
}

#[test]
fn every_entry_of_the_reference_has_an_address_of_its_own() {
    let text = reference::html();
    let ids: Vec<_> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let different: HashSet<_> = ids.iter().collect();
    assert_eq!(different.len(), ids.len());
    for entry in balance::balancers() {
        let anchor = reference::anchor("bal", entry.choice.key);
        let id = anchor.split_once('#').unwrap().1;
        assert!(ids.contains(&id), "{id}");
    }
    for measure in MEASURES {
        assert!(ids.contains(&format!("measure-{}", measure.choice.key).as_str()), "{}", measure.choice.key);
    }
}
