//! The text in a file's bytes, whichever editor saved it.

/// The mark that some editors put in front of a text.
pub(crate) const MARK: char = '\u{feff}';

/// A file's text: UTF-8 or UTF-16, with or without a byte-order mark. A JSON file begins with ASCII,
/// so that a zero beside its first byte says which. What can't be read is replaced by a sign that no
/// lesson has.
pub(crate) fn text(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xff, 0xfe, ..] | [_, 0, ..] => wide(bytes, u16::from_le_bytes),
        [0xfe, 0xff, ..] | [0, _, ..] => wide(bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.trim_start_matches(MARK).into()
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().copied().map(unit))
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_every_usual_encoding() {
        const TEXT: &str = "{\r\n\"p\": \"caf\u{e9}\"}";
        let units: Vec<u16> = TEXT.encode_utf16().collect();
        let wide = |bytes: fn(u16) -> [u8; 2]| units.iter().copied().flat_map(bytes).collect::<Vec<u8>>();
        let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [
            TEXT.as_bytes().to_vec(),
            marked(&[0xef, 0xbb, 0xbf], TEXT.as_bytes()),
            marked(&[0xff, 0xfe], &little),
            marked(&[0xfe, 0xff], &big),
            little,
            big,
        ] {
            assert_eq!(text(&bytes), TEXT, "{bytes:?}");
        }
    }

    #[test]
    fn any_bytes_are_some_text() {
        for bytes in
            [&[][..], &[0xff], &[0xff, 0xfe], &[0xff, 0xfe, 0x00], &[0, 1, 2], &[0x80, 0x81], &[0, 0xd8, 0, 0xd8]]
        {
            let _ = text(bytes);
        }
    }
}
