//! The page's words: what the '?' of each panel opens.
//!
//! They stand in `app/index.html` as a template with an element per word, in the order in which a
//! newcomer meets them: there they cost the wasm nothing.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DocumentFragment, Element, HtmlTemplateElement, Node};

fn content(id: &str) -> Option<DocumentFragment> {
    Some(document().get_element_by_id(id)?.dyn_into::<HtmlTemplateElement>().ok()?.content())
}

/// A copy of a template of `app/index.html`.
pub fn template(id: &str) -> Option<Node> {
    content(id)?.clone_node_with_deep(true).ok()
}

fn words() -> Option<DocumentFragment> {
    content("glossary")
}

fn word(words: &DocumentFragment, key: &str) -> Option<Element> {
    words.get_element_by_id(&["word-", key].concat())
}

/// The word of a key, as the page writes it.
pub fn name(key: &str) -> Option<String> {
    word(&words()?, key)?.first_element_child()?.text_content()
}

/// Puts every word with its definition into an element; the one that is asked for comes first.
pub fn fill(place: &Element, asked: Option<&str>) -> Option<()> {
    let copy: DocumentFragment = template("glossary")?.unchecked_into();
    if let Some(word) = asked.and_then(|key| word(&copy, key)) {
        word.set_class_name("term asked");
        let list = word.parent_node()?;
        list.insert_before(&word, list.first_child().as_ref()).ok()?;
    }
    place.append_child(&copy).ok()?;
    Some(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn every_word_is_there_once_and_explained_in_one_to_three_sentences() {
        let mut keys = HashSet::new();
        for line in include_str!("../../../index.html").lines().filter(|line| line.contains("class=\"term\"")) {
            let between = |start: &str, end: &str| line.split_once(start)?.1.split_once(end).map(|(text, _)| text);
            let key = between("id=\"word-", "\"").unwrap_or_default();
            let text = between("<dd>", "</dd>").unwrap_or_default();
            assert!(keys.insert(key) && between("<dt>", "</dt>").is_some_and(|name| !name.is_empty()), "{line}");
            let sentences = text.matches(". ").count() + 1;
            assert!(text.ends_with('.') && (1..=3).contains(&sentences), "{key}: {sentences}");
        }
        assert!(keys.contains("task") && keys.contains("seed"));
    }
}
