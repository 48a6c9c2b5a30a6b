//! A reader of JSON text that builds nothing: it checks what it passes and says where values stand.
//!
//! It walks over a body once. Whatever nobody asked for is checked against RFC 8259 and forgotten; whatever
//! somebody asked for is a range of the body. Strings, which are most of a webhook, are passed 32 bytes at a time.

use std::fmt;
use std::ops::Range;

/// The deepest nesting of arrays and objects that is read. No webhook comes near; a hostile body stops here.
///
/// A copied value stands two levels deeper in its row, and many parsers stop at 128.
pub const MAX_DEPTH: usize = 100;

/// A body that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The byte offset into the body.
    pub offset: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the body is not JSON: {} was expected at byte {}", self.expected, self.offset)
    }
}

/// What kind of value starts at a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Object,
    Array,
    Null,
    /// A string, a number or a boolean.
    Scalar,
}

/// A place in a body, moving forward.
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

/// How many bytes of a string are looked at in one go: most strings of a webhook are shorter, so that the loop
/// over their chunks nearly always ends after its first turn, as the processor foresees.
const CHUNK: usize = 32;

/// How many bytes at the start of a chunk are ASCII that just stands for itself: neither a quote nor a backslash
/// nor a control character.
#[cfg(target_feature = "simd128")]
#[inline(always)]
fn plain_ascii(chunk: &[u8; CHUNK]) -> usize {
    use std::arch::wasm32::{i8x16_lt, i8x16_splat, u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128_or};
    let (vectors, _) = chunk.as_chunks::<16>();
    let mut stops = 1 << CHUNK;
    for (index, vector) in vectors.iter().enumerate() {
        let both = u128::from_le_bytes(*vector);
        let bytes = u64x2(both as u64, (both >> 64) as u64);
        let marks = v128_or(u8x16_eq(bytes, u8x16_splat(b'"')), u8x16_eq(bytes, u8x16_splat(b'\\')));
        // With a sign, what is not ASCII is below the control characters.
        let found = u8x16_bitmask(v128_or(marks, i8x16_lt(bytes, i8x16_splat(0x20))));
        stops |= u64::from(found) << (16 * index);
    }
    stops.trailing_zeros() as usize
}

/// The same for machines without these vectors, on words of eight bytes.
#[cfg(not(target_feature = "simd128"))]
fn plain_ascii(chunk: &[u8; CHUNK]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    // Each marks the high bit of the bytes that it looks for. Bytes above the first may be marked wrongly; the
    // lowest mark is exact.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let stops = |word: u64| {
        let controls = word.wrapping_sub(ONES * 0x20);
        let marks = zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        (marks | controls | word) & HIGHS
    };
    let (words, _) = chunk.as_chunks::<8>();
    let mut plain = 0;
    for word in words {
        match stops(u64::from_le_bytes(*word)) {
            0 => plain += 8,
            stops => return plain + stops.trailing_zeros() as usize / 8,
        }
    }
    plain
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Scanner { bytes, at: 0, depth: 0 }
    }

    /// Starts within a body, at a value that another scanner has already passed.
    pub(crate) fn within(bytes: &'a [u8], range: &Range<usize>) -> Self {
        Scanner { bytes: bytes.get(..range.end).unwrap_or(bytes), at: range.start, depth: 0 }
    }

    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    fn expected<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed { offset: self.at, expected })
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline(always)]
    pub(crate) fn white(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// The kind of the value that starts here.
    pub(crate) fn start(&self) -> Result<Start, Malformed> {
        match self.peek() {
            Some(b'{') => Ok(Start::Object),
            Some(b'[') => Ok(Start::Array),
            Some(b'n') => Ok(Start::Null),
            Some(b'"' | b't' | b'f' | b'-' | b'0'..=b'9') => Ok(Start::Scalar),
            _ => self.expected("a value"),
        }
    }

    /// Nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), Malformed> {
        self.white();
        if self.at == self.bytes.len() { Ok(()) } else { self.expected("the end of the body") }
    }

    /// Passes the opening bracket or brace.
    /// False when the container is empty, and passed; true when it has a first entry, which comes next.
    #[inline(always)]
    pub(crate) fn open(&mut self, close: u8) -> Result<bool, Malformed> {
        if self.depth == MAX_DEPTH {
            return self.expected("less nesting (100 levels at most)");
        }
        self.at += 1;
        self.white();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(false);
        }
        self.depth += 1;
        Ok(true)
    }

    /// Passes what stands behind an entry of a container. False when the container ends there.
    #[inline(always)]
    pub(crate) fn next(&mut self, close: u8) -> Result<bool, Malformed> {
        self.white();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.white();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            _ if close == b'}' => self.expected("a comma or a closing brace"),
            _ => self.expected("a comma or a closing bracket"),
        }
    }

    /// Passes a key and its colon. Gives the range of the key's text between its quotes.
    #[inline(always)]
    pub(crate) fn key(&mut self) -> Result<Range<usize>, Malformed> {
        if self.peek() != Some(b'"') {
            return self.expected("a key in double quotes");
        }
        let start = self.at + 1;
        self.string()?;
        let end = self.at - 1;
        self.white();
        if self.peek() != Some(b':') {
            return self.expected("a colon");
        }
        self.at += 1;
        self.white();
        Ok(start..end)
    }

    /// Passes the value that starts here, whatever it is, and checks it.
    pub(crate) fn skip(&mut self) -> Result<Range<usize>, Malformed> {
        // A copy that nobody else points to can stay in registers.
        let mut copy = Scanner { bytes: self.bytes, at: self.at, depth: self.depth };
        let range = copy.skip_value();
        (self.at, self.depth) = (copy.at, copy.depth);
        range
    }

    #[inline(always)]
    fn skip_value(&mut self) -> Result<Range<usize>, Malformed> {
        let start = self.at;
        // One bit a level: set where the container is an object.
        let mut objects = [0_u64; MAX_DEPTH / 64 + 1];
        let base = self.depth;
        loop {
            let mut entered = false;
            match self.peek() {
                Some(b'"') => self.string()?,
                Some(b'{') => {
                    if self.open(b'}')? {
                        set(&mut objects, self.depth, true);
                        self.key()?;
                        entered = true;
                    }
                }
                Some(b'[') => {
                    if self.open(b']')? {
                        set(&mut objects, self.depth, false);
                        entered = true;
                    }
                }
                Some(b't') => self.literal(b"true")?,
                Some(b'f') => self.literal(b"false")?,
                Some(b'n') => self.literal(b"null")?,
                _ => self.number()?,
            }
            if entered {
                continue;
            }
            // Behind a value: up through every container that ends here.
            loop {
                if self.depth == base {
                    return Ok(start..self.at);
                }
                let object = get(&objects, self.depth);
                if self.next(if object { b'}' } else { b']' })? {
                    if object {
                        self.key()?;
                    }
                    break;
                }
            }
        }
    }

    fn literal(&mut self, text: &'static [u8]) -> Result<(), Malformed> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(text)) {
            self.at += text.len();
            Ok(())
        } else {
            self.expected("a value")
        }
    }

    #[inline(always)]
    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.expected("a digit") } else { Ok(()) }
    }

    #[inline(always)]
    fn number(&mut self) -> Result<(), Malformed> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return self.expected("a value"),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Passes a string, from its opening to behind its closing quote.
    #[inline(always)]
    fn string(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        let start = self.at;
        while let Some(chunk) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk()) {
            let plain = plain_ascii(chunk);
            self.at += plain;
            if plain < CHUNK {
                break;
            }
        }
        if self.peek() != Some(b'"') {
            self.at = end_of_string(self.bytes, start, self.at)?;
        }
        self.at += 1;
        Ok(())
    }
}

/// Where the closing quote stands of a string whose text begins at `start` and is plain ASCII up to `at`.
///
/// It takes what few strings need: escapes, other alphabets, the last bytes of the body.
#[inline(never)]
fn end_of_string(bytes: &[u8], start: usize, mut at: usize) -> Result<usize, Malformed> {
    let mut ascii = true;
    loop {
        match bytes.get(at) {
            Some(b'"') => break,
            Some(b'\\') => at = behind_escape(bytes, at)?,
            Some(0..0x20) => {
                return Err(Malformed { offset: at, expected: "an escape instead of a control character" });
            }
            Some(0x80..) => {
                ascii = false;
                // Text of another alphabet comes in runs.
                while let Some(0x80..) = bytes.get(at) {
                    at += 1;
                }
            }
            Some(_) => at += 1,
            None => return Err(Malformed { offset: at, expected: "a closing quote" }),
        }
        if let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            at += plain_ascii(chunk);
        }
    }
    let text = bytes.get(start..at).unwrap_or_default();
    if !ascii && let Err(error) = std::str::from_utf8(text) {
        return Err(Malformed { offset: start + error.valid_up_to(), expected: "UTF-8" });
    }
    Ok(at)
}

/// Where the text goes on behind the escape whose backslash stands at `at`.
fn behind_escape(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let at = at + 1;
    match bytes.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => {
            let digits = bytes.get(at + 1..).and_then(|rest| rest.first_chunk::<4>());
            if digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                Ok(at + 5)
            } else {
                Err(Malformed { offset: at + 1, expected: "four hexadecimal digits" })
            }
        }
        _ => Err(Malformed { offset: at, expected: "an escape that JSON knows" }),
    }
}

fn set(bits: &mut [u64], index: usize, value: bool) {
    if let Some(word) = bits.get_mut(index / 64) {
        let bit = 1 << (index % 64);
        if value { *word |= bit } else { *word &= !bit }
    }
}

fn get(bits: &[u64], index: usize) -> bool {
    bits.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
}
