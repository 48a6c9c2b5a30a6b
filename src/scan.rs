//! A reader of JSON text that builds nothing: it checks what it passes and says where values stand.
//!
//! It walks over a body once. Whatever nobody asked for is checked against RFC 8259 and forgotten; whatever
//! somebody asked for is a range of the body. Strings, which are most of a webhook, are passed 64 bytes at a time.

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
#[derive(Clone, Copy)]
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    /// The block that was looked at last, and its marks.
    block: usize,
    marks: u64,
}

/// How many bytes are looked at in one go, to find where strings end.
const BLOCK: usize = 64;

/// Marks the bytes of a block that are not ASCII that just stands for itself: a quote, a backslash, a control
/// character, another alphabet. The first byte is the lowest bit.
#[cfg(target_feature = "simd128")]
#[inline(always)]
fn marks(block: &[u8; BLOCK]) -> u64 {
    use std::arch::wasm32::{i8x16_lt, i8x16_splat, u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128_or};
    let (vectors, _) = block.as_chunks::<16>();
    let mut marks = 0;
    for (index, vector) in vectors.iter().enumerate() {
        let both = u128::from_le_bytes(*vector);
        let bytes = u64x2(both as u64, (both >> 64) as u64);
        let signs = v128_or(u8x16_eq(bytes, u8x16_splat(b'"')), u8x16_eq(bytes, u8x16_splat(b'\\')));
        // With a sign, what is not ASCII is below the control characters.
        let found = u8x16_bitmask(v128_or(signs, i8x16_lt(bytes, i8x16_splat(0x20))));
        marks |= u64::from(found) << (16 * index);
    }
    marks
}

/// The same for machines without these vectors, on words of eight bytes.
#[cfg(not(target_feature = "simd128"))]
fn marks(block: &[u8; BLOCK]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    // Sums of seven bits stay within their byte, so that each high bit tells of its own byte alone.
    let zeros = |word: u64| !(((word & !HIGHS) + !HIGHS) | word) & HIGHS;
    let controls = |word: u64| !((word & !HIGHS) + ONES * 0x60) & HIGHS;
    let (words, _) = block.as_chunks::<8>();
    let mut marks = 0;
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quotes = zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        let found = (quotes | controls(word) | word) & HIGHS;
        // Gathers the high bits in the uppermost byte.
        marks |= ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * index);
    }
    marks
}

/// The marks of the block that starts at a place. What is behind the end of the body is marked.
#[inline(always)]
fn marks_at(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.first_chunk().map_or_else(|| last_marks(rest), marks)
}

/// The marks of what is left of a body when it is less than a block.
#[inline(never)]
fn last_marks(rest: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    marks(&block)
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Scanner { bytes, at: 0, depth: 0, block: usize::MAX, marks: 0 }
    }

    /// Starts within a body, at a value that another scanner has already passed.
    pub(crate) fn within(bytes: &'a [u8], range: &Range<usize>) -> Self {
        Scanner { at: range.start, ..Scanner::new(bytes.get(..range.end).unwrap_or(bytes)) }
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

    /// Whether these two bytes come next.
    #[inline(always)]
    fn comes(&self, two: &[u8; 2]) -> bool {
        self.bytes.get(self.at..).and_then(|rest| rest.first_chunk()) == Some(two)
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
        // Nearly always in an object that is written without white space.
        if self.comes(b",\"") {
            self.at += 1;
            return Ok(true);
        }
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
        self.key_text().map(|(range, _)| range)
    }

    /// The same, and whether the text has neither escapes nor other alphabets.
    #[inline(always)]
    pub(crate) fn key_text(&mut self) -> Result<(Range<usize>, bool), Malformed> {
        if self.peek() != Some(b'"') {
            return self.expected("a key in double quotes");
        }
        let start = self.at + 1;
        let plain = self.string()?;
        let end = self.at - 1;
        self.colon()?;
        Ok((start..end, plain))
    }

    /// Passes what stands between a key and its value.
    #[inline(always)]
    fn colon(&mut self) -> Result<(), Malformed> {
        if self.comes(b":\"") {
            self.at += 1;
            return Ok(());
        }
        self.white();
        if self.peek() != Some(b':') {
            return self.expected("a colon");
        }
        self.at += 1;
        self.white();
        Ok(())
    }

    /// Passes the value that starts here if it is a text.
    #[inline(always)]
    pub(crate) fn skip_text(&mut self) -> Result<Option<Range<usize>>, Malformed> {
        if self.peek() != Some(b'"') {
            return Ok(None);
        }
        let start = self.at;
        self.string()?;
        Ok(Some(start..self.at))
    }

    /// Passes the value that starts here, whatever it is, and checks it.
    pub(crate) fn skip(&mut self) -> Result<Range<usize>, Malformed> {
        // A copy that nobody else points to can stay in registers.
        let mut copy = *self;
        let range = copy.skip_value();
        *self = copy;
        range
    }

    #[inline(always)]
    fn skip_value(&mut self) -> Result<Range<usize>, Malformed> {
        let start = self.at;
        // One bit a level: set where the container is an object.
        let mut objects = [0_u64; MAX_DEPTH / 64 + 1];
        let base = self.depth;
        let mut object = false;
        loop {
            let mut entered = false;
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                    // Most members behind a text are texts, and written without white space.
                    while object && self.comes(b",\"") {
                        self.at += 1;
                        self.string()?;
                        self.colon()?;
                        entered = self.peek() != Some(b'"');
                        if entered {
                            break;
                        }
                        self.string()?;
                    }
                }
                Some(b'{') => {
                    if self.open(b'}')? {
                        set(&mut objects, self.depth, true);
                        self.key()?;
                        (entered, object) = (true, true);
                    }
                }
                Some(b'[') => {
                    if self.open(b']')? {
                        set(&mut objects, self.depth, false);
                        (entered, object) = (true, false);
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
                if self.next(if object { b'}' } else { b']' })? {
                    if object {
                        self.key()?;
                    }
                    break;
                }
                object = get(&objects, self.depth);
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

    /// Where the next mark stands.
    #[inline(always)]
    fn mark(&mut self) -> usize {
        let mut at = self.at;
        loop {
            let block = at & !(BLOCK - 1);
            if block != self.block {
                self.block = block;
                self.marks = marks_at(self.bytes, block);
            }
            let marks = self.marks & (u64::MAX << (at % BLOCK));
            if marks != 0 {
                return block + marks.trailing_zeros() as usize;
            }
            at = block + BLOCK;
        }
    }

    /// Passes a string, from its opening to behind its closing quote. Gives whether it is plain ASCII without escapes.
    #[inline(always)]
    fn string(&mut self) -> Result<bool, Malformed> {
        self.at += 1;
        let start = self.at;
        self.at = self.mark();
        let plain = self.peek() == Some(b'"');
        if !plain {
            self.at = end_of_string(self.bytes, start, self.at)?;
        }
        self.at += 1;
        Ok(plain)
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
        at += marks_at(bytes, at).trailing_zeros() as usize;
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
