//! The pictures: 1797 handwritten digits of 8 by 8 pixels; `ATTRIBUTION.md` beside this file says
//! who made them, on which terms they are used, and how they are packed.

/// Pixels on a side of a digit.
pub(super) const SIDE: usize = 8;
/// The value of a pixel full of ink.
pub(super) const FULL: u8 = 16;

static PACKED: &[u8] = include_bytes!("digits.bin");

/// A handwritten digit.
#[derive(Clone, Debug)]
pub(super) struct Digit {
    /// Which one it is, 0 to 9.
    pub class: u8,
    /// Ink from 0 to [`FULL`], row by row.
    pub pixels: [u8; SIDE * SIDE],
}

impl Digit {
    /// The share of the picture that is ink.
    pub fn ink(&self) -> f64 {
        let sum: u32 = self.pixels.iter().map(|pixel| u32::from(*pixel)).sum();
        f64::from(sum) / f64::from(FULL) / self.pixels.len() as f64
    }
}

/// All digits, in the order of the file.
pub(super) fn all() -> Vec<Digit> {
    let mut bits = Bits { bytes: PACKED, at: 0 };
    std::iter::from_fn(|| digit(&mut bits)).collect()
}

/// The next digit; `None` where fewer bits are left than one takes.
fn digit(bits: &mut Bits) -> Option<Digit> {
    let class = bits.number(4)?;
    let mut pixels = [0; SIDE * SIDE];
    for pixel in &mut pixels {
        *pixel = if bits.number(1)? == 0 {
            0
        } else if bits.number(1)? == 0 {
            FULL
        } else {
            bits.number(4)?
        };
    }
    Some(Digit { class, pixels })
}

/// Bytes read bit by bit, the most significant first.
struct Bits {
    bytes: &'static [u8],
    at: usize,
}

impl Bits {
    fn number(&mut self, bits: usize) -> Option<u8> {
        (0..bits).try_fold(0, |number, _| {
            let bit = self.bytes.get(self.at / 8)? >> (7 - self.at % 8) & 1;
            self.at += 1;
            Some(number << 1 | bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_are_those_of_the_data_set() {
        let digits = all();
        assert_eq!(digits.len(), 1797);
        let counts: Vec<usize> = (0..10).map(|c| digits.iter().filter(|digit| digit.class == c).count()).collect();
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(digits[0].pixels[..16], [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
        // A sum over the published file in which every pixel counts by its place.
        let pixels = digits.iter().flat_map(|digit| digit.pixels);
        let sum = pixels.fold(0_u32, |sum, pixel| (sum * 31 + u32::from(pixel)) % 1_000_003);
        assert_eq!(sum, 231_991);
        assert!(digits.iter().all(|digit| digit.pixels.iter().all(|pixel| *pixel <= FULL)));
    }
}
