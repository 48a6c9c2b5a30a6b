//! Byte offsets, and how they become the lines and columns that an editor shows.

/// A half-open range of byte offsets into one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The offset of the first byte.
    pub start: usize,
    /// The offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The part of `text` that the span covers; `None` when it does not lie on the text's characters.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }
}

/// A place in a text as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in UTF-16 code units as the Language Server Protocol and editors count.
    pub column: usize,
}

/// How many bytes one mark of a [`LineIndex`] stands for.
const BLOCK: usize = 1024;

/// The starts of a text's lines: turns offsets into positions in logarithmic time.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// The offset of each line's first byte.
    starts: Vec<usize>,
    /// For each block of the text the number of UTF-16 code units ahead of it, so that a position in a very long
    /// line needs no walk from the line's start.
    marks: Vec<usize>,
}

impl LineIndex {
    /// Reads where the lines of `text` start. A line ends with LF; a CR before it belongs to the line.
    /// A byte order mark at the very start takes no column, because editors hide it.
    pub fn new(text: &str) -> Self {
        let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut starts = vec![first];
        let mut marks = Vec::new();
        let mut units = 0_usize;
        for (number, block) in text.as_bytes().chunks(BLOCK).enumerate() {
            marks.push(units);
            units = units.saturating_add(utf16_units(block));
            let base = number.saturating_mul(BLOCK);
            let ends = block.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            starts.extend(ends.map(|(offset, _)| base.saturating_add(offset).saturating_add(1)));
        }
        LineIndex { starts, marks }
    }

    /// The position of a byte offset; an offset behind the end gives the position of the end.
    /// `text` is the text that the index was made of.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = floor_char_boundary(text, offset);
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let units = self.units_before(text, offset).saturating_sub(self.units_before(text, start));
        Position { line, column: units.saturating_add(1) }
    }

    /// The line that a byte offset is on, without what ends it. A byte order mark at the start belongs to the first line.
    pub fn line(&self, text: &str, offset: usize) -> Span {
        let next = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(next.saturating_sub(1)).copied().filter(|_| next > 1).unwrap_or(0);
        let end = self.starts.get(next).map_or(text.len(), |start| start.saturating_sub(1));
        Span { start, end }
    }

    /// The number of UTF-16 code units ahead of a byte offset: the offset that JavaScript has for the same place.
    /// A byte order mark at the start counts as one.
    pub fn utf16_offset(&self, text: &str, offset: usize) -> usize {
        self.units_before(text, floor_char_boundary(text, offset))
    }

    /// The byte offset of a place that JavaScript gives in UTF-16 code units; the end of the text for one behind it.
    /// A place inside a surrogate pair is the pair's start.
    pub fn byte_offset(&self, text: &str, units: usize) -> usize {
        let block = self.marks.partition_point(|mark| *mark <= units).saturating_sub(1);
        let mut left = units.saturating_sub(self.marks.get(block).copied().unwrap_or(0));
        let mut at = block.saturating_mul(BLOCK).min(text.len());
        // A block may start inside a character, which counts for the block before.
        while !text.is_char_boundary(at) {
            at = at.saturating_add(1);
        }
        for char in text.get(at..).unwrap_or_default().chars() {
            let Some(rest) = left.checked_sub(char.len_utf16()) else { break };
            left = rest;
            at = at.saturating_add(char.len_utf8());
        }
        at
    }

    fn units_before(&self, text: &str, offset: usize) -> usize {
        let block = offset.checked_div(BLOCK).unwrap_or(0);
        // An offset at the end of a full last block has no mark of its own.
        let block = block.min(self.marks.len().saturating_sub(1));
        let rest = text.as_bytes().get(block.saturating_mul(BLOCK)..offset).unwrap_or_default();
        self.marks.get(block).copied().unwrap_or(0).saturating_add(utf16_units(rest))
    }
}

/// A name from a text for a message: in backquotes, on one line, without control characters, at most 64 characters.
pub fn quoted(name: &str) -> String {
    let mut quoted = String::from("`");
    for char in name.chars().take(64) {
        match char {
            // Inside backquotes these need no escape.
            '\'' | '"' => quoted.push(char),
            _ => quoted.extend(char.escape_debug()),
        }
    }
    if name.chars().nth(64).is_some() {
        quoted.push('…');
    }
    quoted.push('`');
    quoted
}

/// A name that is compared without regard to the case of ASCII letters.
#[derive(Clone, Copy, Debug)]
pub struct Folded<'t>(pub &'t str);

impl PartialEq for Folded<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Folded<'_> {}

impl std::hash::Hash for Folded<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        for chunk in self.0.as_bytes().chunks(16) {
            let mut lower = [0; 16];
            lower.iter_mut().zip(chunk).for_each(|(lower, byte)| *lower = byte.to_ascii_lowercase());
            state.write(&lower);
        }
    }
}

/// The largest offset not above `offset` at which a character of `text` starts or the text ends.
fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset = offset.saturating_sub(1);
    }
    offset
}

/// The UTF-16 code units of the characters that start in these bytes of UTF-8.
fn utf16_units(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |units: usize, byte| {
        units.saturating_add(match byte {
            0x80..=0xbf => 0,
            0xf0..=0xff => 2,
            _ => 1,
        })
    })
}

/// A name without what people write in different ways: in lower case as far as it is ASCII, letters and digits only.
pub fn squeezed(key: &str) -> String {
    key.chars().filter(|char| char.is_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

/// The one of the known names that a mistyped one was probably meant to be.
pub fn nearest<'k>(key: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if key.len() > 40 {
        return None;
    }
    // The rest stands once in the wasm, not once for each kind of list.
    nearest_of(key, known.into_iter().collect())
}

fn nearest_of<'k>(key: &str, known: Vec<&'k str>) -> Option<&'k str> {
    let key = squeezed(key);
    let part = |name: &&&str| key.len() >= 4 && squeezed(name).contains(&key);
    // Of several the one with the least besides: `dataConnector` is rather `dataConnectors` than `dataConnectorDefinitions`.
    if let Some(whole) = known.iter().filter(part).min_by_key(|name| name.len()) {
        return Some(whole);
    }
    let distance = |name: &&str| edits(&key, &squeezed(name));
    let best = known.into_iter().min_by_key(distance)?;
    // A third of a name may be wrong: `tenant` is still `tenant_id`, but `port` is not `source`.
    let allowed = best.len().checked_div(3).unwrap_or(0);
    (distance(&best) <= allowed).then_some(best)
}

/// How many letters must be added, removed or replaced to make `left` of `right` (Levenshtein).
fn edits(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (number, left) in left.chars().enumerate() {
        let mut diagonal = number;
        let mut before = number.saturating_add(1);
        for (cell, right) in row.iter_mut().skip(1).zip(right.chars()) {
            let replaced = diagonal.saturating_add(usize::from(left != right));
            diagonal = *cell;
            before = replaced.min(cell.saturating_add(1)).min(before.saturating_add(1));
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = number.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(0)
}
