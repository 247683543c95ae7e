//! The rooms of the crate stand one on another: what a room uses lies below it.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up. `lib.rs` draws the same list.
const ROOMS: [&str; 13] = [
    "config",
    "random",
    "math",
    "kernel",
    "model",
    "strategy",
    "balance",
    "landscape",
    "data",
    "measure",
    "lesson",
    "protocol",
    "train",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(of: &Path) -> Vec<PathBuf> {
    if of.is_file() {
        return vec![of.to_path_buf()];
    }
    let entries = fs::read_dir(of).into_iter().flatten().flatten();
    entries.flat_map(|entry| files(&entry.path())).filter(|file| file.extension().is_some_and(|e| e == "rs")).collect()
}

/// The files of a room: a folder of that name, or one file.
fn of_room(room: &str) -> Vec<PathBuf> {
    let (folder, file) = (source().join(room), source().join(room).with_extension("rs"));
    let found: Vec<_> = [folder, file].iter().filter(|path| path.exists()).flat_map(|path| files(path)).collect();
    assert!(!found.is_empty(), "there is no room '{room}'");
    found
}

/// The rooms that a text names after `crate::`, also in a list; what is said in comments doesn't count.
fn used(text: &str) -> Vec<String> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned() + "\n").collect();
    let mut rooms = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let word =
            |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            None => rooms.push(word(rest)),
            Some(list) => {
                let mut depth = 0;
                let mut item = String::new();
                for c in list.chars() {
                    match c {
                        '}' if depth == 0 => break,
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => rooms.push(word(&std::mem::take(&mut item))),
                        _ if depth == 0 => item.push(c),
                        _ => {}
                    }
                }
                rooms.push(word(&item));
            }
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

#[test]
fn no_room_uses_one_above_it() {
    let place = |room: &str| ROOMS.iter().position(|other| *other == room);
    let mut upwards = Vec::new();
    for (here, room) in ROOMS.iter().enumerate() {
        for file in of_room(room) {
            let text = fs::read_to_string(&file).unwrap();
            for other in used(&text) {
                let there = place(&other);
                if there.is_none_or(|there| there > here) {
                    upwards.push(format!("{} uses {other}", file.strip_prefix(source()).unwrap().display()));
                }
            }
        }
    }
    upwards.sort();
    upwards.dedup();
    assert!(upwards.is_empty(), "arrows that run up:\n{}", upwards.join("\n"));
}

#[test]
fn every_room_is_on_the_list() {
    let text = fs::read_to_string(source().join("lib.rs")).unwrap();
    let mut modules: Vec<_> = text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    let mut rooms = ROOMS.to_vec();
    modules.sort_unstable();
    rooms.sort_unstable();
    assert_eq!(modules, rooms);
}

#[test]
fn the_crate_draws_the_rooms_in_the_same_order() {
    let text = fs::read_to_string(source().join("lib.rs")).unwrap();
    let drawn: Vec<_> = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("//! * ")?.strip_prefix(['[', '`']).map(|rest| rest.trim_start_matches('`'))
        })
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
        .collect();
    let from_the_top: Vec<_> = ROOMS.iter().rev().collect();
    assert_eq!(drawn.iter().collect::<Vec<_>>().len(), ROOMS.len(), "{drawn:?}");
    assert!(drawn.iter().zip(from_the_top).all(|(drawn, room)| drawn == room), "{drawn:?}");
}

#[test]
fn the_reader_of_imports_sees_lists_and_paths_and_no_comments() {
    let text = "use crate::config::Config;\nuse crate::{balance, data::{self, Dataset}, model};\nlet x = crate::math::f();\n// crate::train\n";
    assert_eq!(used(text), ["config", "balance", "data", "model", "math"]);
}
