//! Links that mail, chat and HTML have damaged, and numbers as users write them.

use super::any;
use mtl_core::config::Config;
use mtl_core::lesson::{check, file, link};
use proptest::prelude::*;

/// The canonical link of a text that is read without a notice.
#[track_caller]
fn quietly(text: &str) -> String {
    let decoded = link::decode(text);
    assert_eq!(decoded.notices, [], "{text}");
    assert_eq!(decoded.unknown, [], "{text}");
    link::encode(&decoded.lesson, &[])
}

#[test]
fn what_was_certainly_meant_is_read_without_a_word() {
    const RIVALS: &str = "v=2&p=rivals&trunk=8,8&lr=0.02";
    for text in [
        "#v=2&p=rivals&trunk=8%2C8&lr=0.02",
        "#v%3D2%26p%3Drivals%26trunk%3D8%2C8%26lr%3D0.02",
        "#v%253D2%2526p%253Drivals%2526trunk%253D8%252C8%2526lr%253D0.02",
        "#%23v%3D2%26p%3Drivals%26trunk%3D8%252C8%26lr%3D0.02",
        "#v=2&amp;p=rivals&amp;trunk=8,8&amp;lr=0.02",
        "#v=2&#38;p=rivals&#38;trunk=8,8&#38;lr=0.02",
        "#v=3D2&p=3Drivals&trunk=3D8,8&lr=3D0.02",
        "#v=2&p=rivals%26trunk%3D8%2C8%26lr%3D0.02",
        "\u{feff}#v=2&p=rivals&trunk=8,8&lr=0.02",
        "##v=2&p=rivals&trunk=8,8&lr=0.02",
        "#v=2&p=rivals&trunk=8,8&lr=0,02",
    ] {
        assert_eq!(quietly(text), RIVALS, "{text}");
    }
    for tail in
        [".", ")", "%3E", "%20", "]", ",", "'", "%22", ").", "%22%3E", "%E2%80%9D.", "&gt;", "&quot;&gt;", "*", "/"]
    {
        assert_eq!(quietly(&format!("{RIVALS}{tail}")), RIVALS, "{tail}");
    }
}

#[test]
fn the_end_is_taken_off_whatever_stands_last() {
    for link in [
        "v=2&p=rivals",
        "v=2&p=twins&tasks=3",
        "v=2&p=rivals&trunk=8,8",
        "v=2&p=rivals&trunk=16-relu-d0.1-n",
        "v=2&p=rivals&bal=mgda&bal.norm=loss%2B",
        "v=2&p=twins&batch=full",
        "v=2&p=twins&baselines=off",
        "v=2&p=rivals&t1.rel=-0.5",
    ] {
        for tail in [".", ")", ",", "%3E", "%20"] {
            assert_eq!(quietly(&format!("{link}{tail}")), link, "{tail}");
        }
    }
}

#[test]
fn what_only_looks_like_damage_in_a_file_stays_out_of_links() {
    for file in [r#"{"p": "twins", "amp;lr": "1"}"#, r#"{"p": "twins", "t5.scale": "a&lr=1"}"#] {
        let decoded = file::decode(file);
        assert_eq!((decoded.unknown.len(), decoded.notices.len()), (0, 1), "{file}");
        assert!(decoded.notices[0].sentence.contains("dropped"), "{:?}", decoded.notices);
    }
}

#[test]
fn what_may_be_meant_otherwise_makes_a_notice() {
    let told = |text: &str| link::decode(text).notices;
    // Where the lesson is not known, the end says nothing.
    assert_eq!(told("p=nowhere)").len(), 1);
    let cut = told("v=2&p=rivals&lr=0.02\u{2026}");
    assert!(cut.len() == 1 && cut[0].key == "link" && cut[0].sentence.contains("damaged"), "{cut:?}");
    for (text, link) in [
        ("v=2&p=rivals&lr=\u{2026}", "v=2&p=rivals"),
        ("v=2&p=rivals&t0.lab\u{2026}", "v=2&p=rivals"),
        ("v=2&p=rivals&s=7&t0...", "v=2&p=rivals&s=7"),
        ("v=2&p=rivals&trunk=16-", "v=2&p=rivals&trunk=16"),
        ("v=2&p=rivals&trunk=8,16-relu\u{2026}", "v=2&p=rivals&trunk=8,16-relu"),
    ] {
        let decoded = link::decode(text);
        assert!(decoded.notices.iter().any(|notice| notice.key == "link"), "{text}: {:?}", decoded.notices);
        assert_eq!(link::encode(&decoded.lesson, &decoded.unknown), link, "{text}");
    }
    // An unknown setting may end as it likes, and is read again as it was.
    let decoded = link::decode("v=2&p=rivals&later=a)");
    assert_eq!(decoded.unknown, [("later".to_string(), "a)".to_string())]);
}

#[test]
fn what_says_nothing_is_called_damaged_and_dropped() {
    for text in ["#rivals", "#Some-heading", "#a&b&c", "#%25%25"] {
        let decoded = link::decode(text);
        let named: Vec<_> = decoded.notices.iter().map(|notice| notice.key.as_str()).collect();
        assert_eq!(named, ["link"], "{text}");
        assert!(decoded.notices[0].sentence.contains("looks damaged"), "{text}");
        assert_eq!(*decoded.lesson, Config::default());
        assert_eq!(decoded.unknown, [], "{text}");
    }
}

#[test]
fn a_link_of_others_is_called_damaged() {
    for text in ["utm_source=mail&utm_medium=x&lr=0.1", "fbclid=abc", "p=rivls&x=1&y=2"] {
        let decoded = link::decode(text);
        let link: Vec<_> = decoded.notices.iter().filter(|notice| notice.key == "link").collect();
        assert!(link.len() == 1 && link[0].sentence.contains("looks damaged"), "{text}: {:?}", decoded.notices);
    }
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (text, link) in [
        ("lr=0,05", "v=2&p=twins&lr=0.05"),
        ("lr=,05", "v=2&p=twins&lr=0.05"),
        ("lr=5e%E2%88%922", "v=2&p=twins&lr=0.05"),
        ("t1.rel=%E2%88%920.5", "v=2&p=twins&t1.rel=-0.5"),
        ("t1.rel=%E2%80%910,5", "v=2&p=twins&t1.rel=-0.5"),
        ("t1.decay=0,1&t1.drop=Inherit", "v=2&p=twins&t1.decay=0.1"),
        ("s=7,0&batch=Full", "v=2&p=twins&s=7&batch=full"),
        ("bal=uncertainty&bal.lr=0,1", "v=2&p=twins&bal=uncertainty&bal.lr=0.1"),
        ("trunk=16,8%E2%80%91relu%E2%80%91d0.1", "v=2&p=twins&trunk=16,8-relu-d0.1"),
        ("arch=low%E2%80%91rank&s=8", "v=2&p=twins&s=8&arch=low-rank"),
    ] {
        assert_eq!(quietly(text), link);
    }
    let decoded = file::decode(r#"{"p": "twins", "lr": "0,05", "t1.rel": "\u22120,5", "trunk": ["8", "4-relu"]}"#);
    assert_eq!(decoded.notices, []);
    assert_eq!(link::encode(&decoded.lesson, &[]), "v=2&p=twins&trunk=8,4-relu&lr=0.05&t1.rel=-0.5");
}

/// What a mail program or a page may do to a link that it takes along.
fn travelled(link: &str, how: u8) -> String {
    let whole = |text: &str| text.replace('%', "%25").replace('&', "%26").replace('=', "%3D").replace(',', "%2C");
    match how {
        0 => whole(link),
        1 => whole(&whole(link)),
        2 => link.replace('&', "&amp;"),
        3 => link.replace('=', "=3D"),
        4 => format!("{link})."),
        5 => format!("{link}%20"),
        6 => format!("#{link}&gt;"),
        _ => format!("{}%22%3E", link.replace('&', "&amp;")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_lesson_survives_its_travel(seed: u32, how in 0..8_u8) {
        let (lesson, _) = check(any::unchecked(seed));
        let text = travelled(&link::encode(&lesson, &[]), how);
        let decoded = link::decode(&text);
        prop_assert_eq!(&decoded.lesson, &lesson, "{}", text);
        prop_assert_eq!(decoded.notices, vec![], "{}", text);
    }
}
