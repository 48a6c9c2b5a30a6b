//! JSON numbers without the loss of a digit: no number goes through a float to become an integer.

/// A JSON number, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

/// A number scaled to an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaled {
    /// The number is this integer.
    Exact(i128),
    /// The number has more digits behind the point; this is what stands before it (rounded towards zero).
    Truncated(i128),
    /// The number's magnitude is beyond 128 bits.
    TooLarge,
}

impl<'a> Number<'a> {
    /// Reads exactly what RFC 8259, section 6, calls a number: `-12`, `3.0`, `1e3`, but not `+1`, `.5` or `007`.
    pub fn read(text: &'a str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, rest) = split_digits(rest);
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => match split_digits(rest) {
                ("", _) => return None,
                split => split,
            },
            None => ("", rest),
        };
        let exponent = match rest.strip_prefix(['e', 'E']) {
            Some(rest) => {
                let (down, digits) = match rest.strip_prefix('-') {
                    Some(digits) => (true, digits),
                    None => (false, rest.strip_prefix('+').unwrap_or(rest)),
                };
                let (digits, rest) = split_digits(digits);
                if digits.is_empty() || !rest.is_empty() {
                    return None;
                }
                // An exponent beyond a billion decides by its sign alone, so it may stay there.
                let size = digits
                    .bytes()
                    .fold(0, |size: i64, digit| (size * 10 + i64::from(digit - b'0')).min(1_000_000_000));
                if down { -size } else { size }
            }
            None if rest.is_empty() => 0,
            None => return None,
        };
        Some(Number { negative, whole, fraction, exponent })
    }

    /// The number times ten to the power of `power`, as an integer.
    pub fn scaled(&self, power: i64) -> Scaled {
        let digits = self.whole.bytes().chain(self.fraction.bytes());
        // How many of the digits, continued by zeros, stand before the point of the product.
        let point = i64::try_from(self.whole.len()).unwrap_or(i64::MAX).saturating_add(self.exponent + power);
        let mut value: i128 = 0;
        let mut exact = true;
        let mut at: i64 = 0;
        for digit in digits {
            if at < point {
                let Some(next) =
                    value.checked_mul(10).and_then(|value| value.checked_add(i128::from(digit - b'0')))
                else {
                    return Scaled::TooLarge;
                };
                value = next;
            } else if digit != b'0' {
                exact = false;
                break;
            }
            at += 1;
        }
        while at < point && value != 0 {
            let Some(next) = value.checked_mul(10) else { return Scaled::TooLarge };
            value = next;
            at += 1;
        }
        let value = if self.negative { -value } else { value };
        if exact { Scaled::Exact(value) } else { Scaled::Truncated(value) }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end).unwrap_or((text, ""))
}
