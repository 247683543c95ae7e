//! Promises of the files that are shipped as they are.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

const INDEX: &str = include_str!("../../app/index.html");
const NOT_FOUND: &str = include_str!("../../public/404.html");
const START: &str = include_str!("../../public/start.js");

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let is_padding = digit > group.len();
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if is_padding { '=' } else { char::from(DIGITS[value as usize]) });
        }
    }
    text
}

#[test]
fn the_page_for_lost_visitors_allows_exactly_its_own_script() -> Result<()> {
    let (_, rest) = NOT_FOUND.split_once("<script>").context("a script")?;
    let (script, _) = rest.split_once("</script>").context("its end")?;
    let hash = format!("'sha256-{}'", base64(&Sha256::digest(script)));
    assert!(NOT_FOUND.contains(&hash), "public/404.html has to allow {hash}");
    Ok(())
}

#[test]
fn the_page_has_no_inline_script_which_its_policy_would_forbid() {
    for tag in INDEX.split("<script").skip(1) {
        let opening = tag.split('>').next().unwrap_or_default();
        assert!(opening.contains("src="), "<script{opening}>");
    }
    assert!(!INDEX.contains("javascript:") && !INDEX.contains(" onclick"));
}

#[test]
fn the_page_asks_no_other_origin_for_anything() {
    for text in [INDEX, NOT_FOUND, START] {
        assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("=\"//"));
    }
}

#[test]
fn every_address_of_the_page_is_relative() {
    for attribute in ["href=\"", "src=\""] {
        for rest in INDEX.split(attribute).skip(1) {
            assert!(!rest.starts_with('/'), "{attribute}{}", rest.chars().take(40).collect::<String>());
        }
    }
}

#[test]
fn zooming_is_never_forbidden() {
    assert!(!INDEX.contains("user-scalable") && !INDEX.contains("maximum-scale"));
}
