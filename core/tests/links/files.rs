//! The lesson as a file.

use mtl_core::config::Config;
use mtl_core::lesson::{check, entries, file, link};

#[test]
fn a_file_may_have_numbers_switches_and_lists() {
    let decoded = file::decode(r#"{"p": "rivals", "lr": 0.05, "baselines": false, "trunk": [8, "4-relu"], "s": 7}"#);
    assert_eq!(decoded.notices, []);
    assert_eq!(link::encode(&decoded.lesson, &[]), "v=2&p=rivals&s=7&trunk=8,4-relu&lr=0.05&baselines=off");
}

#[test]
fn what_is_wrong_in_a_file_is_named() {
    let named = |text: &str| file::decode(text).notices.into_iter().map(|notice| notice.key).collect::<Vec<_>>();
    assert_eq!(named(r#"{"lr": null, "trunk": {"a": 1}, "what": [1, 2]}"#), ["lr", "trunk", "what"]);
    assert_eq!(named(r#"{"lr": 0.1, "lr": 0.2}"#), ["lr"]);
    assert_eq!(file::decode(r#"{"lr": 0.1, "lr": 0.2}"#).lesson.training.learning_rate, 0.1);
    for text in [
        "",
        "[]",
        "7",
        "{",
        r#"{"lr": 1e999}"#,
        r#"{"lr": 1} {}"#,
        &"[".repeat(100_000),
        &" ".repeat(file::MAX_BYTES + 1),
    ] {
        assert_eq!(named(text), ["file"]);
        assert_eq!(*file::decode(text).lesson, Config::default());
    }
}

#[test]
fn a_file_has_every_setting_in_the_order_of_the_link() {
    let (lesson, _) = check(Config::default());
    let text = file::encode(&lesson, &[]);
    let places: Vec<_> =
        entries(&lesson).iter().map(|entry| text.find(&format!("\"{}\": ", entry.key)).unwrap()).collect();
    assert!(places.is_sorted());
    assert!(text.starts_with("{\n  \"v\": \"2\",\n  \"p\": \"twins\",\n  \"tasks\": \"2\","));
}

/// A lesson that differs from its preset, as a file.
fn saved() -> String {
    file::encode(&link::decode("p=rivals&lr=0.02&trunk=8,8").lesson, &[])
}

#[test]
fn a_file_opens_whichever_editor_saved_it() {
    let text = saved().replace('\n', "\r\n");
    let marked = format!("\u{feff}{text}");
    let wide = |bytes: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    for bytes in [marked.clone().into_bytes(), text.into_bytes(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
        let decoded = file::open(&bytes).unwrap();
        assert_eq!(decoded.notices, []);
        assert_eq!(link::encode(&decoded.lesson, &[]), "v=2&p=rivals&trunk=8,8&lr=0.02");
    }
    assert_eq!(file::decode(&marked).notices, []);
}

#[test]
fn what_is_no_lesson_is_told_in_a_sentence() {
    let text = saved();
    let too_large = format!("{text}{}", " ".repeat(file::MAX_BYTES + 1 - text.len()));
    for (text, words) in [
        ("{\n  // the rate\n  \"lr\": 0.1\n}", "line 2 is none of JSON, where comments are not allowed"),
        ("{\n  \"lr\": 0.1, /* high */\n}", "where comments are not allowed"),
        ("{\"lr\": NaN}", "where NaN and Infinity are no numbers"),
        ("epoch,loss\n1,0.5\n", "it begins like a table: 'epoch,loss'"),
        ("[1, 2]", "it begins otherwise: '[1, 2]'"),
        ("", "it is empty"),
        ("{\"lr\": 0.1,}", "line 1 is none of JSON"),
        (&too_large, "larger than 1 MB (1 000 000 bytes)"),
    ] {
        let problem = file::open(text.as_bytes()).unwrap_err();
        assert!(problem.contains(words) && problem.ends_with('.'), "{words}: {problem}");
        assert!(problem.chars().count() < 250, "{problem}");
    }
}
