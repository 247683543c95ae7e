//! Settings that this version doesn't know.

use mtl_core::lesson::{check, file, link};

#[test]
fn unknown_settings_survive_a_round_trip_and_are_named() {
    let decoded = link::decode("p=twins&futur%65=a%20b%26c=d&lang=de&novalue");
    let expected = [("future", "a b&c=d"), ("lang", "de"), ("novalue", "")];
    let expected: Vec<_> = expected.iter().map(|(key, text)| (key.to_string(), text.to_string())).collect();
    assert_eq!(decoded.unknown, expected);
    let named: Vec<_> = decoded.notices.iter().map(|notice| notice.key.as_str()).collect();
    assert_eq!(named, ["future", "lang", "novalue"]);
    let text = link::encode(&decoded.lesson, &decoded.unknown);
    assert_eq!(text, "v=2&p=twins&future=a%20b%26c%3Dd&lang=de&novalue=");
    let back = file::decode(&file::encode(&decoded.lesson, &decoded.unknown));
    assert_eq!((back.unknown, back.lesson), (decoded.unknown, decoded.lesson));
}

#[test]
fn an_unknown_setting_that_becomes_known_is_not_written_twice() {
    let decoded = link::decode("p=twins&t2.scale=50&bal.lr=0.5&v=9");
    assert_eq!(decoded.unknown.len(), 2);
    let mut config = decoded.lesson.into_config();
    config.tasks.push(config.tasks[0].clone());
    config.balancer.method = "uncertainty".into();
    let (lesson, _) = check(config);
    let text = link::encode(&lesson, &decoded.unknown);
    let back = link::decode(&text);
    assert_eq!((back.lesson, back.notices), (lesson, vec![]), "{text}");
}

#[test]
fn too_many_unknown_settings_are_dropped_and_the_known_ones_are_named_first() {
    let many: String = (0..500).map(|k| format!("x{k}=1&")).collect();
    let decoded = link::decode(&format!("p=twins&lr=x&{many}"));
    assert_eq!(decoded.unknown.len(), 20);
    assert_eq!(decoded.notices.len(), 51);
    let named: Vec<_> = decoded.notices.iter().take(3).map(|notice| notice.key.as_str()).collect();
    assert_eq!(named, ["link", "lr", "x0"]);
    assert_eq!(decoded.notices[50].sentence, "350 more settings were not as they should be.");
}
