//! The page's words, and how to read its pictures: what the '?' of each panel opens.
//!
//! They stand in `app/index.html`, where they cost the wasm nothing: a template with an element per
//! word, in the order in which a newcomer meets them, and one per picture, `read-` and its word.

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

/// Puts a word with its definition into an element; before it, if `picture`, how to read its picture.
pub fn explain(place: &Element, key: &str, picture: bool) -> Option<()> {
    place.set_text_content(None);
    if let Some(reading) = picture.then(|| template(&["read-", key].concat())).flatten() {
        place.append_child(&reading).ok()?;
    }
    let word: Element = word(&words()?, key)?.clone_node_with_deep(true).ok()?.unchecked_into();
    word.remove_attribute("id").ok()?;
    let list = document().create_element("dl").ok()?;
    list.append_child(&word).ok()?;
    place.append_child(&list).ok()?;
    Some(())
}

#[cfg(test)]
mod tests {
    use crate::page::panels::PANELS;
    use std::collections::HashSet;

    const PAGE: &str = include_str!("../../../index.html");

    /// The words of the panels, each once.
    fn terms() -> HashSet<&'static str> {
        PANELS.iter().map(|line| line.term).collect()
    }

    #[test]
    fn every_word_is_there_once_and_explained_in_one_to_three_sentences() {
        let mut keys = HashSet::new();
        for line in PAGE.lines().filter(|line| line.contains("class=\"term\"")) {
            let between = |start: &str, end: &str| line.split_once(start)?.1.split_once(end).map(|(text, _)| text);
            let key = between("id=\"word-", "\"").unwrap_or_default();
            let text = between("<dd>", "</dd>").unwrap_or_default();
            assert!(keys.insert(key) && between("<dt>", "</dt>").is_some_and(|name| !name.is_empty()), "{line}");
            let sentences = text.matches(". ").count() + 1;
            assert!(text.ends_with('.') && (1..=3).contains(&sentences), "{key}: {sentences}");
        }
        assert!(keys.contains("task") && keys.contains("seed"));
    }

    #[test]
    fn every_picture_says_in_a_few_sentences_how_to_read_it_and_what_its_colours_mean() {
        assert_eq!(PAGE.matches("<template id=\"read-").count(), terms().len());
        for key in terms() {
            let text = PAGE.split_once(&format!("<template id=\"read-{key}\">")).map_or("", |(_, text)| text);
            let items: Vec<&str> =
                text.split("</template>").next().unwrap_or("").lines().filter(|line| line.contains("<li>")).collect();
            assert!((3..=6).contains(&items.len()), "{key}: {}", items.len());
            for item in &items {
                let sentences = item.matches(". ").count() + 1;
                assert!(item.trim_end().ends_with(".</li>") && sentences <= 3, "{item}");
            }
            let text = items.concat().to_lowercase();
            assert!(text.contains("blue") && text.contains("orange"), "{key}: which colour means what");
        }
    }

    #[test]
    fn every_panel_goes_by_a_word_of_the_glossary() {
        for line in PANELS {
            assert!(PAGE.contains(&format!("id=\"word-{}\"", line.term)), "{}", line.key);
        }
    }
}
